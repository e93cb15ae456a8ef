import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  accountSnapshotSchema,
  CcError,
  ledgerEntrySchema,
  optionInstrumentSchema,
  optionQuoteSchema,
  orderReportSchema,
} from '@cc/models'
import { describe, expect, inject, it } from 'vitest'
import type { WireInstrument } from '../wire/instrument.js'
import type { WireOrder } from '../wire/order.js'
import type { WireTicker } from '../wire/ticker.js'
import type { WireUserTrade } from '../wire/trade.js'
import type { WireTransaction } from '../wire/transaction-log.js'
import { accountSnapshotOf } from './account-snapshot.js'
import { ledgerEntryOf } from './ledger-entries.js'
import { optionInstrumentsOf } from './option-instruments.js'
import { optionQuoteOf } from './option-quotes.js'
import { fillOf, orderReportOf } from './order-reports.js'

const recordings = inject('recordings')
const unfit = (field?: string) => (error: unknown) =>
  CcError.isInstance(error) &&
  error.code === 'deribit/unfit-reply' &&
  (field === undefined || error.facts.field === field)

const SYMBOL = 'BTC-27MAR26-100000-C'
const LISTED: WireInstrument = {
  instrument_name: SYMBOL,
  kind: 'option',
  base_currency: 'BTC',
  quote_currency: 'BTC',
  option_type: 'call',
  strike: 100_000,
  expiration_timestamp: Date.UTC(2026, 2, 27, 8),
  settlement_period: 'month',
  is_active: true,
  state: 'open',
  contract_size: 1,
  min_trade_amount: 0.1,
  tick_size: 0.0001,
  tick_size_steps: [{ above_price: 0.005, tick_size: 0.0005 }],
  maker_commission: 0.0003,
  taker_commission: 0.0003,
}

describe('optionInstrumentsOf', () => {
  it('keeps inverse options, each once, and nothing else', () => {
    const others = ['BTC-PERPETUAL', 'BTC_USDC-27MAR26-100000-C', 'XRP_USDC-27MAR26-0d5-C', 'BTC-27MAR26'].map(
      (instrument_name) => ({ ...LISTED, instrument_name }),
    )
    expect(optionInstrumentsOf([LISTED, ...others, LISTED, { ...LISTED, kind: 'option_combo' }])).toEqual([
      {
        symbol: SYMBOL,
        currency: 'BTC',
        kind: 'call',
        strikeUsd: 100_000,
        expiryMs: Date.UTC(2026, 2, 27, 8),
        tickSizeCoin: 0.0001,
        tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
        minSizeCoin: 0.1,
        sizeStepCoin: 0.1,
        makerFeeRate: 0.0003,
        takerFeeRate: 0.0003,
        settlementPeriod: 'month',
        state: 'open',
      },
    ])
  })

  it.each([
    ['option_type', { option_type: 'put' }],
    ['strike', { strike: 100_001 }],
    ['expiration_timestamp', { expiration_timestamp: 1 }],
    ['base_currency', { base_currency: 'ETH' }],
  ] as const)('refuses a row whose %s is not what its name says', (field, change) => {
    expect(() => optionInstrumentsOf([{ ...LISTED, ...change }])).toThrow(expect.toSatisfy(unfit(field)))
  })

  it.each([
    ['locked', { state: 'locked' }, 'locked'],
    ['something new', { state: 'something new' }, 'inactive'],
    ['contradicted by is_active', { is_active: false }, 'inactive'],
    ['absent, and active', { state: undefined }, 'open'],
    ['absent, and not active', { state: null, is_active: false }, 'inactive'],
  ])('takes a state that is %s for what it is', (_why, change, state) => {
    expect(optionInstrumentsOf([{ ...LISTED, ...change }])[0]?.state).toBe(state)
  })

  it('sorts the steps of the tick', () => {
    const tick_size_steps = [
      { above_price: 0.5, tick_size: 0.01 },
      { above_price: 0.005, tick_size: 0.0005 },
    ]
    expect(optionInstrumentsOf([{ ...LISTED, tick_size_steps }])[0]?.tickSteps[0]?.abovePriceCoin).toBe(0.005)
  })

  it.skipIf(recordings === null)('reads every recorded listing', () => {
    const folder = join(String(recordings), 'fixtures')
    const files = [
      'cryptofeed-2021/get_instruments_BTC.json',
      'cryptofeed-2021/get_instruments_ETH.json',
      'testnet-2026/get_instruments_option_testnet_2026-09.json',
      'mainnet-2026-10/get_instruments_btc_option.json',
    ]
    for (const file of files) {
      const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: WireInstrument[] }
      const options = optionInstrumentsOf(result)
      expect(options.length, file).toBe(result.filter(({ kind }) => kind === 'option').length)
      for (const option of options) optionInstrumentSchema.parse(option)
    }
  })
})

