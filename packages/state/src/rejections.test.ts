import { CANDIDATE_REJECTIONS, type CandidateRejection, type ChainQuote } from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expiryIn, option, quoteOf, tickerOf } from '../test/fake-venue.js'
import { find, type Scene, vol } from './candidates.fixture.js'
import { inSixDigits } from './rejections.js'

const call = option({ strikeUsd: 100_000 })
const other = option({ strikeUsd: 101_000 })

/** One call that is listed and quoted like this, and sold under these options. */
function calls(
  { listed = {}, quoted = {} }: { listed?: Partial<typeof call>; quoted?: Partial<ChainQuote> },
  scene: Partial<Scene> = {},
): Scene {
  const instrument = option({ strikeUsd: call.strikeUsd, ...listed })
  return { instruments: [instrument], quotes: [quoteOf(instrument, quoted)], ...scene }
}

/** A scene that each reason is the only one of. */
const SCENES: Record<CandidateRejection, Scene> = {
  'not-open': calls({ listed: { state: 'locked' } }),
  'dte-too-short': calls({ listed: { expiryMs: expiryIn(4) } }),
  'dte-too-long': calls({ listed: { expiryMs: expiryIn(60) } }),
  'not-quoted': { instruments: [call], quotes: [] },
  'in-the-money': calls({ listed: { strikeUsd: 80_000 } }),
  'no-bid': calls({ quoted: { bidPriceCoin: null } }),
  'no-ask': calls({ quoted: { askPriceCoin: null } }),
  crossed: calls({ quoted: { bidPriceCoin: 0.0135, askPriceCoin: 0.013 } }),
  'no-iv': calls({ quoted: { markIv: null } }),
  'iv-out-of-range': calls({ quoted: { markIv: 50 } }),
  'delta-too-low': calls({ listed: { strikeUsd: 120_000 } }),
  'delta-too-high': calls({ listed: { strikeUsd: 91_000 } }),
  'premium-too-small': calls({}, { options: { premiumMinUsd: 10_000 } }),
  'spread-too-wide': calls({ quoted: { bidPriceCoin: 0.01, askPriceCoin: 0.014 } }),
  'open-interest-too-small': calls({}, { options: { liquidity: { minOpenInterestCoin: 13 } } }),
  'open-interest-missing': calls(
    { quoted: { openInterestCoin: null } },
    { options: { liquidity: { minOpenInterestCoin: 13 } } },
  ),
  'ivrv-too-low': calls({}, { options: { ivrvMin: 1.3 } }),
  'ivrv-missing': calls({}, { vol: vol({ ivrv: null }), options: { ivrvMin: 1.3 } }),
  'below-the-cap': {
    instruments: [call, other],
    quotes: [quoteOf(call), quoteOf(other)],
    options: { maxCandidates: 1 },
  },
  'no-ticker': calls({}, { tickers: [{ symbol: call.symbol, missing: 'venue/timeout' }] }),
  'bid-size-too-small': calls(
    {},
    { tickers: [tickerOf(quoteOf(call))], options: { liquidity: { minBidSizeCoin: 6 } } },
  ),
  'bid-size-missing': calls(
    {},
    { tickers: [tickerOf(quoteOf(call), { bidSizeCoin: null })], options: { liquidity: { minBidSizeCoin: 6 } } },
  ),
}

it('writes six digits as toPrecision does', () => {
  const ties = fc.tuple(fc.integer({ min: -2_000_000, max: 2_000_000 }), fc.integer({ min: 0, max: 10 }))
  const values = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, min: -2e6, max: 2e6 }),
    fc.double({ noNaN: true, min: 0, max: 1e-4 }),
    ties.map(([digits, places]) => (digits + 0.5) / 10 ** places),
    ties.map(([digits, places]) => digits / 10 ** places),
    fc
      .tuple(fc.integer({ min: -7, max: 7 }), fc.integer({ min: -4, max: 4 }))
      .map(([power, ulps]) => 10 ** power * (1 + ulps * Number.EPSILON)),
  )
  fc.assert(
    fc.property(values, (value) => {
      expect(inSixDigits(value)).toBe(Number(value.toPrecision(6)))
    }),
    { numRuns: 20_000 },
  )
})

it.each(CANDIDATE_REJECTIONS)('a call can be %s', (reason) => {
  const { rejectedCandidates } = find(SCENES[reason])
  expect(rejectedCandidates).toMatchObject([{ reason, count: 1 }])
})
