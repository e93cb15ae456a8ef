import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, place, START_MS, STEP_MS, wishOf } from './exchange.fixture.js'

describe('a market order', () => {
  const market = { kind: 'market', priceCoin: null } as const

  it('takes what is there and is cancelled with the rest', () => {
    const exchange = exchangeOver()
    const { order, trades } = place(exchange, { ...market, sizeCoin: 1.5 })
    expect(trades).toMatchObject([{ priceCoin: 0.02, sizeCoin: 1, liquidity: 'taker' }])
    expect(order).toMatchObject({ kind: 'market', state: 'cancelled', filledCoin: 1, cancelReason: null })
    expect(exchange.openOrders()).toEqual([])
  })

  it('stays inside the price band', () => {
    const exchange = exchangeOver({ topAt: () => ({ min: 0.0205, max: 0.02 }) })
    expect(place(exchange, market)).toMatchObject({ order: { state: 'cancelled', priceCoin: 0.0205 }, trades: [] })
    expect(place(exchange, { ...market, side: 'buy' })).toMatchObject({ order: { priceCoin: 0.02 }, trades: [] })
  })

  it('has no limit but the quote where the venue states no band', () => {
    const exchange = exchangeOver({ topAt: () => ({ min: null, max: null }) })
    expect(place(exchange, market)).toMatchObject({ order: { state: 'filled', priceCoin: 0.02 } })
  })

  it('ends without a trade where nobody quotes', () => {
    const exchange = exchangeOver({ topAt: () => ({ bid: null }) })
    expect(place(exchange, market)).toMatchObject({ order: { state: 'cancelled', filledCoin: 0 }, trades: [] })
  })

  it('is turned away where the account cannot pay for what is there', () => {
    const exchange = exchangeOver({ topAt: () => ({ bidSize: 100 }) })
    expect(exchange.place(wishOf({ ...market, sizeCoin: 50 }))).toMatchObject({ code: 'not_enough_funds' })
    place(exchange, { ...market, sizeCoin: 5 })
  })
})

describe('a market-limit order', () => {
  const marketLimit = { kind: 'market_limit', priceCoin: null } as const

  it('trades at the best price and rests there with what is left', () => {
    const exchange = exchangeOver()
    const { order, trades } = place(exchange, { ...marketLimit, sizeCoin: 1.5 })
    expect(trades).toMatchObject([{ priceCoin: 0.02, sizeCoin: 1 }])
    expect(order).toMatchObject({ kind: 'market_limit', state: 'open', priceCoin: 0.02, filledCoin: 1 })
    expect(exchange.quote(optionOf().symbol)).toMatchObject({
      bidPriceCoin: null,
      askPriceCoin: 0.02,
      askSizeCoin: 0.5,
    })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(order).toMatchObject({ state: 'filled' })
  })

  it('is turned away where the other side is empty', () => {
    const exchange = exchangeOver({ topAt: () => ({ bid: null }) })
    expect(exchange.place(wishOf(marketLimit))).toMatchObject({
      code: 'other_reject',
      message: expect.stringMatching(/^market_limit/),
    })
  })
})

describe('time in force', () => {
  it('cancels what an immediate-or-cancel order leaves', () => {
    const exchange = exchangeOver()
    const { order } = place(exchange, { sizeCoin: 1.5, timeInForce: 'immediate_or_cancel' })
    expect(order).toMatchObject({ state: 'cancelled', filledCoin: 1, cancelReason: null })
    expect(exchange.account('BTC').openOrders).toEqual([])
  })

  it('fills all of a fill-or-kill order or nothing', () => {
    const exchange = exchangeOver()
    expect(place(exchange, { sizeCoin: 1.1, timeInForce: 'fill_or_kill' })).toMatchObject({
      order: { state: 'cancelled', filledCoin: 0, sizeCoin: 1.1 },
      trades: [],
    })
    expect(exchange.quote(optionOf().symbol).bidSizeCoin).toBe(1)
    expect(place(exchange, { sizeCoin: 1, timeInForce: 'fill_or_kill' }).order).toMatchObject({ state: 'filled' })
  })

  it('ends an order that is good for the day with the settlement of 08:00 UTC, before the quotes of that moment', () => {
    const settlementMs = START_MS + 8 * 3_600_000
    const later = optionOf({ strikeUsd: 90_000 })
    const exchange = exchangeOver({
      options: [optionOf(), later],
      topAt: (atMs, symbol) => (atMs === settlementMs && symbol === later.symbol ? { bid: 0.03, ask: 0.0305 } : {}),
    })
    const { order } = place(exchange, { priceCoin: 0.025, timeInForce: 'good_til_day' })
    const reached = { symbol: later.symbol, priceCoin: 0.025 }
    const daily = place(exchange, { ...reached, timeInForce: 'good_til_day' }).order
    const lasting = place(exchange, reached).order
    exchange.advanceTo(settlementMs - 1)
    expect(order.state).toBe('open')
    exchange.advanceTo(settlementMs)
    expect(order).toMatchObject({ state: 'cancelled', cancelReason: 'settlement', updatedMs: settlementMs })
    expect(daily).toMatchObject({ state: 'cancelled', filledCoin: 0 })
    expect(lasting).toMatchObject({ state: 'filled', updatedMs: settlementMs })
  })
})

