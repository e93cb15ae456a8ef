import { describe, expect, it } from 'vitest'
import { exchangeOver, optionOf, place, START_MS, STEP_MS, taken, wishOf } from './exchange.fixture.js'
import type { OrderWish } from './order.js'

const RESTING_PRICE = 0.025

describe('an order that is not taken', () => {
  const closed = optionOf({ strikeUsd: 95_000, state: 'locked' })
  const rejecting = { postOnly: true, rejectPostOnly: true }
  it.each<[string, Partial<OrderWish>, string]>([
    ['invalid_or_unsupported_instrument', { symbol: 'BTC-9JAN26-81000-C' }, 'not listed'],
    ['invalid_or_unsupported_instrument', { symbol: 'BTC-PERPETUAL' }, 'no option'],
    ['invalid_or_unsupported_instrument', { symbol: 'BTC-1JAN26-80000-C' }, 'past and never listed here'],
    ['orderbook_closed', { symbol: closed.symbol }, 'locked'],
    ['price_wrong_tick', { priceCoin: 0.0202 }, 'between two ticks of 0.0005'],
    ['invalid_price', { priceCoin: Number.NaN }, 'no price'],
    ['invalid_price', { priceCoin: null }, 'a limit order without a price'],
    ['qty_too_low', { sizeCoin: 0.05 }, 'below the smallest order'],
    ['invalid_amount', { sizeCoin: 0.25 }, 'off the step'],
    ['invalid_amount', { sizeCoin: Number.NaN }, 'no size'],
    ['invalid_amount', { sizeCoin: 1e300, kind: 'market', priceCoin: null }, 'more than can be counted'],
    ['price_too_high', { priceCoin: 0.5005 }, 'above the band'],
    ['price_too_low', { priceCoin: 0.0005 }, 'below the band'],
    ['post_only_reject', rejecting, 'would trade'],
    ['post_only_not_allowed', { ...rejecting, timeInForce: 'immediate_or_cancel' }, 'cannot rest'],
    ['post_only_not_allowed', { postOnly: true, timeInForce: 'fill_or_kill' }, 'cannot rest'],
    ['post_only_not_allowed', { postOnly: true, timeInForce: 'good_til_day' }, 'not good till cancelled'],
    ['post_only_not_allowed', { postOnly: true, kind: 'market', priceCoin: null }, 'never rests'],
    ['other_reject', { side: 'buy', reduceOnly: true, priceCoin: 0.0205 }, 'nothing to reduce'],
    ['not_enough_funds', { sizeCoin: 100, priceCoin: RESTING_PRICE }, 'margin'],
    ['not_enough_funds', { sizeCoin: 100, side: 'buy', priceCoin: 0.0205 }, 'cash'],
    ['invalid_arguments', { label: 'x'.repeat(65) }, 'label too long'],
    ['timed_out', { validUntilMs: START_MS - 1 }, 'late'],
  ])('says %s: %o, %s', (code, changes) => {
    const exchange = exchangeOver({ options: [optionOf(), closed], topAt: () => ({ min: 0.001 }) })
    const before = exchange.account('BTC')
    expect(exchange.place(wishOf(changes))).toMatchObject({ code, message: expect.any(String) })
    expect(exchange.account('BTC')).toEqual(before)
    expect(exchange.orders('BTC')).toEqual([])
  })

  it('names the limit where Deribit does', () => {
    const exchange = exchangeOver({ topAt: () => ({ min: 0.001 }) })
    expect(exchange.place(wishOf({ priceCoin: 0.0005 }))).toMatchObject({ limit: 0.001 })
    expect(exchange.place(wishOf({ priceCoin: 0.5005 }))).toMatchObject({ limit: 0.5 })
  })

  it('starts the message about reduce-only with its name', () => {
    const answer = exchangeOver().place(wishOf({ reduceOnly: true }))
    expect(answer).toMatchObject({ message: expect.stringMatching(/^reduce_only/) })
  })

  it('is still taken in its last valid millisecond', () => {
    place(exchangeOver(), { validUntilMs: START_MS })
  })

  it('takes a price with the noise of float arithmetic for the tick that it means', () => {
    expect(place(exchangeOver(), { priceCoin: 0.1 + 0.2 - 0.275 }).order.priceCoin).toBe(0.025)
  })
})

