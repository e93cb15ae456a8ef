import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, place, START_MS, STEP_MS, taken } from '../../exchange/exchange.fixture.js'
import { callerOf } from '../methods/method-call.fixture.js'
import { hubOver } from './stream-hub.fixture.js'

const { symbol } = optionOf()
const ETH = optionOf({ currency: 'ETH', strikeUsd: 3_000 })

function stageOver(...channels: string[]) {
  const exchange = exchangeOver({ options: [optionOf(), ETH], topAt: () => ({ bidSize: 20 }) })
  const stage = hubOver(exchange)
  const listener = stage.connect()
  expect(stage.subscribe(listener, ...channels)).toEqual(channels)
  return { ...stage, ...callerOf(exchange), exchange, listener }
}

describe('user.orders', () => {
  it('is one order where it is raw, a list otherwise, of the books that were asked for', () => {
    const channels = [
      `user.orders.${symbol}.raw`,
      'user.orders.option.ETH.raw',
      'user.orders.future.any.raw',
      'user.orders.any.any.agg2',
    ]
    const { hub, exchange, listener, call } = stageOver(...channels)
    const one = place(exchange, { priceCoin: 0.03 }).order
    const two = place(exchange, { symbol: ETH.symbol, sizeCoin: 1, priceCoin: 0.03 }).order
    taken(exchange.cancel(one.orderId))
    hub.publish()
    const [first, second] = [one, two].map(({ orderId }) => call('private/get_order_state', { order_id: orderId }))
    expect(first.order_state).toBe('cancelled')
    expect(listener.take(channels[0]).map(({ data }) => data)).toEqual([first])
    expect(listener.take(channels[1]).map(({ data }) => data)).toEqual([second])
    expect(listener.take(channels[2])).toEqual([])
    expect(listener.take(channels[3]).map(({ data }) => data)).toEqual([[first, second]])
    hub.publish()
    expect(listener.take()).toEqual([])
  })

  it('tells of what resting orders do when time passes', () => {
    const exchange = exchangeOver({ topAt: (atMs) => (atMs >= START_MS + STEP_MS ? { bid: 0.03, ask: 0.0305 } : {}) })
    const { hub, connect, subscribe } = hubOver(exchange)
    const listener = connect()
    subscribe(listener, 'user.orders.any.any.raw', 'user.trades.any.any.raw', 'trades.any.BTC.raw')
    place(exchange, { priceCoin: 0.03 })
    hub.publish()
    listener.take()
    exchange.advanceTo(START_MS + STEP_MS)
    hub.publish()
    expect(listener.take('user.orders.any.any.raw').map(({ data }) => data.order_state)).toEqual(['filled'])
    expect(listener.take('user.trades.any.any.raw').map(({ data }) => data)).toMatchObject([[{ liquidity: 'M' }]])
    expect(listener.take('trades.any.BTC.raw').map(({ data }) => data)).toMatchObject([[{ direction: 'buy' }]])
  })
})

describe('user.changes', () => {
  it('has orders, trades and positions, and what was closed with the size 0', () => {
    const channels = [`user.changes.${symbol}.raw`, 'user.changes.any.any.100ms']
    const { hub, exchange, listener, call } = stageOver(...channels)
    const { order } = place(exchange)
    hub.publish()
    const position = call('private/get_position', { instrument_name: symbol })
    const [own, all] = channels.map((channel) => listener.take(channel).map(({ data }) => data))
    expect(own).toMatchObject([
      { instrument_name: symbol, trades: [{ order_id: order.orderId }], orders: [{ order_state: 'filled' }] },
    ])
    expect(own?.[0].positions).toEqual([position])
    expect(all).toEqual(own)
    place(exchange, { side: 'buy', priceCoin: 0.0205 })
    hub.publish()
    const [closed] = listener.take(channels[0])
    expect(closed?.data.positions).toEqual([call('private/get_position', { instrument_name: symbol })])
    expect(closed?.data.positions[0].size).toBe(0)
    place(exchange, { priceCoin: 0.03 })
    place(exchange, { symbol: ETH.symbol, sizeCoin: 1 })
    hub.publish()
    expect(listener.take(channels[1]).map(({ data }) => [data.instrument_name, data.trades.length])).toEqual([
      [symbol, 1],
      [symbol, 0],
      [ETH.symbol, 1],
    ])
    expect(listener.take(channels[0])[0]?.data).toMatchObject({ trades: [], positions: [], orders: [{}] })
  })
})

