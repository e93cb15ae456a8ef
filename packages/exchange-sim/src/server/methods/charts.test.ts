import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, place, START_MS } from '../../exchange/exchange.fixture.js'
import { createExchange } from '../../exchange/exchange.js'
import { createSyntheticMarket } from '../../synthetic/synthetic-market.js'
import { callerOf } from './method-call.fixture.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const NOW_MS = START_MS + 10 * HOUR_MS + 90_000

const market = createSyntheticMarket({ seed: 5, startMs: START_MS })
const exchange = createExchange({ market, currencies: ['BTC', 'ETH'], depositsCoin: {} })
exchange.advanceTo(NOW_MS)
const { call, get, failure } = callerOf(exchange)
const lastDays = (days: number) => ({ start_timestamp: NOW_MS - days * DAY_MS, end_timestamp: NOW_MS })

describe('a chart', () => {
  it('of a future is the index in bars, with the open one last', () => {
    const chart = call('public/get_tradingview_chart_data', {
      instrument_name: 'BTC-PERPETUAL',
      ...lastDays(1),
      resolution: '60',
    })
    expect(chart.status).toBe('ok')
    expect(chart.ticks).toHaveLength(24)
    expect(chart.ticks.at(-1)).toBe(START_MS + 10 * HOUR_MS)
    expect(chart.close.at(-1)).toBe(market.indexUsd('BTC', NOW_MS))
    expect(chart.open.at(-1)).toBe(market.indexUsd('BTC', START_MS + 10 * HOUR_MS))
    for (const [bar, low] of chart.low.entries()) {
      for (const column of ['open', 'close', 'high']) expect(chart[column][bar]).toBeGreaterThanOrEqual(low)
      expect(chart.high[bar]).toBeGreaterThanOrEqual(chart.close[bar])
    }
    expect(new Set([...chart.volume, ...chart.cost])).toEqual(new Set([0]))
  })

  it('never shows a later price: what is closed stays as it is', () => {
    const ask = () =>
      call('public/get_tradingview_chart_data', { instrument_name: 'ETH-PERPETUAL', ...lastDays(1), resolution: '15' })
    expect(ask()).toEqual(ask())
    const closed = market.history('ETH', {
      kind: 'candles',
      resolutionMs: 15 * MINUTE_MS,
      fromMs: NOW_MS - DAY_MS,
      toMs: NOW_MS,
      nowMs: NOW_MS,
    })
    expect(ask().close.slice(0, -1)).toEqual([...closed.close])
  })

  it('takes resolutions as words and as numbers, and no others', () => {
    const request = { instrument_name: 'BTC-PERPETUAL', ...lastDays(1) }
    const hourly = call('public/get_tradingview_chart_data', { ...request, resolution: '60' })
    expect(call('public/get_tradingview_chart_data', { ...request, resolution: 60 })).toEqual(hourly)
    expect(get('public/get_tradingview_chart_data', { ...request, resolution: 60 })).toEqual(hourly)
    for (const resolution of ['7', '1d', 'constructor']) {
      expect(failure('public/get_tradingview_chart_data', { ...request, resolution }).data).toMatchObject({
        param: 'resolution',
      })
    }
    expect(failure('public/get_tradingview_chart_data', request).data).toMatchObject({ reason: 'value is required' })
  })

  it('of an option is what traded, and no data before that', () => {
    const bids = [0.02, 0.022, 0.021]
    const own = exchangeOver({
      topAt: (atMs) => ({ bid: bids[Math.floor((atMs - START_MS) / (20 * MINUTE_MS))] ?? 0.02, ask: 0.05 }),
    })
    const { call: ask } = callerOf(own)
    const chart = () =>
      ask('public/get_tradingview_chart_data', {
        instrument_name: optionOf().symbol,
        start_timestamp: START_MS,
        end_timestamp: START_MS + DAY_MS,
        resolution: '30',
      })
    expect(chart()).toEqual({
      status: 'no_data',
      ticks: [],
      open: [],
      high: [],
      low: [],
      close: [],
      volume: [],
      cost: [],
    })
    for (const priceCoin of bids) {
      place(own, { priceCoin, sizeCoin: 0.1 })
      own.advanceTo(own.nowMs() + 20 * MINUTE_MS)
    }
    own.advanceTo(START_MS + 100 * MINUTE_MS)
    expect(chart()).toEqual({
      status: 'ok',
      ticks: [0, 30, 60, 90].map((minutes) => START_MS + minutes * MINUTE_MS),
      open: [0.02, 0.021, 0.021, 0.021],
      high: [0.022, 0.021, 0.021, 0.021],
      low: [0.02, 0.021, 0.021, 0.021],
      close: [0.022, 0.021, 0.021, 0.021],
      volume: [0.2, 0.1, 0, 0],
      cost: [0.0042, 0.0021, 0, 0],
    })
  })

  it('of an option ends with the option', () => {
    const own = exchangeOver()
    place(own)
    own.advanceTo(EXPIRY_MS + 2 * DAY_MS)
    const request = { instrument_name: optionOf().symbol, resolution: '60', start_timestamp: START_MS }
    const { ticks } = callerOf(own).call('public/get_tradingview_chart_data', {
      ...request,
      end_timestamp: own.nowMs(),
    })
    expect(ticks.at(-1)).toBe(EXPIRY_MS - HOUR_MS)
  })
})

