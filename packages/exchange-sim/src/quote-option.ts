import type { Greeks, OptionInstrument } from '@cc/models'
import { type Black76Value, roundPriceDown, roundPriceUp } from '@cc/pricing'

/** The five greeks that Deribit quotes, of an option valued with Black-76 on its forward. */
export function greeksOf({ delta, gamma, vega, theta, rho }: Black76Value): Greeks {
  return { delta, gamma, vega, theta, rho }
}

/**
 * Prices that the exchange takes now: from 0.03 coin below the mark to 0.04 above it, and never short of the quotes.
 *
 * Deribit shows its band and does not publish the formula. This one is assumed, near bands seen on real tickers:
 * mark 0.0069 took 0.0001 to 0.0365, mark 0.0535 took 0.0265 to 0.0935, mark 0.1296 took 0.0945 to 0.1705.
 */
export function priceBand(
  instrument: OptionInstrument,
  quote: { markPriceCoin: number; bidPriceCoin: number | null; askPriceCoin: number | null },
): { minPriceCoin: number; maxPriceCoin: number } {
  const { markPriceCoin, bidPriceCoin, askPriceCoin } = quote
  const lowest = Math.min(markPriceCoin - 0.03, bidPriceCoin ?? Number.POSITIVE_INFINITY)
  const highest = Math.max(markPriceCoin + 0.04, askPriceCoin ?? 0)
  return {
    minPriceCoin: Math.max(instrument.tickSizeCoin, roundPriceDown(Math.max(0, lowest), instrument)),
    maxPriceCoin: roundPriceUp(highest, instrument),
  }
}
