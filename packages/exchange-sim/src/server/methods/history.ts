import { DAY_MS } from '../../contract-terms.js'
import type { Trade } from '../../exchange/order.js'
import { namedError } from '../error-table.js'
import type { Method, MethodCall } from '../method.js'
import { wireUserTrade } from '../wire/trade.js'
import { ORDER_QUERIES } from './order-queries.js'
import { SETTLEMENT_READS } from './settlements.js'
import { tapeOf } from './tape.js'
import {
  pageOf,
  readTradeRequest,
  readTradesOfCurrency,
  readTradesOfInstrument,
  type TradeRequest,
  type TradeSource,
} from './trade-pages.js'
import { readTransactionLog } from './transaction-log.js'

/**
 * What the account did. Trades are told of for 24 hours, and after that as `historical` only:
 * https://docs.deribit.com/articles/accessing-historical-trades-orders
 */
export const HISTORY_METHODS: readonly Method[] = [
  ...ORDER_QUERIES,
  trades('private/get_user_trades_by_instrument', (call) =>
    wirePage(call, readTradesOfInstrument(call), readTradeRequest(call.params, ['times', 'sequence'])),
  ),
  trades('private/get_user_trades_by_instrument_and_time', (call) =>
    wirePage(call, readTradesOfInstrument(call), readTradeRequest(call.params, ['times-from-start'])),
  ),
  trades('private/get_user_trades_by_currency', (call) =>
    wirePage(call, readTradesOfCurrency(call), readTradeRequest(call.params, ['times', 'ids'])),
  ),
  trades('private/get_user_trades_by_currency_and_time', (call) =>
    wirePage(call, readTradesOfCurrency(call), readTradeRequest(call.params, ['times-from-start'])),
  ),
  trades('private/get_user_trades_by_order', tradesOfOrder),
  {
    name: 'private/get_settlement_history_by_currency',
    pool: 'non-matching',
    scope: 'trade:read',
    handle: SETTLEMENT_READS.ofCurrency,
  },
  {
    name: 'private/get_settlement_history_by_instrument',
    pool: 'non-matching',
    scope: 'trade:read',
    handle: SETTLEMENT_READS.ofInstrument,
  },
  { name: 'private/get_transaction_log', pool: 'transaction-log', scope: 'account:read', handle: readTransactionLog },
]

function trades(name: Method['name'], handle: Method['handle']): Method {
  return { name, pool: 'non-matching', scope: 'trade:read', handle }
}

/** A bare list, unlike all others. */
function tradesOfOrder(call: MethodCall): readonly object[] {
  const { exchange, params } = call
  const order = exchange.order(params.text('order_id'))
  if (order === undefined) throw namedError('order_not_found')
  const sorting = params.optionalOneOf('sorting', ['asc', 'desc', 'default']) ?? 'default'
  const { tickOf } = tapeOf(exchange, order.instrument.currency)
  const told = exchange.tradesOfOrder(order.orderId).filter(isTold(call))
  return (sorting === 'desc' ? told.toReversed() : told).map((trade) => wireUserTrade(trade, tickOf(trade)))
}

function wirePage(call: MethodCall, { trades: all, tickOf }: TradeSource, request: TradeRequest): object {
  const told = isTold(call)
  const page = pageOf(all, { ...request, takes: (trade) => told(trade) && request.takes(trade) })
  return { trades: page.trades.map((trade) => wireUserTrade(trade, tickOf(trade))), has_more: page.hasMore }
}

/** Whether a trade is of the last day, or with `historical` from before it. */
function isTold({ params, nowMs }: MethodCall): (trade: Trade) => boolean {
  const historical = params.truth('historical', false)
  return ({ timestampMs }) => nowMs - timestampMs > DAY_MS === historical
}
