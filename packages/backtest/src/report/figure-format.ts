/**
 * How a figure is written:
 * `coin` 4 decimals, 5 under one coin · `usd` none · `percent` of a ratio: 2 decimals, 1 from 10 % up · `points` of what is
 * in percent already: 1 · `ratio` 2 · `days` 1 · `bps` 1 · `count` none · `plain` as many as there are, at most 4.
 */
export type FigureFormat = 'coin' | 'usd' | 'percent' | 'points' | 'ratio' | 'days' | 'bps' | 'count' | 'plain'

/** What stands where there is no figure. */
export const MISSING = '–'

/**
 * A figure for people: thousands by commas, a real minus sign, never a negative zero; {@link MISSING} for `null` and for
 * what is no number. `signed` also marks what is above zero.
 */
export function formatFigure(value: number | null, format: FigureFormat, options: { signed?: boolean } = {}): string {
  const scaled = format === 'percent' && value !== null ? value * 100 : value
  if (scaled === null || !Number.isFinite(scaled)) return MISSING
  const [least, most] = decimalsOf(scaled, format)
  const number = numberFormat(least, most, options.signed === true)
    .format(scaled)
    .replace('-', '−')
  return format === 'percent' || format === 'points' ? `${number}\u00a0%` : number
}

/** The UTC day of a time, `2026-01-02`. */
export function formatDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

/** A time to the minute, `2026-01-02 08:00`, UTC. */
export function formatMinute(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')
}

function decimalsOf(value: number, format: FigureFormat): readonly [least: number, most: number] {
  const size = Math.abs(value)
  switch (format) {
    case 'coin':
      return size < 1 ? [5, 5] : [4, 4]
    case 'percent':
      return size < 10 ? [2, 2] : [1, 1]
    case 'ratio':
      return [2, 2]
    case 'points':
    case 'days':
    case 'bps':
      return [1, 1]
    case 'plain':
      return [0, 4]
    default:
      return [0, 0]
  }
}

const formats = new Map<string, Intl.NumberFormat>()

function numberFormat(least: number, most: number, signed: boolean): Intl.NumberFormat {
  const key = `${least} ${most} ${signed}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat('en-GB', {
    minimumFractionDigits: least,
    maximumFractionDigits: most,
    signDisplay: signed ? 'exceptZero' : 'negative',
  })
  formats.set(key, made)
  return made
}
