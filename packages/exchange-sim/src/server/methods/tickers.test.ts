import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, place, START_MS } from '../../exchange/exchange.fixture.js'
import { createExchange } from '../../exchange/exchange.js'
import { createSyntheticMarket } from '../../synthetic/synthetic-market.js'
import { callerOf } from './method-call.fixture.js'

type Row = {
  instrument_name: string
  bid_price: number | null
  ask_price: number | null
  mark_price: number
  mark_iv: number
  underlying_price: number
  underlying_index: string
  estimated_delivery_price: number
  open_interest: number
  creation_timestamp: number
}

const HOUR_MS = 3_600_000
const SYMBOL = optionOf().symbol

const market = createSyntheticMarket({ seed: 3, startMs: START_MS })
const synthetic = createExchange({ market, currencies: ['BTC', 'ETH'], depositsCoin: { BTC: 2, ETH: 20 } })
synthetic.advanceTo(START_MS + HOUR_MS)
const { call, get, failure } = callerOf(synthetic)
const chainOf = (currency: string): Row[] => call('public/get_book_summary_by_currency', { currency, kind: 'option' })

describe('a chain', () => {
  it.each(['BTC', 'ETH'])('of %s agrees with the ticker of every option in it', (currency) => {
    const rows = chainOf(currency)
    expect(rows.length).toBeGreaterThan(300)
    for (const row of rows.filter((_, place) => place % 7 === 0)) {
      const ticker = call('public/ticker', { instrument_name: row.instrument_name })
      expect(ticker.mark_price).toBeCloseTo(row.mark_price, 4)
      expect(ticker.best_bid_price).toBe(row.bid_price ?? 0)
      expect(ticker.best_ask_price).toBe(row.ask_price ?? 0)
      for (const field of [
        'mark_iv',
        'underlying_price',
        'underlying_index',
        'estimated_delivery_price',
        'open_interest',
      ] as const) {
        expect(ticker[field], field).toBe(row[field])
      }
      expect(ticker.timestamp).toBe(row.creation_timestamp)
    }
  })

  it('writes a missing side as null, a ticker as 0', () => {
    const row = chainOf('BTC').find((each) => each.bid_price === null)
    expect(row).toMatchObject({ bid_price: null, mid_price: null })
    const ticker = call('public/ticker', { instrument_name: row?.instrument_name })
    expect(ticker).toMatchObject({ best_bid_price: 0, best_bid_amount: 0, bid_iv: 0, last_price: null })
    expect(ticker.stats).toEqual({ high: null, low: null, price_change: null, volume: 0, volume_usd: 0 })
  })

  it('holds futures too, and knows no currency any', () => {
    const names = call('public/get_book_summary_by_currency', { currency: 'BTC' }).map(
      (row: Row) => row.instrument_name,
    )
    expect(names[0]).toBe('BTC-PERPETUAL')
    expect(names).toHaveLength(chainOf('BTC').length + 14)
    for (const currency of ['any', 'NOPE']) {
      expect(failure('public/get_book_summary_by_currency', { currency })).toMatchObject({
        code: -32602,
        data: { reason: 'invalid currency', param: 'currency' },
      })
    }
    expect(failure('public/get_book_summary_by_currency').data).toEqual({
      reason: 'value is required',
      param: 'currency',
    })
  })

  it('is the same for one instrument, in a list', () => {
    const [row] = chainOf('ETH')
    expect(call('public/get_book_summary_by_instrument', { instrument_name: row?.instrument_name })).toEqual([row])
  })
})

it('tells every price with the time at which it is asked for, between the steps of the market too', () => {
  const exchange = createExchange({ market, currencies: ['BTC'], depositsCoin: {} })
  const caller = callerOf(exchange)
  const [option] = exchange.instruments('BTC')
  for (const laterMs of [0, 250, 59_999]) {
    exchange.advanceTo(START_MS + laterMs)
    for (const instrument_name of [option?.symbol, 'BTC-PERPETUAL']) {
      for (const method of ['public/ticker', 'public/get_order_book']) {
        expect(caller.call(method, { instrument_name }).timestamp, method).toBe(START_MS + laterMs)
      }
    }
    const rows: Row[] = caller.call('public/get_book_summary_by_currency', { currency: 'BTC' })
    expect(new Set(rows.map((row) => row.creation_timestamp))).toEqual(new Set([START_MS + laterMs]))
  }
})

