import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, place, START_MS, STEP_MS, taken } from './exchange.fixture.js'
import type { OrderWish } from './order.js'

const SYMBOL = optionOf().symbol
const RESTING_PRICE = 0.025

describe('an order that meets a quote', () => {
  it('trades at the price of the quote where its limit is worse', () => {
    const { order, trades } = place(exchangeOver(), { priceCoin: 0.015 })
    expect(order).toMatchObject({ orderId: '1', state: 'filled', filledCoin: 0.5, averagePriceCoin: 0.02 })
    expect(trades).toMatchObject([{ tradeId: '1', priceCoin: 0.02, sizeCoin: 0.5, liquidity: 'taker' }])
    expect(trades[0]?.feeCoin).toBeCloseTo(0.00015, 15)
  })

  it('trades what the quote holds and rests with what is left', () => {
    const exchange = exchangeOver()
    const { order, trades } = place(exchange, { sizeCoin: 1.5 })
    expect(order).toMatchObject({ state: 'open', sizeCoin: 1.5, filledCoin: 1 })
    expect(trades).toMatchObject([{ orderState: 'open' }])
    expect(exchange.account('BTC').openOrders).toEqual([order])
  })

  it('finds again what it took only in the next step, and sees less of the quote until then', () => {
    const exchange = exchangeOver()
    place(exchange, { sizeCoin: 0.7 })
    expect(exchange.quote(SYMBOL)).toMatchObject({ bidPriceCoin: 0.02, bidSizeCoin: 0.3, askSizeCoin: 1 })
    expect(place(exchange, { sizeCoin: 0.5, label: 'second' }).order.filledCoin).toBe(0.3)
    expect(exchange.quote(SYMBOL)).toMatchObject({ bidPriceCoin: null, bidSizeCoin: null })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.quote(SYMBOL).bidSizeCoin).toBe(0.8)
    expect(exchange.ordersWithLabel('BTC', 'second')).toMatchObject([{ state: 'filled', filledCoin: 0.5 }])
  })

  it('never finds it again in a frozen market', () => {
    const exchange = exchangeOver({ frozen: true })
    place(exchange, { sizeCoin: 1 })
    exchange.advanceTo(EXPIRY_MS + 365 * 86_400_000)
    expect(exchange.quote(SYMBOL).bidPriceCoin).toBeNull()
    expect(exchange.positions('BTC')).toMatchObject([{ instrument: { symbol: SYMBOL }, sizeCoin: -1 }])
    expect(exchange.ledger('BTC').map((row) => row.kind)).toEqual(['deposit', 'trade'])
  })

  it('takes no part in a quote without a size', () => {
    const exchange = exchangeOver({ topAt: () => ({ bidSize: null }) })
    expect(place(exchange).order).toMatchObject({ state: 'open', filledCoin: 0 })
  })
})

