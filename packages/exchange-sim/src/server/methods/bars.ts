import type { Currency, Span } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import type { Trade } from '../../exchange/order.js'

/** Open, high, low and close of the stretch that starts at `startMs`. */
export type Bar = { startMs: number; open: number; high: number; low: number; close: number }

type Request = Span & { kind: 'candles' | 'dvol'; resolutionMs: number }

/**
 * Bars of the index or of the volatility index that start inside the span, `toMs` included, oldest first, with the one
 * that is still open last, as Deribit charts have it. Nothing where the market has no history.
 */
export function marketBars(exchange: Exchange, currency: Currency, request: Request): readonly Bar[] {
  const { kind, resolutionMs, fromMs } = request
  const { market } = exchange
  const nowMs = exchange.nowMs()
  if (market.frozen) return []
  const toMs = Math.min(request.toMs, nowMs) + 1
  if (resolutionMs < market.stepMs) return splitBars(exchange, currency, request)
  const closed = closedBars(exchange, currency, { ...request, toMs })
  const openMs = Math.floor(nowMs / resolutionMs) * resolutionMs
  if (openMs < fromMs || openMs >= toMs) return closed
  const { stepMs } = market
  const steps = closedBars(exchange, currency, { kind, resolutionMs: stepMs, fromMs: openMs, toMs: nowMs })
  const last = kind === 'candles' ? [pointBar(nowMs, market.indexUsd(currency, nowMs))] : []
  const open = foldBars(openMs, [...steps, ...last])
  return open === undefined ? closed : [...closed, open]
}

/**
 * Bars of what traded in one book, from the bar of the first trade on, and the size and cost of each; a bar without a
 * trade repeats the last price.
 */
export function tradeBars(
  trades: readonly Trade[],
  { fromMs, toMs, resolutionMs, nowMs }: Span & { resolutionMs: number; nowMs: number },
): readonly (Bar & { volumeCoin: number; costCoin: number })[] {
  const barOf = (atMs: number) => Math.floor(atMs / resolutionMs) * resolutionMs
  const [first] = trades
  if (first === undefined) return []
  const firstMs = Math.max(Math.ceil(fromMs / resolutionMs) * resolutionMs, barOf(first.timestampMs))
  const lastMs = Math.min(toMs, barOf(nowMs))
  const bars: (Bar & { volumeCoin: number; costCoin: number })[] = []
  let next = trades.findIndex(({ timestampMs }) => timestampMs >= firstMs)
  if (next < 0) next = trades.length
  let close = trades[next - 1]?.priceCoin ?? first.priceCoin
  for (let startMs = firstMs; startMs <= lastMs; startMs += resolutionMs) {
    const bar = { ...pointBar(startMs, close), volumeCoin: 0, costCoin: 0 }
    let isFirst = true
    for (
      let trade = trades[next];
      trade !== undefined && trade.timestampMs < startMs + resolutionMs;
      trade = trades[++next]
    ) {
      const { priceCoin, sizeCoin } = trade
      if (isFirst) Object.assign(bar, pointBar(startMs, priceCoin))
      isFirst = false
      bar.high = Math.max(bar.high, priceCoin)
      bar.low = Math.min(bar.low, priceCoin)
      bar.close = priceCoin
      bar.volumeCoin += sizeCoin
      bar.costCoin += sizeCoin * priceCoin
    }
    close = bar.close
    bars.push(bar)
  }
  return bars
}

function closedBars(exchange: Exchange, currency: Currency, request: Request): readonly Bar[] {
  const { openMs, open, high, low, close } = exchange.market.history(currency, { ...request, nowMs: exchange.nowMs() })
  return Array.from(openMs, (startMs, bar) => ({
    startMs,
    open: open[bar] ?? Number.NaN,
    high: high[bar] ?? Number.NaN,
    low: low[bar] ?? Number.NaN,
    close: close[bar] ?? Number.NaN,
  }))
}

/** Between the market's steps nothing moves: each step is as many bars that repeat it. */
function splitBars(
  exchange: Exchange,
  currency: Currency,
  { kind, resolutionMs, fromMs, toMs }: Request,
): readonly Bar[] {
  const { stepMs } = exchange.market
  const steps = closedBars(exchange, currency, {
    kind,
    resolutionMs: stepMs,
    fromMs: fromMs - stepMs + 1,
    toMs: toMs + 1,
  })
  return steps
    .flatMap((step) =>
      Array.from({ length: stepMs / resolutionMs }, (_, part) => ({
        ...step,
        startMs: step.startMs + part * resolutionMs,
      })),
    )
    .filter(({ startMs }) => startMs >= fromMs && startMs <= toMs)
}

function foldBars(startMs: number, bars: readonly Bar[]): Bar | undefined {
  const [first] = bars
  if (first === undefined) return undefined
  const folded = { ...first, startMs }
  for (const { high, low, close } of bars) {
    folded.high = Math.max(folded.high, high)
    folded.low = Math.min(folded.low, low)
    folded.close = close
  }
  return folded
}

function pointBar(startMs: number, price: number): Bar {
  return { startMs, open: price, high: price, low: price, close: price }
}
