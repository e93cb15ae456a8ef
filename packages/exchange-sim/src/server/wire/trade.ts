import type { Trade } from '../../exchange/order.js'
import { coinOf, markOf, percentOf } from './rounding.js'

/**
 * A trade as everybody sees it; its direction is the taker's.
 * https://docs.deribit.com/api-reference/market-data/public-get_last_trades_by_instrument
 */
export function wirePublicTrade(trade: Trade, tickDirection: number) {
  const { side, liquidity } = trade
  const takerSide = liquidity === 'taker' ? side : side === 'buy' ? 'sell' : 'buy'
  return { ...tradeFields(trade, tickDirection), direction: takerSide }
}

/** A trade as the account sees it: https://docs.deribit.com/api-reference/trading/private-get_user_trades_by_instrument */
export function wireUserTrade(trade: Trade, tickDirection: number) {
  const { order } = trade
  return {
    ...tradeFields(trade, tickDirection),
    direction: trade.side,
    underlying_price: trade.forwardUsd,
    order_id: order.orderId,
    order_type: 'limit',
    ...(order.kind === 'limit' ? {} : { original_order_type: order.kind }),
    state: trade.orderState,
    liquidity: trade.liquidity === 'maker' ? 'M' : 'T',
    fee: coinOf(trade.feeCoin),
    fee_currency: order.instrument.currency,
    profit_loss: coinOf(trade.profitLossCoin),
    ...(order.label === '' ? {} : { label: order.label }),
    api: true,
    post_only: order.postOnly,
    reduce_only: order.reduceOnly,
    mmp: false,
    risk_reducing: false,
    self_trade: false,
    matching_id: null,
  }
}

function tradeFields(trade: Trade, tickDirection: number) {
  return {
    trade_seq: trade.tradeSeq,
    trade_id: trade.tradeId,
    timestamp: trade.timestampMs,
    tick_direction: tickDirection,
    price: trade.priceCoin,
    amount: trade.sizeCoin,
    contracts: trade.sizeCoin,
    instrument_name: trade.order.instrument.symbol,
    index_price: trade.indexUsd,
    mark_price: markOf(trade.markPriceCoin),
    // Deribit writes 0 where no volatility gives the price.
    iv: trade.iv === null ? 0 : percentOf(trade.iv),
  }
}
