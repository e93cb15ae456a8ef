import { isDeepStrictEqual } from 'node:util'

/** A figure as a page shows it. */
export type PageFigure = { path: string; format: string; text: string }

/**
 * What is wrong with a figure of a page, judged by the JSON alone; `null`: nothing. It reads the number back out of what is
 * shown: it must be within half a unit of its last place, by the units of the format, and a dash must be a `null`.
 */
export function problemOf(json: unknown, figure: PageFigure): string | null {
  const value = valueAt(json, figure.path)
  const problem = judge(value, figure)
  return problem === null
    ? null
    : `${figure.path} (${figure.format}): shows "${figure.text}", is ${JSON.stringify(value)}: ${problem}`
}

/** Figures whose text was read from the source of a page: with the entities of the page resolved. */
export function figuresOf(figures: readonly PageFigure[]): readonly PageFigure[] {
  return figures.map(({ path, format, text }) => ({ path: resolved(path), format, text: resolved(text) }))
}

/** What a path leads to: keys are parted by dots; one inside a key has a backslash before it. */
export function valueAt(json: unknown, path: string): unknown {
  const keys = [...path.matchAll(/((?:\\.|[^.\\])+)(?:\.|$)/g)].map(([, key = '']) => key.replace(/\\(.)/g, '$1'))
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], json)
}

const SCALES: Readonly<Record<string, number>> = {
  coin: 1,
  usd: 1,
  percent: 100,
  points: 1,
  ratio: 1,
  days: 1,
  bps: 1,
  count: 1,
  plain: 1,
  seed: 1,
}
const DECIMALS: Readonly<Record<string, readonly number[]>> = {
  coin: [4, 5],
  usd: [0],
  percent: [1, 2],
  points: [1],
  ratio: [2],
  days: [1],
  bps: [1],
  count: [0],
  plain: [0, 1, 2, 3, 4],
  seed: [0],
}

function judge(value: unknown, { format, text }: PageFigure): string | null {
  if (value === undefined) return 'not in the JSON'
  if (value === null) return text === '–' ? null : 'expected a dash'
  if (format === 'text') return text === value ? null : 'other words'
  if (format === 'json') return isDeepStrictEqual(JSON.parse(text), value) ? null : 'other data'
  if (typeof value !== 'number') return 'expected a number'
  if (format === 'day') return text === new Date(value).toISOString().slice(0, 10) ? null : 'another day'
  if (format === 'minute') return `${text.replace(' ', 'T')}:00.000Z` === toMinute(value) ? null : 'another time'
  return judgeNumber(value, format, text)
}

function judgeNumber(value: number, format: string, text: string): string | null {
  const scale = SCALES[format]
  const isPercent = format === 'percent' || format === 'points'
  const match = /^([−+]?)(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d+))?(\u00a0%)?$/.exec(text)
  if (scale === undefined || match === null || (match[4] !== undefined) !== isPercent) return 'not of its format'
  const [, sign, whole = '', fraction = ''] = match
  if (!DECIMALS[format]?.includes(fraction.length)) return `${fraction.length} decimals`
  const size = Number(`${whole.replaceAll(',', '')}.${fraction || '0'}`)
  const shown = sign === '−' ? -size : size
  const half = 0.5 * 10 ** -fraction.length
  return Math.abs(shown - value * scale) <= half * (1 + 1e-6) + 1e-9 * Math.abs(shown) ? null : 'another number'
}

function toMinute(timeMs: number): string {
  return new Date(timeMs - (timeMs % 60_000)).toISOString()
}

function resolved(text: string): string {
  const names: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`', amp: '&' }
  return text.replace(/&(lt|gt|quot|#39|#96|amp);/g, (entity, name: string) => names[name] ?? entity)
}
