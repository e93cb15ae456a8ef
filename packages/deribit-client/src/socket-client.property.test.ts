import { CcError } from '@cc/models'
import { silentLogger } from '@cc/models/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMoodyExchange, DOORS, MOODS, SCOPE, TEST_ID } from './moody-exchange.fixture.js'
import { SELL } from './replies.fixture.js'
import { createDeribitSocketClient, type DeribitSocketClient } from './socket-client.js'
import { channels } from './streams/channels.js'

const unhandled: unknown[] = []
const noteUnhandled = (reason: unknown) => void unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', noteUnhandled))
afterAll(() => {
  process.off('unhandledRejection', noteUnhandled)
  expect(unhandled).toEqual([])
})

const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ order: fc.constantFrom(...MOODS) }) },
  { weight: 3, arbitrary: fc.record({ call: fc.constantFrom('change', 'read', 'private read', 'subscribe') }) },
  { weight: 3, arbitrary: fc.constantFrom('loss', 'answers', 'answers backwards', 'abort') },
  { weight: 2, arbitrary: fc.record({ mood: fc.constantFrom(...MOODS) }) },
  { weight: 1, arbitrary: fc.record({ door: fc.constantFrom(...DOORS) }) },
  {
    weight: 5,
    arbitrary: fc.record({ advanceMs: fc.constantFrom(0, 1, 130, 260, 1_100, 2_100, 9_000, 31_000, 900_000) }),
  },
)
const session = fc.record({
  happenings: fc.array(happening, { maxLength: 40, size: 'max' }),
  auth: fc.constantFrom('client_credentials' as const, 'client_signature' as const),
  expiresInSec: fc.constantFrom(0, 1, 30, 900),
  isWarm: fc.boolean(),
  closesWhen: fc.constantFrom('asked', 'asked', 'asked', 'opened anew', 'lost'),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
})
type Session = typeof session extends fc.Arbitrary<infer Value> ? Value : never
type Exchange = ReturnType<typeof createMoodyExchange>
type Outcome = { outcome: string; word?: string }

/** What is sent on a socket before anything else; the time only where it is signed. */
const GREETING = ['public/get_time', 'public/auth', 'public/set_heartbeat', 'private/enable_cancel_on_disconnect']

const settle = () => new Promise((resolve) => setImmediate(resolve))

it('keeps its word over any session: once or not at all, an answer to all, and nothing left', async () => {
  const counts = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(session, async (script) => {
      const exchange = createMoodyExchange(script.expiresInSec)
      const client = clientOf(exchange, script)
      const told = listenTo(client, script)
      const outcomes = await play(exchange, client, script)
      checkOrders(exchange, outcomes)
      for (const [, answer] of outcomes) counts.set(kindOf(answer), (counts.get(kindOf(answer)) ?? 0) + 1)
      for (const peer of exchange.peers) checkSocket(peer)
      expect(told.join(' ')).toMatch(/^(open-\d+ lost )*(open-\d+ )?closed$/)
      const epochs = told.flatMap((what) => what.match(/\d+/)?.map(Number) ?? [])
      expect(epochs).toEqual(epochs.map((_, index) => index + 1))
      expect([client.connection.state(), exchange.clock.sleepers()]).toEqual(['closed', 0])
    }),
    { numRuns: 300 },
  )
  // The sessions were not idle.
  for (const kind of ['accepted', 'rejected', 'unknown', 'not sent']) expect(counts.get(kind), kind).toBeGreaterThan(20)
})

