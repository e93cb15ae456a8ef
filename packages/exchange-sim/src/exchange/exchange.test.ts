import type { OrderTerms } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  ALL_TIME,
  accepted,
  EXPIRY_MS,
  exchangeOver,
  optionOf,
  START_MS,
  STEP_MS,
  termsOf,
} from './exchange.fixture.js'

const SYMBOL = optionOf().symbol
const RESTING_PRICE = 0.025

describe('an order that meets a quote', () => {
  it('trades at the price of the quote where its limit is worse', () => {
    const { order, fills } = accepted(exchangeOver().place(termsOf({ priceCoin: 0.015 })))
    expect(order).toMatchObject({ orderId: '1', state: 'filled', filledCoin: 0.5, averagePriceCoin: 0.02 })
    expect(fills).toMatchObject([{ tradeId: '1', priceCoin: 0.02, sizeCoin: 0.5, liquidity: 'taker' }])
    expect(fills[0]?.feeCoin).toBeCloseTo(0.00015, 15)
  })

  it('trades what the quote holds and rests with what is left', () => {
    const exchange = exchangeOver()
    const { order, fills } = accepted(exchange.place(termsOf({ sizeCoin: 1.5 })))
    expect(order).toMatchObject({ state: 'open', sizeCoin: 1.5, filledCoin: 1 })
    expect(fills).toHaveLength(1)
    expect(exchange.account('BTC').openOrders).toEqual([order])
  })

  it('is cancelled with what is left where it must not rest', () => {
    const exchange = exchangeOver()
    const { order } = accepted(exchange.place(termsOf({ sizeCoin: 1.5, timeInForce: 'immediate-or-cancel' })))
    expect(order).toMatchObject({ state: 'cancelled', filledCoin: 1, cancelReason: null })
    expect(exchange.account('BTC').openOrders).toEqual([])
  })

  it('finds again what it took only in the next step, and sees less of the quote until then', () => {
    const exchange = exchangeOver()
    accepted(exchange.place(termsOf({ sizeCoin: 0.7 })))
    expect(exchange.quote(SYMBOL)).toMatchObject({ bidPriceCoin: 0.02, bidSizeCoin: 0.3, askSizeCoin: 1 })
    expect(accepted(exchange.place(termsOf({ sizeCoin: 0.5, label: 'second' }))).order.filledCoin).toBe(0.3)
    expect(exchange.quote(SYMBOL)).toMatchObject({ bidPriceCoin: null, bidSizeCoin: null, askPriceCoin: 0.0205 })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.quote(SYMBOL).bidSizeCoin).toBe(0.8)
    expect(exchange.findByLabel('BTC', 'second')).toMatchObject([{ state: 'filled', filledCoin: 0.5 }])
  })

  it('never finds it again in a frozen market', () => {
    const exchange = exchangeOver({ frozen: true })
    accepted(exchange.place(termsOf({ sizeCoin: 1 })))
    exchange.advanceTo(EXPIRY_MS + 365 * 86_400_000)
    expect(exchange.quote(SYMBOL).bidPriceCoin).toBeNull()
    expect(exchange.account('BTC').positions).toMatchObject([{ symbol: SYMBOL, sizeCoin: -1 }])
    expect(exchange.ledger('BTC', ALL_TIME).map((row) => row.kind)).toEqual(['transfer', 'trade'])
  })

  it('takes no part in a quote without a size', () => {
    const exchange = exchangeOver({ topAt: () => ({ bidSize: null }) })
    expect(accepted(exchange.place(termsOf())).order).toMatchObject({ state: 'open', filledCoin: 0 })
  })
})

