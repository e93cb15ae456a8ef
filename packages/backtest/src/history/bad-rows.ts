import { CcError } from '@cc/models'
import type { BadRow, HistoryCard } from './history.js'

/** What becomes of rows that cannot be taken: the first ends the reading, or all are left out and counted. */
export type BadRowPolicy = 'refuse' | 'skip'

/** The rows of a history that could not be taken. */
export type BadRows = {
  /**
   * Tells of a row that is left out.
   *
   * @throws CcError `backtest/bad-row` (recovery `halt`) unless rows may be left out.
   */
  report(bad: BadRow): void
  /** What a card says of them. */
  counted(): HistoryCard['badRows']
}

/** Collects bad rows: refuses the first, or counts all and keeps the first 20. */
export function createBadRows(policy: BadRowPolicy): BadRows {
  const first: BadRow[] = []
  let count = 0
  return {
    report(bad) {
      const shown = { ...bad, value: shorten(bad.value) }
      if (policy === 'refuse') throw badRow(shown)
      count += 1
      if (first.length < KEPT_ROWS) first.push(shown)
    },
    counted: () => ({ count, first: [...first] }),
  }
}

/** The error that names a row, its value and what was expected instead. Rows are counted from 1, a header aside. */
function badRow({ file, row, field, value, expected }: BadRow): CcError {
  const got = value === '' ? 'nothing' : JSON.stringify(value)
  return new CcError(`${file} row ${row} ${field}: expected ${expected}, got ${got}.`, {
    code: 'backtest/bad-row',
    recovery: 'halt',
    facts: { file, row, field, value, expected },
  })
}

function shorten(value: string): string {
  return value.length <= SHOWN_CHARACTERS ? value : `${value.slice(0, SHOWN_CHARACTERS)}…`
}

const KEPT_ROWS = 20
const SHOWN_CHARACTERS = 60
