import { describe, expect, it } from 'vitest'
import type { Channel } from './channel.js'
import { channels } from './channels.js'
import { createNotificationReader } from './notification-reader.js'

const OPTION = 'BTC-27MAR26-100000-C'
const timestamp = 1_789_345_401_234
/** Above 2^53, as numbers of Deribit's matching engine are. */
const HUGE = 225_046_781_992_378_370
const options = { kind: 'option', currency: 'BTC' } as const

const trade = {
  trade_id: '267259001',
  trade_seq: 1966,
  instrument_name: OPTION,
  timestamp,
  price: 0.006,
  amount: 0.5,
  direction: 'buy',
  index_price: 76_950.1,
  mark_price: 0.0061,
  iv: 30.8,
  liquidation: 'T',
  contracts: 0.5,
  tick_direction: 0,
  block_trade_id: '9',
  block_trade_leg_count: 2,
  combo_id: 'BTC-CS-27MAR26-100000_110000',
  combo_trade_id: '267259000',
  starbase_match_id: HUGE,
  starbase_timestamp: HUGE,
}
const ofUs = { order_id: '42710123456', label: 'a-1', fee: -1e-8, fee_currency: 'BTC', liquidity: 'M' }
const rest = { state: 'filled', underlying_price: 76_955, user_id: 1, matching_id: null, profit_loss: null, mmp: false }
const ownTrade = { ...trade, ...ofUs, ...rest, advanced: 'implv' }
const order = {
  order_id: '42710123456',
  order_state: 'open',
  order_type: 'limit',
  instrument_name: OPTION,
  direction: 'sell',
  label: '',
  price: 3.2e-3,
  amount: 1,
  filled_amount: 0,
  average_price: 0,
  time_in_force: 'good_til_cancelled',
  post_only: true,
  reject_post_only: true,
  reduce_only: false,
  advanced: 'usd',
  is_liquidation: false,
  cancel_reason: 'user_request',
  replaced: false,
  creation_timestamp: timestamp,
  last_update_timestamp: timestamp,
  usd: 500,
  implv: 31.2,
  mmp_group: 'g',
  oco_ref: 'BTC-1',
  user_id: 10_580,
  starbase_order_id: HUGE,
  starbase_last_update_timestamp: HUGE,
}
const position = {
  instrument_name: OPTION,
  kind: 'option',
  direction: 'sell',
  size: -0.5,
  average_price: 0.006,
  average_price_usd: 461.7,
  mark_price: 0.0061,
  index_price: 76_950.1,
  delta: -0.2,
  gamma: -1e-5,
  vega: -12.3,
  theta: 40.1,
  initial_margin: 0.05,
  maintenance_margin: 0.03,
  floating_profit_loss: 0,
  floating_profit_loss_usd: 0,
  realized_profit_loss: 0,
  total_profit_loss: -5e-5,
  settlement_price: 0.0058,
}
const future = {
  ...position,
  kind: 'future',
  instrument_name: 'BTC-PERPETUAL',
  size_currency: 0.1,
  realized_funding: 0,
}
const ticker = {
  instrument_name: OPTION,
  timestamp,
  state: 'open',
  stats: { high: null, low: null, price_change: null, volume: 0, volume_usd: 0 },
  greeks: { delta: 0.47, gamma: 2.8e-4, vega: 18.4, theta: -217.5, rho: 1.3 },
  mark_price: 0.0069,
  index_price: 76_900.24,
  best_bid_price: 0,
  best_bid_amount: 0,
  best_ask_price: 0.0075,
  best_ask_amount: 10,
  bid_iv: 0,
  ask_iv: 33.7,
  mark_iv: 31.2,
  underlying_price: 76_904.4,
  underlying_index: 'SYN.BTC-27MAR26',
  interest_rate: 0,
  estimated_delivery_price: 'expired',
  delivery_price: 76_900,
  settlement_price: 0.0089,
  last_price: null,
  min_price: 0.0001,
  max_price: 0.0365,
  open_interest: 534.4,
}
const ofPerpetual = { ...ticker, current_funding: 2.1e-5, funding_8h: 1e-5, interest_value: -1.5 }
const levels = { bids: [['new', 6.4e4, 1.0002e6]], asks: [['delete', 64_001.5, 0]] }
const book = { instrument_name: OPTION, timestamp, change_id: 118_850_980_778, prev_change_id: 118_850_965_713 }
const money = { balance: 1, equity: 1, margin_balance: 1, initial_margin: 0, maintenance_margin: 0, available_funds: 1 }
const portfolio = { currency: 'BTC', ...money, delta_total: 0, delta_total_map: { btc_usd: 0 }, total_pl: -4e-7 }
const candle = { tick: timestamp, open: 1, high: 1, low: 1, close: 1, volume: 0.05, cost: 460 }
const instrument = {
  instrument_name: OPTION,
  kind: 'option',
  base_currency: 'BTC',
  quote_currency: 'BTC',
  counter_currency: 'USD',
  expiration_timestamp: timestamp,
  is_active: true,
  contract_size: 1,
  min_trade_amount: 0.1,
  tick_size: 1e-4,
  tick_size_steps: [{ above_price: 0.005, tick_size: 5e-4 }],
  maker_commission: 3e-4,
  taker_commission: 3e-4,
  instrument_id: HUGE,
}