describe('a resting order', () => {
  const risesAt = (stepMs: number) => (atMs: number) => (atMs >= stepMs ? { bid: 0.03, ask: 0.0305 } : {})

  it('trades as maker at its own limit when a later quote reaches it', () => {
    const exchange = exchangeOver({ topAt: risesAt(START_MS + 3 * STEP_MS) })
    const { order } = accepted(exchange.place(termsOf({ priceCoin: RESTING_PRICE, postOnly: true })))
    exchange.advanceTo(START_MS + 2 * STEP_MS)
    expect(exchange.order(order.orderId).state).toBe('open')
    exchange.advanceTo(START_MS + 10 * STEP_MS)
    expect(exchange.order(order.orderId)).toMatchObject({ state: 'filled', updatedMs: START_MS + 3 * STEP_MS })
    expect(exchange.fills('BTC', ALL_TIME)).toMatchObject([
      { priceCoin: RESTING_PRICE, liquidity: 'maker', timestampMs: START_MS + 3 * STEP_MS },
    ])
  })

  it('comes after a better price, and before a later one of its price', () => {
    const exchange = exchangeOver({ topAt: risesAt(START_MS + STEP_MS) })
    const place = (label: string, priceCoin: number) => accepted(exchange.place(termsOf({ label, priceCoin })))
    place('first', 0.025)
    place('second', 0.025)
    place('better', 0.024)
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.fills('BTC', ALL_TIME).map(({ label }) => label)).toEqual(['better', 'first'])
    exchange.advanceTo(START_MS + 2 * STEP_MS)
    expect(exchange.fills('BTC', ALL_TIME).map(({ label }) => label)).toEqual(['better', 'first', 'second'])
  })

  it('is served by price on its own side, whatever rests on the other', () => {
    const wide = { bid: 0.01, ask: 0.04 }
    const exchange = exchangeOver({
      topAt: (atMs) => (atMs > START_MS ? { bid: 0.05, bidSize: 0.5, ask: 0.051 } : wide),
    })
    const place = (label: string, changes: Partial<OrderTerms>) =>
      accepted(exchange.place(termsOf({ label, ...changes })))
    place('sell high', { priceCoin: 0.035 })
    place('buy low', { side: 'buy', priceCoin: 0.015 })
    place('sell higher', { priceCoin: 0.038 })
    place('buy high', { side: 'buy', priceCoin: 0.025 })
    place('sell low', { priceCoin: 0.03 })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.fills('BTC', ALL_TIME).map(({ label }) => label)).toEqual(['sell low'])
  })

  it('is cancelled once, and its end is reported again', () => {
    const exchange = exchangeOver()
    const { orderId } = accepted(exchange.place(termsOf({ priceCoin: RESTING_PRICE }))).order
    const cancelled = exchange.cancel(orderId)
    expect(cancelled).toMatchObject({ state: 'cancelled', cancelReason: 'user_request' })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.cancel(orderId)).toEqual(cancelled)
  })

  it('is cancelled when its option expires, after the last quotes', () => {
    const other = optionOf({ strikeUsd: 90_000, expiryMs: EXPIRY_MS + 7 * 86_400_000 })
    const exchange = exchangeOver({ options: [optionOf(), other], topAt: risesAt(EXPIRY_MS) })
    accepted(exchange.place(termsOf({ priceCoin: RESTING_PRICE, label: 'expires' })))
    accepted(exchange.place(termsOf({ symbol: other.symbol, priceCoin: RESTING_PRICE, label: 'lives' })))
    exchange.advanceTo(EXPIRY_MS)
    expect(exchange.findByLabel('BTC', 'expires')).toMatchObject([
      { state: 'cancelled', cancelReason: 'settlement', filledCoin: 0, updatedMs: EXPIRY_MS },
    ])
    expect(exchange.findByLabel('BTC', 'lives')).toMatchObject([{ state: 'filled', updatedMs: EXPIRY_MS }])
  })
})

describe('reduce-only', () => {
  const buy: Partial<OrderTerms> = { side: 'buy', reduceOnly: true, priceCoin: 0.0205 }

  it('is cut to the position', () => {
    const exchange = exchangeOver()
    accepted(exchange.place(termsOf({ sizeCoin: 0.3 })))
    expect(accepted(exchange.place(termsOf({ ...buy, sizeCoin: 0.8 }))).order).toMatchObject({
      state: 'filled',
      sizeCoin: 0.3,
    })
    expect(exchange.account('BTC').positions).toEqual([])
  })

  it('never turns the position, however many rest', () => {
    const exchange = exchangeOver({ topAt: (atMs) => (atMs > START_MS ? { bid: 0.0095, ask: 0.01 } : {}) })
    accepted(exchange.place(termsOf({ sizeCoin: 0.5 })))
    for (const label of ['a', 'b', 'c']) {
      accepted(exchange.place(termsOf({ ...buy, label, sizeCoin: 0.3, priceCoin: 0.015 })))
    }
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.account('BTC')).toMatchObject({ positions: [], openOrders: [] })
    expect(['a', 'b', 'c'].flatMap((label) => exchange.findByLabel('BTC', label))).toMatchObject([
      { state: 'filled', filledCoin: 0.3 },
      { state: 'cancelled', filledCoin: 0.2 },
      { state: 'cancelled', filledCoin: 0 },
    ])
  })
})

