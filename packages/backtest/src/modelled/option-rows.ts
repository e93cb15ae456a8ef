import { ChainRow, greeksOf, priceAbove, priceBand, priceBelow, type UsualSpread, usualLean } from '@cc/exchange-sim'
import type { ChainQuote, Currency, OptionInstrument, OptionQuote } from '@cc/models'
import type { Black76Value } from '@cc/pricing'

/** What all quotes of an expiry share at one time. */
export type QuotedSlice = {
  stepMs: number
  indexUsd: number
  forwardUsd: number
  expiryYears: number
  usualSpread: UsualSpread
}

/** What a quote takes of the option itself. */
export type QuotedTerms = Pick<OptionInstrument, 'symbol' | 'currency' | 'kind' | 'tickSizeCoin'>

/** What an option is worth by the model, its volatility as the exchange states it. */
export type ModelledValue = Pick<Black76Value, 'priceCoin' | 'delta' | 'vega'> & { iv: number }

/**
 * Quotes one option around its modelled value as a chain shows it: the usual spread of its delta and tenor, never less than
 * a tick, rounded outwards, the middle of the calls that one sells as far below the mark as it usually is. No chance is in
 * it.
 */
export function quoteRow(terms: QuotedTerms, value: ModelledValue, slice: QuotedSlice): ChainQuote {
  const { symbol, currency, kind, tickSizeCoin } = terms
  const { priceCoin, delta, vega, iv } = value
  const { forwardUsd } = slice
  const spreadCoin = slice.usualSpread({ delta, vegaCoin: vega / forwardUsd })
  const tick = priceCoin < COARSE_FROM_COIN ? tickSizeCoin : COARSE_TICK_COIN
  // Rounding outwards gives about one tick back.
  const half = Math.max(spreadCoin - tick, LEAST_SPREAD_TICKS * tick) / 2
  const center = priceCoin - usualLean({ currency, kind, delta }) * spreadCoin
  const bid = center > half ? priceBelow(center - half) : 0
  const askPriceCoin = priceAbove(Math.max(center + half, bid + tickSizeCoin / 2))
  const markPriceCoin = Math.round(priceCoin * 1e4) / 1e4
  return new ChainRow(symbol, bid > 0 ? bid : null, askPriceCoin, markPriceCoin, iv, forwardUsd)
}

/** The same as a ticker shows it, with the size that is assumed at every price. */
export function quoteOption(
  instrument: OptionInstrument,
  { fair, iv, slice }: { fair: Black76Value; iv: number; slice: QuotedSlice },
): OptionQuote {
  const { priceCoin, delta, vega } = fair
  const row = quoteRow(instrument, { priceCoin, delta, vega, iv }, slice)
  const { stepMs, indexUsd, forwardUsd, expiryYears } = slice
  const sizeCoin = ASSUMED_SIZE_COIN[instrument.currency]
  return {
    ...row,
    timestampMs: stepMs,
    bidSizeCoin: row.bidPriceCoin === null ? null : sizeCoin,
    askSizeCoin: sizeCoin,
    indexUsd,
    greeks: greeksOf(fair, { forwardUsd, iv, expiryYears, markPriceCoin: priceCoin }),
    ...priceBand(instrument, row),
  }
}

/** At every price, both sides: more than a book of ours asks for. */
export const ASSUMED_SIZE_COIN: Readonly<Record<Currency, number>> = { BTC: 1_000, ETH: 10_000 }

const COARSE_FROM_COIN = 0.005
const COARSE_TICK_COIN = 0.0005
const LEAST_SPREAD_TICKS = 0.35
