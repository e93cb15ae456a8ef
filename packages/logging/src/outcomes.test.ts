import { type DecisionRecord, outcomeRecordSchema } from '@cc/models'
import { candidateForTest, instrumentForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decisionOf } from '../test/records.js'
import { outcomesOf, pendingOf } from './outcomes.js'

const EXPIRY_MS = Date.UTC(2026, 0, 30, 8)
const KNOWN_MS = EXPIRY_MS + 5_000

const bidAt = (symbol: string, bidPriceCoin: number, period: 'day' | 'week' = 'week') =>
  candidateForTest(symbol, { bidPriceCoin, instrument: instrumentForTest(symbol, { settlementPeriod: period }) })

const withCalls = (...candidates: ReturnType<typeof bidAt>[]): DecisionRecord =>
  decisionOf(stateForTest({ underlyings: [underlyingForTest({ candidates })] }))

const delivered = (deliveryUsd: number) =>
  ({ currency: 'BTC', expiryMs: EXPIRY_MS, deliveryUsd, knownMs: KNOWN_MS }) as const

describe('outcomesOf', () => {
  it.each([
    // 0.01 − 0.0003, and nothing else.
    { what: 'worthless: the premium after its fee', deliveryUsd: 90_000, period: 'week', netCoin: 0.0097 },
    { what: 'at the strike: worthless', deliveryUsd: 100_000, period: 'week', netCoin: 0.0097 },
    // 1 − 100 000 / 125 000 = 0.2 paid out, 0.00015 to the exchange.
    { what: 'in the money: less payout and fee', deliveryUsd: 125_000, period: 'week', netCoin: -0.19045 },
    { what: 'a daily: no delivery fee', deliveryUsd: 125_000, period: 'day', netCoin: -0.1903 },
    // Payout 1/1001: 12.5 % of it is 0.000124875, less than 0.00015.
    { what: 'just in the money: the fee is capped', deliveryUsd: 100_100, period: 'week', netCoin: 0.008576124 },
  ] as const)('$what', ({ deliveryUsd, period, netCoin }) => {
    const record = withCalls(bidAt('BTC-30JAN26-100000-C', 0.01, period))
    const outcome = outcomesOf(record, delivered(deliveryUsd))
    expect(outcome?.calls).toEqual([
      {
        symbol: 'BTC-30JAN26-100000-C',
        netCoin: expect.closeTo(netCoin, 9),
        netUsd: expect.closeTo(netCoin * deliveryUsd, 4),
      },
    ])
  })

  it('names the decision, the delivery and each candidate of the expiry in its order', () => {
    const record = withCalls(
      bidAt('BTC-30JAN26-110000-C', 0.004),
      bidAt('BTC-6FEB26-100000-C', 0.02),
      bidAt('BTC-30JAN26-95000-C', 0.02),
    )
    const outcome = outcomesOf(record, delivered(90_000))
    expect(outcome).toMatchObject({
      kind: 'outcome',
      runId: record.runId,
      decisionId: record.decisionId,
      cycle: record.cycle,
      ...delivered(90_000),
    })
    expect(outcome?.calls.map(({ symbol }) => symbol)).toEqual(['BTC-30JAN26-110000-C', 'BTC-30JAN26-95000-C'])
  })

  it.each([
    ['a cycle that saw nothing', { ...withCalls(bidAt('BTC-30JAN26-100000-C', 0.01)), state: null }],
    ['a cycle without an id', { ...withCalls(bidAt('BTC-30JAN26-100000-C', 0.01)), decisionId: null }],
    ['no candidates', withCalls()],
    ['candidates of another expiry', withCalls(bidAt('BTC-6FEB26-100000-C', 0.01))],
  ])('is none for %s', (_, record) => {
    expect(outcomesOf(record, delivered(90_000))).toBeNull()
  })

  it('refuses a delivery price that is none', () => {
    expect(() => outcomesOf(withCalls(bidAt('BTC-30JAN26-100000-C', 0.01)), delivered(0))).toThrow(/deliveryUsd/)
  })

  it('never pays more than the premium, nor costs a whole coin beyond the fee, and fits its schema', () => {
    const strikeUsd = fc.integer({ min: 1, max: 1_000_000 })
    const price = fc.double({ min: 1e-4, max: 0.5, noNaN: true })
    const deliveryUsd = fc.double({ min: 1e-3, max: 1e7, noNaN: true })
    fc.assert(
      fc.property(strikeUsd, price, deliveryUsd, (strike, bidPriceCoin, usd) => {
        const candidate = bidAt(`BTC-30JAN26-${strike}-C`, bidPriceCoin)
        const outcome = outcomeRecordSchema.parse(outcomesOf(withCalls(candidate), delivered(usd)))
        const [{ netCoin, netUsd } = { netCoin: NaN, netUsd: NaN }] = outcome.calls
        expect(netCoin).toBeLessThanOrEqual(candidate.netPremiumCoin)
        expect(netCoin).toBeGreaterThan(candidate.netPremiumCoin - 1 - 0.00015)
        expect(netUsd).toBe(netCoin * usd)
        if (usd <= strike) expect(netCoin).toBe(candidate.netPremiumCoin)
      }),
    )
  })

  it('has one outcome pending for each currency and expiry, and every candidate in one of them', () => {
    const symbols = ['BTC-30JAN26-100000-C', 'BTC-6FEB26-100000-C', 'BTC-30JAN26-95000-C', 'BTC-6FEB26-95000-C']
    fc.assert(
      fc.property(fc.subarray(symbols), (picked) => {
        const pending = pendingOf(withCalls(...picked.map((symbol) => bidAt(symbol, 0.01))))
        const keys = pending.map(({ currency, expiryMs }) => `${currency} ${expiryMs}`)
        expect(new Set(keys).size).toBe(keys.length)
        const named = pending.flatMap(({ calls }) => calls.map(({ terms }) => terms.symbol))
        expect(named.sort()).toEqual([...picked].sort())
      }),
    )
  })
})