const tradeFields = 'trade_id trade_seq instrument_name timestamp price amount direction'
const ownTradeFields = `${tradeFields} order_id fee fee_currency`
const orderFields =
  'order_id order_state order_type instrument_name direction amount creation_timestamp last_update_timestamp'
const positionFields = 'instrument_name kind direction size'
const tickerFields = 'instrument_name timestamp mark_price'
const within = (list: string, fields: string) => fields.replace(/\S+/g, `${list}[].$&`)

/** Channel, notification, and the fields that Deribit has always sent: all others may be missing or `null`. */
const notifications: [string, Channel<unknown>, unknown, string][] = [
  ['a ticker', channels.ticker(OPTION), ticker, tickerFields],
  ['a ticker of a perpetual', channels.ticker('BTC-PERPETUAL'), ofPerpetual, tickerFields],
  [
    'an incremental ticker',
    channels.incrementalTicker(OPTION),
    { type: 'change', ...ticker },
    'type instrument_name timestamp',
  ],
  [
    'a book',
    channels.book(OPTION),
    { type: 'change', ...book, ...levels },
    'instrument_name timestamp change_id bids asks',
  ],
  [
    'a grouped book',
    channels.groupedBook(OPTION),
    { instrument_name: OPTION, timestamp, change_id: 1, bids: [[64_000, 1]], asks: [] },
    'instrument_name timestamp change_id bids asks',
  ],
  [
    'a quote',
    channels.quote(OPTION),
    { instrument_name: OPTION, timestamp, best_bid_price: null, best_bid_amount: 0 },
    'instrument_name timestamp',
  ],
  [
    'marks',
    channels.markPrices('btc_usd'),
    [{ instrument_name: OPTION, mark_price: 0.03, iv: 0.9, timestamp }],
    '[].instrument_name [].mark_price',
  ],
  [
    'an index',
    channels.priceIndex('btc_usd'),
    { index_name: 'btc_usd', price: 1, timestamp },
    'index_name price timestamp',
  ],
  [
    'a volatility index',
    channels.volatilityIndex('btc_usd'),
    { index_name: 'btc_usd', volatility: 52, timestamp, estimated_delivery: 52 },
    'index_name volatility timestamp',
  ],
  [
    'an estimated price',
    channels.estimatedExpirationPrice('btc_usd'),
    { price: 1, seconds: 1, is_estimated: false },
    'price seconds is_estimated',
  ],
  [
    'a state',
    channels.instrumentState(options),
    { instrument_name: OPTION, state: 'created', timestamp },
    'instrument_name state timestamp',
  ],
  [
    'an instrument',
    channels.instrumentCreation(options),
    instrument,
    'instrument_name kind base_currency quote_currency expiration_timestamp is_active contract_size min_trade_amount tick_size tick_size_steps[].above_price tick_size_steps[].tick_size maker_commission taker_commission',
  ],
  ['a lock of an index', channels.platformState(), { price_index: 'btc_usd', locked: true, reasons: [1] }, ''],
  ['a maintenance', channels.platformState(), { maintenance: true }, ''],
  ['trades', channels.trades(OPTION), [trade], within('', tradeFields)],
  ['a candle', channels.chartTrades(OPTION, '1'), candle, 'tick open high low close volume cost'],
  ['an order', channels.userOrders(options), order, orderFields],
  [
    'an order that waits for its trigger',
    channels.userOrders(options),
    { ...order, price: 'market_price' },
    orderFields,
  ],
  ['orders', channels.userOrders(options, '100ms'), [order], within('', orderFields)],
  ['own trades', channels.userTrades(options), [ownTrade], within('', ownTradeFields)],
  [
    'own trades of combos',
    channels.userComboTrades(options),
    [{ ...ownTrade, legs: [ownTrade] }],
    within('', ownTradeFields),
  ],
  [
    'changes',
    channels.userChanges(options),
    { instrument_name: OPTION, trades: [ownTrade], orders: [order], positions: [position, future] },
    [within('trades', ownTradeFields), within('orders', orderFields), within('positions', positionFields)].join(' '),
  ],
  ['a portfolio', channels.userPortfolio('BTC'), portfolio, `currency ${Object.keys(money).join(' ')} delta_total`],
  [
    'a stop of quotes',
    channels.userMmpTrigger('btc_usd'),
    { index_name: 'btc_usd', frozen_until: 0, mmp_group: 'g', block_rfq: false },
    'index_name frozen_until',
  ],
  ['a sign-in', channels.userAccessLog(), { timestamp, log: 'success', id: HUGE, country: 'NL' }, 'timestamp log'],
]

