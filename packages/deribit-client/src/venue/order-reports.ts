import { type Currency, type Fill, type OrderReport, parseSymbol } from '@cc/models'
import type { WireOrder } from '../wire/order.js'
import type { WireUserTrade } from '../wire/trade.js'
import { positiveOrNull } from './absent.js'
import { foreignOrder, unfitReply } from './unfit-reply.js'

/**
 * An order as the venue has it, sizes and prices in coin.
 *
 * @throws CcError `deribit/foreign-order` for one that is no plain limit order in an inverse option,
 * `deribit/unfit-reply` for a state that is not known
 */
export function orderReportOf(order: WireOrder, method: string): OrderReport {
  const { instrument_name: symbol, price } = order
  if (parseSymbol(symbol) === undefined) throw foreignOrder(symbol, 'no order in an inverse option')
  if (order.advanced != null) throw foreignOrder(symbol, `priced by ${order.advanced}`)
  if (typeof price !== 'number' || !(price > 0))
    throw foreignOrder(symbol, `a ${order.order_type} order without a price`)
  return {
    orderId: order.order_id,
    label: order.label ?? '',
    symbol,
    side: order.direction,
    sizeCoin: order.amount,
    priceCoin: price,
    state: stateOf(order, method),
    filledCoin: order.filled_amount ?? 0,
    averagePriceCoin: positiveOrNull(order.average_price),
    postOnly: order.post_only ?? false,
    reduceOnly: order.reduce_only ?? false,
    createdMs: order.creation_timestamp,
    updatedMs: order.last_update_timestamp,
    cancelReason: order.cancel_reason ?? null,
  }
}

/**
 * One trade of ours, its fee in coin.
 *
 * @throws CcError `deribit/unfit-reply` for a fee in another coin, and where a mandatory fact is missing
 */
export function fillOf(trade: WireUserTrade, method: string): Fill {
  const { instrument_name: symbol, index_price, liquidity } = trade
  const currency = parseSymbol(symbol)?.currency
  if (trade.fee_currency !== currency) {
    throw unfitReply(method, `a trade in ${symbol} has its fee in ${trade.fee_currency}`, { symbol })
  }
  const indexUsd = positiveOrNull(index_price)
  if (indexUsd === null) throw unfitReply(method, `a trade in ${symbol} has no index_price`, { symbol })
  if (liquidity !== 'M' && liquidity !== 'T') {
    throw unfitReply(method, `a trade in ${symbol} has liquidity ${liquidity}`, { symbol })
  }
  return {
    tradeId: trade.trade_id,
    orderId: trade.order_id,
    label: trade.label ?? '',
    symbol,
    side: trade.direction,
    priceCoin: trade.price,
    sizeCoin: trade.amount,
    feeCoin: trade.fee,
    liquidity: liquidity === 'M' ? 'maker' : 'taker',
    indexUsd,
    timestampMs: trade.timestamp,
  }
}

/** Whether a book is settled in this coin: options and inverse futures, not spot and linear contracts. */
export function isOfCoin(instrumentName: string, currency: Currency): boolean {
  return instrumentName.startsWith(`${currency}-`)
}

function stateOf({ order_state, instrument_name, order_type }: WireOrder, method: string): OrderReport['state'] {
  if (order_state === 'open' || order_state === 'filled' || order_state === 'cancelled' || order_state === 'rejected') {
    return order_state
  }
  if (order_state === 'untriggered' || order_state === 'triggered') {
    throw foreignOrder(instrument_name, `a ${order_type} order that waits for a trigger`)
  }
  throw unfitReply(method, `an order is ${order_state}`, { state: order_state })
}
