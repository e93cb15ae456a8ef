import type { Method, MethodCall } from '../method.js'
import { expiryLabel, futureTermsOf, wireFuture } from '../wire/future.js'
import { indexNameOf, wireOption } from '../wire/instrument.js'
import { readCurrencies, readKind } from './filters.js'
import { expiredFuturesOf, futuresOf, readListed } from './listing.js'

/** What there is: books, expiries, currencies and indices. */
export const INSTRUMENT_METHODS: readonly Method[] = [
  { name: 'public/get_instruments', pool: 'get-instruments', scope: null, handle: instruments },
  { name: 'public/get_instrument', pool: 'non-matching', scope: null, handle: instrument },
  { name: 'public/get_contract_size', pool: 'non-matching', scope: null, handle: contractSize },
  { name: 'public/get_expirations', pool: 'non-matching', scope: null, handle: expirations },
  { name: 'public/get_currencies', pool: 'non-matching', scope: null, handle: currencies },
  { name: 'public/get_index_price_names', pool: 'non-matching', scope: null, handle: indexPriceNames },
]

function instruments(call: MethodCall): readonly object[] {
  const { exchange, params } = call
  const isKind = readKind(params)
  const expired = params.truth('expired', false)
  return readCurrencies(call).flatMap((currency) => [
    ...(isKind('future') ? (expired ? expiredFuturesOf : futuresOf)(exchange, currency).map(wireFuture) : []),
    ...(isKind('option') ? (expired ? exchange.expired : exchange.instruments)(currency).map(wireOption) : []),
  ])
}

function instrument(call: MethodCall): object {
  const listed = readListed(call)
  return listed.kind === 'option' ? wireOption(listed.instrument) : wireFuture(listed.future)
}

function contractSize(call: MethodCall): object {
  const listed = readListed(call)
  return { contract_size: listed.kind === 'option' ? 1 : futureTermsOf(listed.future).contractUsd }
}

/** Expiries as names write them, by kind; of one currency under its lower-case name, of `grouped` under each. */
function expirations(call: MethodCall): object {
  const { params, exchange } = call
  const word = params.oneOf('currency', EXPIRATION_CURRENCIES)
  const kind = params.oneOf('kind', ['future', 'option', 'any'])
  const pair = params.optionalText('currency_pair')
  const currencies = exchange.currencies.filter((each) => pair === undefined || indexNameOf(each) === pair)
  const kinds = kind === 'any' ? (['future', 'option'] as const) : [kind]
  const byKind = (asked: readonly (typeof currencies)[number][]) =>
    Object.fromEntries(
      kinds.map((each) => {
        const expiriesMs = new Set(asked.flatMap((currency) => exchange.instruments(currency).map((o) => o.expiryMs)))
        const labels = [...expiriesMs].sort((a, b) => a - b).map(expiryLabel)
        return [each, each === 'future' && asked.length > 0 ? [...labels, 'PERPETUAL'] : labels]
      }),
    )
  if (word === 'any') return byKind(currencies)
  if (word === 'grouped') return Object.fromEntries(currencies.map((each) => [each.toLowerCase(), byKind([each])]))
  return { [word.toLowerCase()]: byKind(currencies.filter((each) => each === word)) }
}

function currencies({ exchange }: MethodCall): readonly object[] {
  return CURRENCY_ROWS.filter(({ currency }) => exchange.currencies.some((each) => each === currency))
}

function indexPriceNames({ params, exchange }: MethodCall): readonly unknown[] {
  const names = exchange.currencies.map(indexNameOf)
  return params.truth('extended', false)
    ? names.map((name) => ({ name, future_combo_creation_enabled: false, option_combo_creation_enabled: false }))
    : names
}

const EXPIRATION_CURRENCIES = ['BTC', 'ETH', 'USDC', 'USDT', 'any', 'grouped'] as const

/** As documented: https://docs.deribit.com/api-reference/market-data/public-get_currencies. Nothing is withdrawn here. */
const CURRENCY_ROWS = [
  {
    coin_type: 'BITCOIN',
    currency: 'BTC',
    currency_long: 'Bitcoin',
    min_confirmations: 1,
    min_withdrawal_fee: 0.0001,
    withdrawal_fee: 0.0001,
    withdrawal_priorities: [
      { value: 0.15, name: 'very_low' },
      { value: 1.5, name: 'very_high' },
    ],
    network_currency: 'BTC',
    network_fee: 0.0001,
    decimals: 8,
    in_cross_collateral_pool: true,
  },
  {
    coin_type: 'ETHER',
    currency: 'ETH',
    currency_long: 'Ethereum',
    min_confirmations: 1,
    min_withdrawal_fee: 0.0001,
    withdrawal_fee: 0.0006,
    withdrawal_priorities: [],
    network_currency: 'ETH',
    network_fee: 0.0006,
    decimals: 6,
    in_cross_collateral_pool: true,
  },
]