it('tells in user.changes that a position was delivered, once, with the orders that ended with it', () => {
  const { hub, exchange, listener } = stageOver('user.changes.any.any.raw')
  place(exchange)
  const { order } = place(exchange, { priceCoin: 0.03 })
  hub.publish()
  listener.take()
  exchange.advanceTo(EXPIRY_MS)
  hub.publish()
  expect(listener.take().map(({ data }) => data)).toMatchObject([
    {
      instrument_name: symbol,
      trades: [],
      orders: [{ order_id: order.orderId, order_state: 'cancelled', cancel_reason: 'settlement' }],
      positions: [{ instrument_name: symbol, size: 0, direction: 'zero', mark_price: 0.2, index_price: 100_000 }],
    },
  ])
  exchange.advanceTo(EXPIRY_MS + 2 * 86_400_000)
  hub.publish()
  expect(listener.take()).toEqual([])
})

describe('user.portfolio', () => {
  it('is the account without its limits, at once and when it has changed', () => {
    const { hub, exchange, listener, call } = stageOver('user.portfolio.BTC')
    const summary = () => {
      const { limits, ...rest } = call('private/get_account_summary', { currency: 'BTC' })
      return rest
    }
    expect(listener.take().map(({ data }) => data)).toEqual([summary()])
    place(exchange, { symbol: ETH.symbol, sizeCoin: 1 })
    exchange.advanceTo(START_MS + 30_000)
    hub.publish()
    expect(listener.take()).toEqual([])
    place(exchange)
    hub.publish()
    expect(listener.take().map(({ data }) => data)).toEqual([summary()])
    exchange.advanceTo(EXPIRY_MS)
    hub.publish()
    expect(listener.take().map(({ data }) => data)).toEqual([summary()])
    expect(summary().options_value).toBe(0)
  })

  it('of all currencies tells each for itself, and of one that is not held here nothing but zeros', () => {
    const { hub, exchange, listener } = stageOver('user.portfolio.any', 'user.portfolio.usdc')
    expect(listener.take().map(({ data }) => data.currency)).toEqual(['BTC', 'ETH', 'USDC'])
    place(exchange, { symbol: ETH.symbol, sizeCoin: 1 })
    hub.publish()
    expect(listener.take().map(({ channel, data }) => [channel, data.currency])).toEqual([
      ['user.portfolio.any', 'ETH'],
    ])
  })
})

it('takes channels of what never happens here, and says nothing on them', () => {
  const { hub, exchange, listener } = stageOver(
    'announcements',
    'user.lock',
    'user.access_log',
    'user.mmp_trigger.btc_usd',
    'user.combo_trades.any.BTC.raw',
    `perpetual.${symbol}.raw`,
  )
  place(exchange)
  exchange.advanceTo(START_MS + STEP_MS)
  hub.publish()
  expect(listener.frames).toEqual([])
})

const recordings = inject('recordings')

it.skipIf(recordings === null)('has the fields of a recorded portfolio, but for those of cross margin', () => {
  const path = join(recordings ?? '', 'fixtures', 'nautilus/ws_portfolio.json')
  const recorded = JSON.parse(readFileSync(path, 'utf8')).params.data
  const { listener } = stageOver('user.portfolio.BTC')
  const [portfolio] = listener.take()
  const names = Object.keys(recorded).filter((name) => !(name.startsWith('total_') && name.endsWith('_usd')))
  expect(Object.keys(portfolio?.data).sort()).toEqual(names.sort())
})