describe('a ticker', () => {
  it('has volatilities in percent whose prices are its quotes', () => {
    const row = chainOf('BTC').find((each) => (each.bid_price ?? 0) > 0.02 && each.instrument_name.endsWith('-C'))
    const ticker = call('public/ticker', { instrument_name: row?.instrument_name })
    expect(ticker.bid_iv).toBeGreaterThan(5)
    expect(ticker.bid_iv).toBeLessThanOrEqual(ticker.mark_iv + 3)
    expect(ticker.ask_iv).toBeGreaterThan(ticker.bid_iv)
  })

  it('of the perpetual marks the index, with a book one tick wide', () => {
    const ticker = call('public/ticker', { instrument_name: 'BTC-PERPETUAL' })
    const index = call('public/get_index_price', { index_name: 'btc_usd' })
    expect(ticker.mark_price).toBe(index.index_price)
    expect(ticker.best_ask_price - ticker.best_bid_price).toBeCloseTo(0.5, 9)
    expect(ticker.best_bid_price).toBeLessThan(ticker.mark_price)
    expect(ticker.best_ask_price).toBeGreaterThanOrEqual(ticker.mark_price)
    expect(ticker).toMatchObject({ current_funding: 0, funding_8h: 0, open_interest: 0 })
  })

  it('of a dated future marks the forward of its options', () => {
    const [row] = chainOf('BTC')
    const ticker = call('public/ticker', { instrument_name: row?.underlying_index })
    expect(ticker.mark_price).toBe(row?.underlying_price)
  })

  it('shows what traded, and the settlement price from 08:00 UTC on', () => {
    const exchange = exchangeOver()
    const { call: ask } = callerOf(exchange)
    expect(ask('public/ticker', { instrument_name: SYMBOL })).not.toHaveProperty('settlement_price')
    place(exchange)
    exchange.advanceTo(START_MS + 9 * HOUR_MS)
    expect(ask('public/ticker', { instrument_name: SYMBOL })).toMatchObject({
      last_price: 0.02,
      settlement_price: 0.0202,
      stats: { high: 0.02, low: 0.02, price_change: 0, volume: 0.5, volume_usd: 800 },
    })
  })

  it('goes on for a day after the delivery', () => {
    const exchange = exchangeOver({ deliveryUsd: 100_000 })
    const caller = callerOf(exchange)
    exchange.advanceTo(EXPIRY_MS + HOUR_MS)
    expect(caller.call('public/ticker', { instrument_name: SYMBOL })).toMatchObject({
      state: 'delivered',
      delivery_price: 100_000,
      mark_price: 0.2,
      best_bid_price: 0,
      best_ask_amount: 0,
    })
    expect(caller.call('public/get_order_book', { instrument_name: SYMBOL })).toMatchObject({ bids: [], asks: [] })
    expect(caller.call('public/ticker', { instrument_name: 'BTC-9JAN26' })).toMatchObject({
      state: 'delivered',
      mark_price: 100_000,
      best_bid_price: 0,
    })
    exchange.advanceTo(EXPIRY_MS + 25 * HOUR_MS)
    expect(caller.failure('public/ticker', { instrument_name: SYMBOL }).data).toMatchObject({
      reason: 'instrument not found',
    })
  })

  it('estimates the delivery with the mean of the index since the last half hour began', () => {
    const exchange = createExchange({ market, currencies: ['BTC'], depositsCoin: {} })
    const caller = callerOf(exchange)
    const expiryMs = Date.UTC(2026, 0, 2, 8)
    const estimate = () => caller.call('public/get_index_price', { index_name: 'btc_usd' })
    exchange.advanceTo(expiryMs - 31 * 60_000)
    expect(estimate().estimated_delivery_price).toBe(estimate().index_price)
    exchange.advanceTo(expiryMs - 1)
    const { estimated_delivery_price: last, index_price: index } = estimate()
    const delivery = market.deliveryUsd('BTC', expiryMs, expiryMs) ?? Number.NaN
    expect(Math.abs(last / delivery - 1)).toBeLessThan(0.00005)
    expect(Math.abs(last - delivery)).toBeLessThan(Math.abs(index - delivery))
  })
})

