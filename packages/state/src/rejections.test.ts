import { CANDIDATE_REJECTIONS, type CandidateRejection, type ChainQuote } from '@cc/models'
import { expect, it } from 'vitest'
import { expiryIn, option, quoteOf, tickerOf } from '../test/fake-venue.js'
import { find, type Scene, vol } from './candidates.fixture.js'

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

it.each(CANDIDATE_REJECTIONS)('a call can be %s', (reason) => {
  const { rejectedCandidates } = find(SCENES[reason])
  expect(rejectedCandidates).toMatchObject([{ reason, count: 1 }])
})
