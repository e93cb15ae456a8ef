import type { RunBook } from '../book/run-book.js'
import { dailySeries } from './daily.js'
import type { CoinResult } from './result.js'
import { sumOf } from './statistics.js'

/** What each UTC month of a book brought; the first and the last as long as they are. */
export function monthsOf(book: RunBook): CoinResult['months'] {
  const { timeMs, equityCoin, indexUsd } = dailySeries(book)
  const months: { month: string; from: number; to: number }[] = []
  // A day belongs to the month that it begins in.
  for (let day = 1; day < timeMs.length; day++) {
    const month = new Date(timeMs[day - 1] as number).toISOString().slice(0, 7)
    const last = months.at(-1)
    if (last?.month === month) last.to = day
    else months.push({ month, from: day - 1, to: day })
  }
  return months.map(({ month, from, to }) => {
    const fromCoin = equityCoin[from] as number
    const toCoin = equityCoin[to] as number
    const rise = (indexUsd[to] as number) / (indexUsd[from] as number)
    return {
      month,
      overlayCoin: toCoin - fromCoin,
      returnUsd: fromCoin > 0 ? (toCoin / fromCoin) * rise - 1 : null,
      heldReturnUsd: rise - 1,
      premiumCoin: premiumBetween(
        book,
        from === 0 ? Number.NEGATIVE_INFINITY : (timeMs[from] as number),
        timeMs[to] as number,
      ),
    }
  })
}

/** Of the sales after one moment up to another, as the values of days are taken. */
function premiumBetween({ rows }: RunBook, afterMs: number, untilMs: number): number {
  const flows = rows.flatMap((row) => (row.timeMs > afterMs && row.timeMs <= untilMs ? row.flows : []))
  const sales = flows.filter(({ kind, sizeCoin }) => kind === 'trade' && sizeCoin < 0)
  return sumOf(sales.map(({ sizeCoin, priceCoin }) => -sizeCoin * priceCoin))
}
