/** Days to expiry that a surface model has its coefficients at. Between them it is linear in the logarithm of the days. */
export const MODEL_TENORS_DAYS = [2, 7, 14, 30, 60, 90, 180, 270] as const

/**
 * Coefficients of one coin's surface, each a row over {@link MODEL_TENORS_DAYS}. With v, x, m30 and m7 of
 * {@link SurfaceDrivers}:
 *
 *     at the money (strike = forward)   ATM  = v · exp(level + levelOfX · x)
 *     25-delta risk reversal            RR25 = ATM · (skew + skewOfM30 · m30 + skewOfM7 · m7 + skewOfX · x)
 *     25-delta butterfly                BF25 = ATM · wings
 *     at 10 delta                       RR10 = skew10Per25 · RR25, BF10 = wings10Per25 · BF25
 */
export type SurfaceCoefficients = {
  readonly level: readonly number[]
  readonly levelOfX: readonly number[]
  readonly skew: readonly number[]
  readonly skewOfM30: readonly number[]
  readonly skewOfM7: readonly number[]
  readonly skewOfX: readonly number[]
  readonly wings: readonly number[]
  /** Of all tenors. */
  readonly skew10Per25: number
  readonly wings10Per25: number
  /** Median of ln(forward / index) per year. */
  readonly carry: readonly number[]
}

/** What moves the surface, all of it known at the time it is of. */
export type SurfaceDrivers = {
  /** The last known close of the volatility index, a ratio. */
  v: number
  /** ln(v / mean of the last 180 daily closes of the index). */
  x: number
  /** Log returns of the coin's daily close over 30 and 7 days. */
  m30: number
  m7: number
}

/** Volatilities of a surface at one time, over {@link MODEL_TENORS_DAYS}: ln ATM, the others as shares of ATM. */
export type SurfaceNodes = {
  readonly logAtm: Float64Array
  readonly skew25: Float64Array
  readonly wings25: Float64Array
}

/** The volatilities of one expiry: at the money, and as shares of it the risk reversals and butterflies. */
export type SliceNodes = {
  atmIv: number
  skew25: number
  wings25: number
  skew10: number
  wings10: number
  carry: number
}

/** Evaluates the model at every tenor of its table. Skew stays inside ±0.3 of ATM, where wings would cross. */
export function surfaceNodes(model: SurfaceCoefficients, { v, x, m30, m7 }: SurfaceDrivers): SurfaceNodes {
  const logV = Math.log(v)
  const at = (row: readonly number[], node: number) => row[node] as number
  const column = (valueAt: (node: number) => number) => Float64Array.from(MODEL_TENORS_DAYS, (_, node) => valueAt(node))
  return {
    logAtm: column((node) => logV + at(model.level, node) + at(model.levelOfX, node) * x),
    skew25: column((node) => {
      const moved = at(model.skewOfM30, node) * m30 + at(model.skewOfM7, node) * m7 + at(model.skewOfX, node) * x
      return Math.max(-MOST_SKEW, Math.min(MOST_SKEW, at(model.skew, node) + moved))
    }),
    wings25: column((node) => at(model.wings, node)),
  }
}

/** Reads a surface at any days to expiry; flat before the first tenor and after the last. */
export function sliceNodes(model: SurfaceCoefficients, nodes: SurfaceNodes, days: number): SliceNodes {
  const { upper, share } = placeOf(days)
  const between = (row: ArrayLike<number>) => {
    const from = row[upper - 1] as number
    return from + share * ((row[upper] as number) - from)
  }
  const skew25 = between(nodes.skew25)
  const wings25 = between(nodes.wings25)
  return {
    atmIv: Math.exp(between(nodes.logAtm)),
    skew25,
    wings25,
    skew10: model.skew10Per25 * skew25,
    wings10: model.wings10Per25 * wings25,
    carry: between(model.carry),
  }
}

/** Between which tenors some days lie, and what share of the way from the lower to the upper. */
function placeOf(days: number): { upper: number; share: number } {
  const last = LOG_TENORS.length - 1
  const place = Math.log(Math.max(days, MODEL_TENORS_DAYS[0]))
  let upper = 1
  while (upper < last && (LOG_TENORS[upper] as number) < place) upper++
  const from = LOG_TENORS[upper - 1] as number
  return { upper, share: Math.min(1, (place - from) / ((LOG_TENORS[upper] as number) - from)) }
}

const MOST_SKEW = 0.3
const LOG_TENORS = MODEL_TENORS_DAYS.map(Math.log)
