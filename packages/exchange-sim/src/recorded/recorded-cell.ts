import { CcError } from '@cc/models'

/** Where in a recording something is wrong. Rows are counted from 1, a CSV's header aside. */
export type Place = { name: string; row?: number; instrument?: string; field?: string }

/**
 * Names what is wrong with a recording: the error `exchange-sim/malformed-market` (recovery `halt`), whose message and
 * facts give the file, row, instrument, field, value and what was expected instead.
 */
export function malformedMarket(place: Place, value: unknown, expected: string, cause?: unknown): CcError {
  const { name, row, instrument, field } = place
  const where = [
    name,
    row === undefined ? undefined : `row ${row}`,
    instrument === undefined ? undefined : `(${instrument})`,
    field,
  ]
  const shown = show(value)
  return new CcError(`${where.filter((part) => part !== undefined).join(' ')}: expected ${expected}, got ${shown}.`, {
    code: 'exchange-sim/malformed-market',
    recovery: 'halt',
    facts: {
      file: name,
      ...(row === undefined ? {} : { row }),
      ...(instrument === undefined ? {} : { instrument }),
      ...(field === undefined ? {} : { field }),
      value: shown,
      expected,
    },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Takes a number that must be there and > 0. */
export function requirePositive(place: Place, value: unknown): number {
  const number = numberOf(value)
  if (number !== undefined && number > 0) return number
  throw malformedMarket(place, value, 'a number > 0')
}

/** Takes a number that must be there and >= 0. */
export function requireNonNegative(place: Place, value: unknown): number {
  const number = numberOf(value)
  if (number !== undefined && number >= 0) return number
  throw malformedMarket(place, value, 'a number >= 0')
}

/** Takes a number >= 0; nothing is `null`. */
export function readNonNegative(place: Place, value: unknown): number | null {
  return value === undefined || value === null || value === '' ? null : requireNonNegative(place, value)
}

/** Takes a number > 0; nothing, and the 0 that stands for it in recordings, is `null`. */
export function readPositive(place: Place, value: unknown): number | null {
  return readNonNegative(place, value) || null
}

/**
 * Takes an IV, as a ratio. Those of 931 recorded chains lie from 0.106 to 3.49, so that the bounds tell a ratio that
 * was taken for percent from a percentage that was taken for a ratio.
 */
export function readIv(place: Place, value: unknown, unit: 'ratio' | 'percent'): number | null {
  const number = readPositive(place, value)
  if (number === null) return null
  // The division alone would make 0.44799999999999995 of 44.8.
  const iv = unit === 'ratio' ? number : Number((number / 100).toPrecision(12))
  if (iv >= LEAST_IV && iv <= MOST_IV) return iv
  const expected = unit === 'ratio' ? `an IV as a ratio, ${LEAST_IV} to ${MOST_IV}` : 'an IV in percent, 5 to 1000'
  throw malformedMarket(place, value, expected)
}

/** Plain decimals, and 1.5e-05, which recordings have. `Number` alone would take 0x10 and blanks. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`
}

const SHOWN_CHARACTERS = 60
const DECIMAL = /^\d+(\.\d+)?(e-?\d+)?$/
const LEAST_IV = 0.05
const MOST_IV = 10
