import { black76, yearsBetween } from '@cc/pricing'
import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, INDEX_USD, optionOf, place, START_MS, STEP_MS } from './exchange.fixture.js'

const SYMBOL = optionOf().symbol

describe('the account', () => {
  it('reports a short call as Deribit does', () => {
    const exchange = exchangeOver()
    place(exchange)
    const account = exchange.account('BTC')
    expect(account.balanceCoin).toBeCloseTo(2 + 0.01 - 0.00015, 14)
    expect(account.optionsValueCoin).toBeCloseTo(-0.0101, 14)
    expect(account.equityCoin).toBe(account.balanceCoin + account.optionsValueCoin)
    expect(account.marginBalanceCoin).toBe(account.balanceCoin)
    expect(account.initialMarginCoin).toBeCloseTo(0.5 * 0.1702, 14)
    expect(account.maintenanceMarginCoin).toBeCloseTo(0.5 * 0.0952, 14)
    expect(account.availableFundsCoin).toBe(account.marginBalanceCoin - account.initialMarginCoin)
    expect(account.deltaTotalCoin).toBeCloseTo(-0.5 * (0.4 - 0.0202), 14)
    expect(account.optionsDelta).toBeCloseTo(-0.2, 14)
    expect(account.optionsProfitCoin).toBeCloseTo(-0.5 * 0.0002, 14)
    expect(account.positions).toEqual(exchange.positions('BTC'))
    expect(account.positions).toMatchObject([
      {
        instrument: { symbol: SYMBOL },
        sizeCoin: -0.5,
        averagePriceCoin: 0.02,
        averagePriceUsd: 0.02 * INDEX_USD,
        markPriceCoin: 0.0202,
        indexUsd: INDEX_USD,
        settlementPriceCoin: null,
        delta: -0.2,
        realisedProfitCoin: 0,
      },
    ])
    expect(account.positions[0]?.totalProfitCoin).toBeCloseTo(-0.0001, 14)
    expect(account.positions[0]?.floatingProfitCoin).toBeCloseTo(-0.0001, 14)
  })

  it('weighs the average price by size and keeps it while a position shrinks', () => {
    const exchange = exchangeOver({ topAt: (atMs) => (atMs > START_MS ? { bid: 0.03, ask: 0.0305 } : {}) })
    place(exchange, { sizeCoin: 0.6 })
    exchange.advanceTo(START_MS + STEP_MS)
    place(exchange, { sizeCoin: 0.2 })
    expect(exchange.positions('BTC')[0]?.averagePriceCoin).toBeCloseTo(0.0225, 14)
    expect(exchange.positions('BTC')[0]?.averagePriceUsd).toBeCloseTo(0.0225 * INDEX_USD, 9)
    place(exchange, { side: 'buy', sizeCoin: 0.3, priceCoin: 0.0305 })
    const [position] = exchange.positions('BTC')
    expect(position?.sizeCoin).toBe(-0.5)
    expect(position?.averagePriceCoin).toBeCloseTo(0.0225, 14)
    place(exchange, { side: 'buy', sizeCoin: 0.7, priceCoin: 0.0305 })
    expect(exchange.positions('BTC')).toMatchObject([{ sizeCoin: 0.2, averagePriceCoin: 0.0305 }])
  })

  it('tells what each trade realised, of the position and of the account', () => {
    const exchange = exchangeOver({
      topAt: (atMs) => (atMs > START_MS ? { bid: 0.0095, ask: 0.01, mark: 0.0098 } : {}),
    })
    expect(place(exchange, { sizeCoin: 0.5 }).trades).toMatchObject([{ profitLossCoin: 0 }])
    exchange.advanceTo(START_MS + STEP_MS)
    const [trade] = place(exchange, { side: 'buy', sizeCoin: 0.3, priceCoin: 0.01 }).trades
    expect(trade?.profitLossCoin).toBeCloseTo(0.3 * 0.01, 14)
    const account = exchange.account('BTC')
    expect(account.sessionRealisedCoin).toBeCloseTo(0.003, 14)
    expect(account.sessionUnrealisedCoin).toBeCloseTo(0.2 * 0.0102, 14)
    expect(account.positions[0]?.realisedProfitCoin).toBeCloseTo(0.003, 14)
  })

  it('leaves the nearest expiry out of what it projects', () => {
    const later = optionOf({ strikeUsd: 90_000, expiryMs: EXPIRY_MS + 7 * 86_400_000 })
    const exchange = exchangeOver({ options: [optionOf(), later] })
    place(exchange)
    const alone = exchange.account('BTC')
    expect(alone).toMatchObject({
      projectedInitialMarginCoin: 0,
      projectedMaintenanceMarginCoin: 0,
      projectedDeltaTotalCoin: 0,
    })
    place(exchange, { symbol: later.symbol })
    const both = exchange.account('BTC')
    expect(both.projectedInitialMarginCoin).toBeCloseTo(both.initialMarginCoin - alone.initialMarginCoin, 14)
    expect(both.projectedMaintenanceMarginCoin).toBeCloseTo(0.5 * 0.0952, 14)
    expect(both.projectedDeltaTotalCoin).toBeCloseTo(alone.deltaTotalCoin, 14)
  })

  it('asks the margin of a sale, nothing to close, and the premium of a purchase', () => {
    const exchange = exchangeOver()
    const ask = { symbol: SYMBOL, side: 'sell', sizeCoin: 0.5, priceCoin: 0.02 } as const
    expect(exchange.margins(ask)).toMatchObject({ minPriceCoin: 0.0001, maxPriceCoin: 0.5 })
    expect(exchange.margins(ask).initialMarginCoin).toBeCloseTo(0.0851, 14)
    expect(exchange.margins({ ...ask, side: 'buy' }).initialMarginCoin).toBeCloseTo(0.01015, 14)
    place(exchange)
    expect(exchange.margins({ ...ask, side: 'buy' }).initialMarginCoin).toBe(0)
  })

  it('asks of a resting order what it asks alone', () => {
    const exchange = exchangeOver()
    place(exchange, { side: 'buy', sizeCoin: 1, priceCoin: 0.0205 })
    const sale = place(exchange, { sizeCoin: 0.5, priceCoin: 0.025 }).order
    const purchase = place(exchange, { side: 'buy', sizeCoin: 0.5, priceCoin: 0.01 }).order
    expect(exchange.account('BTC').positions[0]?.openOrdersMarginCoin).toBeCloseTo(0.00515, 14)
    expect(exchange.orderMarginCoin(sale.orderId)).toBeCloseTo(0.5 * 0.1702, 14)
    expect(exchange.orderMarginCoin(purchase.orderId)).toBeCloseTo(0.00515, 14)
    exchange.cancel(sale.orderId)
    expect(exchange.orderMarginCoin(sale.orderId)).toBeUndefined()
    expect(exchange.orderMarginCoin('7')).toBeUndefined()
  })

  it('fails where the greeks of a position are missing', () => {
    const exchange = exchangeOver({ topAt: () => ({ delta: null }) })
    place(exchange)
    expect(() => exchange.account('BTC')).toThrowError(
      expect.objectContaining({ code: 'exchange-sim/missing-quote', facts: { symbol: SYMBOL, what: 'greeks' } }),
    )
  })

  it('knows no order that was never placed', () => {
    const exchange = exchangeOver()
    expect(place(exchange).order.orderId).toBe('1')
    for (const orderId of ['7', '0', 'ETH-1', '01', '', 'nonsense']) {
      expect(exchange.order(orderId)).toBeUndefined()
      expect(exchange.tradesOfOrder(orderId)).toEqual([])
    }
  })

  it.each(['orders', 'trades', 'ledger', 'settlements'] as const)('hands out its %s without a copy', (list) => {
    const exchange = exchangeOver()
    place(exchange)
    const told = exchange[list]('BTC')
    const { length } = told
    place(exchange, { symbol: SYMBOL, sizeCoin: 0.1 })
    exchange.advanceTo(START_MS + 86_400_000)
    expect(exchange[list]('BTC')).toBe(told)
    expect(told.length).toBeGreaterThan(length)
  })

  it('opens when it is told to, and books its deposits then', () => {
    const openedMs = START_MS + 12_345
    const exchange = exchangeOver({}, { openedMs })
    expect(exchange.nowMs()).toBe(openedMs)
    expect(exchange.ledger('BTC')).toMatchObject([
      { id: 1, userSeq: 1, kind: 'deposit', timestampMs: openedMs, changeCoin: 2, balanceCoin: 2, equityCoin: 2 },
    ])
    expect(exchange.ledger('ETH')).toMatchObject([{ id: 2, userSeq: 1 }])
    expect(() => exchangeOver({}, { openedMs: START_MS - 1 })).toThrowError(
      expect.objectContaining({ code: 'exchange-sim/clock-before-market' }),
    )
  })
})

