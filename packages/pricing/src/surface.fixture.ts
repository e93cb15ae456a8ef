import { black76 } from './black76.js'
import type { ExpiryQuotes, SmileQuote } from './smile-quotes.js'
import { type SviParameters, sviTotalVariance } from './svi.js'

/** A smile of usual shape for a time to expiry: 50-60 % at the money, more for puts, the same in time but for its level. */
export function usualSmile(expiryYears: number, level = 0.3): SviParameters {
  const root = Math.sqrt(expiryYears)
  return { a: level * 0.4 * expiryYears, b: level * 0.9 * root * 0.6, rho: -0.25, m: 0.05 * root, sigma: 0.6 * root }
}

/** Books of calls and puts around the prices of a smile, half a spread of volatility to each side. */
export function booksOf(
  svi: SviParameters,
  expiryYears: number,
  options: { forwardUsd?: number; strikes?: readonly number[]; halfSpread?: number } = {},
): ExpiryQuotes {
  const { forwardUsd = 60_000, halfSpread = 0.005 } = options
  const strikes = options.strikes ?? strikesWithin(forwardUsd, svi)
  const quotes = strikes.flatMap((strikeUsd): SmileQuote[] => {
    const iv = Math.sqrt(sviTotalVariance(svi, Math.log(strikeUsd / forwardUsd)) / expiryYears)
    return (['call', 'put'] as const).map((kind) => {
      const at = (volatility: number) => black76({ forwardUsd, strikeUsd, expiryYears, iv: volatility, kind }).priceCoin
      return { forwardUsd, strikeUsd, kind, bidCoin: at(iv - halfSpread), askCoin: at(iv + halfSpread) }
    })
  })
  return { expiryYears, quotes }
}

/** 25 strikes over two and a half deviations to each side. */
function strikesWithin(forwardUsd: number, svi: SviParameters): number[] {
  const deviation = Math.sqrt(sviTotalVariance(svi, 0))
  return Array.from({ length: 25 }, (_, i) => Math.round(forwardUsd * Math.exp(deviation * 2.5 * (i / 12 - 1))))
}
