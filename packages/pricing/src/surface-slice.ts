import { type ExpiryQuotes, pointsIn, type SmileExclusion, type SmilePoint } from './smile-quotes.js'
import { type SviParameters, type SviRange, sviTotalVariance } from './svi.js'
import { fitSvi, type SviObservations } from './svi-fit.js'
import { withDeviations } from './svi-repair.js'

/** The smile of one expiry, fitted to its quotes and free of arbitrage. */
export type SurfaceSlice = {
  /** Its position in the input. */
  expiry: number
  expiryYears: number
  /** Median forward of its quotes. */
  forwardUsd: number
  svi: SviParameters
  /** Log-moneynesses of the quotes that it was fitted to. */
  quoted: SviRange
  /** Log-moneynesses on which it has no butterfly. */
  checked: SviRange
  quality: SliceQuality
  /** What the fit had to be moved for. */
  repairs: { butterfly: boolean; calendar: boolean }
  /** Quotes that are no point of the smile, by reason. */
  excluded: Record<SmileExclusion, number>
}

/** How a slice fits the quotes whose delta is at least 0.01 in size; `null` where there are none. */
export type SliceQuality = {
  /** Quotes of any delta that it was fitted to. */
  points: number
  /** Median distance from the middle of bid and ask, in half-spreads of volatility. */
  medianError: number | null
  /** Share of quotes between whose bid and ask it runs. */
  insideShare: number | null
}

/** A slice on its way. */
export type Draft = {
  expiry: number
  expiryYears: number
  forwardUsd: number
  points: readonly SmilePoint[]
  excluded: Record<SmileExclusion, number>
  observations: SviObservations
  range: SviRange
  deviation: number
  svi: SviParameters
  repairs: { butterfly: boolean; calendar: boolean }
}

/** An expiry with the smile nearest to its quotes, arbitrage or not; `null` with too few of them. */
export function draftOf(where: string, expiry: number, { expiryYears, quotes }: ExpiryQuotes): Draft | null {
  const { points, excluded } = pointsIn(where, { expiryYears, quotes })
  if (points.length < FEWEST_POINTS) return null
  const observations = observationsOf(points, expiryYears)
  const nearest = points.reduce((first, second) =>
    Math.abs(second.logMoneyness) < Math.abs(first.logMoneyness) ? second : first,
  )
  const deviation = nearest.iv * Math.sqrt(expiryYears)
  const svi = fitToTypicalQuotes(observations, deviation)
  const wing = 3.5 * Math.max(deviation, Math.sqrt(Math.max(0, sviTotalVariance(svi, 0))))
  let from = -wing
  let to = wing
  for (const { strikeUsd, forwardUsd } of quotes) {
    const logMoneyness = Math.log(strikeUsd / forwardUsd)
    from = Math.min(from, logMoneyness - RANGE_MARGIN)
    to = Math.max(to, logMoneyness + RANGE_MARGIN)
  }
  const forwards = quotes.map(({ forwardUsd }) => forwardUsd).sort((first, second) => first - second)
  return {
    expiry,
    expiryYears,
    forwardUsd: forwards[forwards.length >> 1] as number,
    points,
    excluded,
    observations,
    // A little wider than promised, so that the promise holds to the ends.
    range: { from: from * 1.02, to: to * 1.02 },
    deviation,
    svi,
    repairs: { butterfly: false, calendar: false },
  }
}

/** What a finished draft is to its users. */
export function sliceOf(draft: Draft): SurfaceSlice {
  const { expiry, expiryYears, forwardUsd, points, excluded, range, svi, repairs } = draft
  const [first, last] = [points[0] as SmilePoint, points[points.length - 1] as SmilePoint]
  return {
    expiry,
    expiryYears,
    forwardUsd,
    svi,
    quoted: { from: first.logMoneyness, to: last.logMoneyness },
    checked: withDeviations(range, svi),
    quality: qualityOf(draft),
    repairs,
    excluded,
  }
}

function qualityOf({ points, svi, expiryYears }: Draft): SliceQuality {
  const errors: number[] = []
  for (const { logMoneyness, iv, halfSpreadIv, isDeep } of points) {
    const miss = Math.abs(Math.sqrt(sviTotalVariance(svi, logMoneyness) / expiryYears) - iv)
    if (!isDeep) errors.push(miss === 0 ? 0 : miss / halfSpreadIv)
  }
  errors.sort((first, second) => first - second)
  return {
    points: points.length,
    medianError: errors[errors.length >> 1] ?? null,
    insideShare: errors.length === 0 ? null : errors.filter((error) => error <= 1).length / errors.length,
  }
}

/**
 * The smile with nearly the least sum of absolute errors, so that a few quotes off the others move it little: squares
 * are weighed anew by the errors that they left. The new weights stay with the observations.
 */
function fitToTypicalQuotes(observations: SviObservations, deviation: number): SviParameters {
  const { logMoneyness, variance, weight } = observations
  const quoted = weight.slice()
  let { svi } = fitSvi(observations, deviation)
  for (let pass = 0; pass < PASSES; pass++) {
    for (let i = 0; i < weight.length; i++) {
      const scale = Math.sqrt(quoted[i] as number)
      const error = scale * Math.abs(sviTotalVariance(svi, logMoneyness[i] as number) - (variance[i] as number))
      weight[i] = (quoted[i] as number) / Math.max(error, SMALL_ERROR)
    }
    svi = fitSvi(observations, deviation, svi).svi
  }
  return svi
}

function observationsOf(points: readonly SmilePoint[], expiryYears: number): SviObservations {
  const logMoneyness = new Float64Array(points.length)
  const variance = new Float64Array(points.length)
  const weight = new Float64Array(points.length)
  for (let i = 0; i < points.length; i++) {
    const { logMoneyness: k, iv, halfSpreadIv, isDeep } = points[i] as SmilePoint
    const halfSpread = 2 * iv * expiryYears * Math.max(halfSpreadIv, NARROWEST_HALF_SPREAD)
    logMoneyness[i] = k
    variance[i] = iv * iv * expiryYears
    weight[i] = (isDeep ? DEEP_WEIGHT : 1) / (halfSpread * halfSpread)
  }
  return { logMoneyness, variance, weight }
}

const FEWEST_POINTS = 5
const PASSES = 4
/** In half-spreads: smaller errors count as squares. */
const SMALL_ERROR = 0.25
const RANGE_MARGIN = 0.02
/** Half-spread in volatility below which a quote weighs no more. */
const NARROWEST_HALF_SPREAD = 0.0005
/** Weight of a quote whose delta is below 0.01: a tick there is worth many points of volatility. */
const DEEP_WEIGHT = 0.1