const TICKER: WireTicker = {
  instrument_name: SYMBOL,
  timestamp: 5,
  state: 'open',
  best_bid_price: 0.01,
  best_bid_amount: 2,
  best_ask_price: 0.0105,
  best_ask_amount: 3,
  mark_price: 0.0102,
  index_price: 80_000,
  underlying_price: 81_000,
  mark_iv: 52,
  min_price: 0.0001,
  max_price: 0.05,
  open_interest: 7,
  stats: { volume: 11 },
  greeks: { delta: 0.2, gamma: 0.00001, vega: 80, theta: -40, rho: 9 },
}

describe('optionQuoteOf', () => {
  it('turns percent into ratios and keeps coin', () => {
    expect(optionQuoteSchema.parse(optionQuoteOf(TICKER, SYMBOL))).toEqual({
      symbol: SYMBOL,
      timestampMs: 5,
      bidPriceCoin: 0.01,
      bidSizeCoin: 2,
      askPriceCoin: 0.0105,
      askSizeCoin: 3,
      markPriceCoin: 0.0102,
      markIv: 0.52,
      forwardUsd: 81_000,
      indexUsd: 80_000,
      greeks: { delta: 0.2, gamma: 0.00001, vega: 80, theta: -40, rho: 9 },
      minPriceCoin: 0.0001,
      maxPriceCoin: 0.05,
      openInterestCoin: 7,
      volumeCoin: 11,
    })
  })

  it.each([
    ['0 with amount 0', { best_bid_price: 0, best_bid_amount: 0 }],
    ['null', { best_bid_price: null, best_bid_amount: null }],
    ['absent', { best_bid_price: undefined, best_bid_amount: undefined }],
    ['a price without an amount', { best_bid_amount: 0 }],
  ])('takes a bid that is %s for none', (_why, change) => {
    expect(optionQuoteOf({ ...TICKER, ...change }, SYMBOL)).toMatchObject({ bidPriceCoin: null, bidSizeCoin: null })
  })

  it.each([
    ['without underlying_price', { underlying_price: null }],
    ['without index_price', { index_price: 0 }],
    ['of another book', { instrument_name: 'BTC-27MAR26-90000-C' }],
    ['with a negative mark', { mark_price: -0.1 }],
  ])('refuses a ticker %s', (_why, change) => {
    expect(() => optionQuoteOf({ ...TICKER, ...change }, SYMBOL)).toThrow(expect.toSatisfy(unfit()))
  })

  it('has no greeks where they cannot be', () => {
    const greeks = { delta: 1.7, gamma: 0, vega: 0, theta: 0, rho: 0 }
    expect(optionQuoteOf({ ...TICKER, greeks }, SYMBOL).greeks).toBeNull()
    expect(optionQuoteOf({ ...TICKER, greeks: null }, SYMBOL).greeks).toBeNull()
  })
})

