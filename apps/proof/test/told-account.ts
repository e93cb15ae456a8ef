import type { UserEvent, WireOrder, WireUserTrade } from '@cc/deribit-client'
import type { Account } from './plain-trader.ts'

/** What user events have told, held against what the exchange says. */
export type ToldAccount = {
  take(event: UserEvent): void
  /** What must not have been told, as it was told. */
  readonly faults: readonly string[]
  /** How what was told differs from the account as it is. Empty where nothing does. */
  differences(account: Account): string[]
  /** Whether trades of one book came out of their order. */
  isOutOfOrder(): boolean
}

export function createToldAccount(): ToldAccount {
  const trades = new Map<string, WireUserTrade>()
  const lastTradeSeq = new Map<string, number>()
  const orders = new Map<string, { last: WireOrder; texts: string[] }>()
  const sizes = new Map<string, number>()
  const faults: string[] = []
  let isOutOfOrder = false

  function takeTrade(trade: WireUserTrade): void {
    const { trade_id, trade_seq, instrument_name } = trade
    if (trades.has(trade_id)) faults.push(`trade ${trade_id} is told twice`)
    trades.set(trade_id, trade)
    if (trade_seq < (lastTradeSeq.get(instrument_name) ?? 0)) isOutOfOrder = true
    lastTradeSeq.set(instrument_name, trade_seq)
  }

  function takeOrder(order: WireOrder): void {
    const text = textOf(order)
    const known = orders.get(order.order_id)
    if (known === undefined) {
      orders.set(order.order_id, { last: order, texts: [text] })
      return
    }
    const { last, texts } = known
    const isSameTime = last.last_update_timestamp === order.last_update_timestamp
    if (texts.at(-1) === text || (!isSameTime && texts.includes(text))) faults.push(`told twice: ${text}`)
    const isBack =
      order.last_update_timestamp < last.last_update_timestamp ||
      (order.filled_amount ?? 0) < (last.filled_amount ?? 0) ||
      (last.order_state !== 'open' && order.order_state === 'open')
    if (isBack) faults.push(`told after what came of it: ${text} after ${texts.at(-1)}`)
    known.last = order
    texts.push(text)
  }

  return {
    faults,
    isOutOfOrder: () => isOutOfOrder,
    take(event) {
      if (event.kind === 'trade') takeTrade(event.trade)
      else if (event.kind === 'order') takeOrder(event.order)
      else sizes.set(event.position.instrument_name, event.position.size)
    },
    differences(account) {
      const found: string[] = []
      const made = new Set(account.trades.map(({ trade_id }) => trade_id))
      for (const { trade_id, instrument_name } of account.trades) {
        if (!trades.has(trade_id)) found.push(`trade ${trade_id} of ${instrument_name} is not told`)
      }
      for (const id of trades.keys()) if (!made.has(id)) found.push(`trade ${id} never was, and is told`)
      for (const order of account.orders) {
        const told = orders.get(order.order_id)?.texts.at(-1)
        if (told !== textOf(order)) found.push(`order is ${textOf(order)}, and told to be ${told}`)
      }
      const placed = new Set(account.orders.map(({ order_id }) => order_id))
      for (const id of orders.keys()) if (!placed.has(id)) found.push(`order ${id} never was, and is told`)
      const held = new Map(account.positions.map(({ instrument_name, size }) => [instrument_name, size]))
      for (const symbol of new Set([...held.keys(), ...sizes.keys()])) {
        const [size, told] = [held.get(symbol) ?? 0, sizes.get(symbol) ?? 0]
        if (size !== told) found.push(`position in ${symbol} is ${size}, and told to be ${told}`)
      }
      return found
    },
  }
}

function textOf(order: WireOrder): string {
  const { order_id, order_state, filled_amount, amount, price, average_price, last_update_timestamp } = order
  return JSON.stringify([order_id, order_state, filled_amount, amount, price, average_price, last_update_timestamp])
}
