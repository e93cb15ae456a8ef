/** A European call on a forward. */
export type Call = { forwardUsd: number; strikeUsd: number; years: number; iv: number }

/** Black-76 value of a call in coin: N(d1) − K/F · N(d2). */
export function callValue({ forwardUsd, strikeUsd, years, iv }: Call): number {
  const deviation = iv * Math.sqrt(years)
  const ratio = strikeUsd / forwardUsd
  if (!(deviation > 0)) return Math.max(0, 1 - ratio)
  const d1 = -Math.log(ratio) / deviation + deviation / 2
  return normal(d1) - ratio * normal(d1 - deviation)
}

/** Black-Scholes delta of a call, N(d1). */
export function callDelta({ forwardUsd, strikeUsd, years, iv }: Call): number {
  const deviation = iv * Math.sqrt(years)
  return normal(Math.log(forwardUsd / strikeUsd) / deviation + deviation / 2)
}

/**
 * Cumulative normal distribution to about 15 digits: its power series near the middle (Abramowitz and Stegun 26.2.11),
 * the continued fraction in the tails (26.2.14).
 */
export function normal(x: number): number {
  if (x < 0) return 1 - upper(x)
  return x > 4 ? 1 - tail(x) : 0.5 + density(x) * series(x)
}

function upper(x: number): number {
  return normal(-x)
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

function series(x: number): number {
  let term = x
  let total = x
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(total); odd += 2) {
    term *= (x * x) / odd
    total += term
  }
  return total
}

function tail(x: number): number {
  let fraction = x
  for (let level = 60; level >= 1; level--) fraction = x + level / fraction
  return density(x) / fraction
}
