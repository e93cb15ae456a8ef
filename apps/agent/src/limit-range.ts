import type { z } from 'zod'

/** A number of the limits of risk, with its default. */
type Limit = z.ZodDefault<z.ZodNumber>

/**
 * The range that risk takes a limit from, in multiples of `unit`: a rail that is loosened beyond it is a wrong setting. What
 * the limit says to be above is in the range too: whoever uses it says so.
 */
export function limitRange(
  limit: Limit,
  { unit = 1 }: { unit?: number } = {},
): { min: number; max: number; whole?: true } {
  const { minValue, maxValue, format } = limit.unwrap()
  if (minValue === null || maxValue === null) throw new RangeError('a limit of risk has no range')
  return { min: minValue / unit, max: maxValue / unit, ...(format === 'safeint' && unit === 1 ? { whole: true } : {}) }
}
