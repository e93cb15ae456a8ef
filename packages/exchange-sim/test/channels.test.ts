import { on } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimServer, type SimServer } from '@cc/exchange-sim/server'
import { createVirtualClock } from '@cc/models/clock'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { namesUnder } from '../../../vitest.readme.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const README = readFileSync(join(root, 'README.md'), 'utf8')
const startMs = Date.UTC(2026, 0, 2)
const FILLED: Readonly<Record<string, string>> = {
  instrument: 'BTC-PERPETUAL',
  interval: '100ms',
  group: 'none',
  depth: '10',
  kind: 'option',
  currency: 'BTC',
  resolution: '60',
  index: 'btc_usd',
}

let server: SimServer
let socket: WebSocket
let messages: AsyncIterator<unknown[]>
beforeEach(async () => {
  const clock = createVirtualClock({ startMs })
  const market = createSyntheticMarket({ seed: 7, startMs })
  server = await createSimServer(
    { virtualTime: true },
    { clock, market, credentials: { clientId: 'a', clientSecret: 'b' } },
  )
  socket = new WebSocket(server.wsUrl)
  messages = on(socket, 'message')
  await new Promise((resolve) => socket.once('open', resolve))
})
afterEach(() => {
  socket.terminate()
  return server.close()
})

async function next(): Promise<Record<string, unknown>> {
  const [data] = (await messages.next()).value
  return JSON.parse(String(data))
}

function ask(method: string, params: object): Promise<Record<string, unknown>> {
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  return next()
}

it('takes every channel that the README names', async () => {
  await ask('public/auth', { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' })
  const names = namesUnder(root, 'Channels')
  const channels = names.map((name) => name.replace(/\{(\w+)\}/g, (_, part) => FILLED[part] ?? ''))
  expect(channels.length).toBeGreaterThan(25)
  expect(await ask('private/subscribe', { channels })).toMatchObject({ result: channels })
})

it('passes over what Deribit has besides', async () => {
  const foreign = ['block_trade_confirmations', 'deribit_price_ranking.btc_usd', 'deribit_price_statistics.btc_usd']
  expect(await ask('public/subscribe', { channels: foreign })).toMatchObject({ result: [] })
})

it('runs the example of the README, which begins with the reply and with the ticker', async () => {
  const code = README.split('## Channels\n')[1]?.match(/```js\n(.*?)```/s)?.[1] ?? ''
  const lines: string[] = []
  const socketOfExample = await new Promise<WebSocket>((resolve) => {
    const log = (line: string) => lines.push(line) === 2 && resolve(run)
    const run: WebSocket = new Function('WebSocket', 'server', 'console', `${code}; return socket`)(WebSocket, server, {
      log,
    })
  })
  socketOfExample.terminate()
  const [reply, told] = lines.map((line) => JSON.parse(line))
  expect(reply).toMatchObject({ id: 1, result: ['ticker.BTC-PERPETUAL.100ms'] })
  expect(told.params).toMatchObject({ channel: 'ticker.BTC-PERPETUAL.100ms', data: { timestamp: startMs } })
})
