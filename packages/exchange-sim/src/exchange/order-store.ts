import type { Currency, OptionInstrument, OrderReport, OrderTerms } from '@cc/models'

/** An order that reached the exchange. It is kept for ever; `state` says whether it still rests. */
export type Order = {
  readonly orderId: string
  /** Place in the queue: lower came first. */
  readonly sequence: number
  readonly instrument: OptionInstrument
  readonly terms: OrderTerms
  /** What it is for: the terms' size, or less where a reduce-only order was cut to the position. */
  readonly sizeCoin: number
  readonly createdMs: number
  state: 'open' | 'filled' | 'cancelled'
  filledCoin: number
  averagePriceCoin: number | null
  updatedMs: number
  cancelReason: string | null
}

/** All orders by id and label, and those that rest, apart: no call walks the orders of the past. */
export type OrderStore = {
  add(instrument: OptionInstrument, terms: OrderTerms, at: { sizeCoin: number; nowMs: number }): Order
  get(orderId: string): Order | undefined
  withLabel(currency: Currency, label: string): readonly Order[]
  /** Resting orders, oldest first. */
  open(): readonly Order[]
  fill(order: Order, fill: { sizeCoin: number; priceCoin: number; nowMs: number }): void
  cancel(order: Order, at: { reason: string | null; nowMs: number }): void
}

export function createOrderStore(): OrderStore {
  const orders = new Map<string, Order>()
  const labels = new Map<string, Order[]>()
  const resting = new Map<string, Order>()
  let sequence = 0

  return {
    add(instrument, terms, { sizeCoin, nowMs }) {
      sequence += 1
      const order: Order = {
        orderId: venueId(instrument.currency, sequence),
        sequence,
        instrument,
        terms,
        sizeCoin,
        createdMs: nowMs,
        state: 'open',
        filledCoin: 0,
        averagePriceCoin: null,
        updatedMs: nowMs,
        cancelReason: null,
      }
      orders.set(order.orderId, order)
      resting.set(order.orderId, order)
      const key = labelKey(instrument.currency, terms.label)
      const namesakes = labels.get(key)
      if (namesakes === undefined) labels.set(key, [order])
      else namesakes.push(order)
      return order
    },
    get: (orderId) => orders.get(orderId),
    withLabel: (currency, label) => labels.get(labelKey(currency, label)) ?? [],
    open: () => [...resting.values()],
    fill(order, { sizeCoin, priceCoin, nowMs }) {
      order.filledCoin = sumSizes(order.filledCoin, sizeCoin)
      const averagePriceCoin = order.averagePriceCoin ?? priceCoin
      // Written so that fills of one price average to that price to the last bit.
      order.averagePriceCoin = averagePriceCoin + (priceCoin - averagePriceCoin) * (sizeCoin / order.filledCoin)
      order.updatedMs = nowMs
      if (order.filledCoin === order.sizeCoin) {
        order.state = 'filled'
        resting.delete(order.orderId)
      }
    },
    cancel(order, { reason, nowMs }) {
      order.state = 'cancelled'
      order.cancelReason = reason
      order.updatedMs = nowMs
      resting.delete(order.orderId)
    },
  }
}

/** What an order has not traded yet, in coin. */
export function leftCoin(order: Order): number {
  return sumSizes(order.sizeCoin, -order.filledCoin)
}

/** The order as the venue reports it: a copy. */
export function reportOf(order: Order): OrderReport {
  const { terms } = order
  return {
    orderId: order.orderId,
    label: terms.label,
    symbol: terms.symbol,
    side: terms.side,
    sizeCoin: order.sizeCoin,
    priceCoin: terms.priceCoin,
    state: order.state,
    filledCoin: order.filledCoin,
    averagePriceCoin: order.averagePriceCoin,
    postOnly: terms.postOnly,
    reduceOnly: terms.reduceOnly,
    createdMs: order.createdMs,
    updatedMs: order.updatedMs,
    cancelReason: order.cancelReason,
  }
}

/** Ids as Deribit writes them: bare digits for BTC, with the coin before them for others. */
export function venueId(currency: Currency, sequence: number): string {
  return currency === 'BTC' ? `${sequence}` : `${currency}-${sequence}`
}

/** Sum of signed sizes as an exact decimal: sizes are counted in 1e-8 coin, so that 0.1 + 0.2 is 0.3 and 0.3 − 0.3 is 0. */
export function sumSizes(...sizesCoin: readonly number[]): number {
  let units = 0
  for (const sizeCoin of sizesCoin) units += Math.round(sizeCoin * UNITS_PER_COIN)
  return units / UNITS_PER_COIN
}

function labelKey(currency: Currency, label: string): string {
  return `${currency} ${label}`
}

const UNITS_PER_COIN = 1e8
