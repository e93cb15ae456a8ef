import type { RunBook } from '../book/run-book.js'
import { dailySeries } from './daily.js'
import { drawdownOf } from './drawdown.js'
import type { OverlayFall } from './result.js'

/** How far the calls' own book fell: its worst UTC day and its deepest fall from a high, by day, against the deposit. */
export function overlayFall(book: RunBook): OverlayFall {
  const { depositCoin } = book
  const { timeMs, equityCoin } = dailySeries(book)
  const overlay = equityCoin.map((coin) => coin - depositCoin)
  let worstDayCoin = 0
  let worstDayMs: number | null = null
  for (let day = 1; day < overlay.length; day++) {
    const change = (overlay[day] as number) - (overlay[day - 1] as number)
    if (change < worstDayCoin) [worstDayCoin, worstDayMs] = [change, timeMs[day - 1] as number]
  }
  const fall = drawdownOf(timeMs, overlay, depositCoin)
  return {
    worstDayCoin,
    worstDayShare: worstDayCoin / depositCoin,
    worstDayMs,
    maxDrawdownCoin: fall.depth * depositCoin,
    maxDrawdownShare: fall.depth,
    drawdownFromMs: fall.fromMs,
    drawdownLowMs: fall.lowMs,
    drawdownToMs: fall.toMs,
  }
}
