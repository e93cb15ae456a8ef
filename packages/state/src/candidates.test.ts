import { CANDIDATE_REJECTIONS, type ChainQuote, type OptionInstrument } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expiryIn, NOW_MS, option, quoteOf, world } from '../test/fake-venue.js'
import { findCandidates } from './candidates.js'
import { type StateOptionsInput, stateOptionsSchema } from './options.js'
import { listingsOf } from './readings.js'

const SPOT_USD = 89_900

function find(
  instruments: readonly OptionInstrument[],
  quotes: readonly ChainQuote[],
  options: StateOptionsInput = {},
) {
  const listings = listingsOf(instruments, { currency: 'BTC', timestampMs: NOW_MS, quotes }, NOW_MS)
  return findCandidates(listings, SPOT_USD, stateOptionsSchema.parse(options))
}

describe('a candidate', () => {
  const call = option({ strikeUsd: 100_000, expiryMs: expiryIn(14) })

  it('is priced at the bid after the fee, per coin', () => {
    const quote = quoteOf(call, { bidPriceCoin: 0.0123, askPriceCoin: 0.0127 })
    const [candidate] = find([call], [quote]).candidates
    const dte = 14 - 2 / 24
    expect(candidate).toEqual({
      instrument: call,
      dte,
      bidPriceCoin: 0.0123,
      askPriceCoin: 0.0127,
      markPriceCoin: quote.markPriceCoin,
      markIv: 0.5,
      forwardUsd: 90_000,
      delta: expect.closeTo(0.15142, 4),
      moneyness: expect.closeTo(1 / 9, 12),
      netPremiumCoin: 0.0123 - 0.0003,
      netPremiumUsd: (0.0123 - 0.0003) * SPOT_USD,
      annualisedYieldPct: expect.closeTo(((0.012 * 365) / dte) * 100, 9),
      spreadPct: expect.closeTo((0.0004 / 0.0125) * 100, 9),
      openInterestCoin: 12,
    })
  })

  it('pays a fee of an eighth of a small premium', () => {
    const [candidate] = find([call], [quoteOf(call, { bidPriceCoin: 0.0008 })]).candidates
    expect(candidate?.netPremiumCoin).toBeCloseTo(0.0007, 12)
  })

  it('has no spread without an ask, and none to pay in a crossed book', () => {
    expect(find([call], [quoteOf(call, { askPriceCoin: null })]).candidates[0]?.spreadPct).toBeNull()
    const crossed = quoteOf(call, { bidPriceCoin: 0.013, askPriceCoin: 0.012 })
    expect(find([call], [crossed]).candidates[0]?.spreadPct).toBe(0)
  })
})

describe('a rejection', () => {
  const call = option()
  it.each([
    { reason: 'not-open', instrument: { state: 'locked' }, quote: {}, why: 'its book takes cancels only' },
    { reason: 'dte-too-short', instrument: { expiryMs: expiryIn(5) }, quote: {}, why: '4.9 days' },
    { reason: 'dte-too-long', instrument: { expiryMs: expiryIn(46) }, quote: {}, why: '45.9 days' },
    {
      reason: 'no-bid',
      instrument: {},
      quote: { bidPriceCoin: null, markIv: null },
      why: 'bid is looked at before IV',
    },
    { reason: 'no-bid', instrument: {}, quote: null, why: 'the chain has no row' },
    { reason: 'no-iv', instrument: {}, quote: { markIv: null }, why: 'the venue marks no IV' },
    { reason: 'delta-too-low', instrument: { strikeUsd: 150_000 }, quote: {}, why: 'far out of the money' },
    { reason: 'delta-too-high', instrument: { strikeUsd: 90_000 }, quote: {}, why: 'at the money' },
    { reason: 'premium-too-small', instrument: {}, quote: { bidPriceCoin: 0.00006 }, why: '4.72 USD after the fee' },
  ] as const)('is $reason where $why', ({ reason, instrument, quote }) => {
    const listed = option({ ...call, ...instrument })
    const found = find([listed], quote === null ? [] : [quoteOf(listed, quote)])
    expect(found).toEqual({ candidates: [], rejectedCandidates: { [reason]: 1 } })
  })

  it.each([
    { expiryMs: expiryIn(0), why: 'has expired' },
    { expiryMs: NOW_MS, why: 'expires now' },
  ])('meets a call that $why even with no least number of days', ({ expiryMs }) => {
    const expired = option({ expiryMs })
    expect(find([expired], [quoteOf(expired)], { dteMin: 0 }).rejectedCandidates).toEqual({ 'dte-too-short': 1 })
  })

  it('is counted in the order of the list', () => {
    const { instruments, quotes } = world()
    const { rejectedCandidates } = find(instruments, quotes, { dteMin: 20, deltaMin: 0.2 })
    const order = Object.keys(rejectedCandidates)
    expect(order).toEqual(CANDIDATE_REJECTIONS.filter((reason) => order.includes(reason)))
    expect(order).toEqual(['dte-too-short', 'delta-too-low', 'delta-too-high'])
  })
})

