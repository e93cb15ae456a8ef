import type { OptionInstrument } from '@cc/models'
import type { Order, Trade } from './order.js'

/**
 * Hears of what orders do, in the order in which it happens and while it happens: nothing may be asked of the exchange
 * from within. What the market itself does is not told, because it comes with time alone.
 */
export type ExchangeWatcher = {
  /** It was accepted, traded, changed or cancelled. Live: what is kept of it is to be copied. */
  onOrder(order: Order): void
  onTrade(trade: Trade): void
  /** A position in it was delivered: there is none any more. */
  onDelivery(instrument: OptionInstrument): void
  /** Own orders, or what they took from the market, changed the levels of its book. */
  onBook(symbol: string): void
}

/** Several watchers as one. */
export type Watchers = ExchangeWatcher & { add(watcher: ExchangeWatcher): () => void }

export function createWatchers(): Watchers {
  const watchers = new Set<ExchangeWatcher>()
  return {
    add(watcher) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    onOrder(order) {
      for (const watcher of watchers) watcher.onOrder(order)
    },
    onTrade(trade) {
      for (const watcher of watchers) watcher.onTrade(trade)
    },
    onDelivery(instrument) {
      for (const watcher of watchers) watcher.onDelivery(instrument)
    },
    onBook(symbol) {
      for (const watcher of watchers) watcher.onBook(symbol)
    },
  }
}