/** Plays a session to its end, and after it. */
async function play(
  exchange: Exchange,
  client: DeribitSocketClient,
  { happenings, isWarm }: Session,
): Promise<ReadonlyMap<string, Outcome>> {
  const { clock, mood, peers } = exchange
  const outcomes = new Map<string, Outcome>()
  const calls: Promise<unknown>[] = []
  let last = new AbortController()
  const call = (of: (signal: AbortSignal) => Promise<unknown>) => {
    const own = new AbortController()
    last = own
    calls.push(
      of(own.signal).catch((error) => expect(CcError.isInstance(error) || error === own.signal.reason).toBe(true)),
    )
  }
  if (isWarm) {
    await client.open()
    await client.public.getInstrument({ instrument_name: SELL.instrument_name })
  }
  for (const [index, what] of happenings.entries()) {
    if (what === 'loss') peers.at(-1)?.end('ECONNRESET')
    else if (what === 'abort') last.abort()
    else if (typeof what === 'string') exchange.release(what === 'answers backwards')
    else if ('mood' in what) mood.ofOthers = what.mood
    else if ('door' in what) mood.door = what.door
    else if ('advanceMs' in what) clock.advance(what.advanceMs)
    else if ('order' in what) {
      mood.ofOrders = what.order
      const label = `order-${index}`
      const order = { ...SELL, label, valid_until: exchange.venueMs() + 3_000 }
      call(async (signal) => void outcomes.set(label, await client.private.sell(order, { signal })))
    } else if (what.call === 'change') call((signal) => client.private.cancelAll({}, { signal }))
    else if (what.call === 'read') call((signal) => client.public.test({}, { signal }))
    else if (what.call === 'private read') call((signal) => client.private.getOpenOrders({}, { signal }))
    else call((signal) => client.streams.subscribe([channels.priceIndex('btc_usd')], { signal }).ready)
    await settle()
    expect(peers.filter((peer) => !peer.isOver()).length).toBeLessThanOrEqual(1)
  }
  const closing = client.close()
  for (let i = 0; i < 8; i += 1) {
    await settle()
    clock.advance(2_000)
  }
  await Promise.all([closing, ...calls])
  Object.assign(mood, { ofOrders: 'answers', ofOthers: 'answers', door: 'open' })
  exchange.release(false)
  clock.advance(60_000)
  await settle()
  return outcomes
}

function checkOrders(exchange: Exchange, outcomes: ReadonlyMap<string, Outcome>): void {
  const sent = exchange.labelsSent()
  expect(new Set(sent).size).toBe(sent.length)
  for (const [label, answer] of outcomes) {
    const kind = kindOf(answer)
    expect(sent.includes(label)).toBe(kind !== 'not sent')
    if (kind === 'accepted') expect(exchange.taken).toContain(label)
    if (kind === 'rejected') expect(exchange.taken).not.toContain(label)
  }
}

function checkSocket({ sent, isOver }: Exchange['peers'][number]): void {
  expect(isOver()).toBe(true)
  const own = sent.filter(({ id }) => id < TEST_ID)
  const first = own.findIndex(({ method }) => !GREETING.includes(method))
  if (first !== -1) {
    const before = new Set(own.slice(0, first).map(({ method }) => method))
    expect([...before].filter((method) => method !== 'public/get_time')).toEqual(GREETING.slice(1))
  }
  for (const { method, params } of sent) expect('access_token' in params).toBe(method.startsWith('private/'))
}

function clientOf({ clock, openSocket }: Exchange, { auth, random }: Session): DeribitSocketClient {
  return createDeribitSocketClient(
    { auth, scope: SCOPE, cancelOnDisconnect: true, timeoutMs: 4_000, orderTimeoutMs: 2_000, readRetries: 2 },
    {
      clock,
      logger: silentLogger,
      random: () => random,
      openSocket,
      credentials: () => ({ clientId: 'client-id', clientSecret: 'client-secret' }),
    },
  )
}

/** What a second listener is told, after one that may close the client over what it is told. */
function listenTo(client: DeribitSocketClient, { closesWhen }: Session): readonly string[] {
  const told: string[] = []
  client.connection.watch({
    onOpen: (epoch) => void (closesWhen === 'opened anew' && epoch > 1 && client.close()),
    onLost: () => void (closesWhen === 'lost' && client.close()),
  })
  client.connection.watch({
    onOpen: (epoch) => void told.push(`open-${epoch}`),
    onLost: () => void told.push('lost'),
    onClosed: () => void told.push('closed'),
  })
  return told
}

function kindOf({ outcome, word }: Outcome): string {
  return outcome === 'rejected' && word === 'not_sent' ? 'not sent' : outcome
}
