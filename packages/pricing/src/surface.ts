import type { ExpiryQuotes } from './smile-quotes.js'
import { repairButterfly, repairCalendar } from './surface-repair.js'
import { type Draft, draftOf, type SurfaceSlice, sliceOf } from './surface-slice.js'
import { sviTotalVariance } from './svi.js'
import { requireFinite } from './validation.js'

/** Why an expiry has no slice. */
export type SurfaceOmission = 'expired' | 'too-few-quotes' | 'no-arbitrage-free-fit'

/** Smiles of all expiries that have one, by rising time, and the others with their reason. */
export type Surface = {
  slices: SurfaceSlice[]
  omitted: { expiry: number; reason: SurfaceOmission }[]
}

/**
 * Fits an SVI smile to each expiry's quotes and repairs what could be arbitraged.
 *
 * The fit is to the middles of bid and ask of out-of-the-money options (`smilePoints`), by about the least sum of
 * absolute errors in half-spreads; deltas below 0.01 count a tenth. A slice has no butterfly (g >= 0) over the strikes of its
 * quotes ± 0.02 and over ± 3 deviations, and does not cross its neighbours over their ranges and its own. A butterfly
 * is refitted under that bound. Of two slices that cross, the one is refitted under the other that costs less. Where
 * neither can be, the one with fewer points is omitted as `no-arbitrage-free-fit`: no slice is made up.
 *
 * Below 5 points an expiry is omitted as `too-few-quotes`, with no time left as `expired`.
 *
 * @throws RangeError naming the row, for a quote that `smilePoints` refuses, a time that is not finite, or two expiries at
 * one time.
 */
export function fitSurface(expiries: readonly ExpiryQuotes[]): Surface {
  const omitted: Surface['omitted'] = []
  const drafts: Draft[] = []
  for (let expiry = 0; expiry < expiries.length; expiry++) {
    const quotes = expiries[expiry] as ExpiryQuotes
    const where = `fitSurface: expiries[${expiry}]`
    requireFinite(where, 'expiryYears', quotes.expiryYears)
    if (quotes.expiryYears <= 0) {
      omitted.push({ expiry, reason: 'expired' })
      continue
    }
    const draft = draftOf(where, expiry, quotes)
    if (draft === null) omitted.push({ expiry, reason: 'too-few-quotes' })
    else if (repairButterfly(draft)) drafts.push(draft)
    else omitted.push({ expiry, reason: 'no-arbitrage-free-fit' })
  }
  drafts.sort((first, second) => first.expiryYears - second.expiryYears)
  for (let i = 1; i < drafts.length; i++) {
    const [earlier, later] = [drafts[i - 1] as Draft, drafts[i] as Draft]
    if (earlier.expiryYears === later.expiryYears) {
      throw new RangeError(
        `fitSurface: expiries[${later.expiry}].expiryYears must differ from that of expiries[${earlier.expiry}], got ${later.expiryYears}`,
      )
    }
  }

  for (let i = drafts.length - 1; i > 0; ) {
    if (repairCalendar(drafts, i)) {
      i--
      continue
    }
    const [earlier, later] = [drafts[i - 1] as Draft, drafts[i] as Draft]
    const dropped = earlier.points.length < later.points.length ? i - 1 : i
    omitted.push({ expiry: (drafts[dropped] as Draft).expiry, reason: 'no-arbitrage-free-fit' })
    drafts.splice(dropped, 1)
    // The neighbours of the gap are compared next.
    i = Math.min(dropped, drafts.length - 1)
  }
  omitted.sort((first, second) => first.expiry - second.expiry)
  return { slices: drafts.map(sliceOf), omitted }
}

/**
 * Volatility of the surface at a log-moneyness ln(K/F) and a time to expiry: total variance is linear in time between
 * the slices around it. `null` before the first slice and after the last.
 *
 * @throws RangeError when an input is not finite.
 */
export function surfaceIv({ slices }: Surface, expiryYears: number, logMoneyness: number): number | null {
  requireFinite('surfaceIv', 'expiryYears', expiryYears)
  requireFinite('surfaceIv', 'logMoneyness', logMoneyness)
  const next = slices.findIndex((slice) => slice.expiryYears >= expiryYears)
  const later = slices[next]
  if (later === undefined) return null
  const variance = sviTotalVariance(later.svi, logMoneyness)
  if (later.expiryYears === expiryYears) return Math.sqrt(variance / expiryYears)
  const earlier = slices[next - 1]
  if (earlier === undefined) return null
  const before = sviTotalVariance(earlier.svi, logMoneyness)
  const share = (expiryYears - earlier.expiryYears) / (later.expiryYears - earlier.expiryYears)
  return Math.sqrt((before + (variance - before) * share) / expiryYears)
}

/** The smile of a slice as `strikeFromDelta` and `readSmile` take one: volatility at a strike in USD. */
export function sliceSmile({ svi, forwardUsd, expiryYears }: SurfaceSlice): (strikeUsd: number) => number {
  return (strikeUsd) => Math.sqrt(sviTotalVariance(svi, Math.log(strikeUsd / forwardUsd)) / expiryYears)
}