describe('an own order on the other side', () => {
  const buy: Partial<OrderWish> = { side: 'buy' }

  it('is not traded with: the later one is turned away', () => {
    const exchange = exchangeOver()
    place(exchange, { priceCoin: RESTING_PRICE })
    expect(exchange.place(wishOf({ ...buy, sizeCoin: 1.5, priceCoin: RESTING_PRICE }))).toMatchObject({
      code: 'order_overlap',
    })
    expect(exchange.place(wishOf({ ...buy, sizeCoin: 1.5, priceCoin: null, kind: 'market' }))).toMatchObject({
      code: 'order_overlap',
    })
  })

  it('is no hindrance where the market serves the whole order first', () => {
    const exchange = exchangeOver()
    place(exchange, { priceCoin: 0.0205 })
    expect(place(exchange, { ...buy, sizeCoin: 1, priceCoin: RESTING_PRICE }).trades).toMatchObject([
      { priceCoin: 0.0205, sizeCoin: 1 },
    ])
  })

  it('comes before a worse price of the market', () => {
    const exchange = exchangeOver({ topAt: () => ({ ask: 0.03 }) })
    place(exchange, { priceCoin: RESTING_PRICE })
    expect(exchange.place(wishOf({ ...buy, sizeCoin: 0.1, priceCoin: 0.03 }))).toMatchObject({ code: 'order_overlap' })
  })
})

