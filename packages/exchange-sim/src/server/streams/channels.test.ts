import { expect, it, vi } from 'vitest'
import { exchangeOver, place } from '../../exchange/exchange.fixture.js'
import { createChannels } from './channels.js'
import type { Feed } from './feed.js'
import { hubOver } from './stream-hub.fixture.js'

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