describe.skipIf(recordings === null)('recorded tickers', () => {
  const tickers = findTickers(join(String(recordings), 'fixtures'))

  it('say the index twice, also as the estimated delivery price', () => {
    const both = tickers.filter(({ estimated_delivery_price }) => typeof estimated_delivery_price === 'number')
    expect(both.length).toBeGreaterThan(10)
    for (const { index_price, estimated_delivery_price } of both) {
      expect(estimated_delivery_price).toBe(index_price)
    }
  })

  it('make quotes', () => {
    const options = tickers.filter(({ instrument_name }) => /^(BTC|ETH)-\d.*-[CP]$/.test(instrument_name))
    expect(options.length).toBeGreaterThan(100)
    for (const ticker of options) optionQuoteSchema.parse(optionQuoteOf(ticker, ticker.instrument_name))
  })
})

/** Everything that looks like a ticker in the recordings, wherever it lies. */
function findTickers(folder: string): WireTicker[] {
  const found: WireTicker[] = []
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    const ticker = value as Partial<WireTicker>
    if (
      ticker.instrument_name !== undefined &&
      ticker.index_price !== undefined &&
      ticker.best_ask_amount !== undefined
    ) {
      found.push(value as WireTicker)
    }
    for (const inner of Object.values(value)) walk(inner)
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json') || name.includes('docs')) continue
    try {
      walk(JSON.parse(readFileSync(join(folder, name), 'utf8')))
    } catch {
      // A few recordings are lines of JSON.
    }
  }
  return found
}

const ORDER: WireOrder = {
  order_id: '1',
  order_state: 'open',
  order_type: 'limit',
  instrument_name: SYMBOL,
  direction: 'sell',
  label: 'x',
  price: 0.0105,
  amount: 0.5,
  filled_amount: 0,
  average_price: 0,
  post_only: true,
  reduce_only: false,
  creation_timestamp: 1,
  last_update_timestamp: 2,
}

describe('orderReportOf', () => {
  it('has no average price before the first fill', () => {
    expect(orderReportOf(ORDER)).toMatchObject({
      averagePriceCoin: null,
      filledCoin: 0,
      state: 'open',
      label: 'x',
    })
    expect(orderReportOf({ ...ORDER, filled_amount: 0.2, average_price: 0.0105 }).averagePriceCoin).toBe(0.0105)
  })

  it.each([
    ['filled', null],
    ['cancelled', 'user_request'],
    ['rejected', null],
  ] as const)('says how one ended: %s', (order_state, cancel_reason) => {
    expect(orderReportOf({ ...ORDER, order_state, cancel_reason })).toMatchObject({
      state: order_state,
      cancelReason: cancel_reason,
    })
  })

  it.each([
    ['waits for a trigger', { order_state: 'untriggered', order_type: 'stop_limit' }, {}, 'untriggered stop_limit'],
    ['was triggered', { order_state: 'triggered', order_type: 'stop_limit' }, {}, 'triggered stop_limit'],
    [
      'names no price',
      { order_state: 'untriggered', order_type: 'stop_market', price: 'market_price' },
      { priceCoin: 1 },
      'untriggered stop_market',
    ],
    ['is priced in USD', { advanced: 'usd', price: 900 }, { priceCoin: 1 }, 'open limit, priced by usd'],
    ['has no label', { label: null, order_type: 'market_limit' }, { label: '' }, 'open market_limit'],
    ['is in a state that nobody documented', { order_state: 'archive' }, {}, 'archive limit'],
    [
      'is of options together',
      { instrument_name: 'BTC-CS-27MAR26-1_2', price: -0.002 },
      { priceCoin: 1 },
      'open limit',
    ],
  ])('tells an order as open and whole that %s, and what it is', (_, change, told, cancelReason) => {
    const report = orderReportSchema.parse(orderReportOf({ ...ORDER, ...change }))
    expect(report).toMatchObject({
      state: 'open',
      side: 'sell',
      sizeCoin: 0.5,
      priceCoin: 0.0105,
      ...told,
      cancelReason,
    })
  })

  it.each([
    ['at its price', { price: 100_000 }],
    ['at its trigger', { price: 'market_price', trigger_price: 100_000, order_type: 'stop_market' }],
  ])('tells an order in a future by its value in coin, %s', (_, change) => {
    const future = {
      ...ORDER,
      instrument_name: 'BTC-PERPETUAL',
      amount: 50_000,
      filled_amount: 10_000,
      average_price: 1e5,
    }
    const report = orderReportSchema.parse(orderReportOf({ ...future, ...change }))
    expect(report).toMatchObject({ sizeCoin: 0.5, filledCoin: 0.1, priceCoin: 1, averagePriceCoin: null })
  })

  it.each([
    ['a future without a price', { instrument_name: 'BTC-27MAR26', price: 'market_price' }],
    ['futures together', { instrument_name: 'BTC-FS-27MAR26_PERP' }],
    ['no size', { amount: 0 }],
  ])('makes nothing of one whose size in coin cannot be told: %s', (_why, change) => {
    expect(() => orderReportOf({ ...ORDER, ...change })).toThrow(
      expect.toSatisfy((error) => CcError.isInstance(error) && error.code === 'deribit/foreign-order'),
    )
  })
})

