import { CcError } from '@cc/models'
import type { RowProblem } from './chain-row.js'

/** A column that is read, by its name in the header. `percent` is read as a ratio; an absent optional one is empty. */
export type CsvColumn = { name: string; as: 'number' | 'percent' | 'text'; optional?: boolean }

/** The rows of a file, one at a time; columns by their place in the list that was asked for. */
export type CsvRows = {
  /** Goes to the next row that is not blank; `false` at the end. */
  next(): boolean
  /** Its number, from 1, the header aside. */
  row(): number
  /** Numbers of the row; NaN is an empty cell. Each is what `Number` makes of the text. */
  readonly numbers: Float64Array
  /** Text of a cell of a text column. */
  text(column: number): string
  /** Whether a text cell is this text, which must be ASCII. */
  is(column: number, text: string): boolean
  /** What is wrong with the row: a cell that is no number, or too few or too many cells. Its numbers are void then. */
  problem(): RowProblem | undefined
}

/**
 * Reads comma-separated bytes without making text of them: UTF-8, a header, lines that end in LF or CRLF, no quotes.
 *
 * @throws CcError `backtest/unknown-header` (recovery `halt`) for a header without a column that is needed, or with one twice.
 */
export function readCsv(file: string, source: Uint8Array, wanted: readonly CsvColumn[]): CsvRows {
  const bytes = endedLine(source)
  const length = bytes.length
  const headerEnd = bytes.indexOf(LINE_FEED)
  const header = latin1.decode(bytes.subarray(hasMark(bytes) ? 3 : 0, headerEnd)).trimEnd()
  const names = header.split(',')
  const { places, kinds } = placeColumns(file, header, names, wanted)
  const width = names.length
  const numbers = new Float64Array(wanted.length).fill(Number.NaN)
  const starts = new Int32Array(wanted.length)
  const ends = new Int32Array(wanted.length)
  const cell = (start: number, end: number) => latin1.decode(bytes.subarray(start, end))
  let position = headerEnd + 1
  let row = 0
  let problem: RowProblem | undefined

  function next(): boolean {
    let at = position
    row += 1
    while (at < length && (bytes[at] === LINE_FEED || bytes[at] === RETURN)) {
      if (bytes[at] === LINE_FEED) row += 1
      at += 1
    }
    if (at >= length) return false
    problem = undefined
    let column = 0
    for (;;) {
      const start = at
      const kind = column < width ? (kinds[column] as number) : UNREAD
      let byte = bytes[at] as number
      if (kind === NUMBER || kind === PERCENT) {
        const isNegative = byte === MINUS
        if (isNegative) byte = bytes[++at] as number
        const from = at
        let digits = 0
        let decimals = 0
        while (byte >= ZERO && byte <= NINE) {
          digits = digits * 10 + (byte - ZERO)
          byte = bytes[++at] as number
        }
        let count = at - from
        if (byte === POINT) {
          const point = at
          byte = bytes[++at] as number
          while (byte >= ZERO && byte <= NINE) {
            digits = digits * 10 + (byte - ZERO)
            byte = bytes[++at] as number
          }
          decimals = at - point - 1
          count += decimals
        }
        if (byte === LETTER_E && bytes[at + 1] === MINUS) {
          const tens = (bytes[at + 2] as number) - ZERO
          const ones = (bytes[at + 3] as number) - ZERO
          if (tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9) {
            decimals += 10 * tens + ones
            at += 4
            byte = bytes[at] as number
          }
        }
        const place = places[column] as number
        const isWhole = byte === COMMA || byte === LINE_FEED || byte === RETURN
        if (isWhole && count > 0 && count <= EXACT_DIGITS && decimals <= EXACT_DECIMALS) {
          // Both numbers are whole and exact, so that the one division rounds as reading the text would.
          const value = digits / (POWERS[kind === PERCENT ? decimals + 2 : decimals] as number)
          numbers[place] = isNegative ? -value : value
        } else if (isWhole && at === start) {
          numbers[place] = Number.NaN
        } else {
          while (byte !== COMMA && byte !== LINE_FEED && byte !== RETURN) byte = bytes[++at] as number
          const text = cell(start, at)
          const value = slowNumber(text, kind === PERCENT ? -2 : 0)
          if (value === undefined) problem ??= notANumber(names[column] as string, text)
          else numbers[place] = value
        }
      } else {
        while (byte !== COMMA && byte !== LINE_FEED && byte !== RETURN) byte = bytes[++at] as number
        if (kind === TEXT) {
          const place = places[column] as number
          starts[place] = start
          ends[place] = at
        }
      }
      column += 1
      if (byte === COMMA) {
        at += 1
        continue
      }
      if (byte === RETURN && bytes[at + 1] === LINE_FEED) at += 1
      position = at + 1
      if (column !== width) problem = { field: 'columns', value: String(column), expected: `${width} cells` }
      return true
    }
  }

  function is(column: number, text: string): boolean {
    const start = starts[column] as number
    if ((ends[column] as number) - start !== text.length) return false
    for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false
    return true
  }

  return {
    next,
    row: () => row,
    numbers,
    text: (column) => utf8.decode(bytes.subarray(starts[column], ends[column])),
    is,
    problem: () => problem,
  }
}

