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

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`
}

const SHOWN_CHARACTERS = 60