describe('an order that is not taken', () => {
  const closed = optionOf({ strikeUsd: 95_000, state: 'locked' })
  it.each<[string, Partial<OrderTerms>, string]>([
    ['invalid_or_unsupported_instrument', { symbol: 'BTC-9JAN26-81000-C' }, 'not listed'],
    ['invalid_or_unsupported_instrument', { symbol: 'BTC-PERPETUAL' }, 'no option'],
    ['orderbook_closed', { symbol: 'BTC-1JAN26-80000-C' }, 'expired'],
    ['orderbook_closed', { symbol: closed.symbol }, 'locked'],
    ['price_wrong_tick', { priceCoin: 0.0202 }, 'between two ticks of 0.0005'],
    ['invalid_price', { priceCoin: Number.NaN }, 'no price'],
    ['qty_too_low', { sizeCoin: 0.05 }, 'below the smallest order'],
    ['invalid_amount', { sizeCoin: 0.25 }, 'off the step'],
    ['invalid_amount', { sizeCoin: Number.NaN }, 'no size'],
    ['price_too_high', { priceCoin: 0.5005 }, 'above the band'],
    ['price_too_low', { priceCoin: 0.0005 }, 'below the band'],
    ['post_only_reject', { postOnly: true }, 'would trade'],
    ['post_only_not_allowed', { postOnly: true, timeInForce: 'immediate-or-cancel' }, 'cannot rest'],
    ['other_reject', { side: 'buy', reduceOnly: true, priceCoin: 0.0205 }, 'nothing to reduce'],
    ['not_enough_funds', { sizeCoin: 100, priceCoin: RESTING_PRICE }, 'margin'],
    ['not_enough_funds', { sizeCoin: 100, side: 'buy', priceCoin: 0.0205 }, 'cash'],
    ['invalid_arguments', { label: 'x'.repeat(65) }, 'label too long'],
    ['timed_out', { validUntilMs: START_MS - 1 }, 'late'],
  ])('says %s: %o, %s', (code, changes) => {
    const exchange = exchangeOver({ options: [optionOf(), closed], topAt: () => ({ min: 0.001 }) })
    const before = exchange.account('BTC')
    expect(exchange.place(termsOf(changes))).toMatchObject({ outcome: 'rejected', code })
    expect(exchange.account('BTC')).toEqual(before)
    expect(exchange.findByLabel('BTC', changes.label ?? 'test')).toEqual([])
  })

  it('says order_overlap where it would trade with our own', () => {
    const exchange = exchangeOver()
    accepted(exchange.place(termsOf({ priceCoin: RESTING_PRICE })))
    expect(exchange.place(termsOf({ side: 'buy', priceCoin: RESTING_PRICE }))).toMatchObject({ code: 'order_overlap' })
  })

  it('is still taken in its last valid millisecond', () => {
    accepted(exchangeOver().place(termsOf({ validUntilMs: START_MS })))
  })
})

describe('funds', () => {
  it('carry a sale that its own premium pays for, and not the same at rest', () => {
    // At the money: 0.15 + 0.02 mark per coin; 1 coin needs 0.17 and brings 0.02 less 0.0003.
    const market = { topAt: () => ({ mark: 0.02 }) }
    const needed = 0.17 - 0.0197
    accepted(exchangeOver(market, { BTC: needed + 1e-9 }).place(termsOf({ sizeCoin: 1 })))
    expect(exchangeOver(market, { BTC: needed - 1e-9 }).place(termsOf({ sizeCoin: 1 }))).toMatchObject({
      code: 'not_enough_funds',
    })
    expect(
      exchangeOver(market, { BTC: needed + 1e-9 }).place(termsOf({ sizeCoin: 1, priceCoin: 0.0205 })),
    ).toMatchObject({ code: 'not_enough_funds' })
  })

  it('are taken by resting sales', () => {
    const exchange = exchangeOver({}, { BTC: 0.2 })
    const rest = termsOf({ sizeCoin: 1, priceCoin: RESTING_PRICE })
    accepted(exchange.place(rest))
    expect(exchange.account('BTC').initialMarginCoin).toBeCloseTo(0.1702, 12)
    expect(exchange.place({ ...rest, sizeCoin: 0.2 })).toMatchObject({ code: 'not_enough_funds' })
  })

  it('let a position be closed though its margin has outgrown the account', () => {
    const squeezed = { bid: 0.5, ask: 0.505, mark: 0.5, max: 0.9 }
    const exchange = exchangeOver({ topAt: (atMs) => (atMs > START_MS ? squeezed : {}) }, { BTC: 0.6 })
    accepted(exchange.place(termsOf({ sizeCoin: 1 })))
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.account('BTC').availableFundsCoin).toBeLessThan(0)
    expect(exchange.place(termsOf({ sizeCoin: 0.1, priceCoin: 0.5 }))).toMatchObject({ code: 'not_enough_funds' })
    accepted(exchange.place(termsOf({ side: 'buy', reduceOnly: true, sizeCoin: 1, priceCoin: 0.505 })))
  })

  it('do not let two resting sales close one long position twice', () => {
    const exchange = exchangeOver({}, { BTC: 0.1 })
    accepted(exchange.place(termsOf({ side: 'buy', sizeCoin: 1, priceCoin: 0.0205 })))
    const sale = termsOf({ sizeCoin: 1, priceCoin: RESTING_PRICE })
    accepted(exchange.place(sale))
    expect(exchange.place(sale)).toMatchObject({ code: 'not_enough_funds' })
  })
})

