import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it, vi } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, place, START_MS, STEP_MS } from '../../exchange/exchange.fixture.js'
import { MINUTE_MS, opened } from './opened-channels.fixture.js'
import { hubOver } from './stream-hub.fixture.js'

const { symbol } = optionOf()

describe('a book', () => {
  it.each(['OPTION', 'BTC-PERPETUAL'])('of %s begins as the one that is asked for', (name) => {
    const { listener, call, option } = opened(`book.${name}.100ms`, `book.${name}.none.10.100ms`)
    const book = call('public/get_order_book', { instrument_name: name.replace('OPTION', option), depth: 10_000 })
    const [snapshot, window] = listener.take().map(({ data }) => data)
    const levels = (side: [number, number][]) => side.map(([price, amount]) => ['new', price, amount])
    expect(snapshot).toEqual({
      timestamp: START_MS + 465 * MINUTE_MS,
      type: 'snapshot',
      change_id: book.change_id,
      instrument_name: book.instrument_name,
      bids: levels(book.bids),
      asks: levels(book.asks),
    })
    const { type, ...rest } = snapshot
    expect(window).toEqual({ ...rest, bids: book.bids, asks: book.asks })
  })

  it('is grouped down for bids and up for asks, as deep as asked for, and told when it changes', () => {
    const { hub, exchange, listener } = opened('book.BTC-PERPETUAL.250.1.100ms')
    const bidOf = () => Math.floor((exchange.market.indexUsd('BTC', exchange.nowMs()) - 0.01) / 250) * 250
    const [window] = listener.take()
    expect(window?.data.bids).toEqual([[bidOf(), 100_000]])
    expect(window?.data.asks).toEqual([[bidOf() + 250, 100_000]])
    hub.publish()
    expect(listener.take()).toEqual([])
    exchange.advanceTo(exchange.nowMs() + 10 * 60 * MINUTE_MS)
    hub.publish()
    expect(listener.take().map(({ data }) => data.bids)).toEqual([[[bidOf(), 100_000]]])
  })

  it('adds up what falls into one group', () => {
    const exchange = exchangeOver()
    const { hub, connect, subscribe } = hubOver(exchange)
    const listener = connect()
    const channels = ['none.1', 'none.10', '1.10'].map((each) => `book.${symbol}.${each}.raw`)
    subscribe(listener, ...channels)
    listener.take()
    place(exchange, { priceCoin: 0.03, sizeCoin: 0.1 })
    place(exchange, { priceCoin: 0.0305, sizeCoin: 0.2 })
    hub.publish()
    expect(listener.take().map(({ channel, data }) => [channel, data.asks])).toEqual([
      [
        channels[1],
        [
          [0.0205, 1],
          [0.03, 0.1],
          [0.0305, 0.2],
        ],
      ],
      [channels[2], [[1, 1.3]]],
    ])
  })
})

describe('the index and what follows from it', () => {
  it('is told once a second', () => {
    const { hub, exchange, listener, call } = opened(
      'deribit_price_index.btc_usd',
      'deribit_volatility_index.btc_usd',
      'estimated_expiration_price.btc_usd',
      'perpetual.BTC-PERPETUAL.100ms',
      'platform_state',
      'platform_state.public_methods_state',
    )
    const nowMs = exchange.nowMs()
    const { index_price, estimated_delivery_price } = call('public/get_index_price', { index_name: 'btc_usd' })
    const dvol = call('public/get_volatility_index_data', {
      currency: 'BTC',
      start_timestamp: nowMs - 5 * MINUTE_MS,
      end_timestamp: nowMs,
      resolution: '60',
    })
    const said = listener.take()
    expect(said.map(({ data }) => data)).toEqual([
      { index_name: 'btc_usd', price: index_price, timestamp: nowMs },
      { index_name: 'btc_usd', volatility: dvol.data.at(-1)[4], timestamp: nowMs },
      { price: estimated_delivery_price, seconds: 900, is_estimated: true },
      { interest: 0, timestamp: nowMs, index_price },
      { price_index: 'btc_usd', locked: false, reasons: [] },
      { price_index: 'eth_usd', locked: false, reasons: [] },
      { allow_unauthenticated_public_requests: true },
    ])
    hub.publish()
    expect(listener.take()).toEqual([])
    exchange.advanceTo(nowMs + 1_000)
    hub.publish()
    expect(listener.take().map(({ channel }) => channel)).toEqual(said.slice(0, 6).map(({ channel }) => channel))
  })

  it('says the time to the next expiry, and no estimate long before it', () => {
    const exchange = exchangeOver()
    const { connect, subscribe } = hubOver(exchange)
    const listener = connect()
    subscribe(listener, 'estimated_expiration_price.btc_usd')
    const seconds = (EXPIRY_MS - START_MS) / 1_000
    expect(listener.take().map(({ data }) => data)).toEqual([{ price: 80_000, seconds, is_estimated: false }])
  })

  it('marks all options, with the volatility as a fraction', () => {
    const { hub, listener, exchange, call } = opened('markprice.options.btc_usd')
    const [{ data: rows } = { data: [] }] = listener.take()
    expect(rows).toHaveLength(exchange.instruments('BTC').length)
    for (const row of rows.slice(0, 20)) {
      const ticker = call('public/ticker', { instrument_name: row.instrument_name })
      expect(row.mark_price).toBe(ticker.mark_price)
      expect(row.iv * 100).toBeCloseTo(ticker.mark_iv, 6)
    }
    exchange.advanceTo(exchange.nowMs() + MINUTE_MS)
    hub.publish()
    expect(listener.take()[0]?.data[0].timestamp).toBe(rows[0].timestamp + MINUTE_MS)
    exchange.advanceTo(exchange.nowMs() + 1_000)
    hub.publish()
    const times = new Set(listener.take()[0]?.data.map((row: { timestamp: number }) => row.timestamp))
    expect(times).toEqual(new Set([exchange.nowMs()]))
  })
})

