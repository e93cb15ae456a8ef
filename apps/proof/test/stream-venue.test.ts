import { createDeribitVenue, createStreamVenue, type StreamVenueOptionsInput } from '@cc/deribit-client'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createFaultPlan, createSimServer, type SimServer } from '@cc/exchange-sim/server'
import { type AgentState, EMPTY_MEMORY } from '@cc/models'
import { createSystemClock, createVirtualClock } from '@cc/models/clock'
import { describeVenue } from '@cc/models/testing'
import { buildAgentState } from '@cc/state'
import { afterEach, expect, it } from 'vitest'
import { CREDENTIALS, START_MS, serveExchange, socketClientOf } from './served-exchange.ts'

const OBSERVATIONS = 25
const MARKET_READS = [
  'public/get_book_summary_by_currency',
  'public/ticker',
  'public/get_index_price',
  'public/get_instruments',
  'public/status',
] as const

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A venue that hears a local exchange over a WebSocket, and is warm. */
async function hear(server: SimServer, options: StreamVenueOptionsInput = {}) {
  const client = socketClientOf(server)
  ends.push(() => client.close())
  const venue = createStreamVenue(client, options)
  ends.push(async () => venue.close())
  await venue.warm()
  return { client, venue }
}

/** An exchange whose time stands still, between two bars: whoever estimates its time by some milliseconds sees the same. */
async function standingExchange() {
  const server = await createSimServer(
    { rateLimits: 'off', virtualTime: true },
    {
      clock: createVirtualClock({ startMs: START_MS + 20 * 60_000 }),
      market: createSyntheticMarket({ seed: 1, startMs: START_MS }),
      credentials: CREDENTIALS,
    },
  )
  ends.push(() => server.close())
  return server
}

for (const currency of ['BTC', 'ETH'] as const) {
  describeVenue(
    `that hears Deribit's protocol over WebSocket, ${currency}`,
    async () => {
      const served = await serveExchange()
      ends.push(served.stop)
      return (await hear(served.server, { currencies: [currency] })).venue
    },
    currency,
  )
}

it('lets an agent observe without a single question about the market, in a market that moves', async () => {
  const served = await serveExchange()
  ends.push(served.stop)
  const { venue } = await hear(served.server)
  const before = countsOf(served.server.requests())
  for (let round = 0; round < OBSERVATIONS; round += 1) {
    const { underlyings } = await buildAgentState(venue, EMPTY_MEMORY)
    for (const { parts, candidates } of underlyings) {
      expect(candidates.length).toBeGreaterThan(0)
      for (const part of ['account', 'chain', 'index'] as const) {
        expect(parts[part].ageMs, part).toBeLessThanOrEqual(10_000)
        expect(parts[part].ageMs, part).toBeGreaterThanOrEqual(-1_000)
      }
    }
  }
  expect(countsOf(served.server.requests())).toEqual(before)
})

it('builds the state that asking builds at the same moment, but for ages and the decimals of marks', async () => {
  const server = await standingExchange()
  const { client, venue } = await hear(server)
  const before = countsOf(server.requests())
  const heard = await buildAgentState(venue, EMPTY_MEMORY)
  expect(countsOf(server.requests())).toEqual(before)
  const asked = await buildAgentState(createDeribitVenue(client), EMPTY_MEMORY)
  expect(countsOf(server.requests())['public/get_book_summary_by_currency']).toBe(2)
  expect(comparable(heard)).toEqual(comparable(asked))
})

it('finds back after a connection was cut, with one listing and one status, and no chain once all is told again', async () => {
  const faults = createFaultPlan({
    script: [{ on: 'request', method: 'private/get_positions', fault: { kind: 'reset', when: 'before' } }],
  })
  const clock = createSystemClock({ startMs: START_MS })
  const server = await createSimServer(
    { rateLimits: 'off' },
    {
      clock,
      wallClock: createSystemClock(),
      market: createSyntheticMarket({ seed: 1, startMs: START_MS }),
      credentials: CREDENTIALS,
      faults,
    },
  )
  ends.push(() => server.close())
  const { client, venue } = await hear(server)
  const before = countsOf(server.requests())
  // It is read again over the next connection.
  await venue.broker.account('BTC')
  expect(client.connection.epoch()).toBe(2)
  expect(venue.ages().instruments).toEqual({ BTC: undefined, ETH: undefined })
  await venue.warm()
  for (let round = 0; round < 5; round += 1) await buildAgentState(venue, EMPTY_MEMORY)
  const after = countsOf(server.requests())
  expect(after).toEqual({
    ...before,
    'public/get_instruments': (before['public/get_instruments'] ?? 0) + 1,
    'public/status': (before['public/status'] ?? 0) + 1,
  })
})

function countsOf(requests: Readonly<Record<string, number>>) {
  return Object.fromEntries(MARKET_READS.map((method) => [method, requests[method] ?? 0]))
}

/** Without what depends on when exactly it was read; marks with the four decimals of tickers. */
function comparable({ source, underlyings, memory }: AgentState): unknown {
  return JSON.parse(
    JSON.stringify({ source, underlyings, memory }, (key, value) => {
      if (['parts', 'quotedMs'].includes(key)) return undefined
      if (key === 'markPriceCoin') return Math.round(value * 1e4) / 1e4
      // The client's clock goes on between the two: a few milliseconds of time value.
      return typeof value === 'number' ? Number(value.toPrecision(4)) : value
    }),
  )
}