/** What becomes of a notification when each field in turn is changed. */
function eachChanged(
  data: unknown,
  change: (holder: Record<string, unknown>, field: string) => void,
): [string, unknown][] {
  return fieldsIn(data, '').map(({ path, steps, field }) => {
    const copy = structuredClone(data)
    const holder = steps.reduce((at, step) => (at as Record<string, unknown>)[step], copy as unknown)
    change(holder as Record<string, unknown>, field)
    return [path, copy]
  })
}

type Place = { path: string; steps: string[]; field: string }

function fieldsIn(value: unknown, path: string, steps: string[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([field, inner]) => {
    const isList = Array.isArray(value)
    const own = isList ? `${path}[]` : path === '' ? field : `${path}.${field}`
    const below = fieldsIn(inner, own, [...steps, field])
    return isList ? below : [{ path: own, steps, field }, ...below]
  })
}

function reading(channel: Channel<unknown>, strict = false) {
  const drifts: string[] = []
  const read = createNotificationReader({ strict, onDrift: ({ path }) => drifts.push(path) })(channel)
  const isRead = (data: unknown) => {
    try {
      return read(data) === data
    } catch {
      return false
    }
  }
  return { isRead, drifts }
}

describe.each(notifications)('%s', (_what, channel, data, mandatory) => {
  it('is known in all its fields', () => {
    expect(reading(channel, true).isRead(data)).toBe(true)
  })

  it.each<[string, (holder: Record<string, unknown>, field: string) => void]>([
    ['absent', (holder, field) => delete holder[field]],
    ['null', (holder, field) => Object.assign(holder, { [field]: null })],
  ])('can be read whatever is %s but what was always there', (_how, change) => {
    const { isRead } = reading(channel)
    const refused = eachChanged(data, change).filter(([, changed]) => !isRead(changed))
    expect([...new Set(refused.map(([path]) => path))].toSorted()).toEqual(
      mandatory.split(' ').filter(Boolean).toSorted(),
    )
  })

  it('can be read with new fields in every object, whatever they hold', () => {
    const { isRead, drifts } = reading(channel)
    for (const value of [HUGE, 1e300, null, 'text', [HUGE], { deep: HUGE }]) {
      const changed = eachChanged(data, (holder) => Object.assign(holder, { new_field: value }))
      expect(changed.filter(([, each]) => !isRead(each))).toEqual([])
    }
    expect(drifts.length).toBeGreaterThan(0)
  })
})