it('works the marks out once for each step of the market, whoever hears them', () => {
  const exchange = exchangeOver()
  const chain = vi.fn(exchange.chain)
  const { hub, connect, subscribe } = hubOver({ ...exchange, chain })
  for (const listener of [connect(), connect()]) subscribe(listener, 'markprice.options.btc_usd')
  for (const ms of [1_000, 2_000, STEP_MS]) {
    exchange.advanceTo(START_MS + ms)
    hub.publish()
  }
  expect(chain).toHaveBeenCalledTimes(2)
})

describe('the list of instruments', () => {
  it('tells of the pause, of what expired and of what is new, each book once', () => {
    const { hub, exchange, listener, call } = opened(
      'instrument.state.option.BTC',
      'instrument.state.future.any',
      'instrument.creation.any.BTC',
    )
    const before = exchange.instruments('BTC')
    const eightMs = START_MS + 480 * MINUTE_MS
    exchange.advanceTo(eightMs)
    hub.publish()
    const states = listener.take('instrument.state.option.BTC').map(({ data }) => data)
    const statesOf = (state: string) =>
      states.filter((each) => each.state === state).map((each) => each.instrument_name)
    expect(statesOf('delivered').sort()).toEqual(
      exchange
        .expired('BTC')
        .map((each) => each.symbol)
        .sort(),
    )
    expect(statesOf('settlement')).toEqual(exchange.instruments('BTC').map((each) => each.symbol))
    expect(states.every(({ timestamp }) => timestamp === eightMs)).toBe(true)
    const known = new Set(before.map((each) => each.symbol))
    const fresh = exchange.instruments('BTC').filter((each) => !known.has(each.symbol))
    const created = listener.take('instrument.creation.any.BTC').map(({ data }) => data)
    expect(fresh.length).toBeGreaterThan(0)
    expect(created.filter(({ kind }) => kind === 'option')).toEqual(
      fresh.map((each) => call('public/get_instrument', { instrument_name: each.symbol })),
    )
    expect(listener.take('instrument.state.future.any').map(({ data }) => data)).toContainEqual({
      timestamp: eightMs,
      state: 'delivered',
      instrument_name: 'ETH-2JAN26',
    })
    exchange.advanceTo(eightMs + 5_000)
    hub.publish()
    const reopened = listener.take('instrument.state.option.BTC').map(({ data }) => data)
    expect(new Set(reopened.map(({ state }) => state))).toEqual(new Set(['open']))
    expect(reopened).toHaveLength(exchange.instruments('BTC').length)
    expect(listener.take('instrument.creation.any.BTC')).toEqual([])
    exchange.advanceTo(eightMs + 24 * 60 * MINUTE_MS)
    hub.publish()
    const archived = listener.take('instrument.state.option.BTC').filter(({ data }) => data.state === 'archivized')
    expect(archived).toHaveLength(statesOf('delivered').length)
  })
})