describe('fillOf', () => {
  const trade: WireUserTrade = {
    trade_id: 't',
    trade_seq: 1,
    instrument_name: SYMBOL,
    timestamp: 3,
    price: 0.01,
    amount: 0.5,
    index_price: 80_000,
    order_id: '1',
    direction: 'sell',
    fee: 0.00015,
    fee_currency: 'BTC',
    liquidity: 'T',
  }

  it('is in coin, with its fee', () => {
    expect(fillOf(trade, 'm')).toMatchObject({ feeCoin: 0.00015, liquidity: 'taker', label: '', sizeCoin: 0.5 })
  })

  it.each([
    ['a fee in another coin', { fee_currency: 'USDC' }],
    ['no index', { index_price: null }],
    ['no liquidity', { liquidity: null }],
  ])('refuses %s', (_why, change) => {
    expect(() => fillOf({ ...trade, ...change }, 'm')).toThrow(expect.toSatisfy(unfit()))
  })
})

describe('accountSnapshotOf', () => {
  const summary = {
    currency: 'BTC',
    balance: 2,
    equity: 1.98,
    margin_balance: 2,
    initial_margin: 0.1,
    maintenance_margin: 0.05,
    available_funds: 1.9,
    options_value: -0.02,
    futures_session_rpl: 0.1,
    futures_session_upl: -0.3,
    delta_total: -0.2,
    spot_reserve: 0.1,
    locked_balance: 0.2,
    margin_model: 'segregated_sm',
    cross_collateral_enabled: false,
  }
  const position = { instrument_name: SYMBOL, kind: 'option', direction: 'sell' as const, size: -0.5, delta: -0.1 }
  const read = (changes: object = {}, positions: object[] = [position]) => ({
    summaries: { summaries: [{ ...summary, ...changes }] } as never,
    positions: positions as never,
    openOrders: [ORDER, { ...ORDER, instrument_name: 'ETH-27MAR26-3000-C' }, { ...ORDER, instrument_name: 'BTC_USDC' }],
    answeredMs: 9.7,
  })

  it('reads one coin, with what is held back from it', () => {
    const snapshot = accountSnapshotSchema.parse(accountSnapshotOf('BTC', read()))
    expect(snapshot).toMatchObject({ balanceCoin: 2, timestampMs: 9, optionsValueCoin: -0.02 })
    expect(snapshot.reservedCoin).toBeCloseTo(0.3, 12)
    expect(snapshot.futuresSessionPnlCoin).toBeCloseTo(-0.2, 12)
    expect(snapshot.positions).toHaveLength(1)
    expect(snapshot.openOrders.map(({ symbol }) => symbol)).toEqual([SYMBOL])
    expect(snapshot.openOrders[0]?.cancelReason).toBeNull()
  })

  it('reads a future by its value in coin, and drops what is flat', () => {
    const future = {
      instrument_name: 'BTC-PERPETUAL',
      kind: 'future',
      direction: 'sell',
      size: -10,
      size_currency: -0.001,
    }
    const flat = { ...position, size: 0, direction: 'zero' }
    const { positions } = accountSnapshotOf('BTC', read({}, [future, flat]))
    expect(positions).toMatchObject([{ kind: 'future', sizeCoin: -0.001, averagePriceCoin: null }])
  })

  it.each([
    ['a size and a direction that disagree', [{ ...position, direction: 'buy' }]],
    ['a future without its value in coin', [{ ...position, kind: 'future', instrument_name: 'BTC-PERPETUAL' }]],
    ['a position of another kind', [{ ...position, kind: 'option_combo' }]],
  ])('refuses %s', (_why, positions) => {
    expect(() => accountSnapshotOf('BTC', read({}, positions))).toThrow(expect.toSatisfy(unfit()))
  })

  it.each(['options_value', 'futures_session_rpl'])('refuses an account without %s', (field) => {
    expect(() => accountSnapshotOf('BTC', read({ [field]: null }))).toThrow(expect.toSatisfy(unfit(field)))
  })

  it.each([{ margin_model: 'cross_sm' }, { margin_model: 'segregated_pm' }, { cross_collateral_enabled: true }])(
    'refuses the margin model %o, whose margins are not of this coin',
    (changes) => {
      expect(() => accountSnapshotOf('BTC', read(changes))).toThrow(
        expect.toSatisfy((error) => CcError.isInstance(error) && error.code === 'deribit/margin-model'),
      )
    },
  )
})

