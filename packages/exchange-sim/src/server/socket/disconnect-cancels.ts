import type { Exchange } from '../../exchange/exchange-port.js'
import { isRejection } from '../../exchange/order.js'

/** Cancels the orders of connections that have ended, as soon as they can be cancelled. */
export type DisconnectCancels = {
  /** The same exchange. Who moves its time has what is left to be cancelled cancelled on the way. */
  readonly exchange: Exchange
  cancel(orderIds: ReadonlySet<string>, nowMs: number): void
}

/** How finely the end of a pause is met, in milliseconds. The market moves in minutes. */
const PROBE_MS = 100

/**
 * In the pause of settlement nothing can be cancelled: what is asked for then is done when trading goes on, before any
 * order trades.
 */
export function createDisconnectCancels(exchange: Exchange): DisconnectCancels {
  const waiting = new Set<string>()

  function cancelWaiting(): void {
    const outcome = exchange.cancelAll(({ orderId }) => waiting.has(orderId), 'cancel_on_disconnect')
    if (!isRejection(outcome) || outcome.code !== 'settlement_in_progress') waiting.clear()
  }

  function advanceTo(toMs: number): void {
    while (waiting.size > 0 && exchange.nowMs() < toMs) {
      exchange.advanceTo(Math.min(toMs, exchange.nowMs() + PROBE_MS))
      cancelWaiting()
    }
    exchange.advanceTo(toMs)
  }

  return {
    exchange: { ...exchange, advanceTo },
    cancel(orderIds, nowMs) {
      if (orderIds.size === 0) return
      advanceTo(nowMs)
      for (const orderId of orderIds) waiting.add(orderId)
      cancelWaiting()
    },
  }
}
