import { black76 } from '@cc/pricing'
import type { ChainColumns, CoinSeries } from '../history/chain-columns.js'
import { chainSlices } from './chain-slices.js'
import { createDriverSeries } from './driver-series.js'
import { meanOf } from './least-squares.js'
import { createModelSmile } from './model-smile.js'
import { type SurfaceCoefficients, sliceNodes, surfaceNodes } from './surface-model.js'

/** How far a model lies from recorded chains, by days to expiry from `fromDays` to before `toDays`. */
export type ModelError = {
  fromDays: number
  toDays: number
  /** Smiles that were compared. */
  slices: number
  /** Model less recorded volatility at the money: mean and root mean square, vol points. */
  atmBias: number
  atmRmse: number
  /** Modelled over recorded mark of the calls nearest 10, 25 and 50 delta, of all of them together. */
  premiumRatios: Readonly<Record<10 | 25 | 50, number>>
}

/** Compares a model with the smiles of a sample, at the drivers of the time, on the recorded forward: of all times, or of some. */
export function modelErrors(
  model: SurfaceCoefficients,
  sample: readonly { chain: ChainColumns; series: CoinSeries }[],
  isTaken: (timeMs: number) => boolean = () => true,
): readonly ModelError[] {
  const tallies = BUCKETS.map(() => ({ errors: [] as number[], premiums: { 10: [0, 0], 25: [0, 0], 50: [0, 0] } }))
  for (const { chain, series } of sample) {
    const driversAt = createDriverSeries(series)
    for (let snapshot = 0; snapshot < chain.timeMs.length; snapshot++) {
      const drivers = driversAt(chain.timeMs[snapshot] as number)
      if (drivers === undefined || !isTaken(chain.timeMs[snapshot] as number)) continue
      const nodes = surfaceNodes(model, drivers)
      for (const slice of chainSlices(chain, snapshot, BUCKETS[0]?.[0])) {
        const { expiryYears, forwardUsd, atmIv } = slice
        const days = expiryYears * 365
        const tally = tallies[BUCKETS.findIndex(([from, to]) => days >= from && days < to)]
        if (tally === undefined) continue
        const at = sliceNodes(model, nodes, days)
        tally.errors.push((at.atmIv - atmIv) * 100)
        const smile = createModelSmile(at, expiryYears)
        for (const target of TARGETS) {
          const found = nearestCall(chain, { ...slice, target: target / 100 })
          if (found === undefined) continue
          const { row, priceUsd } = found
          const strikeUsd = chain.strikeUsd[row] as number
          const iv = smile(Math.log(strikeUsd / forwardUsd))
          const sums = tally.premiums[target]
          sums[0] = (sums[0] as number) + black76({ forwardUsd, strikeUsd, expiryYears, iv, kind: 'call' }).priceUsd
          sums[1] = (sums[1] as number) + priceUsd
        }
      }
    }
  }
  return tallies.map(({ errors, premiums }, bucket) => {
    const [fromDays, toDays] = BUCKETS[bucket] as readonly [number, number]
    const ratio = (target: 10 | 25 | 50) => (premiums[target][0] as number) / (premiums[target][1] as number)
    return {
      fromDays,
      toDays,
      slices: errors.length,
      atmBias: meanOf(errors),
      atmRmse: Math.sqrt(meanOf(errors.map((error) => error * error))),
      premiumRatios: { 10: ratio(10), 25: ratio(25), 50: ratio(50) },
    }
  })
}

const BUCKETS = [
  [1.5, 4],
  [4, 10],
  [10, 20],
  [20, 45],
  [45, 100],
] as const
const TARGETS = [10, 25, 50] as const
/** How far from a target a call's delta may lie. */
const MOST_MISS = 0.06

/** The call whose delta, at its recorded volatility, is nearest to a target, and what it is worth at it. */
function nearestCall(
  { strikeUsd, isPut, iv }: ChainColumns,
  slice: { from: number; to: number; forwardUsd: number; expiryYears: number; target: number },
): { row: number; priceUsd: number } | undefined {
  const { from, to, forwardUsd, expiryYears, target } = slice
  let best: { row: number; priceUsd: number } | undefined
  let bestMiss = MOST_MISS
  for (let row = from; row < to; row++) {
    const volatility = iv[row] as number
    if (isPut[row] === 1 || !(volatility > 0)) continue
    const call = { forwardUsd, strikeUsd: strikeUsd[row] as number, expiryYears, iv: volatility, kind: 'call' as const }
    const { delta, priceUsd } = black76(call)
    const miss = Math.abs(delta - target)
    if (miss >= bestMiss) continue
    bestMiss = miss
    best = { row, priceUsd }
  }
  return best
}
