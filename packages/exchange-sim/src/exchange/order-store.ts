import type { Currency, OptionInstrument } from '@cc/models'
import { addSizes } from './exact-size.js'
import type { Order, OrderWish } from './order.js'

/** An order as the exchange writes to it. It is kept for ever; `state` says whether it still rests. */
export type LiveOrder = { -readonly [Field in keyof Order]: Order[Field] }

/** All orders by id, label and currency, and those that rest, apart: no call walks the orders of the past. */
export type OrderStore = {
  add(
    instrument: OptionInstrument,
    wish: OrderWish,
    at: { sizeCoin: number; priceCoin: number; nowMs: number },
  ): LiveOrder
  get(orderId: string): LiveOrder | undefined
  /** Oldest first. */
  withLabel(currency: Currency, label: string): readonly LiveOrder[]
  /** Oldest first. */
  of(currency: Currency): readonly LiveOrder[]
  /** Resting, oldest first. */
  open(): Iterable<LiveOrder>
  hasOpen(): boolean
  rest(order: LiveOrder): void
  fill(order: LiveOrder, fill: { sizeCoin: number; priceCoin: number; nowMs: number }): void
  cancel(order: LiveOrder, at: { reason: string | null; nowMs: number }): void
}

export function createOrderStore(): OrderStore {
  /** In the place of its number less one: the id of an order tells where it is. */
  const orders: LiveOrder[] = []
  const ofCurrency: Readonly<Record<Currency, CurrencyOrders>> = { BTC: noOrders(), ETH: noOrders() }
  const resting = new Set<LiveOrder>()

  function get(orderId: string): LiveOrder | undefined {
    const order = orders[Number(orderId.slice(orderId.lastIndexOf('-') + 1)) - 1]
    return order?.orderId === orderId ? order : undefined
  }

  return {
    add(instrument, wish, { sizeCoin, priceCoin, nowMs }) {
      const order: LiveOrder = {
        orderId: venueId(instrument.currency, orders.length + 1),
        instrument,
        side: wish.side,
        label: wish.label,
        timeInForce: wish.timeInForce,
        kind: wish.kind,
        sizeCoin,
        priceCoin,
        postOnly: wish.postOnly,
        rejectPostOnly: wish.rejectPostOnly,
        reduceOnly: wish.reduceOnly,
        state: 'open',
        filledCoin: 0,
        averagePriceCoin: null,
        createdMs: nowMs,
        updatedMs: nowMs,
        replaced: false,
        cancelReason: null,
      }
      orders.push(order)
      ofCurrency[instrument.currency].all.push(order)
      return order
    },
    get,
    withLabel: (currency, label) => labelled(ofCurrency[currency]).get(label) ?? [],
    of: (currency) => ofCurrency[currency].all,
    open: () => resting,
    hasOpen: () => resting.size > 0,
    rest(order) {
      resting.add(order)
    },
    fill(order, { sizeCoin, priceCoin, nowMs }) {
      order.filledCoin = addSizes(order.filledCoin, sizeCoin)
      const averagePriceCoin = order.averagePriceCoin ?? priceCoin
      // Written so that fills of one price average to that price to the last bit.
      order.averagePriceCoin = averagePriceCoin + (priceCoin - averagePriceCoin) * (sizeCoin / order.filledCoin)
      order.updatedMs = nowMs
      if (order.filledCoin === order.sizeCoin) {
        order.state = 'filled'
        resting.delete(order)
      }
    },
    cancel(order, { reason, nowMs }) {
      order.state = 'cancelled'
      order.cancelReason = reason
      order.updatedMs = nowMs
      resting.delete(order)
    },
  }
}

/** What an order has not traded yet, in coin. */
export function leftCoin(order: Order): number {
  return addSizes(order.sizeCoin, -order.filledCoin)
}

/** Ids as Deribit writes them: bare digits for BTC, with the coin before them for others. */
export function venueId(currency: Currency, sequence: number): string {
  return currency === 'BTC' ? `${sequence}` : `${currency}-${sequence}`
}

type CurrencyOrders = { all: LiveOrder[]; byLabel: Map<string, LiveOrder[]>; labelled: number }

function noOrders(): CurrencyOrders {
  return { all: [], byLabel: new Map(), labelled: 0 }
}

/** The index of labels, brought up to date by whoever asks: most orders come and go unasked. */
function labelled(orders: CurrencyOrders): ReadonlyMap<string, LiveOrder[]> {
  const { all, byLabel } = orders
  for (const order of all.slice(orders.labelled)) {
    const namesakes = byLabel.get(order.label)
    if (namesakes === undefined) byLabel.set(order.label, [order])
    else namesakes.push(order)
  }
  orders.labelled = all.length
  return byLabel
}
