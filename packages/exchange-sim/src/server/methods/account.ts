import { tradeFeeCoin } from '@cc/pricing'
import { namedError } from '../error-table.js'
import type { Method, MethodCall } from '../method.js'
import {
  wireAccountOwner,
  wireAccountSummary,
  wireEmptySummary,
  wireFees,
  wireSubaccount,
} from '../wire/account-summary.js'
import { wireFlatFuture, wirePosition } from '../wire/position.js'
import { coinOf } from '../wire/rounding.js'
import { readAccountCurrency, readCurrencies, readKind } from './filters.js'
import { isOver, readListed } from './listing.js'
import { futureTopOf, optionPosition } from './market-reads.js'
import { readTradable } from './order-wish.js'
import { WALLET_READS } from './wallet.js'

/** What the account holds. Source: https://docs.deribit.com/api-reference/account-management/private-get_account_summary */
export const ACCOUNT_METHODS: readonly Method[] = [
  { name: 'private/get_account_summary', pool: 'non-matching', scope: 'account:read', handle: accountSummary },
  { name: 'private/get_account_summaries', pool: 'non-matching', scope: 'account:read', handle: accountSummaries },
  { name: 'private/get_subaccounts', pool: 'non-matching', scope: 'account:read', handle: subaccounts },
  {
    name: 'private/get_currencies',
    pool: 'non-matching',
    scope: 'account:read',
    handle: ({ exchange }) => exchange.currencies.map((currency) => ({ currency })),
  },
  { name: 'private/get_positions', pool: 'non-matching', scope: 'trade:read', handle: positions },
  { name: 'private/get_position', pool: 'non-matching', scope: 'trade:read', handle: position },
  { name: 'private/get_margins', pool: 'non-matching', scope: 'trade:read', handle: margins },
  { name: 'private/get_order_margin_by_ids', pool: 'non-matching', scope: 'trade:read', handle: orderMargins },
  ...WALLET_READS,
]

function accountSummary(call: MethodCall): object {
  const { exchange, params } = call
  const currency = readAccountCurrency(call)
  const extended = params.truth('extended', false)
  return {
    ...(currency === undefined
      ? wireEmptySummary(params.text('currency'))
      : wireAccountSummary(exchange.account(currency))),
    ...(extended ? wireAccountOwner(exchange.market.startMs) : {}),
    ...(extended && currency !== undefined ? { fees: wireFees(currency) } : {}),
  }
}

function accountSummaries({ exchange, params }: MethodCall): object {
  const extended = params.truth('extended', false)
  return {
    ...(extended ? wireAccountOwner(exchange.market.startMs) : {}),
    summaries: exchange.currencies.map((currency) => ({
      ...wireAccountSummary(exchange.account(currency)),
      ...(extended ? { fees: wireFees(currency) } : {}),
    })),
  }
}

function subaccounts({ exchange, params }: MethodCall): readonly object[] {
  const withPortfolio = params.truth('with_portfolio', false)
  return [wireSubaccount(withPortfolio ? exchange.currencies.map((currency) => exchange.account(currency)) : undefined)]
}

function positions(call: MethodCall): readonly object[] {
  const isKind = readKind(call.params)
  const currencies = readCurrencies(call)
  return isKind('option') ? currencies.flatMap((currency) => call.exchange.positions(currency).map(wirePosition)) : []
}

/** Zeros for what is not held. */
function position(call: MethodCall): object {
  const { exchange } = call
  const listed = readListed(call)
  if (listed.kind === 'future') {
    const top = futureTopOf(exchange, listed.future)
    if (top === undefined) throw namedError('not_found')
    return wireFlatFuture(top)
  }
  const { instrument } = listed
  const told = isOver(instrument.state) ? undefined : optionPosition(exchange, instrument)
  if (told === undefined) throw namedError('not_found')
  return told
}

function margins(call: MethodCall): object {
  const { exchange, params } = call
  const symbol = readTradable(call)
  const sizeCoin = params.number('amount')
  const priceCoin = params.number('price')
  if (!(sizeCoin > 0)) throw namedError('invalid_amount')
  if (!(priceCoin > 0)) throw namedError('invalid_price')
  const instrument = exchange.instrument(symbol)
  if (instrument === undefined || isOver(instrument.state)) throw namedError('orderbook_closed')
  const { makerFeeRate, takerFeeRate } = instrument
  const buy = exchange.margins({ symbol, side: 'buy', sizeCoin, priceCoin })
  const sell = exchange.margins({ symbol, side: 'sell', sizeCoin, priceCoin })
  const makerFee = coinOf(tradeFeeCoin({ sizeCoin, priceCoin, feeRate: makerFeeRate }))
  const takerFee = coinOf(tradeFeeCoin({ sizeCoin, priceCoin, feeRate: takerFeeRate }))
  return {
    buy: coinOf(buy.initialMarginCoin),
    sell: coinOf(sell.initialMarginCoin),
    min_price: buy.minPriceCoin ?? 0,
    max_price: buy.maxPriceCoin ?? 0,
    buy_maker_fee: makerFee,
    buy_taker_fee: takerFee,
    sell_maker_fee: makerFee,
    sell_taker_fee: takerFee,
  }
}

/** Of those that are known, in the order that was asked for; 0 for what does not rest any more. */
function orderMargins({ exchange, params }: MethodCall): readonly object[] {
  return params.texts('ids').flatMap((id) => {
    const order = exchange.order(id)
    if (order === undefined) return []
    return [
      {
        order_id: id,
        initial_margin: coinOf(exchange.orderMarginCoin(id) ?? 0),
        initial_margin_currency: order.instrument.currency,
      },
    ]
  })
}