describe('post-only', () => {
  const passive = { postOnly: true, rejectPostOnly: false } as const

  it.each([
    { side: 'sell', asked: 0.015, moved: 0.0205, why: 'one tick above the bid' },
    { side: 'sell', asked: 0.02, moved: 0.0205, why: 'at the bid' },
    { side: 'buy', asked: 0.03, moved: 0.02, why: 'one tick below the ask' },
    { side: 'sell', asked: 0.025, moved: 0.025, why: 'not at all where it is passive' },
  ] as const)('moves a $side at $asked to $moved: $why', ({ side, asked, moved }) => {
    const exchange = exchangeOver()
    expect(place(exchange, { ...passive, side, priceCoin: asked })).toMatchObject({
      order: { state: 'open', priceCoin: moved, postOnly: true, rejectPostOnly: false },
      trades: [],
    })
  })

  it('uses the finer tick below a boundary of the grid', () => {
    const exchange = exchangeOver({ topAt: () => ({ bid: 0.004, ask: 0.005 }) })
    expect(place(exchange, { ...passive, side: 'buy', priceCoin: 0.006 }).order.priceCoin).toBe(0.0049)
  })

  it('moves away from an own order too', () => {
    const exchange = exchangeOver({ topAt: () => ({ bid: 0.01, ask: 0.04 }) })
    place(exchange, { priceCoin: 0.025 })
    expect(place(exchange, { ...passive, side: 'buy', priceCoin: 0.03 }).order.priceCoin).toBe(0.0245)
  })

  it.each([
    { side: 'buy', top: { ask: 0.0001, bid: null }, price: 0.0001, why: 'below the lowest tick' },
    { side: 'buy', top: { min: 0.0205 }, price: 0.0205, why: 'below the band' },
    { side: 'sell', top: { max: 0.02 }, price: 0.02, why: 'above the band' },
  ] as const)('is turned away where it cannot be moved: $why', ({ side, top, price }) => {
    expect(exchangeOver({ topAt: () => top }).place(wishOf({ ...passive, side, priceCoin: price }))).toMatchObject({
      code: 'post_only_price_modification_not_possible',
    })
  })

  it('is turned away instead where that is asked for', () => {
    const rejecting = { postOnly: true, rejectPostOnly: true }
    expect(exchangeOver().place(wishOf(rejecting))).toMatchObject({ code: 'post_only_reject' })
    expect(place(exchangeOver(), { ...rejecting, priceCoin: 0.0205 }).order.state).toBe('open')
  })
})

describe('the pause after the settlement', () => {
  const settlementMs = START_MS + 8 * 3_600_000

  it('lets nothing in and nothing out for five seconds', () => {
    const exchange = exchangeOver()
    const { order } = place(exchange, { priceCoin: 0.025 })
    const paused = { code: 'settlement_in_progress' }
    for (const atMs of [settlementMs, settlementMs + 4_999]) {
      exchange.advanceTo(atMs)
      expect(exchange.place(wishOf())).toMatchObject(paused)
      expect(exchange.edit(order.orderId, { sizeCoin: 0.4 })).toMatchObject(paused)
      expect(exchange.cancel(order.orderId)).toMatchObject(paused)
      expect(exchange.cancelAll(() => true)).toMatchObject(paused)
      expect(exchange.instruments('BTC')).toMatchObject([{ state: 'settlement' }])
      expect(exchange.instrument(optionOf().symbol)?.state).toBe('settlement')
    }
    exchange.advanceTo(settlementMs + 5_000)
    expect(exchange.instruments('BTC')).toMatchObject([{ state: 'open' }])
    place(exchange)
    expect(exchange.cancel(order.orderId)).toBe(order)
  })

  it('is as long as it was set to, and does not come at the opening or in a frozen market', () => {
    const unpaused = exchangeOver({}, { settlementPauseMs: 0 })
    unpaused.advanceTo(settlementMs)
    place(unpaused)
    place(exchangeOver({}, { openedMs: settlementMs }))
    const frozen = exchangeOver({ frozen: true })
    frozen.advanceTo(settlementMs)
    place(frozen)
  })

  it('says of an option that has just been delivered that its book is closed', () => {
    const exchange = exchangeOver()
    exchange.advanceTo(EXPIRY_MS)
    expect(exchange.place(wishOf())).toMatchObject({ code: 'orderbook_closed' })
    const neverListed = { symbol: optionOf({ strikeUsd: 81_000 }).symbol }
    expect(exchange.place(wishOf(neverListed))).toMatchObject({ code: 'invalid_or_unsupported_instrument' })
  })
})