describe('an order book', () => {
  it('is the ticker with levels, best first', () => {
    const name = chainOf('BTC').find((each) => each.bid_price !== null)?.instrument_name
    const { bids, asks, change_id, ...ticker } = call('public/get_order_book', { instrument_name: name, depth: 10 })
    expect(ticker).toEqual(call('public/ticker', { instrument_name: name }))
    expect(bids[0]).toEqual([ticker.best_bid_price, ticker.best_bid_amount])
    expect(asks[0]).toEqual([ticker.best_ask_price, ticker.best_ask_amount])
    expect(Number.isSafeInteger(change_id)).toBe(true)
  })

  it('shows own resting orders', () => {
    const exchange = exchangeOver()
    place(exchange, { priceCoin: 0.025 })
    place(exchange, { priceCoin: 0.0205, sizeCoin: 0.3 })
    expect(callerOf(exchange).call('public/get_order_book', { instrument_name: SYMBOL })).toMatchObject({
      bids: [[0.02, 1]],
      asks: [
        [0.0205, 1.3],
        [0.025, 0.5],
      ],
      best_ask_amount: 1.3,
    })
  })

  it('does not go back in its count of changes when it has expired', () => {
    const exchange = exchangeOver()
    const caller = callerOf(exchange)
    const changeId = () => caller.call('public/get_order_book', { instrument_name: SYMBOL }).change_id
    place(exchange, { priceCoin: 0.025 })
    const before = changeId()
    exchange.advanceTo(EXPIRY_MS + HOUR_MS)
    expect(before).toBeGreaterThan(0)
    expect(changeId()).toBeGreaterThanOrEqual(before)
  })

  it('comes in listed depths', () => {
    expect(failure('public/get_order_book', { instrument_name: 'BTC-PERPETUAL', depth: 7 }).data).toMatchObject({
      param: 'depth',
    })
    expect(call('public/get_order_book', { instrument_name: 'ETH-PERPETUAL', depth: 1 })).toMatchObject({
      bids: [[expect.any(Number), expect.any(Number)]],
    })
  })
})

it('knows the indices of its currencies only', () => {
  expect(call('public/get_index_price_names', {})).toEqual(['btc_usd', 'eth_usd'])
  expect(call('public/get_index_price_names', { extended: true })[0]).toMatchObject({ name: 'btc_usd' })
  expect(failure('public/get_index_price', { index_name: 'sol_usdc' }).data).toMatchObject({ param: 'index_name' })
})

it('reads parameters of a query string as those with types', () => {
  for (const [method, params] of [
    ['public/get_order_book', { instrument_name: 'BTC-PERPETUAL', depth: 20 }],
    ['public/get_instruments', { currency: 'BTC', kind: 'option', expired: false }],
    ['public/get_delivery_prices', { index_name: 'eth_usd', offset: 3, count: 2 }],
  ] as const) {
    expect(get(method, params), method).toEqual(call(method, params))
  }
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('beside recorded replies', () => {
  const recorded = (path: string) => JSON.parse(readFileSync(join(recordings ?? '', 'fixtures', path), 'utf8'))
  /** Fields of a recorded object that ours has not, or has with another type. */
  const differences = (theirs: Record<string, unknown>, ours: Record<string, unknown>): string[] =>
    Object.entries(theirs).flatMap(([name, value]) => {
      const own = ours[name]
      if (!(name in ours)) return [name]
      if (value === null || own === null || typeof value === typeof own) return []
      return [`${name}: ${typeof own}`]
    })
  let option: string | undefined
  beforeAll(() => {
    option = chainOf('BTC').find((each) => /9JAN26-.*-C$/.test(each.instrument_name))?.instrument_name
    synthetic.advanceTo(START_MS + 10 * HOUR_MS)
  })

  it.each([
    'mainnet-2026-10/ticker_BTC-25DEC26-90000-C.json',
    'mainnet-2026-10/ticker_BTC-6OCT26-95000-C_no_bid.json',
    'testnet-2026/ws_ticker_option_testnet.json',
  ])('a ticker has every field of %s', (path) => {
    const { result, params } = recorded(path)
    const ours = call('public/ticker', { instrument_name: option })
    expect(differences(result ?? params.data, ours)).toEqual([])
    expect(differences((result ?? params.data).greeks, ours.greeks)).toEqual([])
    expect(differences((result ?? params.data).stats, ours.stats)).toEqual([])
  })

  it('an option has every field of a recorded one but the numbers of its currencies', () => {
    const [theirs] = recorded('testnet-2026/get_instruments_option_testnet_2026-09.json').result
    const ours = call('public/get_instrument', { instrument_name: option })
    expect(differences(theirs, ours)).toEqual(['index_id', 'base_currency_uuid', 'quote_currency_uuid'])
    for (const field of [
      'tick_size',
      'tick_size_steps',
      'contract_size',
      'min_trade_amount',
      'quote_currency',
      'instrument_type',
    ]) {
      expect(ours[field], field).toEqual(theirs[field])
    }
  })

  it('the perpetual has every field of a recorded one, and its book', () => {
    const theirs = recorded('nautilus/http_get_instrument.json').result
    const ours = call('public/get_instrument', { instrument_name: 'BTC-PERPETUAL' })
    expect(differences(theirs, ours)).toEqual(['max_non_default_leverage'])
    const book = recorded('nautilus/http_get_order_book.json').result
    expect(differences(book, call('public/get_order_book', { instrument_name: 'BTC-PERPETUAL' }))).toEqual([
      'settlement_price',
    ])
  })
})
