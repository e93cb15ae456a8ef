import type { Exchange, Level } from '../../exchange/exchange-port.js'
import { findListed, isOver } from '../methods/listing.js'
import { futureTopOf } from '../methods/market-reads.js'
import { rounded } from '../wire/rounding.js'
import { futureBook } from '../wire/ticker.js'
import type { Feed } from './feed.js'
import { bodyOf, stampedFeed } from './feed-kinds.js'

/** The levels of a book, best first, and the count of changes that they are of. */
type Book = { readonly bids: readonly Level[]; readonly asks: readonly Level[]; readonly changeId: number }

/** What changed at one price. */
type LevelChange = readonly ['new' | 'change' | 'delete', price: number, amount: number]

/** `book`: all levels once, then those that have changed. After its expiry a book is empty. */
export function bookFeed(exchange: Exchange, instrumentName: string, gapMs: number): Feed {
  let last: Book | undefined

  // Whoever joins begins where the others are: the count may have grown since without a change of this book.
  function opening(): readonly string[] {
    last ??= bookOf(exchange, instrumentName, Number.POSITIVE_INFINITY)
    const head = { timestamp: exchange.nowMs(), type: 'snapshot', change_id: last.changeId }
    return [JSON.stringify({ ...head, instrument_name: instrumentName, ...changesOf(EMPTY, last) })]
  }

  return {
    gapMs,
    symbol: instrumentName,
    hearsMarket: true,
    opening,
    news() {
      if (last === undefined) return opening()
      const book = bookOf(exchange, instrumentName, Number.POSITIVE_INFINITY)
      const changes = changesOf(last, book)
      if (changes.bids.length === 0 && changes.asks.length === 0) return []
      const ids = { change_id: book.changeId, prev_change_id: last.changeId }
      last = book
      return [
        JSON.stringify({
          timestamp: exchange.nowMs(),
          type: 'change',
          ...ids,
          instrument_name: instrumentName,
          ...changes,
        }),
      ]
    },
  }
}

/** The grouped `book`: its best levels, all of them each time that one has changed. */
export function bookWindowFeed(
  exchange: Exchange,
  {
    instrumentName,
    group,
    depth,
    gapMs,
  }: { instrumentName: string; group: number | null; depth: number; gapMs: number },
): Feed {
  let levels = ''
  let body = ''
  return stampedFeed({
    gapMs,
    symbol: instrumentName,
    hearsMarket: true,
    nowMs: exchange.nowMs,
    bodyNow() {
      const book = bookOf(exchange, instrumentName, group === null ? depth : Number.POSITIVE_INFINITY)
      const bids = grouped(book.bids, group, Math.floor).slice(0, depth)
      const asks = grouped(book.asks, group, Math.ceil).slice(0, depth)
      const levelsNow = JSON.stringify({ bids, asks })
      if (levelsNow !== levels) {
        body = bodyOf({ instrument_name: instrumentName, change_id: book.changeId, bids, asks })
        levels = levelsNow
      }
      return { body }
    },
  })
}

/** As `public/get_order_book` has it. */
function bookOf(exchange: Exchange, instrumentName: string, depth: number): Book {
  const listed = findListed(exchange, instrumentName)
  if (listed?.kind === 'option') {
    const changeId = exchange.changeId()
    const { symbol, state } = listed.instrument
    return isOver(state) ? { ...EMPTY, changeId } : { ...exchange.book(symbol, depth), changeId }
  }
  const changeId = Math.floor(exchange.nowMs() / exchange.market.stepMs)
  const top = listed && !isOver(listed.future.state) ? futureTopOf(exchange, listed.future) : undefined
  if (top === undefined) return { ...EMPTY, changeId }
  const { bid, ask } = futureBook(top)
  return { bids: [bid], asks: [ask], changeId }
}

function changesOf(before: Book, now: Book): { bids: readonly LevelChange[]; asks: readonly LevelChange[] } {
  return { bids: levelChanges(before.bids, now.bids), asks: levelChanges(before.asks, now.asks) }
}

function levelChanges(before: readonly Level[], now: readonly Level[]): readonly LevelChange[] {
  const left = new Map(before)
  const changes: LevelChange[] = []
  for (const [price, amount] of now) {
    const was = left.get(price)
    left.delete(price)
    if (was === undefined) changes.push(['new', price, amount])
    else if (was !== amount) changes.push(['change', price, amount])
  }
  for (const price of left.keys()) changes.push(['delete', price, 0])
  return changes
}

/** Levels by multiples of a price: bids by the next below, asks by the next above. */
function grouped(
  levels: readonly Level[],
  group: number | null,
  round: (multiple: number) => number,
): readonly Level[] {
  if (group === null) return levels
  const amounts = new Map<number, number>()
  for (const [price, amount] of levels) {
    const at = round(price / group) * group
    amounts.set(at, rounded((amounts.get(at) ?? 0) + amount, 8))
  }
  return [...amounts]
}

const EMPTY: Book = { bids: [], asks: [], changeId: 0 }
