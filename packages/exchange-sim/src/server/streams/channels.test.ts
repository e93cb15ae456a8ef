import { expect, it, vi } from 'vitest'
import { exchangeOver, optionOf, place, START_MS } from '../../exchange/exchange.fixture.js'
import { createChannels } from './channels.js'
import type { Feed } from './feed.js'
import { hubOver } from './stream-hub.fixture.js'

const { symbol } = optionOf()

it('opens a channel with its first listener, and closes it with its last', () => {
  const exchange = exchangeOver()
  const channels = createChannels({ exchange, standing: true, onTime() {}, logger: undefined })
  exchange.watch(channels)
  const onOrder = vi.fn(() => true)
  const feed = vi.fn((): Feed => ({ gapMs: 0, onOrder, opening: () => [], news: () => [] }))
  const { connect } = hubOver(exchange)
  const [one, other] = [connect(), connect()]
  const wish = { name: 'user.orders.any.any.raw', label: null, feed }
  expect([channels.join(one, wish), channels.join(other, wish), channels.join(other, wish)]).toEqual([
    true,
    true,
    false,
  ])
  expect(feed).toHaveBeenCalledTimes(1)
  place(exchange, { priceCoin: 0.03 })
  const before = onOrder.mock.calls.length
  expect(before).toBeGreaterThan(0)
  expect([channels.leave(one, wish.name), channels.leave(one, wish.name)]).toEqual([true, false])
  expect(channels.isEmpty()).toBe(false)
  channels.leaveAll(other)
  expect(channels.isEmpty()).toBe(true)
  place(exchange, { priceCoin: 0.0305 })
  expect(onOrder).toHaveBeenCalledTimes(before)
})

it('asks nothing of a channel that was left, though there was news of it', () => {
  const exchange = exchangeOver()
  const channels = createChannels({ exchange, standing: true, onTime() {}, logger: undefined })
  exchange.watch(channels)
  const news = vi.fn(() => [])
  const feed = (): Feed => ({ gapMs: 0, symbol, opening: () => [], news })
  const { connect } = hubOver(exchange)
  const [one, other] = [connect(), connect()]
  channels.join(other, { name: 'platform_state', label: null, feed: () => ({ ...feed(), symbol: 'another' }) })
  channels.join(one, { name: 'a', label: null, feed })
  place(exchange, { priceCoin: 0.03 })
  channels.leave(one, 'a')
  channels.publish()
  place(exchange, { priceCoin: 0.0305 })
  channels.publish()
  expect(news).not.toHaveBeenCalled()
})

it('lets the end of who left before take nothing from who came after', () => {
  const channels = createChannels({ exchange: exchangeOver(), standing: true, onTime() {}, logger: undefined })
  const { connect } = hubOver(exchangeOver())
  const [one, other] = [connect(), connect()]
  const wish = { name: 'a', label: null, feed: (): Feed => ({ gapMs: 0, opening: () => [], news: () => [] }) }
  channels.join(one, wish)
  channels.leave(one, 'a')
  channels.join(other, wish)
  channels.leaveAll(one)
  expect(channels.counts()).toEqual({ a: 1 })
})

it('counts what a channel opens with as said: the interval goes from there', () => {
  const exchange = exchangeOver()
  const channels = createChannels({ exchange, standing: false, onTime() {}, logger: undefined })
  exchange.watch(channels)
  const listener = hubOver(exchange).connect()
  const feed = (): Feed => ({ gapMs: 100, symbol, opening: () => ['"first"'], news: () => ['"next"'] })
  channels.join(listener, { name: 'a', label: null, feed })
  place(exchange, { priceCoin: 0.03 })
  const said = [99, 100].map((ms) => {
    exchange.advanceTo(START_MS + ms)
    channels.publish()
    return listener.take().map(({ data }) => data)
  })
  expect(said).toEqual([['first'], ['next']])
})
