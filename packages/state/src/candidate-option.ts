import type { CandidateOption, OptionGreeks, VolState } from '@cc/models'
import { black76, coinToUsd, saleProceedsCoin, shortCallMargin } from '@cc/pricing'
import type { CallQuote } from './candidate-quote.js'
import { spreadTicksOf } from './spread-ticks.js'

/** What candidates are priced and judged by besides their quotes. */
export type ScreeningBasis = { spotUsd: number; vol: Pick<VolState, 'ivrv' | 'forecast'> }

/** What of a quote was found sound: bid, ask and mark, their volatilities, greeks. */
export type SoundQuote = Pick<CandidateOption, 'bidPriceCoin' | 'markIv' | 'bidIv' | 'askIv' | 'moneyness'> & {
  askPriceCoin: number
} & { [Greek in keyof OptionGreeks]: NonNullable<OptionGreeks[Greek]> }

/** Prices the sale of one coin of a call at its bid, its fields in the order of the schema. The price of the mark decides nothing but the margin. */
export function priceCandidate(
  { listing, quote, read }: CallQuote,
  sound: SoundQuote,
  { spotUsd, vol }: ScreeningBasis,
): CandidateOption {
  const { instrument, dte, expiryYears } = listing
  const { strikeUsd, kind, takerFeeRate } = instrument
  const { markPriceCoin, forwardUsd, openInterestCoin } = quote
  const { bidPriceCoin, askPriceCoin, bidIv, askIv } = sound
  const netPremiumCoin = saleProceedsCoin({ sizeCoin: 1, priceCoin: bidPriceCoin, feeRate: takerFeeRate })
  const fairCoin =
    vol.forecast === null ? null : black76({ forwardUsd, strikeUsd, expiryYears, iv: vol.forecast.vol, kind }).priceCoin
  const margin = shortCallMargin({ sizeCoin: 1, strikeUsd, underlyingUsd: forwardUsd, markCoin: markPriceCoin })
  return {
    instrument,
    dte,
    quotedMs: read.quotedMs,
    quotedBy: read.quotedBy,
    bidPriceCoin,
    askPriceCoin,
    bidSizeCoin: read.bidSizeCoin,
    askSizeCoin: read.askSizeCoin,
    markPriceCoin,
    markIv: sound.markIv,
    bidIv,
    askIv,
    forwardUsd,
    delta: sound.delta,
    netDelta: sound.netDelta,
    gamma: sound.gamma,
    vega: sound.vega,
    theta: sound.theta,
    moneyness: sound.moneyness,
    netPremiumCoin,
    netPremiumUsd: coinToUsd(netPremiumCoin, spotUsd),
    annualisedYieldPct: (netPremiumCoin / dte) * DAYS_PER_YEAR * 100,
    spreadPct: ((askPriceCoin - bidPriceCoin) / ((askPriceCoin + bidPriceCoin) / 2)) * 100,
    spreadIv: askIv === null ? null : Math.max(0, askIv - bidIv),
    spreadTicks: spreadTicksOf({ bidPriceCoin, askPriceCoin }, instrument),
    openInterestCoin,
    edgeCoin: fairCoin === null ? null : netPremiumCoin - fairCoin,
    initialMarginCoin: margin.initialMarginCoin,
  }
}

const DAYS_PER_YEAR = 365
