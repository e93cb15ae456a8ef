import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, place, START_MS, STEP_MS, taken } from './exchange.fixture.js'
import type { OrderChanges, OrderWish } from './order.js'

const RESTING: Partial<OrderWish> = { priceCoin: 0.025, sizeCoin: 0.5 }
const RISES = { topAt: (atMs: number) => (atMs > START_MS ? { bid: 0.03, bidSize: 0.3, ask: 0.0305 } : {}) }

describe('an edit', () => {
  it('changes price and total of the same order', () => {
    const exchange = exchangeOver()
    const { order } = place(exchange, RESTING)
    exchange.advanceTo(START_MS + 1_000)
    const answer = taken(exchange.edit(order.orderId, { priceCoin: 0.03, sizeCoin: 0.8 }))
    expect(answer).toEqual({ order, trades: [] })
    expect(answer.order).toMatchObject({
      orderId: '1',
      label: 'test',
      priceCoin: 0.03,
      sizeCoin: 0.8,
      state: 'open',
      replaced: true,
      createdMs: START_MS,
      updatedMs: START_MS + 1_000,
    })
    expect(exchange.book(optionOf().symbol, 10).asks).toEqual([
      [0.0205, 1],
      [0.03, 0.8],
    ])
    expect(exchange.account('BTC').initialMarginCoin).toBeCloseTo(0.8 * 0.1702, 12)
  })

  it('keeps what it does not name', () => {
    const exchange = exchangeOver()
    const { order } = place(exchange, { ...RESTING, postOnly: true, rejectPostOnly: true })
    taken(exchange.edit(order.orderId, { sizeCoin: 0.4 }))
    expect(order).toMatchObject({ priceCoin: 0.025, postOnly: true, rejectPostOnly: true, reduceOnly: false })
    taken(exchange.edit(order.orderId, { priceCoin: null, rejectPostOnly: false }))
    expect(order).toMatchObject({ priceCoin: 0.025, sizeCoin: 0.4, postOnly: true, rejectPostOnly: false })
  })

  it.each<{ why: string; changes: OrderChanges; first: string }>([
    { why: 'keeps its place where only the size falls', changes: { sizeCoin: 0.4 }, first: 'edited' },
    { why: 'keeps its place where nothing changes', changes: {}, first: 'edited' },
    { why: 'goes behind where the size grows', changes: { sizeCoin: 0.6 }, first: 'other' },
    { why: 'goes behind where anything else changes', changes: { sizeCoin: 0.4, postOnly: true }, first: 'other' },
  ])('$why', ({ changes, first }) => {
    const exchange = exchangeOver(RISES)
    const { order } = place(exchange, { ...RESTING, label: 'edited' })
    place(exchange, { ...RESTING, label: 'other' })
    taken(exchange.edit(order.orderId, changes))
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.trades('BTC')[0]?.order.label).toBe(first)
  })

  it('goes behind the orders of its new price, and its old ones go on without it', () => {
    const exchange = exchangeOver(RISES)
    const { order } = place(exchange, { ...RESTING, label: 'edited' })
    place(exchange, { ...RESTING, label: 'there before', priceCoin: 0.024 })
    taken(exchange.edit(order.orderId, { priceCoin: 0.024 }))
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.trades('BTC').map((trade) => trade.order.label)).toEqual(['there before'])
  })

  it('trades at once where the new price meets the quote', () => {
    const exchange = exchangeOver()
    const { order } = place(exchange, { ...RESTING, sizeCoin: 1.5 })
    expect(taken(exchange.edit(order.orderId, { priceCoin: 0.02 })).trades).toMatchObject([
      { priceCoin: 0.02, sizeCoin: 1, liquidity: 'taker', orderState: 'open' },
    ])
    expect(order).toMatchObject({ state: 'open', filledCoin: 1, priceCoin: 0.02 })
    expect(exchange.openOrders()).toEqual([order])
    taken(exchange.edit(order.orderId, { priceCoin: 0.0205, sizeCoin: 1.2 }))
    exchange.advanceTo(START_MS + STEP_MS)
    expect(order).toMatchObject({ state: 'open', filledCoin: 1, sizeCoin: 1.2 })
  })

  it('counts what has filled into the new total', () => {
    const exchange = exchangeOver(RISES)
    const { order } = place(exchange, RESTING)
    exchange.advanceTo(START_MS + STEP_MS)
    expect(order.filledCoin).toBe(0.3)
    expect(exchange.edit(order.orderId, { sizeCoin: 0.3 })).toMatchObject({ code: 'invalid_amount' })
    expect(exchange.edit(order.orderId, { sizeCoin: 0.2 })).toMatchObject({ code: 'invalid_amount' })
    taken(exchange.edit(order.orderId, { sizeCoin: 0.4 }))
    exchange.advanceTo(START_MS + 2 * STEP_MS)
    expect(order).toMatchObject({ state: 'filled', filledCoin: 0.4 })
  })

  it('leaves a market-limit order a limit at its own price', () => {
    const exchange = exchangeOver()
    const { order } = place(exchange, { kind: 'market_limit', priceCoin: null, sizeCoin: 1.5 })
    taken(exchange.edit(order.orderId, { sizeCoin: 1.2 }))
    expect(order).toMatchObject({ priceCoin: 0.02, sizeCoin: 1.2, kind: 'market_limit' })
  })

  it.each<[string, OrderChanges]>([
    ['price_wrong_tick', { priceCoin: 0.0252 }],
    ['price_too_high', { priceCoin: 0.5005 }],
    ['qty_too_low', { sizeCoin: 0.05 }],
    ['invalid_amount', { sizeCoin: 0.25 }],
    ['not_enough_funds', { sizeCoin: 100 }],
    ['order_overlap', { priceCoin: 0.01 }],
    ['other_reject', { reduceOnly: true }],
    ['timed_out', { validUntilMs: START_MS - 1 }],
  ])('says %s: %o, and leaves the order as it was', (code, changes) => {
    const exchange = exchangeOver({ topAt: () => ({ bid: null }) })
    const { order } = place(exchange, RESTING)
    place(exchange, { side: 'buy', priceCoin: 0.01 })
    const before = { order: { ...order }, account: exchange.account('BTC') }
    expect(exchange.edit(order.orderId, changes)).toMatchObject({ code })
    expect({ order: { ...order }, account: exchange.account('BTC') }).toEqual(before)
  })

  it('frees its own margin before it asks for the new one', () => {
    const exchange = exchangeOver({}, { depositsCoin: { BTC: 0.171 } })
    const { order } = place(exchange, { ...RESTING, sizeCoin: 1 })
    taken(exchange.edit(order.orderId, { priceCoin: 0.03 }))
    expect(exchange.edit(order.orderId, { sizeCoin: 1.1 })).toMatchObject({ code: 'not_enough_funds' })
    const purchase = exchangeOver({}, { depositsCoin: { BTC: 0.0205 } })
    const bid = place(purchase, { side: 'buy', sizeCoin: 1, priceCoin: 0.02 }).order
    taken(purchase.edit(bid.orderId, { priceCoin: 0.0195 }))
    expect(purchase.account('BTC').initialMarginCoin).toBeCloseTo(0.0198, 14)
  })

  it('is cut to the position where it may only reduce', () => {
    const exchange = exchangeOver()
    place(exchange, { sizeCoin: 0.5 })
    const { order } = place(exchange, { side: 'buy', priceCoin: 0.01, sizeCoin: 0.2, reduceOnly: true })
    taken(exchange.edit(order.orderId, { sizeCoin: 0.8 }))
    expect(order.sizeCoin).toBe(0.5)
  })

  it('cancels an order that must not trade where it would, and moves one that may be moved', () => {
    const exchange = exchangeOver()
    const rejecting = place(exchange, { ...RESTING, postOnly: true, rejectPostOnly: true }).order
    expect(taken(exchange.edit(rejecting.orderId, { priceCoin: 0.02 }))).toEqual({ order: rejecting, trades: [] })
    expect(rejecting).toMatchObject({ state: 'cancelled', cancelReason: 'edit_post_only_reject' })
    expect(exchange.openOrders()).toEqual([])
    const sliding = place(exchange, { ...RESTING, postOnly: true }).order
    taken(exchange.edit(sliding.orderId, { priceCoin: 0.02 }))
    expect(sliding).toMatchObject({ state: 'open', priceCoin: 0.0205 })
  })

  it('comes too late for an order that has ended', () => {
    const exchange = exchangeOver()
    const filled = place(exchange).order
    const cancelled = place(exchange, RESTING).order
    exchange.cancel(cancelled.orderId)
    expect(exchange.edit(filled.orderId, { sizeCoin: 1 })).toMatchObject({ code: 'already_filled' })
    expect(exchange.edit(cancelled.orderId, { sizeCoin: 1 })).toMatchObject({ code: 'not_open_order' })
    expect(exchange.edit('7', { sizeCoin: 1 })).toMatchObject({ code: 'order_not_found' })
    const expiring = place(exchange, RESTING).order
    exchange.advanceTo(EXPIRY_MS + 60_000)
    expect(exchange.edit(expiring.orderId, { sizeCoin: 1 })).toMatchObject({ code: 'not_open_order' })
  })
})
