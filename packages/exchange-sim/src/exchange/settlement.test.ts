import { describe, expect, it } from 'vitest'
import type { LedgerRow } from './account-view.js'
import { EXPIRY_MS, exchangeOver, INDEX_USD, optionOf, place, START_MS } from './exchange.fixture.js'
import type { Exchange } from './exchange-port.js'

const DAY_MS = 86_400_000
const FIRST_SETTLEMENT_MS = START_MS + DAY_MS / 3

describe('delivery', () => {
  it('pays Deribit’s example: half a coin of an 80,000 call at 100,000', () => {
    const exchange = exchangeOver()
    place(exchange)
    const before = exchange.account('BTC')
    exchange.advanceTo(EXPIRY_MS - 1)
    expect(exchange.positions('BTC')).toHaveLength(1)
    exchange.advanceTo(EXPIRY_MS)
    const [row] = deliveriesOf(exchange)
    expect(row).toMatchObject({
      timestampMs: EXPIRY_MS,
      instrumentName: optionOf().symbol,
      side: 'short',
      amount: 0.5,
      positionChangeCoin: 0.5,
      positionAfterCoin: 0,
      deliveryPriceUsd: 100_000,
      indexUsd: INDEX_USD,
      sessionUnrealisedCoin: 0,
    })
    expect(row?.price).toBeCloseTo(0.2, 14)
    expect(row?.feeCoin).toBeCloseTo(0.000075, 14)
    expect(row?.changeCoin).toBeCloseTo(-0.100075, 14)
    expect(exchange.account('BTC').balanceCoin).toBeCloseTo(before.balanceCoin - 0.100075, 14)
    expect(exchange.account('BTC')).toMatchObject({ positions: [], optionsValueCoin: 0, initialMarginCoin: 0 })
  })

  it.each([
    { kind: 'call', side: 'sell', deliveryUsd: 100_000, word: 'short' },
    { kind: 'call', side: 'buy', deliveryUsd: 100_000, word: 'long' },
    { kind: 'put', side: 'sell', deliveryUsd: 64_000, word: 'long' },
    { kind: 'put', side: 'buy', deliveryUsd: 64_000, word: 'short' },
  ] as const)('exchanges a $kind that was bought or sold ($side) for a $word future at the strike', (given) => {
    const { kind, side, deliveryUsd, word } = given
    const option = optionOf({ kind })
    const exchange = exchangeOver({ options: [option], deliveryUsd })
    place(exchange, { symbol: option.symbol, side, priceCoin: side === 'buy' ? 0.0205 : 0.02 })
    exchange.advanceTo(EXPIRY_MS)
    const [first, second] = deliveriesOf(exchange)
    expect(second).toMatchObject({
      kind: 'delivery',
      instrumentName: 'BTC-9JAN26',
      side: word,
      amount: 40_000,
      price: deliveryUsd,
      deliveryPriceUsd: deliveryUsd,
      positionChangeCoin: null,
      changeCoin: 0,
      feeCoin: 0,
    })
    expect(second?.balanceCoin).toBe(first?.balanceCoin)
    expect(second?.equityCoin).toBe(exchange.account('BTC').equityCoin)
  })

  it.each([
    { why: 'out of the money', deliveryUsd: 79_999, option: optionOf(), change: 0, fee: 0, rows: 1 },
    { why: 'at the strike', deliveryUsd: 80_000, option: optionOf(), change: 0, fee: 0, rows: 1 },
    {
      why: 'a daily, free of charge',
      deliveryUsd: 100_000,
      option: optionOf({ settlementPeriod: 'day' }),
      change: -0.1,
      fee: 0,
      rows: 2,
    },
    {
      why: 'a put',
      deliveryUsd: 64_000,
      option: optionOf({ kind: 'put' }),
      change: -0.125 - 0.000075,
      fee: 0.000075,
      rows: 2,
    },
    {
      // Payout 80/80,080; an eighth of it is 0.000125.
      why: 'barely in the money, the fee capped',
      deliveryUsd: 80_080,
      option: optionOf(),
      change: -0.5 * (80 / 80_080) * 1.125,
      fee: 0.5 * (80 / 80_080) * 0.125,
      rows: 2,
    },
  ])('books $rows row(s), $why', ({ deliveryUsd, option, change, fee, rows }) => {
    const exchange = exchangeOver({ options: [option], deliveryUsd })
    place(exchange, { symbol: option.symbol })
    exchange.advanceTo(EXPIRY_MS + DAY_MS)
    const booked = deliveriesOf(exchange)
    expect(booked).toHaveLength(rows)
    expect(booked[0]?.changeCoin).toBeCloseTo(change, 14)
    expect(booked[0]?.feeCoin).toBeCloseTo(fee, 14)
    expect(Object.is(booked[0]?.changeCoin, -0)).toBe(false)
    expect(booked.every((row) => row.deliveryPriceUsd === deliveryUsd)).toBe(true)
  })

  it('pays the holder of a long call', () => {
    const exchange = exchangeOver()
    place(exchange, { side: 'buy', priceCoin: 0.0205 })
    exchange.advanceTo(EXPIRY_MS)
    expect(deliveriesOf(exchange)[0]?.changeCoin).toBeCloseTo(0.1 - 0.000075, 14)
  })

  it('ends all positions of an expiry at once: every row tells the equity after all of them', () => {
    const options = [
      optionOf(),
      optionOf({ strikeUsd: 90_000 }),
      optionOf({ strikeUsd: 95_000, expiryMs: EXPIRY_MS + 7 * DAY_MS }),
    ]
    const exchange = exchangeOver({ options })
    for (const { symbol } of options) place(exchange, { symbol })
    exchange.advanceTo(EXPIRY_MS)
    const { equityCoin } = exchange.account('BTC')
    const rows = deliveriesOf(exchange)
    expect(rows).toHaveLength(4)
    for (const row of rows) expect(row.equityCoin).toBeCloseTo(equityCoin, 14)
    expect(rows.at(-1)?.balanceCoin).toBe(exchange.account('BTC').balanceCoin)
  })

  it('comes before the orders of others meet the quotes of that moment', () => {
    const later = optionOf({ strikeUsd: 90_000, expiryMs: EXPIRY_MS + 7 * DAY_MS })
    const exchange = exchangeOver({
      options: [optionOf(), later],
      topAt: (atMs) => (atMs === EXPIRY_MS ? { bid: 0.03, ask: 0.0305 } : {}),
    })
    place(exchange, { sizeCoin: 1 })
    place(exchange, { symbol: later.symbol, priceCoin: 0.025 })
    exchange.advanceTo(EXPIRY_MS)
    const rows = exchange.ledger('BTC').filter(({ timestampMs }) => timestampMs === EXPIRY_MS)
    expect(rows.map(({ kind }) => kind)).toEqual(['delivery', 'delivery', 'trade'])
    const [, , trade] = rows
    expect(trade).toMatchObject({ instrumentName: later.symbol, sessionRealisedCoin: 0 })
    expect(trade?.sessionUnrealisedCoin).toBeCloseTo(0.5 * (0.025 - 0.0202), 14)
    expect(trade?.equityCoin).toBeCloseTo((trade?.balanceCoin ?? 0) - 0.5 * 0.0202, 14)
  })

  it('never pays twice, in one jump or in many', () => {
    const later = optionOf({ strikeUsd: 90_000, expiryMs: EXPIRY_MS + 7 * DAY_MS })
    const play = (stopsMs: readonly number[]) => {
      const exchange = exchangeOver({ options: [optionOf(), later] })
      place(exchange)
      place(exchange, { symbol: later.symbol, sizeCoin: 1.2 })
      for (const stopMs of stopsMs) exchange.advanceTo(stopMs)
      return exchange.ledger('BTC')
    }
    const endMs = START_MS + 30 * DAY_MS
    const once = play([endMs])
    expect(once.filter(({ kind, changeCoin }) => kind === 'delivery' && changeCoin !== 0)).toHaveLength(2)
    expect(play([EXPIRY_MS, EXPIRY_MS, EXPIRY_MS + 1, EXPIRY_MS - 1, endMs])).toEqual(once)
    expect(play([...Array(30).keys()].map((day) => START_MS + day * DAY_MS).concat(endMs))).toEqual(once)
  })

  it('fails rather than guess a delivery price, and books nothing', () => {
    const exchange = exchangeOver({ deliveryUsd: null })
    place(exchange)
    exchange.advanceTo(EXPIRY_MS - 1)
    const before = [...exchange.ledger('BTC')]
    for (const toMs of [EXPIRY_MS, EXPIRY_MS + DAY_MS]) {
      expect(() => exchange.advanceTo(toMs)).toThrowError(
        expect.objectContaining({ code: 'exchange-sim/missing-delivery-price', recovery: 'halt' }),
      )
    }
    expect(exchange.ledger('BTC')).toEqual(before)
  })

  it('enters the settlement history with its profit, of the whole life and of the session', () => {
    const exchange = exchangeOver({ topAt: (atMs) => (atMs >= FIRST_SETTLEMENT_MS ? { mark: 0.03 } : {}) })
    place(exchange)
    exchange.advanceTo(EXPIRY_MS)
    const last = exchange.settlements('BTC').at(-1)
    expect(last).toMatchObject({ kind: 'delivery', timestampMs: EXPIRY_MS, positionCoin: -0.5, indexUsd: INDEX_USD })
    expect(last?.instrument.symbol).toBe(optionOf().symbol)
    expect(last?.markPriceCoin).toBeCloseTo(0.2, 14)
    expect(last?.profitLossCoin).toBeCloseTo(-0.5 * (0.2 - 0.02), 14)
    expect(last?.sessionProfitLossCoin).toBeCloseTo(-0.5 * (0.2 - 0.03), 14)
    expect(deliveriesOf(exchange)[0]?.sessionRealisedCoin).toBeCloseTo(-0.5 * (0.2 - 0.03), 14)
    expect(exchange.account('BTC').sessionRealisedCoin).toBe(0)
  })
})

