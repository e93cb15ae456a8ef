import type { Exchange } from '../../exchange/exchange-port.js'
import { marketBars, tradeBars } from '../methods/bars.js'
import type { Listed } from '../methods/listing.js'
import { tapeOf } from '../methods/tape.js'
import { coinOf } from '../wire/rounding.js'
import type { Feed } from './feed.js'
import { stateFeed } from './feed-kinds.js'

/**
 * `chart.trades`: the bar that is open, as `public/get_tradingview_chart_data` has it last. Of an option from its first
 * trade on; of a future it is the index that it follows.
 */
export function chartFeed(exchange: Exchange, listed: Listed, resolutionMs: number): Feed {
  return stateFeed({
    gapMs: 0,
    ...(listed.kind === 'option' ? { symbol: listed.instrument.symbol } : {}),
    hearsMarket: true,
    hearsSeconds: true,
    textNow() {
      const bar = listed.kind === 'option' ? optionBar(listed) : futureBar(listed)
      if (bar === undefined) return undefined
      const { startMs, open, high, low, close, volumeCoin, costCoin } = bar
      return JSON.stringify({
        volume: coinOf(volumeCoin),
        tick: startMs,
        open,
        low,
        high,
        cost: coinOf(costCoin),
        close,
      })
    },
  })

  function optionBar({ instrument, currency }: Listed & { kind: 'option' }) {
    const { symbol, expiryMs } = instrument
    const nowMs = lastMs(expiryMs)
    return tradeBars(tapeOf(exchange, currency).tradesOf(symbol), { ...span(nowMs), nowMs }).at(-1)
  }

  function futureBar({ future, currency }: Listed & { kind: 'future' }) {
    const bar = marketBars(exchange, currency, { ...span(lastMs(future.expiryMs)), kind: 'candles' }).at(-1)
    return bar && { ...bar, volumeCoin: 0, costCoin: 0 }
  }

  /** The last moment that has a bar: what has expired has no more. */
  function lastMs(expiryMs: number | null): number {
    const nowMs = exchange.nowMs()
    return exchange.market.frozen || expiryMs === null ? nowMs : Math.min(nowMs, expiryMs - 1)
  }

  function span(nowMs: number) {
    return { fromMs: Math.floor(nowMs / resolutionMs) * resolutionMs, toMs: nowMs, resolutionMs }
  }
}
