import type { RunBook } from '../book/run-book.js'

/** An account by UTC day: its start, each 00:00 UTC after it, its end. Columns of one length, at least one. */
type DailySeries = {
  timeMs: readonly number[]
  equityCoin: readonly number[]
  indexUsd: readonly number[]
}

/**
 * Values of a book at the ends of UTC days, the last row carried forward. The first day begins with the book and the last
 * ends with it, so that the daily changes add up to the whole; less than an hour at either end belongs to the day beside it.
 *
 * @throws RangeError when the book has no rows.
 */
export function dailySeries(book: RunBook): DailySeries {
  const first = book.rows[0]
  const last = book.rows.at(-1)
  if (first === undefined || last === undefined) {
    throw new RangeError(`dailySeries: rows of ${book.currency} must be at least one, got 0`)
  }
  const timeMs: number[] = []
  const equityCoin: number[] = []
  const indexUsd: number[] = []
  const push = (atMs: number, row: RunBook['rows'][number]) => {
    timeMs.push(atMs)
    equityCoin.push(row.cashCoin + row.optionsCoin)
    indexUsd.push(row.indexUsd)
  }
  push(first.timeMs, last.timeMs > first.timeMs ? first : last)
  let next = 0
  let seen = first
  for (let midnight = nextMidnight(first.timeMs); midnight <= last.timeMs - STUB_MS; midnight += MS_PER_DAY) {
    for (let row = book.rows[next]; row !== undefined && row.timeMs <= midnight; row = book.rows[next]) {
      seen = row
      next += 1
    }
    push(midnight, seen)
  }
  if (last.timeMs > first.timeMs) push(last.timeMs, last)
  return { timeMs, equityCoin, indexUsd }
}

/** Returns from one value to the next. They end with the first that leaves nothing to return on. */
export function returnsOf(values: readonly number[]): number[] {
  const returns: number[] = []
  for (let i = 1; i < values.length; i++) {
    const before = values[i - 1] as number
    if (!(before > 0)) break
    returns.push((values[i] as number) / before - 1)
  }
  return returns
}

/**
 * What the calls made of each day, as a share of the deposit at the day's start: in coin the change of the equity, in USD
 * the change of what the account is worth above holding.
 */
export function dailyOverlay(book: RunBook, objective: 'coin' | 'usd'): number[] {
  const { equityCoin, indexUsd } = dailySeries(book)
  const { depositCoin } = book
  const results: number[] = []
  for (let i = 1; i < equityCoin.length; i++) {
    const before = (equityCoin[i - 1] as number) - depositCoin
    const after = (equityCoin[i] as number) - depositCoin
    const grown = objective === 'coin' ? 1 : (indexUsd[i] as number) / (indexUsd[i - 1] as number)
    results.push((after * grown - before) / depositCoin)
  }
  return results
}

/** The 00:00 UTC that follows a moment by an hour or more. */
function nextMidnight(timeMs: number): number {
  return Math.ceil((timeMs + STUB_MS) / MS_PER_DAY) * MS_PER_DAY
}

const STUB_MS = 3_600_000
const MS_PER_DAY = 86_400_000
