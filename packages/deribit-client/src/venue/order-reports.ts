import { type Currency, type Fill, type OrderReport, parseSymbol } from '@cc/models'
import type { WireOrder } from '../wire/order.js'
import type { WireUserTrade } from '../wire/trade.js'
import { positiveOrNull } from './absent.js'
import { foreignOrder, unfitReply } from './unfit-reply.js'

/**
 * An order as the venue has it, sizes and prices in coin. One that this venue never sends, such as a person's own trigger,
 * is told as far as it can be, so that it does not hide the rest of the account: as open while it is not known to have
 * ended, with what it is in `cancelReason`. Where it names no price in coin, its `priceCoin` is 1: no call costs more.
 *
 * @throws CcError `deribit/foreign-order` for one whose size in coin cannot be told
 */
export function orderReportOf(order: WireOrder): OrderReport {
  const isOption = parseSymbol(order.instrument_name) !== undefined
  const state = ENDS.find((each) => each === order.order_state) ?? 'open'
  const isPlain = isOption && order.advanced == null && order.order_type === 'limit' && state === order.order_state
  const unitsPerCoin = unitsPerCoinOf(order, isOption)
  return {
    orderId: order.order_id,
    label: order.label ?? '',
    symbol: order.instrument_name,
    side: order.direction,
    sizeCoin: order.amount / unitsPerCoin,
    priceCoin: (isOption && order.advanced == null ? positiveOrNull(order.price) : null) ?? MOST_COIN,
    state,
    filledCoin: (order.filled_amount ?? 0) / unitsPerCoin,
    averagePriceCoin: isOption ? positiveOrNull(order.average_price) : null,
    postOnly: order.post_only ?? false,
    reduceOnly: order.reduce_only ?? false,
    createdMs: order.creation_timestamp,
    updatedMs: order.last_update_timestamp,
    cancelReason: order.cancel_reason ?? (isPlain ? null : whatItIs(order)),
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

const ENDS = ['filled', 'cancelled', 'rejected'] as const satisfies readonly OrderReport['state'][]
/** A call is worth less than its coin. */
const MOST_COIN = 1
const FUTURE = /^[A-Z]+-(PERPETUAL|\d{1,2}[A-Z]{3}\d{2})$/
const FUTURE_SPREAD = /^[A-Z]+-FS-/

/** Options, and what is combined of them, are sized in coin; an inverse future in USD, at its own price. */
function unitsPerCoinOf(
  { instrument_name, order_type, amount, price, trigger_price }: WireOrder,
  isOption: boolean,
): number {
  const what = `a ${order_type} order of ${amount}`
  if (!(amount > 0) || FUTURE_SPREAD.test(instrument_name)) throw foreignOrder(instrument_name, what)
  if (isOption || !FUTURE.test(instrument_name)) return 1
  const priceUsd = positiveOrNull(price) ?? positiveOrNull(trigger_price)
  if (priceUsd === null) throw foreignOrder(instrument_name, what)
  return priceUsd
}

/** Such as `untriggered stop_limit`, `open limit, priced by usd`. */
function whatItIs({ order_state, order_type, advanced }: WireOrder): string {
  return `${order_state} ${order_type}${advanced == null ? '' : `, priced by ${advanced}`}`
}
