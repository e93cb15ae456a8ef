import { expect, it } from 'vitest'
import { exchangeOver, optionOf, place } from '../../exchange/exchange.fixture.js'
import { rightsOf } from '../auth/scope.js'
import { hubOver } from './stream-hub.fixture.js'

const { symbol } = optionOf()
const BOOK = `book.${symbol}.100ms`
const FORBIDDEN = 13021
const UNAUTHORIZED = 13009

it('names the channels that it took, each once, and passes over the others', () => {
  const { hub, connect, call } = hubOver(exchangeOver(), { rights: null })
  const channels = [
    BOOK,
    BOOK,
    'book.BTC-9JAN26-1-C.100ms',
    `book.${symbol}.1s`,
    'deribit_price_index.sol_usd',
    'ticker.BTC-PERPETUAL.100ms',
    'ticker.BTC-9JAN26.agg2',
    'user.portfolio.BTC',
  ]
  expect(call(connect(), 'public/subscribe', { channels })).toEqual([
    BOOK,
    'ticker.BTC-PERPETUAL.100ms',
    'ticker.BTC-9JAN26.agg2',
  ])
  expect(hub.subscribers()).toEqual({ [BOOK]: 1, 'ticker.BTC-PERPETUAL.100ms': 1, 'ticker.BTC-9JAN26.agg2': 1 })
  hub.close()
})

it('gives raw data to those alone who are known, and refuses the whole call', () => {
  const exchange = exchangeOver()
  const stranger = hubOver(exchange, { rights: null })
  const channels = [BOOK, `book.${symbol}.raw`]
  expect(stranger.failure(stranger.connect(), 'public/subscribe', { channels })).toBe(13778)
  expect(stranger.hub.subscribers()).toEqual({})
  const known = hubOver(exchange, { rights: 0 })
  expect(known.call(known.connect(), 'public/subscribe', { channels })).toEqual(channels)
})

it('asks for the rights that a channel needs', () => {
  const exchange = exchangeOver()
  const trader = hubOver(exchange, { rights: rightsOf('trade:read') })
  const listener = trader.connect()
  expect(trader.subscribe(listener, 'user.orders.any.any.raw', BOOK)).toEqual(['user.orders.any.any.raw', BOOK])
  expect(trader.failure(listener, 'private/subscribe', { channels: ['user.portfolio.BTC'] })).toBe(FORBIDDEN)
  const stranger = hubOver(exchange, { rights: null })
  for (const name of ['private/subscribe', 'private/unsubscribe', 'private/unsubscribe_all']) {
    expect(stranger.failure(stranger.connect(), name, { channels: [BOOK] })).toBe(UNAUTHORIZED)
  }
})

it('writes the label of a subscription on private notifications, to each listener its own', () => {
  const exchange = exchangeOver()
  const { hub, connect, call, failure } = hubOver(exchange)
  const channels = ['user.orders.any.any.raw', BOOK]
  const labels = ['mine', 'a "second" one', undefined]
  const listeners = labels.map((label) => {
    const listener = connect()
    call(listener, 'private/subscribe', { channels, ...(label === undefined ? {} : { label }) })
    return listener
  })
  place(exchange, { priceCoin: 0.03 })
  hub.publish()
  expect(listeners.map((each) => each.take('user.orders.any.any.raw').map(({ label }) => label))).toEqual([
    ['mine'],
    ['a "second" one'],
    [undefined],
  ])
  expect(listeners.flatMap((each) => each.take(BOOK)).every((each) => !('label' in each))).toBe(true)
  const [renamed = connect()] = listeners
  call(renamed, 'private/subscribe', { channels, label: 'other' })
  place(exchange, { priceCoin: 0.0305 })
  hub.publish()
  expect(renamed.take('user.orders.any.any.raw').map(({ label }) => label)).toEqual(['other'])
  expect(failure(connect(), 'private/subscribe', { channels, label: 'x'.repeat(17) })).toBe(-32602)
})

it('acknowledges what is heard already without a second snapshot, and gives one to who comes back', () => {
  const { connect, call, unsubscribe } = hubOver(exchangeOver())
  const listener = connect()
  const again = () => call(listener, 'public/subscribe', { channels: [BOOK] })
  expect(again()).toEqual([BOOK])
  expect(listener.take().map(({ data }) => data.type)).toEqual(['snapshot'])
  expect(again()).toEqual([BOOK])
  expect(listener.take()).toEqual([])
  expect(unsubscribe(listener, BOOK, 'quote.nothing', 'platform_state')).toEqual([BOOK])
  expect(unsubscribe(listener, BOOK)).toEqual([])
  expect(again()).toEqual([BOOK])
  expect(listener.take().map(({ data }) => data.type)).toEqual(['snapshot'])
})

it('tells nobody who has left, and goes on for the others', () => {
  const exchange = exchangeOver()
  const { hub, connect, call, subscribe } = hubOver(exchange)
  const listeners = [connect(), connect(), connect(), connect()] as const
  const channels = ['user.orders.any.any.raw', `book.${symbol}.raw`]
  for (const listener of listeners) subscribe(listener, ...channels)
  expect(hub.subscribers()).toEqual({ [channels[0] ?? '']: 4, [channels[1] ?? '']: 4 })
  expect(call(listeners[0], 'public/unsubscribe_all')).toBe('ok')
  expect(call(listeners[1], 'private/unsubscribe_all')).toBe('ok')
  hub.drop(listeners[2])
  for (const listener of listeners) listener.take()
  place(exchange, { priceCoin: 0.03 })
  hub.publish()
  expect(listeners.map((listener) => listener.take().length)).toEqual([0, 0, 0, 2])
  hub.drop(listeners[3])
  expect(hub.subscribers()).toEqual({})
})

it('needs a WebSocket', () => {
  const { failure } = hubOver(exchangeOver())
  expect(failure({ transport: 'http', id: 1 }, 'public/subscribe', { channels: [BOOK] })).toBe(10030)
})
