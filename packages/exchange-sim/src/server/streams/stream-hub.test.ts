import { expect, it, vi } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, place, START_MS, STEP_MS, taken } from '../../exchange/exchange.fixture.js'
import { createManualClock, hubOver } from './stream-hub.fixture.js'

const { symbol } = optionOf()
const turn = () => new Promise(setImmediate)

it('publishes by time for as long as somebody listens, and leaves no sleeper behind', async () => {
  const clock = createManualClock(START_MS)
  const { hub, connect, subscribe, unsubscribe } = hubOver(exchangeOver(), { clock })
  const [one, other] = [connect(), connect()]
  expect(clock.sleepers()).toBe(0)
  subscribe(one, 'deribit_price_index.btc_usd')
  subscribe(other, 'deribit_price_index.btc_usd')
  one.take()
  await clock.pass(5_000)
  expect(one.take().map(({ data }) => data.timestamp)).toEqual([1, 2, 3, 4, 5].map((each) => START_MS + each * 1_000))
  unsubscribe(one, 'deribit_price_index.btc_usd')
  expect(clock.sleepers()).toBe(1)
  hub.drop(other)
  await turn()
  expect(clock.sleepers()).toBe(0)
  subscribe(one, 'deribit_price_index.btc_usd')
  expect(clock.sleepers()).toBe(1)
  hub.close()
  await turn()
  expect(clock.sleepers()).toBe(0)
  subscribe(other, 'platform_state')
  expect(clock.sleepers()).toBe(0)
})

it('speaks no oftener than the interval of a channel, and forgets nothing meanwhile', async () => {
  const clock = createManualClock(START_MS)
  const exchange = exchangeOver()
  const { hub, connect, subscribe } = hubOver(exchange, { clock })
  const listener = connect()
  const channels = ['raw', '100ms', 'agg2'].map((interval) => `user.orders.any.any.${interval}`)
  subscribe(listener, ...channels)
  const counts = new Map(channels.map((channel) => [channel, [] as number[]]))
  for (let made = 0; made < 60; made++) {
    place(exchange, { priceCoin: 0.03 + made * 0.0005, sizeCoin: 0.1, side: 'buy', kind: 'limit', postOnly: false })
    hub.publish()
    await clock.pass(25)
    for (const channel of channels) {
      for (const { data } of listener.take(channel)) counts.get(channel)?.push([data].flat().length)
    }
  }
  await clock.pass(1_000)
  for (const channel of channels) {
    for (const { data } of listener.take(channel)) counts.get(channel)?.push([data].flat().length)
  }
  const told = channels.map((channel) => counts.get(channel) ?? [])
  expect(told.map((each) => each.reduce((sum, count) => sum + count, 0))).toEqual([60, 60, 60])
  expect(told[0]).toHaveLength(60)
  expect(told[1]?.length).toBeGreaterThanOrEqual(15)
  expect(told[1]?.length).toBeLessThanOrEqual(17)
  expect(told[2]?.length).toBeLessThanOrEqual(3)
  hub.close()
})

it('says what changed before a newcomer begins, so that its book goes on for both', async () => {
  const clock = createManualClock(START_MS)
  const exchange = exchangeOver()
  const { hub, connect, subscribe } = hubOver(exchange, { clock })
  const channel = `book.${symbol}.agg2`
  const [first, second] = [connect(), connect()]
  subscribe(first, channel)
  await clock.pass(1_000)
  place(exchange, { priceCoin: 0.03, sizeCoin: 0.1 })
  hub.publish()
  place(exchange, { priceCoin: 0.031, sizeCoin: 0.1 })
  subscribe(second, channel)
  const [snapshot] = second.take()
  expect(first.take().at(-1)?.data.change_id).toBe(snapshot?.data.change_id)
  expect(snapshot?.data.asks).toContainEqual(['new', 0.031, 0.1])
  place(exchange, { priceCoin: 0.032, sizeCoin: 0.1 })
  await clock.pass(1_200)
  const [a, b] = [first.take(), second.take()]
  expect(a).toEqual(b)
  expect(a).toMatchObject([{ data: { prev_change_id: snapshot?.data.change_id, asks: [['new', 0.032, 0.1]] } }])
  expect(first.frames.at(-1)).toBe(second.frames.at(-1))
  hub.close()
})

