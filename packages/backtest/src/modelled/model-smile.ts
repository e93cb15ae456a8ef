import type { SliceNodes } from './surface-model.js'

/** Volatility of one expiry by ln(strike / forward). */
export type ModelSmile = (logMoneyness: number) => number

/**
 * Draws a smile through 10- and 25-delta put, the money (strike = forward), 25- and 10-delta call, linear in d1 = N⁻¹ of
 * the call's delta between them, flat beyond. A strike's d1 hangs on its volatility, which hangs on d1: on a straight piece
 * that is a quadratic, and is solved as one.
 *
 * @param expiryYears > 0
 */
export function createModelSmile(
  { atmIv, skew25, wings25, skew10, wings10 }: SliceNodes,
  expiryYears: number,
): ModelSmile {
  const root = Math.sqrt(expiryYears)
  const put10 = knotAt(D1_10, atmIv * (1 + wings10 - skew10 / 2), root)
  const put25 = knotAt(D1_25, atmIv * (1 + wings25 - skew25 / 2), root)
  const money = { d1: (atmIv * root) / 2, iv: atmIv, logMoneyness: 0 }
  const call25 = knotAt(-D1_25, atmIv * (1 + wings25 + skew25 / 2), root)
  const call10 = knotAt(-D1_10, atmIv * (1 + wings10 + skew10 / 2), root)
  return (logMoneyness) => {
    if (logMoneyness <= put10.logMoneyness) return put10.iv
    if (logMoneyness >= call10.logMoneyness) return call10.iv
    if (logMoneyness < put25.logMoneyness) return ivBetween(put10, put25, logMoneyness, root)
    if (logMoneyness < 0) return ivBetween(put25, money, logMoneyness, root)
    if (logMoneyness < call25.logMoneyness) return ivBetween(money, call25, logMoneyness, root)
    return ivBetween(call25, call10, logMoneyness, root)
  }
}

/** Normal quantiles of 0.9 and 0.75: d1 where the call's delta is 0.9, which is the 10-delta put, and 0.75. */
const D1_10 = 1.2815515655446004
const D1_25 = 0.6744897501960817

type Knot = { d1: number; iv: number; logMoneyness: number }

function knotAt(d1: number, iv: number, root: number): Knot {
  return { d1, iv, logMoneyness: ((iv * root) / 2 - d1) * iv * root }
}

/**
 * With s = √T, iv = a + b·d1 and k = (iv·s/2 − d1)·iv·s the place d1 solves
 * b·s·(b·s/2 − 1)·d1² + a·s·(b·s − 1)·d1 + a²·s²/2 − k = 0; of its roots that which stays finite as b goes to 0.
 */
function ivBetween(from: Knot, to: Knot, logMoneyness: number, root: number): number {
  const b = (to.iv - from.iv) / (to.d1 - from.d1)
  const a = from.iv - b * from.d1
  const square = b * root * ((b * root) / 2 - 1)
  const linear = a * root * (b * root - 1)
  const constant = (a * root) ** 2 / 2 - logMoneyness
  const d1 = (2 * constant) / (-linear + Math.sqrt(Math.max(0, linear * linear - 4 * square * constant)))
  // Rounding may lead an ulp beyond the piece.
  return a + b * Math.max(to.d1, Math.min(from.d1, d1))
}
