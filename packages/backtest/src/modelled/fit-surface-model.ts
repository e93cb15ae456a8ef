import { CcError } from '@cc/models'
import type { ChainColumns, CoinSeries } from '../history/chain-columns.js'
import { type ChainSlice, chainSlices, medianOf } from './chain-slices.js'
import { createDriverSeries } from './driver-series.js'
import { meanOf, ordinaryLeastSquares, slopeThroughOrigin } from './least-squares.js'
import { type ModelError, modelErrors } from './model-errors.js'
import { MODEL_TENORS_DAYS, type SurfaceCoefficients, type SurfaceDrivers } from './surface-model.js'

/** A fitted surface and how far it lay from what it was fitted on. */
export type SurfaceFit = {
  model: SurfaceCoefficients
  /** Snapshots that the fit was made on, and the first and the last of them, UTC epoch ms. */
  snapshots: number
  fromMs: number
  toMs: number
  errors: readonly ModelError[]
  /** The same of Friday mornings alone, 08:00 to 12:00 UTC: when weekly and monthly calls are sold anew. */
  rollErrors: readonly ModelError[]
}

/** What one snapshot says at one tenor. */
type Observation = SurfaceDrivers & {
  atmIv: number
  skew25: number | null
  wings25: number | null
  skew10: number | null
  wings10: number | null
  carry: number
}

/**
 * Fits a surface model to the recorded chains of one coin: at each tenor ln(ATM / v) on 1 and x, RR25 / ATM on 1, m30, m7
 * and x, by ordinary least squares, and means of the rest. Between two expiries variance at the money is linear in time, risk
 * reversals and butterflies in its root; nothing is read before the first expiry or after the last.
 *
 * The whole sample is fitted: inside its span the model has seen what came after. Its errors are those on the same chains.
 *
 * @param sample chains and what is known beside them: one stretch each, of one coin
 * @throws CcError `backtest/too-few-chains` (recovery `halt`) where a tenor has fewer than 30 snapshots;
 * `backtest/no-volatility-index`
 */
export function fitSurfaceModel(sample: readonly { chain: ChainColumns; series: CoinSeries }[]): SurfaceFit {
  const observed = MODEL_TENORS_DAYS.map((): Observation[] => [])
  const timesMs: number[] = []
  for (const { chain, series } of sample) {
    const driversAt = createDriverSeries(series)
    for (let snapshot = 0; snapshot < chain.timeMs.length; snapshot++) {
      const drivers = driversAt(chain.timeMs[snapshot] as number)
      if (drivers === undefined) continue
      const slices = chainSlices(chain, snapshot)
      const indexUsd = chain.indexUsd[snapshot] as number
      let isSeen = false
      MODEL_TENORS_DAYS.forEach((days, node) => {
        const found = observationAt(slices, { days, indexUsd, drivers })
        if (found === undefined) return
        isSeen = true
        observed[node]?.push(found)
      })
      if (isSeen) timesMs.push(chain.timeMs[snapshot] as number)
    }
  }
  const model = coefficientsOf(observed)
  return {
    model,
    snapshots: timesMs.length,
    fromMs: Math.min(...timesMs),
    toMs: Math.max(...timesMs),
    errors: modelErrors(model, sample),
    rollErrors: modelErrors(model, sample, isRoll),
  }
}

const LEAST_OBSERVATIONS = 30

function isRoll(timeMs: number): boolean {
  const time = new Date(timeMs)
  return time.getUTCDay() === 5 && time.getUTCHours() >= 8 && time.getUTCHours() < 12
}

function coefficientsOf(observed: readonly (readonly Observation[])[]): SurfaceCoefficients {
  const nodes = observed.map((observations, node) => {
    if (observations.length < LEAST_OBSERVATIONS) throw tooFew(node, observations.length)
    const [level = 0, levelOfX = 0] = ordinaryLeastSquares(
      observations.map(({ x }) => [1, x]),
      observations.map(({ atmIv, v }) => Math.log(atmIv / v)),
    )
    const skewed = observations.flatMap((each) => (each.skew25 === null ? [] : [{ ...each, skew25: each.skew25 }]))
    const [skew = 0, skewOfM30 = 0, skewOfM7 = 0, skewOfX = 0] = ordinaryLeastSquares(
      skewed.map(({ m30, m7, x }) => [1, m30, m7, x]),
      skewed.map(({ skew25, atmIv }) => skew25 / atmIv),
    )
    const wings = meanOf(observations.flatMap(({ wings25, atmIv }) => (wings25 === null ? [] : [wings25 / atmIv])))
    const carry = medianOf(observations.map((each) => each.carry))
    return { level, levelOfX, skew, skewOfM30, skewOfM7, skewOfX, wings, carry }
  })
  const all = observed.flat()
  const row = (name: keyof (typeof nodes)[number]) => nodes.map((node) => node[name])
  return {
    level: row('level'),
    levelOfX: row('levelOfX'),
    skew: row('skew'),
    skewOfM30: row('skewOfM30'),
    skewOfM7: row('skewOfM7'),
    skewOfX: row('skewOfX'),
    wings: row('wings'),
    skew10Per25: slopeThroughOrigin(pairsOf(all, 'skew25', 'skew10')),
    wings10Per25: slopeThroughOrigin(pairsOf(all, 'wings25', 'wings10')),
    carry: row('carry'),
  }
}

function pairsOf(
  observations: readonly Observation[],
  first: 'skew25' | 'wings25',
  second: 'skew10' | 'wings10',
): readonly (readonly [number, number])[] {
  return observations.flatMap((each) => {
    const [x, y] = [each[first], each[second]]
    return x === null || y === null ? [] : [[x, y] as const]
  })
}

/** The smiles around a tenor, read at it. */
function observationAt(
  slices: readonly ChainSlice[],
  { days, indexUsd, drivers }: { days: number; indexUsd: number; drivers: SurfaceDrivers },
): Observation | undefined {
  const years = days / 365
  const upper = slices.findIndex(({ expiryYears }) => expiryYears >= years)
  const to = slices[upper]
  const from = slices[upper - 1]
  if (to === undefined || from === undefined) return undefined
  const inTime = (years - from.expiryYears) / (to.expiryYears - from.expiryYears)
  const inRoot =
    (Math.sqrt(years) - Math.sqrt(from.expiryYears)) / (Math.sqrt(to.expiryYears) - Math.sqrt(from.expiryYears))
  const read = (name: 'skew25' | 'wings25' | 'skew10' | 'wings10') => {
    const [low, high] = [from[name], to[name]]
    return low === null || high === null ? null : low + inRoot * (high - low)
  }
  const variance = ({ atmIv, expiryYears }: ChainSlice) => atmIv ** 2 * expiryYears
  const carryOf = ({ forwardUsd, expiryYears }: ChainSlice) => Math.log(forwardUsd / indexUsd) / expiryYears
  return {
    ...drivers,
    atmIv: Math.sqrt((variance(from) + inTime * (variance(to) - variance(from))) / years),
    skew25: read('skew25'),
    wings25: read('wings25'),
    skew10: read('skew10'),
    wings10: read('wings10'),
    carry: carryOf(from) + inTime * (carryOf(to) - carryOf(from)),
  }
}

function tooFew(node: number, count: number): CcError {
  const days = MODEL_TENORS_DAYS[node]
  return new CcError(`${count} snapshots tell of ${days} days, expected at least ${LEAST_OBSERVATIONS}.`, {
    code: 'backtest/too-few-chains',
    recovery: 'halt',
    facts: { days: days ?? null, count, expected: LEAST_OBSERVATIONS },
  })
}