describe('the settlement of every day', () => {
  const marks = (atMs: number) => (atMs >= FIRST_SETTLEMENT_MS ? { mark: 0.03 } : {})

  it('leaves one row without cash per currency with positions', () => {
    const exchange = exchangeOver({ topAt: marks })
    place(exchange)
    exchange.advanceTo(FIRST_SETTLEMENT_MS + 2 * DAY_MS)
    const rows = exchange.ledger('BTC').filter(({ kind }) => kind === 'options_settlement_summary')
    expect(rows.map(({ timestampMs }) => timestampMs)).toEqual(
      [0, 1, 2].map((day) => FIRST_SETTLEMENT_MS + day * DAY_MS),
    )
    expect(rows[0]).toMatchObject({
      instrumentName: null,
      side: '-',
      changeCoin: 0,
      feeCoin: 0,
      sessionRealisedCoin: 0,
    })
    expect(rows[0]?.sessionUnrealisedCoin).toBeCloseTo(-0.5 * 0.01, 14)
    expect(rows[1]?.sessionUnrealisedCoin).toBeCloseTo(0, 14)
    expect(rows[0]?.equityCoin).toBeCloseTo(exchange.account('BTC').equityCoin, 14)
    expect(exchange.ledger('ETH').map(({ kind }) => kind)).toEqual(['deposit'])
  })

  it('begins the session anew at the mark, and leaves cash and average price alone', () => {
    const exchange = exchangeOver({ topAt: marks })
    place(exchange, { sizeCoin: 0.8 })
    place(exchange, { side: 'buy', sizeCoin: 0.3, priceCoin: 0.0205 })
    const before = exchange.account('BTC')
    expect(before.sessionRealisedCoin).toBeCloseTo(-0.3 * 0.0005, 14)
    exchange.advanceTo(FIRST_SETTLEMENT_MS)
    const after = exchange.account('BTC')
    expect(after).toMatchObject({ balanceCoin: before.balanceCoin, sessionRealisedCoin: 0, sessionUnrealisedCoin: 0 })
    expect(after.positions).toMatchObject([
      {
        sizeCoin: -0.5,
        averagePriceCoin: 0.02,
        settlementPriceCoin: 0.03,
        floatingProfitCoin: 0,
        realisedProfitCoin: 0,
      },
    ])
    expect(after.positions[0]?.totalProfitCoin).toBeCloseTo(-0.5 * 0.01, 14)
    const [settlement] = exchange.settlements('BTC')
    expect(settlement).toMatchObject({ kind: 'settlement', timestampMs: FIRST_SETTLEMENT_MS, positionCoin: -0.5 })
    expect(settlement?.markPriceCoin).toBe(0.03)
    expect(settlement?.profitLossCoin).toBeCloseTo(-0.5 * 0.01, 14)
    expect(settlement?.sessionProfitLossCoin).toBeCloseTo(-0.5 * 0.01 - 0.3 * 0.0005, 14)
  })

  it('counts a later session from that mark: what is closed in it and what stays open', () => {
    const exchange = exchangeOver({ topAt: (atMs) => ({ ...marks(atMs), ask: 0.035, askSize: 2 }) })
    place(exchange, { sizeCoin: 0.5 })
    exchange.advanceTo(FIRST_SETTLEMENT_MS + DAY_MS / 2)
    const [trade] = place(exchange, { side: 'buy', sizeCoin: 0.2, priceCoin: 0.035 }).trades
    expect(trade?.profitLossCoin).toBeCloseTo(-0.2 * (0.035 - 0.02), 14)
    expect(exchange.account('BTC').sessionRealisedCoin).toBeCloseTo(-0.2 * (0.035 - 0.03), 14)
    expect(exchange.account('BTC').sessionUnrealisedCoin).toBeCloseTo(0, 14)
  })

  it('has begun for what trades in the same minute', () => {
    const exchange = exchangeOver({ topAt: marks })
    place(exchange)
    exchange.advanceTo(FIRST_SETTLEMENT_MS + 5_000)
    place(exchange, { sizeCoin: 0.1 })
    const row = exchange.ledger('BTC').at(-1)
    expect(row?.sessionUnrealisedCoin).toBeCloseTo(-0.1 * 0.01, 14)
    expect(row?.sessionUnrealisedCoin).toBeCloseTo(exchange.account('BTC').sessionUnrealisedCoin, 14)
  })

  it('forgets what a closed position realised, too', () => {
    const exchange = exchangeOver()
    place(exchange)
    place(exchange, { side: 'buy', priceCoin: 0.0205 })
    expect(exchange.account('BTC').sessionRealisedCoin).toBeCloseTo(-0.00025, 14)
    exchange.advanceTo(FIRST_SETTLEMENT_MS)
    expect(exchange.account('BTC').sessionRealisedCoin).toBe(0)
    expect(exchange.ledger('BTC').map(({ kind }) => kind)).toEqual(['deposit', 'trade', 'trade'])
    expect(exchange.settlements('BTC')).toEqual([])
  })

  it('forgets what two options realised that made up for each other', () => {
    const other = optionOf({ strikeUsd: 90_000 })
    const exchange = exchangeOver({
      options: [optionOf(), other],
      topAt: (atMs, symbol) =>
        atMs === START_MS ? {} : symbol === other.symbol ? { ask: 0.015, bid: 0.0145 } : { ask: 0.025 },
    })
    for (const { symbol } of [optionOf(), other]) place(exchange, { symbol })
    exchange.advanceTo(START_MS + 60_000)
    place(exchange, { side: 'buy', priceCoin: 0.025 })
    place(exchange, { side: 'buy', priceCoin: 0.015, symbol: other.symbol })
    expect(exchange.account('BTC')).toMatchObject({ positions: [], sessionRealisedCoin: 0 })
    exchange.advanceTo(FIRST_SETTLEMENT_MS + 60_000)
    place(exchange)
    expect(exchange.positions('BTC')).toMatchObject([{ realisedProfitCoin: 0 }])
  })
})

function deliveriesOf(exchange: Exchange): readonly LedgerRow[] {
  return exchange.ledger('BTC').filter(({ kind }) => kind === 'delivery')
}
