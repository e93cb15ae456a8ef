import type { Currency, Span } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import type { Params } from '../params.js'
import { invalidParam } from '../rpc-error.js'
import { indexNameOf } from '../wire/instrument.js'

type Request = { params: Params; exchange: Exchange }

/** Currencies that Deribit takes where books, orders or trades are asked for. */
const BOOK_CURRENCIES = ['BTC', 'ETH', 'USDC', 'USDT', 'EURR'] as const
const ACCOUNT_CURRENCIES = [...BOOK_CURRENCIES, 'STETH', 'ETHW', 'SOL', 'XRP', 'USYC', 'PAXG', 'BNB', 'USDE'] as const
const KINDS = ['future', 'option', 'spot', 'future_combo', 'option_combo'] as const

/** Reads `currency` where one is asked for: that one, or none where Deribit has it and this exchange has not. */
export function readCurrency({ params, exchange }: Request): readonly Currency[] {
  const word = params.oneOf('currency', BOOK_CURRENCIES)
  return exchange.currencies.filter((currency) => currency === word)
}

/** Reads `currency` where `any` stands for all. Absent, it is `any`, as Deribit takes it. */
export function readCurrencies({ params, exchange }: Request): readonly Currency[] {
  const word = params.optionalOneOf('currency', [...BOOK_CURRENCIES, 'any']) ?? 'any'
  return exchange.currencies.filter((currency) => word === 'any' || currency === word)
}

/** Reads `currency` where an account is asked for: `undefined` where Deribit has it and this exchange has not. */
export function readAccountCurrency({ params, exchange }: Request): Currency | undefined {
  const word = params.oneOf('currency', ACCOUNT_CURRENCIES)
  return exchange.currencies.find((currency) => currency === word)
}

/** Reads `index_name`: the currency whose index it is. @throws RpcError `Invalid params` for any other index. */
export function readIndexCurrency({ params, exchange }: Request): Currency {
  const name = params.text('index_name')
  const currency = exchange.currencies.find((each) => indexNameOf(each) === name)
  if (currency !== undefined) return currency
  throw invalidParam('index_name', 'invalid index_name')
}

/** Reads `kind`: whether options, and whether futures are asked for. Absent, all are. */
export function readKind(params: Params): (kind: 'option' | 'future') => boolean {
  const word = params.optionalOneOf('kind', [...KINDS, 'combo', 'any'])
  return (kind) => word === undefined || word === 'any' || word === kind
}

/** Reads `count`. */
export function readCount(params: Params, defaultCount: number, most = 1_000): number {
  return params.optionalInteger('count', { min: 1, max: most }) ?? defaultCount
}

/** Reads `start_timestamp` and `end_timestamp`. */
export function readSpan(params: Params): Span {
  return { fromMs: params.integer('start_timestamp'), toMs: params.integer('end_timestamp') }
}
