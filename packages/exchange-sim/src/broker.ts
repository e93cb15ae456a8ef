import {
  type AccountSnapshot,
  type Broker,
  type Fill,
  type LedgerEntry,
  type OrderOutcome,
  type OrderReport,
  type OrderTerms,
  openApprovedOrder,
  type Span,
  type VenuePosition,
} from '@cc/models'
import type { AccountView, LedgerRow, PositionView } from './exchange/account-view.js'
import type { Exchange } from './exchange/exchange-port.js'
import { isRejection, type Order, type OrderWish, type Placed, type Rejection, type Trade } from './exchange/order.js'
import { unknownOrder } from './failures.js'

/** Resolves with the time at which a request reaches the exchange. */
export type Arrive = (method: string) => Promise<number>

/** The account of an exchange as the agent's port: every answer is a copy. */
export function createBroker(exchange: Exchange, arrive: Arrive): Broker {
  return {
    async account(currency) {
      await arrive('account')
      return snapshotOf(exchange.account(currency))
    },
    async margins(request) {
      await arrive('margins')
      return { ...request, ...exchange.margins(request) }
    },
    async place(order) {
      const terms = openApprovedOrder(order)
      await arrive('place')
      return outcomeOf(exchange.place(wishOf(terms)))
    },
    async order(orderId) {
      await arrive('order')
      return reportOf(known(exchange.order(orderId), orderId))
    },
    async findByLabel(currency, label) {
      const answeredAtMs = await arrive('findByLabel')
      return { orders: exchange.ordersWithLabel(currency, label).map(reportOf), answeredAtMs }
    },
    async cancel(orderId) {
      await arrive('cancel')
      exchange.cancel(orderId)
      return reportOf(known(exchange.order(orderId), orderId))
    },
    async fills(currency, span) {
      await arrive('fills')
      return during(exchange.trades(currency), span).map(fillOf)
    },
    async ledger(currency, span) {
      await arrive('ledger')
      return during(exchange.ledger(currency), span).map(entryOf)
    },
  }
}

function known(order: Order | undefined, orderId: string): Order {
  if (order !== undefined) return order
  throw unknownOrder(orderId)
}

function wishOf(terms: OrderTerms): OrderWish {
  const { timeInForce, postOnly, ...rest } = terms
  return {
    ...rest,
    kind: 'limit',
    timeInForce: timeInForce === 'good-til-cancelled' ? 'good_til_cancelled' : 'immediate_or_cancel',
    postOnly,
    rejectPostOnly: postOnly,
  }
}

function outcomeOf(answer: Placed | Rejection): OrderOutcome {
  if (isRejection(answer)) return { outcome: 'rejected', code: answer.code, message: answer.message }
  return { outcome: 'accepted', order: reportOf(answer.order), fills: answer.trades.map(fillOf) }
}

function reportOf(order: Order): OrderReport {
  return {
    orderId: order.orderId,
    label: order.label,
    symbol: order.instrument.symbol,
    side: order.side,
    sizeCoin: order.sizeCoin,
    priceCoin: order.priceCoin,
    state: order.state,
    filledCoin: order.filledCoin,
    averagePriceCoin: order.averagePriceCoin,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    createdMs: order.createdMs,
    updatedMs: order.updatedMs,
    cancelReason: order.cancelReason,
  }
}

function fillOf(trade: Trade): Fill {
  const { order } = trade
  return {
    tradeId: trade.tradeId,
    orderId: order.orderId,
    label: order.label,
    symbol: order.instrument.symbol,
    side: trade.side,
    priceCoin: trade.priceCoin,
    sizeCoin: trade.sizeCoin,
    feeCoin: trade.feeCoin,
    liquidity: trade.liquidity,
    indexUsd: trade.indexUsd,
    timestampMs: trade.timestampMs,
  }
}

function snapshotOf(account: AccountView): AccountSnapshot {
  return {
    currency: account.currency,
    timestampMs: account.timestampMs,
    balanceCoin: account.balanceCoin,
    equityCoin: account.equityCoin,
    optionsValueCoin: account.optionsValueCoin,
    futuresSessionPnlCoin: 0,
    marginBalanceCoin: account.marginBalanceCoin,
    initialMarginCoin: account.initialMarginCoin,
    maintenanceMarginCoin: account.maintenanceMarginCoin,
    availableFundsCoin: account.availableFundsCoin,
    reservedCoin: 0,
    deltaTotalCoin: account.deltaTotalCoin,
    positions: account.positions.map(positionOf),
    openOrders: account.openOrders.map(reportOf),
  }
}

function positionOf(position: PositionView): VenuePosition {
  return {
    symbol: position.instrument.symbol,
    kind: 'option',
    sizeCoin: position.sizeCoin,
    averagePriceCoin: position.averagePriceCoin,
    markPriceCoin: position.markPriceCoin,
    deltaCoin: position.delta,
    initialMarginCoin: position.initialMarginCoin,
    maintenanceMarginCoin: position.maintenanceMarginCoin,
  }
}

function entryOf(row: LedgerRow): LedgerEntry {
  const isOption = row.positionChangeCoin !== null
  return {
    id: `${row.currency}-${row.userSeq}`,
    currency: row.currency,
    timestampMs: row.timestampMs,
    kind: kindOf(row),
    venueKind: row.kind,
    symbol: row.instrumentName,
    sizeCoin: row.positionChangeCoin,
    priceCoin: isOption ? row.price : null,
    deliveryPriceUsd: isOption ? row.deliveryPriceUsd : null,
    feeCoin: row.feeCoin,
    changeCoin: row.changeCoin,
    balanceCoin: row.balanceCoin,
    indexUsd: row.indexUsd,
  }
}

/** Of a delivery in two steps the option's row is the delivery: the future's moves neither cash nor a position in options. */
function kindOf({ kind, positionChangeCoin }: LedgerRow): LedgerEntry['kind'] {
  switch (kind) {
    case 'deposit':
      return 'transfer'
    case 'trade':
      return 'trade'
    case 'delivery':
      return positionChangeCoin === null ? 'other' : 'delivery'
    case 'options_settlement_summary':
      return 'settlement'
  }
}

/** From `fromMs` inclusive to `toMs` exclusive. */
function during<T extends { timestampMs: number }>(rows: readonly T[], { fromMs, toMs }: Span): readonly T[] {
  return rows.slice(firstAt(rows, fromMs), firstAt(rows, toMs))
}

/** Place of the first row at or after a time, by halving: rows are in order of time. */
function firstAt(rows: readonly { timestampMs: number }[], atMs: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.timestampMs ?? Number.POSITIVE_INFINITY) < atMs) low = middle + 1
    else high = middle
  }
  return low
}
