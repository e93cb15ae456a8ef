import type { OptionInstrument } from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'

/**
 * IV (0.52 = 52 %) at which Black-76 gives a price; `null` where none up to 2,000 % does: at or below the intrinsic
 * value, or above what the option can be worth. Newton's method inside a bracket that each value tightens.
 */
export function impliedIv(
  { strikeUsd, expiryMs, kind }: OptionInstrument,
  quoted: {
    priceCoin: number
    forwardUsd: number
    atMs: number
    /** Where to begin, such as the IV of the mark. */
    nearIv: number | null
  },
): number | null {
  const { priceCoin, forwardUsd, atMs, nearIv } = quoted
  const expiryYears = yearsBetween(atMs, expiryMs)
  const targetUsd = priceCoin * forwardUsd
  const intrinsicUsd = Math.max(0, kind === 'call' ? forwardUsd - strikeUsd : strikeUsd - forwardUsd)
  if (expiryYears <= 0 || targetUsd <= intrinsicUsd) return null

  let low = 0
  let high = HIGHEST_IV
  let iv = nearIv ?? 0.5
  for (let step = 0; step < MOST_STEPS; step++) {
    const { priceUsd, vega } = black76({ forwardUsd, strikeUsd, expiryYears, iv, kind })
    if (priceUsd > targetUsd) high = iv
    else low = iv
    const newton = iv - (priceUsd - targetUsd) / (100 * vega)
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (Math.abs(next - iv) <= PRECISION * iv) return high === HIGHEST_IV && next > HIGHEST_IV * 0.999 ? null : next
    iv = next
  }
  return null
}

const HIGHEST_IV = 20
const MOST_STEPS = 100
const PRECISION = 1e-10