it('tells of no creation of what has expired before anybody heard of it', () => {
  const { hub, exchange, listener } = opened('instrument.creation.option.BTC', 'instrument.state.option.BTC')
  exchange.advanceTo(exchange.nowMs() + 5 * 24 * 60 * MINUTE_MS)
  hub.publish()
  const listed = new Set(exchange.instruments('BTC').map((each) => each.symbol))
  const created = listener.take('instrument.creation.option.BTC').map(({ data }) => data.instrument_name)
  expect(created.length).toBeGreaterThan(0)
  expect(created.filter((name) => !listed.has(name))).toEqual([])
  const ended = listener.take('instrument.state.option.BTC').filter(({ data }) => !listed.has(data.instrument_name))
  expect(ended.map(({ data }) => data.instrument_name)).toEqual(exchange.expired('BTC').map((each) => each.symbol))
})

describe('a chart', () => {
  it('is the bar that is open', () => {
    const exchange = exchangeOver()
    const { hub, connect, subscribe } = hubOver(exchange)
    const listener = connect()
    const channel = `chart.trades.${symbol}.1`
    subscribe(listener, channel, 'chart.trades.BTC-PERPETUAL.1')
    expect(listener.take().map(({ channel: name }) => name)).toEqual(['chart.trades.BTC-PERPETUAL.1'])
    place(exchange, { sizeCoin: 0.2 })
    place(exchange, { sizeCoin: 0.3 })
    hub.publish()
    const bar = { volume: 0.5, tick: START_MS, open: 0.02, low: 0.02, high: 0.02, cost: 0.01, close: 0.02 }
    expect(listener.take().map(({ data }) => data)).toEqual([bar])
    exchange.advanceTo(START_MS + STEP_MS)
    hub.publish()
    expect(listener.take(channel).map(({ data }) => data)).toEqual([
      { ...bar, volume: 0, cost: 0, tick: START_MS + STEP_MS },
    ])
  })

  it('of what has expired has no bar after it', () => {
    const exchange = exchangeOver()
    const { hub, connect, subscribe } = hubOver(exchange)
    const listener = connect()
    place(exchange)
    subscribe(listener, `chart.trades.${symbol}.1`)
    exchange.advanceTo(EXPIRY_MS - 1)
    hub.publish()
    expect(listener.take().at(-1)?.data.tick).toBe(EXPIRY_MS - STEP_MS)
    exchange.advanceTo(EXPIRY_MS + STEP_MS)
    hub.publish()
    expect(listener.take()).toEqual([])

    const living = opened('chart.trades.BTC-2JAN26.1', 'chart.trades.BTC-PERPETUAL.1')
    const expiryMs = START_MS + 480 * MINUTE_MS
    const ticks = (channel: string) => living.listener.take(channel).map(({ data }) => data.tick)
    for (const ms of [-1, STEP_MS]) {
      living.exchange.advanceTo(expiryMs + ms)
      living.hub.publish()
    }
    expect(ticks('chart.trades.BTC-2JAN26.1').at(-1)).toBe(expiryMs - STEP_MS)
    expect(ticks('chart.trades.BTC-PERPETUAL.1').at(-1)).toBe(expiryMs + STEP_MS)
  })
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('beside recorded notifications', () => {
  const read = (path: string) => JSON.parse(readFileSync(join(recordings ?? '', 'fixtures', path), 'utf8'))

  it.each([
    ['ticker.OPTION.100ms', 'testnet-2026/ws_ticker_option_testnet.json'],
    ['book.OPTION.100ms', 'testnet-2026/ws_book_option_snapshot_testnet.json'],
    ['quote.BTC-PERPETUAL', 'nautilus/ws_quote.json'],
    ['ticker.BTC-PERPETUAL.100ms', 'nautilus/ws_ticker.json'],
    ['chart.trades.BTC-PERPETUAL.1', 'nautilus/ws_chart.json'],
    ['deribit_volatility_index.btc_usd', 'nautilus/ws_volatility_index.json'],
  ])('%s has the fields of the recorded one', (channel, path) => {
    const { listener } = opened(channel)
    const recorded = read(path)
    const frame = JSON.parse(listener.frames[0] ?? '')
    expect(Object.keys(frame).sort()).toEqual(Object.keys(recorded).sort())
    expect(Object.keys(frame.params).sort()).toEqual(Object.keys(recorded.params).sort())
    const lacking = Object.keys(recorded.params.data).filter((name) => !(name in frame.params.data))
    // No settlement of a future is known here.
    expect(lacking.filter((name) => name !== 'settlement_price')).toEqual([])
  })
})