it('moves no time of its own where time stands still, and tells all when it is told to pass', () => {
  const exchange = exchangeOver()
  const { hub, connect, subscribe } = hubOver(exchange)
  const listener = connect()
  subscribe(listener, 'deribit_price_index.btc_usd', `ticker.${symbol}.agg2`, `user.orders.any.any.agg2`)
  listener.take()
  hub.publish()
  expect(listener.take()).toEqual([])
  const { order } = place(exchange, { priceCoin: 0.03 })
  hub.publish()
  taken(exchange.cancel(order.orderId))
  hub.publish()
  expect(listener.take('user.orders.any.any.agg2').map(({ data }) => data[0].order_state)).toEqual([
    'open',
    'cancelled',
  ])
  expect(listener.take('deribit_price_index.btc_usd')).toEqual([])
  exchange.advanceTo(START_MS + 1)
  hub.publish()
  expect(listener.take('deribit_price_index.btc_usd')).toHaveLength(1)
})

it('works out nothing but the touched book between two steps of the market', () => {
  const options = [80_000, 85_000, 90_000].map((strikeUsd) => optionOf({ strikeUsd }))
  const exchange = exchangeOver({ options })
  const quote = vi.spyOn(exchange, 'quote')
  const { hub, connect, subscribe } = hubOver(exchange)
  const listener = connect()
  subscribe(
    listener,
    ...options.flatMap((each) => ['raw', '100ms', 'agg2'].map((interval) => `ticker.${each.symbol}.${interval}`)),
  )
  expect(quote).toHaveBeenCalledTimes(3)
  listener.take()
  quote.mockClear()
  place(exchange, { priceCoin: 0.0205, sizeCoin: 0.1 })
  hub.publish()
  expect(quote.mock.calls).toEqual([[symbol]])
  expect(listener.take().map(({ channel }) => channel)).toEqual(
    ['raw', '100ms', 'agg2'].map((interval) => `ticker.${symbol}.${interval}`),
  )
  exchange.advanceTo(START_MS + STEP_MS - 1)
  hub.publish()
  expect(quote).toHaveBeenCalledTimes(1)
  expect(listener.take()).toHaveLength(9)
  exchange.advanceTo(START_MS + STEP_MS)
  hub.publish()
  expect(quote).toHaveBeenCalledTimes(4)
})

it('reports a channel that fails, and goes on with the others', () => {
  const exchange = exchangeOver()
  const { hub, connect, subscribe, failures } = hubOver(exchange)
  const listener = connect()
  subscribe(listener, `quote.${symbol}`, 'deribit_price_index.btc_usd')
  listener.take()
  vi.spyOn(exchange, 'quote').mockImplementation(() => {
    throw new Error('no quote')
  })
  exchange.advanceTo(START_MS + STEP_MS)
  hub.publish()
  expect(listener.take().map(({ channel }) => channel)).toEqual(['deribit_price_index.btc_usd'])
  expect(failures).toMatchObject([{ facts: { channel: `quote.${symbol}` } }])
})

it('ends the book of what has expired, once', () => {
  const exchange = exchangeOver()
  const { hub, connect, subscribe } = hubOver(exchange)
  const listener = connect()
  const channel = `book.${symbol}.raw`
  subscribe(listener, channel)
  place(exchange, { priceCoin: 0.03, sizeCoin: 0.1 })
  hub.publish()
  listener.take()
  exchange.advanceTo(EXPIRY_MS)
  hub.publish()
  expect(listener.take(channel).map(({ data }) => [data.bids, data.asks])).toEqual([
    [
      [['delete', 0.02, 0]],
      [
        ['delete', 0.0205, 0],
        ['delete', 0.03, 0],
      ],
    ],
  ])
  exchange.advanceTo(EXPIRY_MS + 86_400_000)
  hub.publish()
  expect(listener.take(channel)).toEqual([])
})

it('reports a market that fails instead of throwing it at who asked for something', () => {
  const exchange = exchangeOver()
  const { hub, connect, subscribe, failures } = hubOver({
    ...exchange,
    instruments(currency) {
      if (exchange.nowMs() > START_MS) throw new Error('no list')
      return exchange.instruments(currency)
    },
  })
  subscribe(connect(), 'deribit_price_index.btc_usd')
  exchange.advanceTo(START_MS + 60_000)
  hub.publish()
  expect(failures).toMatchObject([{ facts: { stack: expect.stringContaining('no list') } }])
})

it('tells of a clock or an exchange that fails, of the same failure once', async () => {
  const clock = createManualClock(START_MS)
  const exchange = exchangeOver()
  const { hub, connect, subscribe, failures } = hubOver(exchange, { clock })
  subscribe(connect(), 'platform_state')
  const failure = new Error('no market')
  const advance = vi.spyOn(exchange, 'advanceTo').mockImplementation(() => {
    throw failure
  })
  await clock.pass(1_000)
  expect(failures).toMatchObject([{ facts: { stack: failure.stack } }])
  advance.mockRestore()
  expect(clock.sleepers()).toBe(1)
  vi.spyOn(clock, 'sleep').mockRejectedValue(new Error('no time'))
  await clock.pass(100)
  await turn()
  expect(failures).toHaveLength(2)
  hub.close()
})
