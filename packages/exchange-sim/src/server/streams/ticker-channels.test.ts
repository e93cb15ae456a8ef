import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, place, START_MS } from '../../exchange/exchange.fixture.js'
import { callerOf } from '../methods/method-call.fixture.js'
import { MINUTE_MS, opened } from './opened-channels.fixture.js'
import { createManualClock, hubOver } from './stream-hub.fixture.js'

const { symbol } = optionOf()

describe('a ticker', () => {
  it.each(['OPTION', 'BTC-PERPETUAL', 'BTC-9JAN26'])('of %s is the one that is asked for', (name) => {
    const { listener, call, option } = opened(`ticker.${name}.100ms`, `incremental_ticker.${name}`, `quote.${name}`)
    const ticker = call('public/ticker', { instrument_name: name.replace('OPTION', option) })
    const [whole, incremental, quote] = listener.take().map(({ data }) => data)
    expect(whole).toEqual(ticker)
    expect(incremental).toEqual({ type: 'snapshot', ...ticker })
    expect(ticker).toMatchObject({ ...quote, timestamp: ticker.timestamp })
    expect(Object.keys(quote)).toHaveLength(6)
  })

  it('is told again about once a second, while the increments say only what changed', () => {
    const { hub, exchange, listener, option } = opened(
      'ticker.OPTION.100ms',
      'incremental_ticker.OPTION',
      'quote.OPTION',
    )
    const [{ data: before } = { data: undefined }] = listener.take()
    exchange.advanceTo(exchange.nowMs() + 1_000)
    hub.publish()
    const again = { ...before, timestamp: exchange.nowMs() }
    expect(listener.take()).toEqual([{ channel: `ticker.${option}.100ms`, data: again }])
    expect(again).not.toEqual(before)
    exchange.advanceTo(exchange.nowMs() + MINUTE_MS)
    hub.publish()
    const [change] = listener.take(`incremental_ticker.${option}`)
    expect(change?.data).toMatchObject({ type: 'change', instrument_name: option })
    for (const steady of ['state', 'open_interest', 'underlying_index', 'stats']) {
      expect(change?.data).not.toHaveProperty(steady)
    }
  })

  it('has the time at which it is told, between the steps of the market and for who comes later', () => {
    const { hub, exchange, option, connect, subscribe, listener } = opened('ticker.OPTION.raw', 'quote.OPTION')
    const channels = [`ticker.${option}.raw`, `incremental_ticker.${option}`, `quote.${option}`]
    exchange.advanceTo(exchange.nowMs() + 1_234)
    const later = connect()
    subscribe(later, ...channels, `book.${option}.none.10.100ms`, `book.${option}.raw`)
    expect(later.take().map(({ data }) => data.timestamp)).toEqual(Array(5).fill(exchange.nowMs()))
    listener.take()
    place(exchange, { symbol: option, sizeCoin: 0.1, priceCoin: exchange.quote(option).askPriceCoin ?? 0 })
    exchange.advanceTo(exchange.nowMs() + 1_100)
    hub.publish()
    const told = later.take().map(({ channel, data }) => [channel, data.timestamp])
    for (const channel of channels) expect(told).toContainEqual([channel, exchange.nowMs()])
  })

  it('is not told again within a second where nothing of it but its time has changed', () => {
    const exchange = exchangeOver()
    const { hub, connect, subscribe } = hubOver(exchange, { clock: createManualClock(START_MS) })
    const listener = connect()
    subscribe(listener, `ticker.${symbol}.raw`, `incremental_ticker.${symbol}`)
    listener.take()
    exchange.advanceTo(START_MS + 400)
    place(exchange, { side: 'buy', sizeCoin: 0.1, priceCoin: 0.01 })
    hub.publish()
    expect(listener.take()).toEqual([])
    place(exchange, { sizeCoin: 0.1 })
    hub.publish()
    expect(listener.take()).toMatchObject([{ data: { timestamp: START_MS + 400, last_price: 0.02 } }])
    exchange.advanceTo(START_MS + 1_000)
    hub.publish()
    const told = listener.take().map(({ channel, data }) => [channel, data.timestamp])
    expect(told.sort()).toEqual([
      [`incremental_ticker.${symbol}`, START_MS + 1_000],
      [`ticker.${symbol}.raw`, START_MS + 1_000],
    ])
    place(exchange, { side: 'buy', sizeCoin: 0.1, priceCoin: 0.0105 })
    hub.publish()
    expect(listener.take()).toEqual([])
  })

  it('of an expired option is told in its end', () => {
    const exchange = exchangeOver()
    const { hub, connect, subscribe } = hubOver(exchange)
    const listener = connect()
    subscribe(listener, `ticker.${symbol}.raw`, 'ticker.BTC-9JAN26.raw')
    exchange.advanceTo(EXPIRY_MS)
    hub.publish()
    const { call } = callerOf(exchange)
    for (const instrument_name of [symbol, 'BTC-9JAN26']) {
      const data = call('public/ticker', { instrument_name })
      expect(data.state).toBe('delivered')
      expect(listener.take(`ticker.${instrument_name}.raw`).at(-1)?.data).toEqual(data)
    }
    exchange.advanceTo(EXPIRY_MS + 2 * MINUTE_MS)
    hub.publish()
    expect(listener.take()).toEqual([])
    const later = connect()
    subscribe(later, `ticker.${symbol}.raw`, `incremental_ticker.${symbol}`)
    const data = call('public/ticker', { instrument_name: symbol })
    expect(later.take().map(({ data: heard }) => heard)).toEqual([data, { type: 'snapshot', ...data }])
    expect(data.timestamp).toBe(EXPIRY_MS)
  })
})