describe('the account', () => {
  it('reports a short call as Deribit does', () => {
    const exchange = exchangeOver()
    accepted(exchange.place(termsOf()))
    const account = exchange.account('BTC')
    expect(account.balanceCoin).toBeCloseTo(2 + 0.01 - 0.00015, 14)
    expect(account.optionsValueCoin).toBeCloseTo(-0.0101, 14)
    expect(account.equityCoin).toBeCloseTo(account.balanceCoin - 0.0101, 14)
    expect(account.marginBalanceCoin).toBe(account.balanceCoin)
    expect(account.initialMarginCoin).toBeCloseTo(0.5 * 0.1702, 14)
    expect(account.maintenanceMarginCoin).toBeCloseTo(0.5 * 0.0952, 14)
    expect(account.deltaTotalCoin).toBeCloseTo(-0.5 * (0.4 - 0.0202), 14)
    expect(account.positions).toMatchObject([
      { symbol: SYMBOL, sizeCoin: -0.5, averagePriceCoin: 0.02, markPriceCoin: 0.0202, deltaCoin: -0.2 },
    ])
  })

  it('weighs the average price by size and keeps it while a position shrinks', () => {
    const exchange = exchangeOver({ topAt: (atMs) => (atMs > START_MS ? { bid: 0.03, ask: 0.0305 } : {}) })
    accepted(exchange.place(termsOf({ sizeCoin: 0.6 })))
    exchange.advanceTo(START_MS + STEP_MS)
    accepted(exchange.place(termsOf({ sizeCoin: 0.2 })))
    expect(exchange.account('BTC').positions[0]?.averagePriceCoin).toBeCloseTo(0.0225, 14)
    accepted(exchange.place(termsOf({ side: 'buy', sizeCoin: 0.3, priceCoin: 0.0305 })))
    const [position] = exchange.account('BTC').positions
    expect(position?.sizeCoin).toBe(-0.5)
    expect(position?.averagePriceCoin).toBeCloseTo(0.0225, 14)
    accepted(exchange.place(termsOf({ side: 'buy', sizeCoin: 0.7, priceCoin: 0.0305 })))
    expect(exchange.account('BTC').positions).toMatchObject([{ sizeCoin: 0.2, averagePriceCoin: 0.0305 }])
  })

  it('asks the margin of a sale, nothing to close, and the premium of a purchase', () => {
    const exchange = exchangeOver()
    const ask = { symbol: SYMBOL, side: 'sell', sizeCoin: 0.5, priceCoin: 0.02 } as const
    expect(exchange.margins(ask)).toMatchObject({ ...ask, minPriceCoin: 0.0001, maxPriceCoin: 0.5 })
    expect(exchange.margins(ask).initialMarginCoin).toBeCloseTo(0.0851, 14)
    expect(exchange.margins({ ...ask, side: 'buy' }).initialMarginCoin).toBeCloseTo(0.01015, 14)
    accepted(exchange.place(termsOf()))
    expect(exchange.margins({ ...ask, side: 'buy' }).initialMarginCoin).toBe(0)
  })

  it('fails where the greeks of a position are missing', () => {
    const exchange = exchangeOver({ topAt: () => ({ delta: null }) })
    accepted(exchange.place(termsOf()))
    expect(() => exchange.account('BTC')).toThrowError(
      expect.objectContaining({ code: 'exchange-sim/missing-quote', facts: { symbol: SYMBOL, what: 'greeks' } }),
    )
  })

  it('knows no order that was never placed', () => {
    for (const ask of [() => exchangeOver().order('7'), () => exchangeOver().cancel('7')]) {
      expect(ask).toThrowError(expect.objectContaining({ code: 'exchange-sim/unknown-order', recovery: 'reconcile' }))
    }
  })

  it('numbers orders and trades as Deribit does', () => {
    const ether = optionOf({ currency: 'ETH', strikeUsd: 4_000 })
    const exchange = exchangeOver({ options: [optionOf(), ether] })
    expect(accepted(exchange.place(termsOf())).order.orderId).toBe('1')
    const { order, fills } = accepted(exchange.place(termsOf({ symbol: ether.symbol, sizeCoin: 1 })))
    expect([order.orderId, fills[0]?.tradeId]).toEqual(['ETH-2', 'ETH-2'])
    expect(exchange.fills('ETH', ALL_TIME)).toEqual(fills)
  })
})
