import { missingQuote } from '../failures.js'
import type { Book, Books } from './books.js'
import { type Exposure, exposureOf, marginOf } from './margin.js'
import type { Position } from './position.js'

/** Sums over all options that an account is engaged in, in coin. */
type Sums = {
  optionsValueCoin: number
  /** Of the open positions, since the last settlement. */
  sessionUnrealisedCoin: number
  /** Initial margin of positions and resting orders. */
  marginCoin: number
}

/**
 * The sums of one account, kept up to date by what changes instead of by a walk over all positions and orders: what an
 * order is judged by and a ledger row tells. `turnTo` comes before they are read. They are summed anew with each step of
 * the market, and now and then within one, so that the rounding of many changes cannot gather.
 */
export type Tally = {
  readonly sums: Readonly<Sums>
  /**
   * Brings marks and sums to the step of a time.
   *
   * @throws CcError `exchange-sim/missing-quote`
   */
  turnTo(atMs: number): void
  /** Takes in what changed in one option. */
  update(book: Book): void
  /** Initial margin of everything, were this the exposure in that option. */
  marginWith(book: Book, exposure: Exposure): number
  /** Options with a position or resting orders. */
  engaged(): readonly Book[]
}

export function createTally(books: Books, positions: ReadonlyMap<string, Position>): Tally {
  const parts = new Map<Book, Sums>()
  const sums = emptySums()
  let stepMs = Number.NaN
  let updates = 0

  /** Writes what an option comes to now. */
  function measure(book: Book, part: Sums): void {
    const position = positions.get(book.instrument.symbol)
    const { markPriceCoin } = book.quote
    const sizeCoin = position?.sizeCoin ?? 0
    part.optionsValueCoin = sizeCoin * markPriceCoin
    part.sessionUnrealisedCoin = sizeCoin * (markPriceCoin - (position?.sessionPriceCoin ?? 0))
    part.marginCoin = marginCoinOf(exposureOf(book, sizeCoin), book)
  }

  function add(part: Sums, sign: 1 | -1): void {
    sums.optionsValueCoin += sign * part.optionsValueCoin
    sums.sessionUnrealisedCoin += sign * part.sessionUnrealisedCoin
    sums.marginCoin += sign * part.marginCoin
  }

  function sumAnew(): void {
    Object.assign(sums, emptySums())
    for (const [book, part] of parts) {
      measure(book, part)
      add(part, 1)
    }
    updates = 0
  }

  return {
    sums,
    turnTo(atMs) {
      const nextMs = books.stepMs(atMs)
      if (nextMs === stepMs && updates < UPDATES_PER_SUM) return
      for (const book of parts.keys()) {
        if (!books.refresh(book, atMs)) throw missingQuote(book.instrument.symbol, 'quote')
      }
      stepMs = nextMs
      sumAnew()
    },
    update(book) {
      updates += 1
      const { instrument, sides } = book
      const known = parts.get(book)
      const part = known ?? emptySums()
      if (known !== undefined) add(part, -1)
      if (!positions.has(instrument.symbol) && sides.buy.isEmpty() && sides.sell.isEmpty()) {
        parts.delete(book)
        return
      }
      measure(book, part)
      add(part, 1)
      if (known === undefined) parts.set(book, part)
    },
    marginWith: (book, exposure) => sums.marginCoin - (parts.get(book)?.marginCoin ?? 0) + marginCoinOf(exposure, book),
    engaged: () => [...parts.keys()],
  }
}

function marginCoinOf(exposure: Exposure, { quote }: Book): number {
  const { initialMarginCoin, ordersMarginCoin } = marginOf(exposure, quote)
  return initialMarginCoin + ordersMarginCoin
}

function emptySums(): Sums {
  return { optionsValueCoin: 0, sessionUnrealisedCoin: 0, marginCoin: 0 }
}

const UPDATES_PER_SUM = 10_000
