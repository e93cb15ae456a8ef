import { requireFinite } from './validation.js'

const MS_PER_DAY = 86_400_000

/** The year of Deribit's options: 365 days, trading or not, leap or not. */
export const MS_PER_YEAR = 365 * MS_PER_DAY

/**
 * Years of 365 days from one UTC epoch millisecond to another, negative if `toMs` is earlier.
 *
 * @throws RangeError when an input is not finite.
 */
export function yearsBetween(fromMs: number, toMs: number): number {
  requireFinite('yearsBetween', 'fromMs', fromMs)
  requireFinite('yearsBetween', 'toMs', toMs)
  return (toMs - fromMs) / MS_PER_YEAR
}

/**
 * Days of 24 hours from one UTC epoch millisecond to another, negative if `toMs` is earlier. Days to expiry (DTE) are
 * this number, fractions included.
 *
 * @throws RangeError when an input is not finite.
 */
export function daysBetween(fromMs: number, toMs: number): number {
  requireFinite('daysBetween', 'fromMs', fromMs)
  requireFinite('daysBetween', 'toMs', toMs)
  return (toMs - fromMs) / MS_PER_DAY
}
