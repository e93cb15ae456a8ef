import type { BookState, Currency, OptionInstrument } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import { namedError } from '../error-table.js'
import type { Params } from '../params.js'
import { invalidParam, type RpcError } from '../rpc-error.js'
import { type Future, futureName } from '../wire/future.js'

/** What an instrument name stands for. */
export type Listed =
  | { readonly kind: 'option'; readonly currency: Currency; readonly instrument: OptionInstrument }
  | { readonly kind: 'future'; readonly currency: Currency; readonly future: Future }

/** The perpetual and, as on Deribit since 2026, one future of every option expiry, nearest first. */
export function futuresOf(exchange: Exchange, currency: Currency): readonly Future[] {
  const options = exchange.instruments(currency)
  const perpetual = { name: `${currency}-PERPETUAL`, currency, expiryMs: null, state: options[0]?.state ?? 'open' }
  return [perpetual, ...datedFutures(options, currency)]
}

/** The futures that expired since the exchange opened, oldest first. */
export function expiredFuturesOf(exchange: Exchange, currency: Currency): readonly Future[] {
  return datedFutures(exchange.expired(currency), currency)
}

/** What carries this name, listed or expired; `undefined` for what never was. Names are case-sensitive. */
export function findListed(exchange: Exchange, name: string): Listed | undefined {
  const currency = exchange.currencies.find((known) => name.startsWith(`${known}-`))
  if (currency === undefined) return undefined
  const instrument = exchange.instrument(name)
  if (instrument !== undefined) return { kind: 'option', currency, instrument }
  const future =
    futuresOf(exchange, currency).find((each) => each.name === name) ??
    expiredFuturesOf(exchange, currency).find((each) => each.name === name)
  return future && { kind: 'future', currency, future }
}

/** Whether a book in this state has expired. */
export function isOver(state: BookState): boolean {
  return state === 'delivered' || state === 'archivized'
}

/**
 * Reads `instrument_name`.
 *
 * @throws RpcError `Invalid params` (`wrong format`) for what is no name of any book of Deribit's, and `notFound` for
 * one that is not listed here; default `not_found`.
 */
export function readListed(
  { params, exchange }: { params: Params; exchange: Exchange },
  notFound: () => RpcError = () => namedError('not_found'),
): Listed {
  const name = readInstrumentName(params)
  const listed = findListed(exchange, name)
  if (listed !== undefined) return listed
  throw notFound()
}

/** Tickers and order books say it in these words. Seen on the production exchange in September 2026. */
export function instrumentNotFound(): RpcError {
  return invalidParam('instrument_name', 'instrument not found')
}

/** @throws RpcError `Invalid params` (`wrong format`) for what is no name of any book of Deribit's. */
export function readInstrumentName(params: Params): string {
  const name = params.text('instrument_name')
  if (NAMES.some((pattern) => pattern.test(name))) return name
  throw invalidParam('instrument_name', 'wrong format')
}

function datedFutures(options: readonly OptionInstrument[], currency: Currency): readonly Future[] {
  const states = new Map(options.map(({ expiryMs, state }) => [expiryMs, state]))
  return [...states]
    .sort(([a], [b]) => a - b)
    .map(([expiryMs, state]) => ({ name: futureName(currency, expiryMs), currency, expiryMs, state }))
}

/** Grammar of names: https://docs.deribit.com/articles/json-rpc-overview; spot, futures and options, combos. */
const NAMES = [
  /^[A-Z\d]+_[A-Z\d]+$/,
  /^[A-Z\d]+(_[A-Z]+)?-(PERPETUAL|\d{1,2}[A-Z]{3}\d\d(-\d+(d\d+)?-[CP])?)$/,
  /^[A-Z\d]+(_[A-Z]+)?-[A-Z]+\d*-\d{1,2}[A-Z]{3}\d\d[-_][\w-]+$/,
]
