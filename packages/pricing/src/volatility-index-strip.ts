import { requirePositive } from './validation.js'

/** Prices of the options at one strike, in USD and not discounted; `null` where there is none. */
export type StripStrike = { strikeUsd: number; callUsd: number | null; putUsd: number | null }

/** One expiry's options as a variance swap is replicated with them. */
export type StripInput = {
  forwardUsd: number
  /** Time to expiry in years of 365 days, > 0. */
  expiryYears: number
  /** In any order, each strike once. */
  strikes: readonly StripStrike[]
}

/** What a strip of options costs. */
export type Strip = {
  /** Variance per year, a ratio squared: 0.27 = (52 %)². */
  variance: number
  /** Strikes that it was summed over. */
  strikes: number
  /** Highest strike up to the forward that has both options: puts below it, calls above, their mean at it. */
  pivotUsd: number
}

/**
 * Fair variance of a variance swap from the options of one expiry, VIX's sum over listed strikes:
 * σ²·T = 2·Σ ΔK/K²·Q − (F/K₀ − 1)², ΔK half the distance between the neighbours of a strike and the whole one at the ends.
 *
 * `null` where no strike up to the forward has both options, with fewer than three strikes, or where the sum is not above
 * zero. A coarse or short list of strikes is biased: 16 strikes from half to nearly twice the forward by +4 %.
 *
 * Source: Demeterfi, Derman, Kamal and Zou, "More than you ever wanted to know about volatility swaps", Goldman Sachs,
 * 1999, as in Cboe's VIX.
 *
 * @throws RangeError naming the row, when a number is not finite, a strike not > 0, a price below 0, or a strike comes twice.
 */
export function stripVariance({ forwardUsd, expiryYears, strikes }: StripInput): Strip | null {
  requirePositive('stripVariance', 'forwardUsd', forwardUsd)
  requirePositive('stripVariance', 'expiryYears', expiryYears)
  const rows = new Map<number, number>()
  strikes.forEach(({ strikeUsd, callUsd, putUsd }, row) => {
    const where = `stripVariance: strikes[${row}]`
    requirePositive(where, 'strikeUsd', strikeUsd)
    for (const [field, price] of [
      ['callUsd', callUsd],
      ['putUsd', putUsd],
    ] as const) {
      if (price === null || (price >= 0 && price < Infinity)) continue
      throw new RangeError(`${where}: ${field} must be null or a finite number >= 0, got ${String(price)}`)
    }
    const twin = rows.get(strikeUsd)
    if (twin !== undefined) {
      throw new RangeError(`${where}: strikeUsd must differ from that of strikes[${twin}], got ${strikeUsd}`)
    }
    rows.set(strikeUsd, row)
  })

  const sorted = strikes.toSorted((first, second) => first.strikeUsd - second.strikeUsd)
  const pivot = sorted.findLast(
    ({ strikeUsd, callUsd, putUsd }) => strikeUsd <= forwardUsd && callUsd !== null && putUsd !== null,
  )
  if (pivot === undefined) return null
  const pivotUsd = pivot.strikeUsd
  const legs = sorted.flatMap(({ strikeUsd, callUsd, putUsd }) => {
    if (strikeUsd === pivotUsd) return [{ strikeUsd, priceUsd: ((callUsd as number) + (putUsd as number)) / 2 }]
    const priceUsd = strikeUsd < pivotUsd ? putUsd : callUsd
    return priceUsd === null ? [] : [{ strikeUsd, priceUsd }]
  })
  if (legs.length < FEWEST_STRIKES) return null

  let sum = 0
  legs.forEach(({ strikeUsd, priceUsd }, i) => {
    const before = legs[i - 1]?.strikeUsd
    const after = legs[i + 1]?.strikeUsd
    const width = ((after ?? strikeUsd) - (before ?? strikeUsd)) / (before === undefined || after === undefined ? 1 : 2)
    sum += (width / strikeUsd / strikeUsd) * priceUsd
  })
  const excess = forwardUsd / pivotUsd - 1
  const variance = (2 * sum - excess * excess) / expiryYears
  return variance > 0 ? { variance, strikes: legs.length, pivotUsd } : null
}

const FEWEST_STRIKES = 3
