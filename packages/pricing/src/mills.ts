/** The two Mills ratios and `first − second`. */
export type MillsPair = { first: number; second: number; difference: number }

/**
 * Mills ratios R(z) = N(−z)/n(z) of the normal distribution at −¼ <= z₁ <= z₂, and R(z₁) − R(z₂) without cancellation.
 *
 * With q = (4.75 − z)/(5.25 + z) the half-line becomes (−1, 1], and R(z) = (1 + q)·P(q) with a smooth P: the
 * substitution of Shepherd & Laframboise for erfcx (Math. Comp. 36, 1981). One Horner pass yields P(q₁) and the divided
 * difference P[q₁, q₂], hence R(z₁) − R(z₂) = (q₁ − q₂)·(P(q₁) + (1 + q₂)·P[q₁, q₂]): positive terms only, however close
 * the points. `gap` is z₂ − z₁ as the caller knows it, free of the rounding of z₁ and z₂.
 */
export function millsPair(first: number, second: number, gap: number): MillsPair {
  const firstWeight = 10 / (5.25 + first)
  const secondWeight = 10 / (5.25 + second)
  const separation = firstWeight * secondWeight * gap * 0.1
  const q1 = firstWeight - 1
  const q2 = secondWeight - 1

  // Even and odd powers apart: P(q) = E(q²) + q·O(q²). Two short ways through the polynomial overlap.
  const w1 = q1 * q1
  const w2 = q2 * q2
  let even = MILLS_COEFFICIENTS[0] as number
  let evenSlope = 0
  let odd = 0
  let oddSlope = 0
  for (let power = 1; power < MILLS_COEFFICIENTS.length; power += 2) {
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + (MILLS_COEFFICIENTS[power] as number)
    evenSlope = evenSlope * w2 + even
    even = even * w1 + (MILLS_COEFFICIENTS[power + 1] as number)
  }
  const value = odd * q1 + even
  const slope = (oddSlope * q2 + evenSlope) * (q1 + q2) + odd

  return {
    first: firstWeight * value,
    second: secondWeight * (value - separation * slope),
    difference: separation * (secondWeight * slope + value),
  }
}

/**
 * P in descending powers of q: its Chebyshev series on [−1, 1] from 80 nodes at 50 digits (mpmath), cut after degree 24
 * and expanded. The cut costs 1e-17; the coefficients add up without cancellation, so monomials lose nothing.
 */
export const MILLS_COEFFICIENTS = [
  8.007983653059767e-11, -1.2075952402941916e-10, -8.996688270353561e-10, 1.5102836772782467e-9, 5.986911944849436e-9,
  -1.1192066989518083e-8, -3.5493506273537466e-8, 6.738888851710002e-8, 2.2875060073720373e-7, -3.450750252548903e-7,
  -1.6780307680084857e-6, 1.0256035129050829e-6, 1.2989122844073076e-5, 1.0173911175947562e-5, -8.48072004756612e-5,
  -0.0002723588670752249, 1.611342853831497e-5, 0.002729771489140798, 0.01168732355340074, 0.03166499826834513,
  0.06555840436514392, 0.11078680917364522, 0.1576813750907591, 0.19217302329684935, 0.20222323663305466,
] as const
