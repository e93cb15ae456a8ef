import { createDeribitVenue, type DeribitClient } from '@cc/deribit-client'
import { createSimVenue, createSyntheticMarket } from '@cc/exchange-sim'
import { createSimServer, type SimServer } from '@cc/exchange-sim/server'
import type { OptionInstrument, Venue } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { orderForTest } from '@cc/models/testing'
import { expect, it, onTestFinished } from 'vitest'
import { createRpc } from './rpc.ts'
import { CREDENTIALS, httpClientOf, START_MS, socketClientOf } from './served-exchange.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** One exchange as two parties see it, and how its time is moved. */
type Face = { venue: Venue; advance(durationMs: number): Promise<void> }

function inMemory(): Face {
  const venue = createSimVenue(
    {},
    {
      clock: createVirtualClock({ startMs: START_MS }),
      market: createSyntheticMarket({ seed: 1, startMs: START_MS }),
    },
  )
  return { venue, advance: (durationMs) => venue.clock.sleep(durationMs) }
}

async function served(clientOf: (server: SimServer) => DeribitClient): Promise<Face> {
  const server = await createSimServer(
    // A token for longer than the play: the client renews it by real time.
    { virtualTime: true, rateLimits: 'off', accessTokenSec: 90 * 86_400 },
    {
      clock: createVirtualClock({ startMs: START_MS }),
      market: createSyntheticMarket({ seed: 1, startMs: START_MS }),
      credentials: CREDENTIALS,
    },
  )
  onTestFinished(() => server.close())
  const client = clientOf(server)
  onTestFinished(() => client.close())
  await client.open()
  const rpc = createRpc({ httpUrl: server.httpUrl, credentials: CREDENTIALS })
  return {
    venue: createDeribitVenue(client),
    async advance(durationMs) {
      await rpc('sim/advance_time', { by_ms: durationMs })
      await client.public.getTime()
    },
  }
}

/** Sells, rests, cancels, buys back and lets expire over three weeks; what was seen on the way. */
async function play({ venue, advance }: Face): Promise<unknown[]> {
  const { market, broker, clock } = venue
  const seen: unknown[] = []
  const calls = (await market.instruments('BTC')).filter(({ kind }) => kind === 'call')
  const spotUsd = (await market.indexPrice('BTC')).indexUsd
  const pick = (days: number, moneyness: number) =>
    calls
      .filter(({ expiryMs }) => expiryMs > START_MS + days * DAY_MS)
      .sort((a, b) => a.expiryMs - b.expiryMs || distance(a, moneyness) - distance(b, moneyness))[0] as OptionInstrument
  const distance = ({ strikeUsd }: OptionInstrument, moneyness: number) => Math.abs(strikeUsd / spotUsd - moneyness)
  const place = async (instrument: OptionInstrument, side: 'buy' | 'sell', changes: object) => {
    const order = {
      label: `l${seen.length}`,
      side,
      sizeCoin: 0.3,
      reduceOnly: side === 'buy',
      postOnly: false,
    } as const
    const rest = { timeInForce: 'good-til-cancelled', validUntilMs: clock.now() + 30_000, priceCoin: 0 } as const
    return broker.place(orderForTest(instrument, { ...order, ...rest, ...changes }))
  }
  const look = async () => {
    // Venue time stands still here, which no estimate over a network can follow to the millisecond.
    const span = { fromMs: START_MS - DAY_MS, toMs: clock.now() + HOUR_MS }
    seen.push(await broker.account('BTC'), await broker.fills('BTC', span), await broker.ledger('BTC', span))
  }

  const [near, later, deep] = [pick(3, 1.03), pick(10, 1.05), pick(3, 0.93)]
  for (const instrument of [near, later, deep]) {
    const quote = await market.quote(instrument.symbol)
    seen.push(instrument, quote)
    const ask = { symbol: instrument.symbol, side: 'sell', sizeCoin: 0.3, priceCoin: quote.bidPriceCoin ?? 0 } as const
    seen.push(await broker.margins(ask), await place(instrument, 'sell', { priceCoin: quote.bidPriceCoin }))
  }
  const { maxPriceCoin } = await market.quote(later.symbol)
  const resting = await place(later, 'sell', { priceCoin: maxPriceCoin, postOnly: true, sizeCoin: 0.1 })
  seen.push(resting)
  await look()
  if (resting.outcome === 'accepted') seen.push(await broker.cancel(resting.order.orderId))
  await advance(2 * DAY_MS)
  const { askPriceCoin } = await market.quote(later.symbol)
  seen.push(await place(later, 'buy', { priceCoin: askPriceCoin }))
  await look()
  await advance(7 * DAY_MS)
  await look()
  for (const expiryMs of new Set([near.expiryMs, deep.expiryMs])) seen.push(await market.deliveryPrice('BTC', expiryMs))
  const toMs = Math.round(clock.now() / HOUR_MS) * HOUR_MS
  const bars = { fromMs: toMs - 3 * DAY_MS, toMs, resolutionMs: HOUR_MS }
  seen.push(await market.history('BTC', { ...bars, kind: 'candles' }))
  // Deribit rounds its values to two decimals of a percent.
  seen.push((await market.history('BTC', { ...bars, kind: 'dvol' })).openMs)
  seen.push(await market.chain('BTC'))
  return seen
}

/** Names that only one party knows, and times to the millisecond, left out; numbers to the eighth decimal. */
function comparable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, function (this: { kind?: unknown }, key, inner: unknown) {
      // Deribit tells no index of a deposit.
      if (key === 'indexUsd' && this.kind === 'transfer') return undefined
      if (/^(id|timestampMs|createdMs|updatedMs|ageMs|description|message)$/.test(key)) return undefined
      // Deribit rounds what it shows of these: two decimals of a percent, five of a delta.
      if (/^(markIv|greeks|deltaCoin|deltaTotalCoin|openInterestCoin|volumeCoin)$/.test(key)) return undefined
      if (inner instanceof Float64Array) return [...inner]
      return typeof inner === 'number' ? Number(inner.toFixed(7)) : inner
    }),
  )
}

it.each([
  { over: 'HTTP', clientOf: httpClientOf },
  { over: 'WebSocket', clientOf: (server: SimServer) => socketClientOf(server) },
])('tells the same story in memory and over $over, from order to delivery', async ({ clientOf }) => {
  const memory = await play(inMemory())
  const wire = await play(await served(clientOf))
  expect(wire).toHaveLength(memory.length)
  for (const [step, value] of memory.entries())
    expect(comparable(wire[step]), `step ${step}`).toEqual(comparable(value))
})
