import type { Order, Placed, Trade } from '../../exchange/order.js'
import { ACCOUNT } from './account-identity.js'
import { coinOf } from './rounding.js'
import { wireUserTrade } from './trade.js'

/**
 * An order as Deribit has it: https://docs.deribit.com/api-reference/trading/private-get_order_state
 * What was sent as `market` or `market_limit` is a limit order from then on, and says what it was.
 */
export function wireOrder(order: Order) {
  return {
    label: order.label,
    price: order.priceCoin,
    user_id: ACCOUNT.id,
    amount: order.sizeCoin,
    direction: order.side,
    time_in_force: order.timeInForce,
    instrument_name: order.instrument.symbol,
    web: false,
    api: true,
    order_id: order.orderId,
    creation_timestamp: order.createdMs,
    replaced: order.replaced,
    filled_amount: order.filledCoin,
    last_update_timestamp: order.updatedMs,
    post_only: order.postOnly,
    reduce_only: order.reduceOnly,
    ...(order.cancelReason === null ? {} : { cancel_reason: order.cancelReason }),
    average_price: order.averagePriceCoin === null ? 0 : coinOf(order.averagePriceCoin),
    mmp: false,
    contracts: order.sizeCoin,
    ...(order.postOnly ? { reject_post_only: order.rejectPostOnly } : {}),
    order_state: order.state,
    order_type: 'limit',
    ...(order.kind === 'limit' ? {} : { original_order_type: order.kind }),
    is_liquidation: false,
    risk_reducing: false,
  }
}

/** What an accepted order request answers: the order, and the trades that it made at once. */
export function wirePlaced({ order, trades }: Placed, tickOf: (trade: Trade) => number) {
  return { order: wireOrder(order), trades: trades.map((trade) => wireUserTrade(trade, tickOf(trade))) }
}
