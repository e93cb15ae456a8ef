import { type Currency, parseSymbol, type SymbolParts } from '@cc/models'
import type { RowProblem } from '../history/chain-row.js'
import { type Line, textOf } from './tardis-lines.js'

/** The latest update of one option, as its line stood. */
export type Update = {
  option: SymbolParts
  file: string
  row: number
  /** Cells of the line, in the order of the header. */
  cells(): readonly string[]
}

/** The latest update of each inverse option. Grows with the number of options, not with that of lines. */
export type Updates = {
  /** When a line became known, UTC epoch ms, or what is wrong with its beginning. */
  knownAt(line: Line): { timeMs: number; problem?: undefined } | { problem: RowProblem }
  /** Keeps the line that `knownAt` saw last. */
  keep(file: string, line: Line): void
  /** Of the coins that are wanted. */
  all(): Iterable<Update>
  /** Forgets what had expired. */
  forgetExpired(atMs: number): void
}

/** The columns that every line begins with. */
export const FIRST_COLUMNS = ['exchange', 'symbol', 'timestamp', 'local_timestamp'] as const

/**
 * Keeps the latest line of each option, unread but for its first four cells: of thousands of updates an hour one counts.
 * An update is known once the exchange had stamped it and it had arrived, by the later of the two clocks.
 */
export function createUpdates(currencies: readonly Currency[]): Updates {
  /** By hash of the symbol; several where hashes collide. `undefined`: not wanted. */
  const slots = new Map<number, Slot[]>()
  let symbolStart = 0
  let symbolEnd = 0
  let hash = 0

  function slotOf({ bytes }: Line): Slot {
    const known = slots.get(hash) ?? []
    const found = known.find(({ symbol }) => isAt(symbol, bytes, symbolStart, symbolEnd))
    if (found !== undefined) return found
    const symbol = bytes.slice(symbolStart, symbolEnd)
    const option = parseSymbol(textOf(symbol, 0, symbol.length))
    const isWanted = option !== undefined && currencies.includes(option.currency)
    const slot: Slot = {
      symbol,
      option: isWanted ? option : undefined,
      file: '',
      row: 0,
      length: 0,
      bytes: new Uint8Array(384),
    }
    slots.set(hash, [...known, slot])
    return slot
  }

  return {
    knownAt(line) {
      const { bytes, end } = line
      const exchangeEnd = endOfCell(bytes, line.start, end)
      symbolStart = exchangeEnd + 1
      let at = symbolStart
      hash = 0
      for (; at < end && bytes[at] !== COMMA; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0
      symbolEnd = at
      const stampedEnd = endOfCell(bytes, symbolEnd + 1, end)
      const stamped = digitsOf(bytes, symbolEnd + 1, stampedEnd)
      const arrivedEnd = endOfCell(bytes, stampedEnd + 1, end)
      const arrived = digitsOf(bytes, stampedEnd + 1, arrivedEnd)
      const micros = Math.max(stamped, arrived)
      if (micros > LEAST_MICROS && micros < MOST_MICROS) return { timeMs: micros / 1_000 }
      const isStamp = !(stamped > LEAST_MICROS && stamped < MOST_MICROS)
      const [start, stop] = isStamp ? [symbolEnd + 1, stampedEnd] : [stampedEnd + 1, arrivedEnd]
      const field = isStamp ? 'timestamp' : 'local_timestamp'
      const value = start < stop ? textOf(bytes, start, stop) : ''
      return { problem: { field, value, expected: 'a time in whole microseconds' } }
    },
    keep(file, line) {
      const slot = slotOf(line)
      if (slot.option === undefined) return
      const length = line.end - line.start
      if (slot.bytes.length < length) slot.bytes = new Uint8Array(2 * length)
      // Element by element: for so few bytes that is faster than a view and a copy of it.
      for (let i = 0; i < length; i += 1) slot.bytes[i] = line.bytes[line.start + i] as number
      slot.length = length
      slot.file = file
      slot.row = line.row
    },
    *all() {
      for (const slot of [...slots.values()].flat()) {
        const { option, file, row } = slot
        if (option !== undefined) {
          yield { option, file, row, cells: () => textOf(slot.bytes, 0, slot.length).split(',') }
        }
      }
    },
    forgetExpired(atMs) {
      for (const [key, known] of slots) {
        const left = known.filter(({ option }) => option === undefined || option.expiryMs > atMs)
        if (left.length === 0) slots.delete(key)
        else if (left.length < known.length) slots.set(key, left)
      }
    },
  }
}

type Slot = {
  symbol: Uint8Array
  option: SymbolParts | undefined
  file: string
  row: number
  bytes: Uint8Array
  length: number
}

const COMMA = 44
const ZERO = 48
const NINE = 57
const LEAST_MICROS = 1e15
const MOST_MICROS = 8e15

function endOfCell(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== COMMA) at += 1
  return at
}

/** NaN for what is no whole number. */
function digitsOf(bytes: Uint8Array, start: number, end: number): number {
  let value = start < end ? 0 : Number.NaN
  for (let at = start; at < end; at += 1) {
    const digit = bytes[at] as number
    value = digit >= ZERO && digit <= NINE ? value * 10 + (digit - ZERO) : Number.NaN
  }
  return value
}

function isAt(symbol: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (symbol.length !== end - start) return false
  for (let i = 0; i < symbol.length; i += 1) if (symbol[i] !== bytes[start + i]) return false
  return true
}