describe('a trade', () => {
  it('is numbered as Deribit does: ids over all, a sequence per instrument', () => {
    const ether = optionOf({ currency: 'ETH', strikeUsd: 4_000 })
    const exchange = exchangeOver({ options: [optionOf(), ether] })
    const first = place(exchange, { sizeCoin: 0.1 })
    const second = place(exchange, { symbol: ether.symbol, sizeCoin: 1 })
    const third = place(exchange, { sizeCoin: 0.1 })
    expect([first, second, third].map(({ order }) => order.orderId)).toEqual(['1', 'ETH-2', '3'])
    const trades = [first, second, third].flatMap((each) => each.trades)
    expect(trades.map(({ tradeId, tradeSeq }) => [tradeId, tradeSeq])).toEqual([
      ['1', 1],
      ['ETH-2', 1],
      ['3', 2],
    ])
    expect(exchange.trades('ETH')).toEqual(second.trades)
    expect(exchange.orders('BTC')).toEqual([first.order, third.order])
  })

  it('says which IV its price implies, or none', () => {
    const option = optionOf()
    const expiryYears = yearsBetween(START_MS, EXPIRY_MS)
    const [trade] = place(exchangeOver()).trades
    const iv = trade?.iv ?? Number.NaN
    expect(
      black76({ forwardUsd: INDEX_USD, strikeUsd: option.strikeUsd, expiryYears, iv, kind: 'call' }).priceCoin,
    ).toBeCloseTo(0.02, 12)
    const deep = optionOf({ strikeUsd: 40_000 })
    const cheap = exchangeOver({ options: [deep], topAt: () => ({ bid: 0.49, mark: 0.49 }) })
    expect(place(cheap, { symbol: deep.symbol, priceCoin: 0.49 }).trades).toMatchObject([{ iv: null }])
  })

  it('leaves a row in the ledger with all that is known then', () => {
    const exchange = exchangeOver({
      topAt: (atMs) => (atMs > START_MS ? { bid: 0.0095, ask: 0.01, mark: 0.0098 } : {}),
    })
    place(exchange, { sizeCoin: 0.5 })
    exchange.advanceTo(START_MS + STEP_MS)
    const { order } = place(exchange, {
      side: 'buy',
      sizeCoin: 0.3,
      priceCoin: 0.01,
      timeInForce: 'immediate_or_cancel',
    })
    const row = exchange.ledger('BTC').at(-1)
    const account = exchange.account('BTC')
    expect(row).toMatchObject({
      userSeq: 3,
      kind: 'trade',
      timestampMs: START_MS + STEP_MS,
      instrumentName: SYMBOL,
      side: 'close buy',
      amount: 0.3,
      price: 0.01,
      positionChangeCoin: 0.3,
      positionAfterCoin: -0.2,
      balanceCoin: account.balanceCoin,
      markPriceCoin: 0.0098,
      indexUsd: INDEX_USD,
      deliveryPriceUsd: null,
      tradeId: '2',
      orderId: order.orderId,
      liquidity: 'taker',
    })
    expect(row?.changeCoin).toBeCloseTo(-0.003 - 0.00009, 14)
    expect(row?.equityCoin).toBeCloseTo(account.equityCoin, 14)
    expect(row?.sessionRealisedCoin).toBeCloseTo(account.sessionRealisedCoin, 14)
    expect(row?.sessionUnrealisedCoin).toBeCloseTo(account.sessionUnrealisedCoin, 14)
    expect(exchange.ledger('BTC').map(({ side }) => side)).toEqual(['-', 'open sell', 'close buy'])
  })
})