const LINE_FEED = 10
const RETURN = 13
const COMMA = 44
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const LETTER_E = 101
/** Of every whole number of so many digits there is a double. */
const EXACT_DIGITS = 15
/** A double holds the powers of ten up to the 22nd; two are for percentages. */
const EXACT_DECIMALS = 20
const POWERS = Float64Array.from({ length: EXACT_DECIMALS + 3 }, (_, i) => Number(`1e${i}`))
const UNREAD = 0
const NUMBER = 1
const PERCENT = 2
const TEXT = 3
const KINDS = { number: NUMBER, percent: PERCENT, text: TEXT } as const
const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder()
const DECIMAL = /^(-?\d+(?:\.\d+)?)(?:[eE]([+-]?\d{1,3}))?$/

/** The bytes with a line feed at their end, which then stops every scan. */
function endedLine(source: Uint8Array): Uint8Array {
  if (source[source.length - 1] === LINE_FEED) return source
  const bytes = new Uint8Array(source.length + 1)
  bytes.set(source)
  bytes[source.length] = LINE_FEED
  return bytes
}

function hasMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

/** What is done with each column of the file, and where its cells go. */
function placeColumns(file: string, header: string, names: readonly string[], wanted: readonly CsvColumn[]) {
  const places = new Int32Array(names.length)
  const kinds = new Uint8Array(names.length)
  for (const [place, { name, as, optional }] of wanted.entries()) {
    const column = names.indexOf(name)
    const isTwice = names.lastIndexOf(name) !== column
    if (column >= 0 && !isTwice) {
      places[column] = place
      kinds[column] = KINDS[as]
    } else if (optional !== true || isTwice) {
      const shown = header.length <= 200 ? header : `${header.slice(0, 200)}…`
      const what = isTwice ? `one column ${name}` : `a column ${name}`
      throw new CcError(`${file}: expected ${what}, got the header ${JSON.stringify(shown)}.`, {
        code: 'backtest/unknown-header',
        recovery: 'halt',
        facts: {
          file,
          field: name,
          value: shown,
          expected: wanted.filter((column) => !column.optional).map(({ name }) => name),
        },
      })
    }
  }
  return { places, kinds }
}

/** Long numbers and other exponents than those of small numbers, such as 2.2e-05; the shift moves the point before anything is rounded. */
function slowNumber(text: string, shift: number): number | undefined {
  const [, decimal, exponent = '0'] = DECIMAL.exec(text) ?? []
  if (decimal === undefined) return undefined
  const value = Number(`${decimal}e${Number(exponent) + shift}`)
  return Number.isFinite(value) ? value : undefined
}

function notANumber(field: string, value: string): RowProblem {
  return { field, value, expected: 'a number or nothing' }
}