describe('a resting order', () => {
  const risesAt = (stepMs: number) => (atMs: number) => (atMs >= stepMs ? { bid: 0.03, ask: 0.0305 } : {})
  const labelsOf = (exchange: ReturnType<typeof exchangeOver>) => exchange.trades('BTC').map(({ order }) => order.label)

  it('trades as maker at its own limit when a later quote reaches it', () => {
    const exchange = exchangeOver({ topAt: risesAt(START_MS + 3 * STEP_MS) })
    const { order } = place(exchange, { priceCoin: RESTING_PRICE, postOnly: true })
    exchange.advanceTo(START_MS + 2 * STEP_MS)
    expect(order.state).toBe('open')
    exchange.advanceTo(START_MS + 10 * STEP_MS)
    expect(order).toMatchObject({ state: 'filled', updatedMs: START_MS + 3 * STEP_MS })
    expect(exchange.tradesOfOrder(order.orderId)).toMatchObject([
      { priceCoin: RESTING_PRICE, liquidity: 'maker', timestampMs: START_MS + 3 * STEP_MS, orderState: 'filled' },
    ])
  })

  it('comes after a better price, and before a later one of its price', () => {
    const exchange = exchangeOver({ topAt: risesAt(START_MS + STEP_MS) })
    place(exchange, { label: 'first', priceCoin: 0.025 })
    place(exchange, { label: 'second', priceCoin: 0.025 })
    place(exchange, { label: 'better', priceCoin: 0.024 })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(labelsOf(exchange)).toEqual(['better', 'first'])
    exchange.advanceTo(START_MS + 2 * STEP_MS)
    expect(labelsOf(exchange)).toEqual(['better', 'first', 'second'])
  })

  it('is served by price on its own side, whatever rests on the other', () => {
    const wide = { bid: 0.01, ask: 0.04 }
    const exchange = exchangeOver({
      topAt: (atMs) => (atMs > START_MS ? { bid: 0.05, bidSize: 0.5, ask: 0.051 } : wide),
    })
    const placeAs = (label: string, changes: Partial<OrderWish>) => place(exchange, { label, ...changes })
    placeAs('sell high', { priceCoin: 0.035 })
    placeAs('buy low', { side: 'buy', priceCoin: 0.015 })
    placeAs('sell higher', { priceCoin: 0.038 })
    placeAs('buy high', { side: 'buy', priceCoin: 0.025 })
    placeAs('sell low', { priceCoin: 0.03 })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(labelsOf(exchange)).toEqual(['sell low'])
  })

  it('fills in parts, at one average price', () => {
    const exchange = exchangeOver({ topAt: (atMs) => ({ ...risesAt(START_MS + STEP_MS)(atMs), bidSize: 0.2 }) })
    const { order } = place(exchange, { priceCoin: RESTING_PRICE })
    exchange.advanceTo(START_MS + 2 * STEP_MS)
    expect(order).toMatchObject({ state: 'open', filledCoin: 0.4, averagePriceCoin: RESTING_PRICE })
    exchange.advanceTo(START_MS + 3 * STEP_MS)
    expect(order).toMatchObject({ state: 'filled', filledCoin: 0.5 })
    expect(exchange.tradesOfOrder(order.orderId).map(({ sizeCoin }) => sizeCoin)).toEqual([0.2, 0.2, 0.1])
  })

  it('is cancelled once', () => {
    const exchange = exchangeOver()
    const { order } = place(exchange, { priceCoin: RESTING_PRICE })
    expect(exchange.cancel(order.orderId)).toBe(order)
    expect(order).toMatchObject({ state: 'cancelled', cancelReason: 'user_request' })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.cancel(order.orderId)).toMatchObject({ code: 'not_open_order' })
    expect(order.updatedMs).toBe(START_MS)
  })

  it('cannot be cancelled where it has filled or never was', () => {
    const exchange = exchangeOver()
    const { order } = place(exchange)
    expect(exchange.cancel(order.orderId)).toMatchObject({ code: 'already_filled' })
    expect(exchange.cancel('7')).toMatchObject({ code: 'order_not_found' })
  })

  it('is cancelled together with others that a filter takes, oldest first', () => {
    const ether = optionOf({ currency: 'ETH', strikeUsd: 4_000 })
    const exchange = exchangeOver({ options: [optionOf(), ether] })
    const rest = (label: string, changes: Partial<OrderWish> = {}) =>
      place(exchange, { label, priceCoin: RESTING_PRICE, ...changes }).order
    const orders = [rest('a'), rest('b', { symbol: ether.symbol, sizeCoin: 1 }), rest('c', { priceCoin: 0.022 })]
    expect(taken(exchange.cancelAll(({ instrument }) => instrument.currency === 'BTC'))).toEqual([orders[0], orders[2]])
    expect(exchange.openOrders()).toEqual([orders[1]])
    expect(exchange.openOrders('BTC')).toEqual([])
    expect(taken(exchange.cancelAll(() => true))).toEqual([orders[1]])
    expect(orders.every(({ cancelReason }) => cancelReason === 'user_request')).toBe(true)
  })

  it('is cancelled when its option expires, while those of others meet the quotes of that moment', () => {
    const other = optionOf({ strikeUsd: 90_000, expiryMs: EXPIRY_MS + 7 * 86_400_000 })
    const exchange = exchangeOver({ options: [optionOf(), other], topAt: risesAt(EXPIRY_MS) })
    place(exchange, { priceCoin: RESTING_PRICE, label: 'expires' })
    place(exchange, { symbol: other.symbol, priceCoin: RESTING_PRICE, label: 'lives' })
    exchange.advanceTo(EXPIRY_MS)
    expect(exchange.ordersWithLabel('BTC', 'expires')).toMatchObject([
      { state: 'cancelled', cancelReason: 'settlement', filledCoin: 0, updatedMs: EXPIRY_MS },
    ])
    expect(exchange.ordersWithLabel('BTC', 'lives')).toMatchObject([{ state: 'filled', updatedMs: EXPIRY_MS }])
  })
})

describe('reduce-only', () => {
  const buy: Partial<OrderWish> = { side: 'buy', reduceOnly: true, priceCoin: 0.0205 }

  it('is cut to the position', () => {
    const exchange = exchangeOver()
    place(exchange, { sizeCoin: 0.3 })
    expect(place(exchange, { ...buy, sizeCoin: 0.8 }).order).toMatchObject({ state: 'filled', sizeCoin: 0.3 })
    expect(exchange.positions('BTC')).toEqual([])
  })

  it('ends when another order closes the position', () => {
    const exchange = exchangeOver()
    place(exchange, { sizeCoin: 0.5 })
    const { order } = place(exchange, { ...buy, priceCoin: 0.01 })
    const plain = place(exchange, { side: 'buy', priceCoin: 0.0095 }).order
    place(exchange, { side: 'buy', priceCoin: 0.0205 })
    expect(order).toMatchObject({ state: 'cancelled', cancelReason: null, filledCoin: 0 })
    expect(exchange.openOrders()).toEqual([plain])
  })

  it('never turns the position, however many rest', () => {
    const exchange = exchangeOver({ topAt: (atMs) => (atMs > START_MS ? { bid: 0.0095, ask: 0.01 } : {}) })
    place(exchange, { sizeCoin: 0.5 })
    const orders = ['a', 'b', 'c'].map(
      (label) => place(exchange, { ...buy, label, sizeCoin: 0.3, priceCoin: 0.015 }).order,
    )
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.account('BTC')).toMatchObject({ positions: [], openOrders: [] })
    expect(orders).toMatchObject([
      { state: 'filled', filledCoin: 0.3 },
      { state: 'cancelled', filledCoin: 0.2, cancelReason: null },
      { state: 'cancelled', filledCoin: 0, cancelReason: null },
    ])
  })
})
