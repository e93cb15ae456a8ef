import { createSimVenue } from '@cc/exchange-sim'
import { outcomesOf } from '@cc/logging'
import {
  type CandidateOption,
  type DecisionRecord,
  decisionIdOf,
  EMPTY_MEMORY,
  type OutcomeRecord,
  RECORD_SCHEMA_VERSION,
  type Venue,
} from '@cc/models'
import { orderForTest } from '@cc/models/testing'
import { buildAgentState } from '@cc/state'
import { expect, it } from 'vitest'

/*
 * What a record says that each candidate came to, against what the exchange booked for an account that sold them all at
 * their bids and held them to delivery.
 */

const HOUR_MS = 3_600_000
const ALL_TIME = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }
/** Calls in and out of the money, dailies too: whatever lists and trades. */
const WIDE = {
  deltaMin: 0,
  deltaMax: 1,
  dteMin: 0,
  dteMax: 12,
  moneynessMin: -0.9,
  premiumMinUsd: 0,
  maxCandidates: 200,
}

it.each([1, 2, 3])('names to the last 1e-15 what the exchange booked in the market of seed %i', async (seed) => {
  const venue = createSimVenue({ seed, depositsCoin: { BTC: 1_000, ETH: 1_000 } })
  const { clock, broker, market } = venue
  const record = await decisionAt(venue)
  const candidates = record.state?.underlyings.flatMap((underlying) => underlying.candidates) ?? []
  for (const candidate of candidates) await sell(venue, candidate)
  await clock.sleep(13 * 24 * HOUR_MS)

  const expiries = new Map(
    candidates.map(({ instrument }) => [`${instrument.currency} ${instrument.expiryMs}`, instrument]),
  )
  const outcomes: OutcomeRecord[] = []
  for (const { currency, expiryMs } of expiries.values()) {
    const deliveryUsd = await market.deliveryPrice(currency, expiryMs)
    if (deliveryUsd === undefined) throw new Error(`${currency} has no delivery price`)
    const outcome = outcomesOf(record, { currency, expiryMs, deliveryUsd, knownMs: clock.now() })
    if (outcome !== null) outcomes.push(outcome)
  }
  const told = new Map(outcomes.flatMap(({ calls }) => calls.map(({ symbol, netCoin }) => [symbol, netCoin])))
  expect(told.size).toBe(candidates.length)

  const rows = [...(await broker.ledger('BTC', ALL_TIME)), ...(await broker.ledger('ETH', ALL_TIME))]
  let paidOut = 0
  for (const { instrument } of candidates) {
    const own = rows.filter(({ symbol }) => symbol === instrument.symbol)
    expect(own.map(({ kind }) => kind)).toEqual(['trade', 'delivery'])
    const netCoin = own.reduce((sum, { changeCoin }) => sum + changeCoin, 0) / instrument.minSizeCoin
    expect(Math.abs((told.get(instrument.symbol) ?? Number.NaN) - netCoin)).toBeLessThan(1e-15)
    if (own[1]?.changeCoin !== 0) paidOut += 1
  }
  // These seeds have both ends, and dailies, which pay no delivery fee.
  expect(paidOut).toBeGreaterThan(5)
  expect(candidates.length - paidOut).toBeGreaterThan(5)
  expect(new Set(candidates.map(({ instrument }) => instrument.settlementPeriod)).size).toBeGreaterThan(1)
})

async function decisionAt(venue: Venue): Promise<DecisionRecord> {
  const state = await buildAgentState(venue, EMPTY_MEMORY, WIDE)
  const proposal = { action: 'DO_NOTHING', params: {}, reasoning: '' } as const
  const nowMs = venue.clock.now()
  return {
    kind: 'decision',
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: '0123456789abcdef',
    cycle: 0,
    decisionId: decisionIdOf({ state, proposal, nowMs, margins: [] }),
    startedMs: nowMs,
    endedMs: nowMs,
    policy: 'rules',
    dryRun: false,
    ledger: [],
    state,
    decision: { proposal },
    review: { nowMs, margins: [] },
    verdict: null,
    execution: null,
    failure: null,
  }
}

async function sell({ broker }: Venue, { instrument, bidPriceCoin }: CandidateOption): Promise<void> {
  const outcome = await broker.place(
    orderForTest(instrument, {
      side: 'sell',
      sizeCoin: instrument.minSizeCoin,
      priceCoin: bidPriceCoin,
      label: instrument.symbol,
      postOnly: false,
      reduceOnly: false,
      timeInForce: 'immediate-or-cancel',
      validUntilMs: Number.MAX_SAFE_INTEGER,
    }),
  )
  if (outcome.outcome !== 'accepted' || outcome.order.state !== 'filled') {
    throw new Error(`${instrument.symbol} was not sold: ${JSON.stringify(outcome)}`)
  }
}