describe('ledgerEntryOf', () => {
  const row: WireTransaction = {
    id: 7,
    type: 'trade',
    currency: 'BTC',
    timestamp: 4,
    instrument_name: SYMBOL,
    side: 'open sell',
    amount: 0.5,
    price: 0.01,
    commission: 0.00015,
    change: 0.00485,
    balance: 2.00485,
    index_price: 80_000,
  }

  it.each([
    ['open sell', -0.5],
    ['close sell', -0.5],
    ['open buy', 0.5],
    ['close buy', 0.5],
    ['short', 0.5],
    ['long', -0.5],
    ['-', null],
    ['something new', null],
  ])('reads the side %s as a change of %s', (side, sizeCoin) => {
    const entry = ledgerEntrySchema.parse(ledgerEntryOf({ ...row, side }, 'BTC'))
    expect(entry).toMatchObject({ sizeCoin, kind: 'trade', feeCoin: 0.00015, changeCoin: 0.00485 })
  })

  it.each([
    ['deposit', 'transfer'],
    ['withdrawal', 'transfer'],
    ['transfer', 'transfer'],
    ['settlement', 'settlement'],
    ['delivery', 'delivery'],
    ['expiry', 'delivery'],
    ['assignment', 'delivery'],
    ['exercise', 'delivery'],
    ['options_settlement_summary', 'settlement'],
    ['something new', 'other'],
  ])('knows %s as %s', (type, kind) => {
    expect(ledgerEntryOf({ ...row, type }, 'BTC')).toMatchObject({ kind, venueKind: type })
  })

  it('takes the cash of a delivered future, and not its size in USD', () => {
    const future = { ...row, type: 'delivery', instrument_name: 'BTC-27MAR26', amount: 50_000, price: 100_000 }
    expect(ledgerEntryOf({ ...future, settlement_price: 100_000 }, 'BTC')).toMatchObject({
      kind: 'other',
      sizeCoin: null,
      priceCoin: null,
      changeCoin: 0.00485,
    })
  })

  it('refuses a row of another currency', () => {
    expect(() => ledgerEntryOf({ ...row, currency: 'ETH' }, 'BTC')).toThrow(expect.toSatisfy(unfit()))
  })
})