it('accounts for every listed call, keeps candidates inside the settings and in order', () => {
  const positive = fc.double({ min: 1e-4, max: 0.2, noNaN: true })
  const row = fc.record({
    days: fc.integer({ min: 0, max: 60 }),
    strikeUsd: fc.integer({ min: 50_000, max: 150_000 }),
    kind: fc.constantFrom('call', 'put'),
    state: fc.constantFrom('open', 'locked'),
    quoted: fc.boolean(),
    bidPriceCoin: fc.option(positive),
    askPriceCoin: fc.option(positive),
    markIv: fc.option(fc.double({ min: 0.2, max: 1.5, noNaN: true })),
  })
  const range = (max: number) =>
    fc
      .tuple(fc.double({ min: 0, max, noNaN: true }), fc.double({ min: 0, max, noNaN: true }))
      .map((pair) => pair.sort((a, b) => a - b))
  fc.assert(
    fc.property(
      fc.uniqueArray(row, { selector: ({ days, strikeUsd, kind }) => `${days} ${strikeUsd} ${kind}`, maxLength: 40 }),
      range(1),
      range(60),
      fc.double({ min: 0, max: 2_000, noNaN: true }),
      (rows, [deltaMin, deltaMax], [dteMin, dteMax], premiumMinUsd) => {
        const instruments = rows.map(({ days, ...terms }) => option({ ...terms, expiryMs: expiryIn(days) }))
        const quotes = rows.flatMap(({ quoted, bidPriceCoin, askPriceCoin, markIv }, at) =>
          quoted ? [quoteOf(instruments[at]!, { bidPriceCoin, askPriceCoin, markIv })] : [],
        )
        const options = { deltaMin: deltaMin!, deltaMax: deltaMax!, dteMin: dteMin!, dteMax: dteMax!, premiumMinUsd }
        const { candidates, rejectedCandidates } = find(instruments, quotes, options)
        const rejected = Object.values(rejectedCandidates).reduce((sum, count) => sum + count, 0)
        expect(candidates.length + rejected).toBe(instruments.filter(({ kind }) => kind === 'call').length)
        for (const { delta, dte, netPremiumUsd, instrument } of candidates) {
          expect(instrument.state).toBe('open')
          expect(delta >= options.deltaMin && delta <= options.deltaMax).toBe(true)
          expect(dte > 0 && dte >= options.dteMin && dte <= options.dteMax).toBe(true)
          expect(netPremiumUsd).toBeGreaterThanOrEqual(premiumMinUsd)
        }
        const order = candidates.map(({ instrument }) => instrument.expiryMs * 1e6 + instrument.strikeUsd)
        expect(order).toEqual(order.toSorted((a, b) => a - b))
      },
    ),
  )
})