describe('funds', () => {
  it('carry a sale that its own premium pays for, and not the same at rest', () => {
    // At the money: 0.15 + 0.02 mark per coin; 1 coin needs 0.17 and brings 0.02 less 0.0003.
    const needed = 0.17 - 0.0197
    const withCoin = (BTC: number) => exchangeOver({ topAt: () => ({ mark: 0.02 }) }, { depositsCoin: { BTC } })
    place(withCoin(needed + 1e-9), { sizeCoin: 1 })
    expect(withCoin(needed - 1e-9).place(wishOf({ sizeCoin: 1 }))).toMatchObject({ code: 'not_enough_funds' })
    expect(withCoin(needed + 1e-9).place(wishOf({ sizeCoin: 1, priceCoin: 0.0205 }))).toMatchObject({
      code: 'not_enough_funds',
    })
  })

  it('are taken by resting sales, and given back when they are cancelled', () => {
    const exchange = exchangeOver({}, { depositsCoin: { BTC: 0.2 } })
    const rest: Partial<OrderWish> = { sizeCoin: 1, priceCoin: RESTING_PRICE }
    const { order } = place(exchange, rest)
    expect(exchange.account('BTC').initialMarginCoin).toBeCloseTo(0.1702, 12)
    expect(exchange.place(wishOf({ ...rest, sizeCoin: 0.2 }))).toMatchObject({ code: 'not_enough_funds' })
    exchange.cancel(order.orderId)
    expect(exchange.account('BTC').initialMarginCoin).toBe(0)
    place(exchange, rest)
  })

  it('follow the marks of a new step', () => {
    const exchange = exchangeOver(
      { topAt: (atMs) => (atMs > START_MS ? { mark: 0.1 } : {}) },
      { depositsCoin: { BTC: 0.2 } },
    )
    place(exchange, { sizeCoin: 0.5, priceCoin: RESTING_PRICE })
    exchange.advanceTo(START_MS + STEP_MS)
    // 0.25 per coin now: 0.125 are taken, and 0.4 more coins would take 0.1.
    expect(exchange.place(wishOf({ sizeCoin: 0.4, priceCoin: RESTING_PRICE }))).toMatchObject({
      code: 'not_enough_funds',
    })
    place(exchange, { sizeCoin: 0.3, priceCoin: RESTING_PRICE })
  })

  it('let a position be closed though its margin has outgrown the account', () => {
    const squeezed = { bid: 0.5, ask: 0.505, mark: 0.5, max: 0.9 }
    const exchange = exchangeOver(
      { topAt: (atMs) => (atMs > START_MS ? squeezed : {}) },
      { depositsCoin: { BTC: 0.6 } },
    )
    place(exchange, { sizeCoin: 1 })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.account('BTC').availableFundsCoin).toBeLessThan(0)
    expect(exchange.place(wishOf({ sizeCoin: 0.1, priceCoin: 0.5 }))).toMatchObject({ code: 'not_enough_funds' })
    place(exchange, { side: 'buy', reduceOnly: true, sizeCoin: 0.6, priceCoin: 0.505 })
    // What closes needs no flag that says so.
    place(exchange, { side: 'buy', sizeCoin: 0.4, priceCoin: 0.505 })
  })

  it('let a holding be sold though the account owes more than it has', () => {
    const daily = optionOf({ strikeUsd: 50_000, expiryMs: START_MS + 8 * 3_600_000 })
    const exchange = exchangeOver({ options: [optionOf(), daily] }, { depositsCoin: { BTC: 0.4 } })
    place(exchange, { side: 'buy', sizeCoin: 0.5, priceCoin: 0.0205 })
    place(exchange, { symbol: daily.symbol, sizeCoin: 1 })
    exchange.advanceTo(daily.expiryMs + 5_000)
    expect(exchange.account('BTC').balanceCoin).toBeLessThan(-0.05)
    place(exchange, { sizeCoin: 0.3 })
    place(exchange, { sizeCoin: 0.2, priceCoin: RESTING_PRICE })
    expect(exchange.place(wishOf({ sizeCoin: 0.1 }))).toMatchObject({ code: 'not_enough_funds' })
  })

  it('let a market order that is larger than the position close it', () => {
    const squeezed = { bid: 0.5, ask: 0.505, askSize: 0.5, mark: 0.5, max: 0.9 }
    const other = optionOf({ strikeUsd: 90_000 })
    const exchange = exchangeOver(
      { options: [optionOf(), other], topAt: (atMs) => (atMs > START_MS ? squeezed : {}) },
      { depositsCoin: { BTC: 0.6 } },
    )
    place(exchange, { sizeCoin: 0.5 })
    place(exchange, { sizeCoin: 1, symbol: other.symbol })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(place(exchange, { side: 'buy', kind: 'market', priceCoin: null, sizeCoin: 0.8 }).order.filledCoin).toBe(0.5)
  })

  it('count of an edited order only what is left of it', () => {
    const squeezed = { bid: 0.5, ask: 0.505, askSize: 0.4, mark: 0.5, max: 0.9 }
    const exchange = exchangeOver(
      { topAt: (atMs) => (atMs > START_MS ? squeezed : {}) },
      { depositsCoin: { BTC: 0.6 } },
    )
    place(exchange, { sizeCoin: 1 })
    exchange.advanceTo(START_MS + STEP_MS)
    const { order } = place(exchange, { side: 'buy', sizeCoin: 1, priceCoin: 0.505 })
    expect(order.filledCoin).toBe(0.4)
    // Six tenths are short and six tenths are left: it still only closes.
    taken(exchange.edit(order.orderId, { priceCoin: 0.5 }))
  })

  it('do not let two resting sales close one long position twice', () => {
    const exchange = exchangeOver({}, { depositsCoin: { BTC: 0.1 } })
    place(exchange, { side: 'buy', sizeCoin: 1, priceCoin: 0.0205 })
    const sale: Partial<OrderWish> = { sizeCoin: 1, priceCoin: RESTING_PRICE }
    place(exchange, sale)
    expect(exchange.place(wishOf(sale))).toMatchObject({ code: 'not_enough_funds' })
  })
})
