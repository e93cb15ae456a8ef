import { isRejection, type Order } from '../../exchange/order.js'
import { rejectionError } from '../error-table.js'
import type { Method, MethodCall } from '../method.js'
import type { Params } from '../params.js'
import { invalidParam } from '../rpc-error.js'
import { wireOrder } from '../wire/order.js'
import { readCurrency, readKind } from './filters.js'
import { readTradable } from './order-wish.js'

type Takes = (order: Order) => boolean

/** Cancels of many. They answer with their number, or with `detailed` in orders. */
export const CANCEL_ALL_METHODS: readonly Method[] = [
  cancelMany('private/cancel_by_label', 'matching', (call) => {
    const label = call.params.text('label')
    const isOfCurrency = call.params.has('currency') ? ofCurrencies(readCurrency(call)) : () => true
    return (order) => order.label === label && isOfCurrency(order)
  }),
  cancelMany('private/cancel_all', 'cancel-all', () => () => true),
  cancelMany('private/cancel_all_by_currency', 'matching', (call) => {
    const isOfCurrency = ofCurrencies(readCurrency(call))
    const isOfKind = ofKindAndType(call.params)
    return (order) => isOfCurrency(order) && isOfKind(order)
  }),
  cancelMany('private/cancel_all_by_instrument', 'matching', (call) => {
    const symbol = readTradable(call)
    const isOfKind = ofKindAndType(call.params)
    return (order) => order.instrument.symbol === symbol && isOfKind(order)
  }),
  cancelMany('private/cancel_all_by_kind_or_type', 'cancel-all', (call) => {
    const isOfCurrency = ofCurrencies(readCurrencyList(call.params))
    const isOfKind = ofKindAndType(call.params)
    return (order) => isOfCurrency(order) && isOfKind(order)
  }),
]

function cancelMany(name: Method['name'], pool: Method['pool'], read: (call: MethodCall) => Takes): Method {
  return {
    name,
    pool,
    scope: 'trade:read_write',
    handle(call) {
      const detailed = call.params.truth('detailed', false)
      const cancelled = call.exchange.cancelAll(read(call))
      if (isRejection(cancelled)) throw rejectionError(cancelled)
      return detailed ? cancelled.map((order) => ({ order: wireOrder(order) })) : cancelled.length
    },
  }
}

function ofCurrencies(currencies: readonly string[]): Takes {
  return ({ instrument }) => currencies.includes(instrument.currency) || currencies.includes('any')
}

/** All orders here are limit orders on options. */
function ofKindAndType(params: Params): Takes {
  const isKind = readKind(params)
  const type = params.optionalOneOf('type', ['all', 'limit', 'trigger_all', 'stop', 'take', 'trailing_stop']) ?? 'all'
  return () => isKind('option') && (type === 'all' || type === 'limit')
}

/** One currency, a list of them, or `any`. */
function readCurrencyList(params: Params): readonly string[] {
  const value = params.json('currency')
  const words = Array.isArray(value) ? value : [value]
  if (words.every((word) => CURRENCIES.includes(word))) return words
  throw invalidParam('currency', 'invalid currency')
}

const CURRENCIES: readonly unknown[] = ['BTC', 'ETH', 'USDC', 'USDT', 'EURR', 'any']
