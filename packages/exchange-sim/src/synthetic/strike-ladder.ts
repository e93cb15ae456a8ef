import type { Currency } from '@cc/models'

/**
 * Strikes around a spot for a tenor, ascending: fine steps near the money, the next two coarser ones further out, in
 * zones that widen with the square root of time. Steps and widths after Deribit's chains of 2025-12 to 2026-05.
 */
export function strikeLadder(currency: Currency, spotUsd: number, days: number): readonly number[] {
  const { width, steps } = LADDERS[currency]
  const deviation = width * Math.sqrt(days / 365)
  const stepShare = steps.find(({ upToDays }) => days <= upToDays)?.share ?? Number.NaN
  const finest = nearestStep(spotUsd * stepShare)
  const strikes = new Set<number>()
  ZONES.forEach((zone, coarser) => {
    const step = STEPS_USD[finest + coarser] ?? Number.NaN
    const from = Math.ceil((spotUsd * Math.exp(-zone * deviation)) / step)
    const to = Math.floor((spotUsd * Math.exp(zone * deviation)) / step)
    for (let count = Math.max(1, from); count <= to; count++) strikes.add(count * step)
  })
  return [...strikes].sort((a, b) => a - b)
}

/** Ends of the three zones in deviations of ln(strike / spot). */
const ZONES = [0.55, 1.1, 2] as const
const STEPS_USD = [
  1, 2, 5, 10, 25, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000,
] as const

/** `width` is a usual annual volatility, `share` the finest step over spot. */
const LADDERS: Readonly<Record<Currency, { width: number; steps: readonly { upToDays: number; share: number }[] }>> = {
  BTC: {
    width: 0.45,
    steps: [
      { upToDays: 30, share: 0.0114 },
      { upToDays: Number.POSITIVE_INFINITY, share: 0.0227 },
    ],
  },
  ETH: {
    width: 0.62,
    steps: [
      { upToDays: 5, share: 0.0085 },
      { upToDays: 30, share: 0.017 },
      { upToDays: Number.POSITIVE_INFINITY, share: 0.034 },
    ],
  },
}

/** Place of the step that is nearest in ratio; two coarser ones always follow. */
function nearestStep(usd: number): number {
  let best = 0
  for (let place = 0; place < STEPS_USD.length - 2; place++) {
    const distance = (step: number) => Math.abs(Math.log((STEPS_USD[step] ?? Number.NaN) / usd))
    if (distance(place) < distance(best)) best = place
  }
  return best
}