describe('the volatility index', () => {
  const pages = (params: Record<string, unknown>) => {
    const rows: number[][] = []
    let end = NOW_MS
    for (let page = 0; page < 50; page++) {
      const { data, continuation } = call('public/get_volatility_index_data', {
        currency: 'BTC',
        ...params,
        end_timestamp: end,
      })
      rows.unshift(...data)
      if (continuation === null) return { rows, pages: page + 1 }
      end = continuation
    }
    throw new Error('It never ends.')
  }

  it('comes in pages that join without a gap or an overlap', () => {
    const { rows, pages: count } = pages({ start_timestamp: NOW_MS - 100 * DAY_MS, resolution: '3600' })
    expect(count).toBe(3)
    expect(rows).toHaveLength(2_400)
    for (const [place, [startMs]] of rows.entries()) expect(startMs).toBe((rows[0]?.[0] ?? 0) + place * HOUR_MS)
  })

  it('is in percent', () => {
    const { data } = call('public/get_volatility_index_data', { currency: 'ETH', ...lastDays(3), resolution: '1D' })
    expect(data).toHaveLength(3)
    for (const [, ...bar] of data) for (const value of bar) expect(value).toBeGreaterThan(15)
  })

  it('repeats a minute in every second of it', () => {
    const { data } = call('public/get_volatility_index_data', {
      currency: 'BTC',
      start_timestamp: NOW_MS - 120_000,
      end_timestamp: NOW_MS - 60_000,
      resolution: '1',
    })
    expect(data.length).toBeGreaterThan(30)
    for (const [place, [startMs]] of data.entries()) expect(startMs - data[0][0]).toBe(place * 1_000)
  })

  it('is of currencies that there are', () => {
    const request = { ...lastDays(1), resolution: '3600' }
    expect(call('public/get_volatility_index_data', { currency: 'USDC', ...request })).toEqual({
      data: [],
      continuation: null,
    })
  })
})

describe('other histories', () => {
  it('tell realised volatility in percent, hourly', () => {
    const rows = call('public/get_historical_volatility', { currency: 'BTC' })
    expect(rows).toHaveLength(15 * 24)
    for (const [place, [atMs, percent]] of rows.entries()) {
      expect(atMs).toBe(rows[0][0] + place * HOUR_MS)
      expect(percent).toBeGreaterThan(10)
      expect(percent).toBeLessThan(150)
    }
    expect(rows.at(-1)[0]).toBe(START_MS + 10 * HOUR_MS)
  })

  it.each(['1h', '1d', '2d', '1m', '1y', 'all'])('draw the index over %s, up to now', (range) => {
    const points = call('public/get_index_chart_data', { index_name: 'btc_usd', range })
    expect(points.length).toBeGreaterThan(50)
    expect(points.at(-1)[1]).toBe(market.indexUsd('BTC', NOW_MS))
    expect(points.map(([atMs]: number[]) => atMs)).toEqual(
      points.map(([atMs]: number[]) => atMs).toSorted((a: number, b: number) => a - b),
    )
  })

  it('list delivery prices by day, newest first, page by page', () => {
    const first = call('public/get_delivery_prices', { index_name: 'btc_usd' })
    expect(first.data).toHaveLength(10)
    expect(first.data[0]).toEqual({
      date: '2026-01-02',
      delivery_price: market.deliveryUsd('BTC', Date.UTC(2026, 0, 2, 8), NOW_MS),
    })
    expect(first.records_total).toBeGreaterThanOrEqual(400)
    const second = call('public/get_delivery_prices', { index_name: 'btc_usd', offset: 9, count: 2 })
    expect(second.data[0]).toEqual(first.data[9])
    const beyond = call('public/get_delivery_prices', { index_name: 'btc_usd', offset: first.records_total, count: 5 })
    expect(beyond.data).toEqual([])
    const all = call('public/get_delivery_prices', { index_name: 'btc_usd', count: 1_000 })
    expect(all.data).toHaveLength(first.records_total)
    expect(failure('public/get_delivery_prices', { index_name: 'btc_usd', count: 1_001 }).data).toMatchObject({
      param: 'count',
    })
  })

  it('have marks of the options around 30 days only', () => {
    const near = call('public/get_instruments', { currency: 'BTC', kind: 'option' }).map(
      (each: { instrument_name: string }) => each.instrument_name,
    )
    const marksOf = (expiry: string) =>
      call('public/get_mark_price_history', {
        instrument_name: near.find((name: string) => name.includes(expiry)),
        ...lastDays(1),
      })
    const marks = marksOf('-30JAN26-')
    expect(marks).toHaveLength(10 * 12 + 1)
    expect(marks[0][0]).toBe(START_MS + 10 * HOUR_MS)
    expect(marks[0][0] - marks[1][0]).toBe(5 * MINUTE_MS)
    expect(marksOf('-9JAN26-')).toEqual([])
    expect(call('public/get_mark_price_history', { instrument_name: 'BTC-PERPETUAL', ...lastDays(1) })).toEqual([])
  })
})

it('has no history where the market has none', () => {
  const { call: ask } = callerOf(exchangeOver({ frozen: true }))
  expect(
    ask('public/get_tradingview_chart_data', { instrument_name: 'BTC-PERPETUAL', ...lastDays(1), resolution: '1D' })
      .status,
  ).toBe('no_data')
  expect(ask('public/get_index_chart_data', { index_name: 'btc_usd', range: '1d' })).toEqual([])
  expect(ask('public/get_mark_price_history', { instrument_name: optionOf().symbol, ...lastDays(1) })).toEqual([])
})
