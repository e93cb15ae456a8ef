import type { BookView, LiveBook } from '@cc/deribit-client'
import type { Levels, PlainTrader, ServedBook } from './plain-trader.ts'

/** A live book, held against the one of the exchange. */
export type ToldBook = {
  readonly live: LiveBook
  /** Looks at one view for itself and beside the last one. */
  check(view: BookView): void
  /** At any time: where both are of the same change, they are the same. */
  compare(): Promise<void>
  /** How it differs from the book as it is. Empty where it does not. */
  differences(): Promise<string[]>
}

export function createToldBook(
  live: LiveBook,
  { symbol, trader, problems }: { symbol: string; trader: PlainTrader; problems: string[] },
): ToldBook {
  return {
    live,
    check({ bids, asks }) {
      const isSorted = (sign: 1 | -1, levels: BookView['bids']) =>
        levels.every(({ price }, index) => index === 0 || sign * (price - (levels[index - 1]?.price ?? 0)) > 0)
      if (!isSorted(-1, bids) || !isSorted(1, asks)) problems.push(`the book of ${symbol} is not sorted`)
      const [bid, ask] = [bids[0]?.price ?? 0, asks[0]?.price ?? Number.POSITIVE_INFINITY]
      if (bid >= ask) problems.push(`the book of ${symbol} is crossed: ${bid} to ${ask}`)
    },
    async compare() {
      const served = await trader.book(symbol)
      const view = live.current()
      if (view?.changeId !== served.change_id) return
      const difference = differenceOf(view, served)
      if (difference !== undefined) problems.push(`the book of ${symbol} is wrong at one change: ${difference}`)
    },
    async differences() {
      const served = await trader.book(symbol)
      const view = live.current()
      const difference = view === undefined ? 'it is not known' : differenceOf(view, served)
      return difference === undefined ? [] : [`the book of ${symbol} differs: ${difference}`]
    },
  }
}

function differenceOf(view: BookView, served: ServedBook): string | undefined {
  const here = textOf({ bids: levelsOf(view.bids), asks: levelsOf(view.asks) })
  const there = textOf(served)
  return here === there ? undefined : `${here} instead of ${there}`
}

function levelsOf(levels: BookView['bids']): Levels {
  return levels.map(({ price, amount }) => [price, amount])
}

function textOf({ bids, asks }: Pick<ServedBook, 'bids' | 'asks'>): string {
  return JSON.stringify({ bids, asks })
}
