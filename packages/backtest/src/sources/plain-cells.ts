import { CURRENCIES, type Currency } from '@cc/models'
import { isMoment, type RowProblem } from '../history/chain-row.js'

const TIME_WORDS = 'a time: Unix seconds, or ISO 8601 in UTC such as 2026-01-02T08:00:00Z'
const EXPIRY_WORDS = 'a day such as 2026-01-30 or 20260130, or its 08:00 in ISO 8601 in UTC'

/** What a cell says, or what is wrong with it. */
export type Cell<Value> = { value: Value; problem?: undefined } | { value?: undefined; problem: RowProblem }

/** Reads cells of one column. Equal texts follow each other thousands of times: the last one is kept. */
export function createCellReader<Value>(read: (text: string) => Cell<Value>): (text: string) => Cell<Value> {
  let lastText: string | undefined
  let last: Cell<Value> | undefined
  return (text) => {
    if (last === undefined || text !== lastText) {
      last = read(text)
      lastText = text
    }
    return last
  }
}

/** Reads a time in epoch ms: Unix seconds, with up to three decimals, or ISO 8601 that says that it is UTC. */
export function readTime(text: string, field = 'ts'): Cell<number> {
  const value = SECONDS.test(text) ? Math.round(Number(text) * 1_000) : isoTime(text)
  if (value !== undefined && isMoment(value)) return { value }
  return { problem: { field, value: text, expected: TIME_WORDS } }
}

/** Reads an expiry in epoch ms: a day, at 08:00 UTC, or a time, which only the builder of columns judges. */
export function readExpiry(text: string): Cell<number> {
  const [, year, month, day] = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text) ?? []
  const value = year === undefined ? isoTime(text) : isoTime(`${year}-${month}-${day}T08:00:00Z`)
  if (value !== undefined && isMoment(value)) return { value }
  return { problem: { field: 'expiry', value: text, expected: EXPIRY_WORDS } }
}

/** Reads `BTC` or `ETH`. */
export function readCoin(text: string): Cell<Currency> {
  const value = CURRENCIES.find((currency) => currency === text)
  if (value !== undefined) return { value }
  return { problem: { field: 'currency', value: text, expected: CURRENCIES.join(' or ') } }
}

/** Reads `C` or `P`: whether it is a put. */
export function readSide(text: string): Cell<0 | 1> {
  if (text === 'C') return { value: 0 }
  if (text === 'P') return { value: 1 }
  return { problem: { field: 'cp', value: text, expected: 'C or P' } }
}

/** `2026-01-02T08:00:00Z`, with milliseconds where there are any. */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z')
}

const SECONDS = /^\d{1,12}(\.\d{1,3})?$/
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|\+00:00))?$/

/** `undefined` for what is no such time: 30 February is none. */
function isoTime(text: string): number | undefined {
  const [, day, minutes = '00:00', seconds = '00', fraction = ''] = ISO.exec(text) ?? []
  if (day === undefined) return undefined
  const written = `${day}T${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
  const timeMs = Date.parse(written)
  return Number.isFinite(timeMs) && new Date(timeMs).toISOString() === written ? timeMs : undefined
}
