import type { OptionInstrument } from '@cc/models'
import { impliedVolatility, yearsBetween } from '@cc/pricing'

/**
 * IV (0.52 = 52 %) at which Black-76 gives a price; `null` where none up to 2,000 % does: at or below the intrinsic
 * value, above what the option can be worth, or with no time left.
 */
export function impliedIv(
  { strikeUsd, expiryMs, kind }: OptionInstrument,
  quoted: { priceCoin: number; forwardUsd: number; atMs: number },
): number | null {
  const { priceCoin, forwardUsd, atMs } = quoted
  const expiryYears = Math.max(0, yearsBetween(atMs, expiryMs))
  const iv = impliedVolatility({ forwardUsd, strikeUsd, expiryYears, priceUsd: priceCoin * forwardUsd, kind })
  return iv !== null && iv <= HIGHEST_IV ? iv : null
}

const HIGHEST_IV = 20
