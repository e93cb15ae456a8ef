import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Channel,
  type ChannelSink,
  channels,
  type DeribitSocketDeps,
  deribitOptionsSchema,
  deribitSocketOptionsSchema,
} from '@cc/deribit-client'
import { createVirtualClock } from '@cc/models/clock'
import { expect, it } from 'vitest'
import { describeReadmeExample, namesUnder } from '../../../vitest.readme.ts'
import { accept } from '../src/acts.fixture.js'
import { createManualClock } from '../src/manual-clock.fixture.js'
import { INSTRUMENT, resultReply, type SeenRequest, VENUE_MS } from '../src/replies.fixture.js'
import { politeAnswer } from '../src/scripted-client.fixture.js'
import { createScriptedExchange } from '../src/scripted-exchange.fixture.js'
import { createUserExchange } from '../src/streams/user-exchange.fixture.js'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('has an example that trades', async () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(`${root}README.md`, 'utf8'))?.[1] ?? ''
  const path = `${root}node_modules/.cache/readme-example.ts`
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(path, example.replace(/^console.*$/m, ''))
  const clock = createVirtualClock({ startMs: 0 })
  const { dispatcher } = createScriptedExchange(clock, (request) =>
    request.method === 'private/sell' ? accept(request) : politeAnswer(request),
  )
  const credentials = () => ({ clientId: 'id', clientSecret: 'secret' })
  const { offer } = await import(path)
  expect(await offer({ clock, credentials, dispatcher }, INSTRUMENT.instrument_name, 0.012)).toBe('accepted')
})

it('has an example that listens', async () => {
  const blocks = [...readFileSync(`${root}README.md`, 'utf8').matchAll(/```ts\n(.*?)```/gs)]
  const example = blocks[1]?.[1] ?? ''
  const path = `${root}node_modules/.cache/readme-listening.ts`
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(path, example)
  const { listen } = await import(path)
  const deps: DeribitSocketDeps = {
    clock: createManualClock(),
    credentials: () => ({ clientId: 'id', clientSecret: 'secret' }),
    openSocket: async ({ onText }) => ({ send: (text) => listeningAnswer(JSON.parse(text), onText), destroy() {} }),
  }
  expect(await listen(deps, 'BTC-30JAN26-100000-C', 2)).toEqual([0.01, 0.02])
})

it('has an example of a book and of user events', async () => {
  const blocks = [...readFileSync(`${root}README.md`, 'utf8').matchAll(/```ts\n(.*?)```/gs)]
  const path = `${root}node_modules/.cache/readme-streams.ts`
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(path, blocks[2]?.[1] ?? '')
  const { nextTrade } = await import(path)
  const { client, exchange, clock } = createUserExchange()
  const symbol = 'BTC-27NOV26-90000-C'
  const snapshot = { type: 'snapshot', instrument_name: symbol, timestamp: 1, change_id: 1 }
  const levels = { bids: [['new', 0.01, 2]], asks: [] }
  const attach = (channel: Channel<unknown>, sink: ChannelSink<unknown>) => {
    if (channel.isPrivate) return client.streams.attach(channel, sink)
    queueMicrotask(() => sink.onData({ ...snapshot, ...levels }, { receivedMs: 0, epoch: 1 }))
    return { ready: Promise.resolve(), resync() {}, detach() {} }
  }
  const stop = new AbortController()
  const own = { ...client, streams: { attach }, connection: { epoch: () => 1 } }
  const trading = nextTrade(own, symbol, stop.signal)
  await clock.sleep(5_000)
  exchange.fill(exchange.place(), 2)
  await clock.sleep(5_000)
  expect(await trading).toMatchObject({ amount: 2, book: { bids: [{ price: 0.01, amount: 2 }], asks: [] } })
  const ended = nextTrade(own, symbol, stop.signal)
  stop.abort()
  expect(await ended).toBeUndefined()
})

it('names every channel', () => {
  const said = readFileSync(`${root}README.md`, 'utf8').split('- **`channels`**')[1]?.split('\n')[0] ?? ''
  for (const name of Object.keys(channels)) expect(said).toContain(`\`${name}\``)
})

it('lists every option, and no other', () => {
  const all = [...Object.keys(deribitOptionsSchema.shape), ...Object.keys(deribitSocketOptionsSchema.shape)]
  expect(namesUnder(root, 'Options')).toEqual([...new Set(all)])
})

it('lists every error code that the sources throw, and no other', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n')
  const thrown = new Set([...sources.matchAll(/code: '(deribit\/[a-z-]+)'/g)].map(([, code]) => code))
  expect(namesUnder(root, 'Errors').sort()).toEqual([...thrown].sort())
})

/** An exchange that answers at once, and tells two tickers to whoever subscribes. */
function listeningAnswer(request: SeenRequest, onText: (text: string) => void): boolean {
  queueMicrotask(() => {
    const names = request.params.channels
    if (Array.isArray(names)) {
      onText(resultReply(request, names))
      let mark_price = 0
      const ticking = setInterval(() => {
        mark_price += 0.01
        const data = { instrument_name: INSTRUMENT.instrument_name, timestamp: VENUE_MS, mark_price }
        onText(JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel: names[0], data } }))
        if (mark_price > 0.015) clearInterval(ticking)
      }, 5)
    } else if (request.method === 'public/set_heartbeat') onText(resultReply(request, 'ok'))
    else {
      const act = politeAnswer(request)
      if (typeof act === 'object' && 'reply' in act) onText(String(act.reply))
    }
  })
  return true
}
