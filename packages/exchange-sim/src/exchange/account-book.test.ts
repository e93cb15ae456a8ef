import { describe, expect, it } from 'vitest'
import {
  ALL_TIME,
  accepted,
  EXPIRY_MS,
  exchangeOver,
  INDEX_USD,
  optionOf,
  START_MS,
  termsOf,
} from './exchange.fixture.js'

const DAY_MS = 86_400_000

describe('delivery', () => {
  it('pays Deribit’s example: half a coin of an 80,000 call at 100,000', () => {
    const exchange = exchangeOver()
    accepted(exchange.place(termsOf()))
    const before = exchange.account('BTC')
    exchange.advanceTo(EXPIRY_MS - 1)
    expect(exchange.account('BTC').positions).toHaveLength(1)
    exchange.advanceTo(EXPIRY_MS)
    const [row] = exchange.ledger('BTC', { fromMs: EXPIRY_MS, toMs: EXPIRY_MS + 1 })
    expect(row).toMatchObject({
      kind: 'delivery',
      venueKind: 'delivery',
      symbol: optionOf().symbol,
      sizeCoin: 0.5,
      deliveryPriceUsd: 100_000,
      indexUsd: INDEX_USD,
    })
    expect(row?.priceCoin).toBeCloseTo(0.2, 14)
    expect(row?.feeCoin).toBeCloseTo(0.000075, 14)
    expect(row?.changeCoin).toBeCloseTo(-0.100075, 14)
    expect(exchange.account('BTC').balanceCoin).toBeCloseTo(before.balanceCoin - 0.100075, 14)
    expect(exchange.account('BTC')).toMatchObject({ positions: [], optionsValueCoin: 0, initialMarginCoin: 0 })
  })

  it.each([
    { why: 'out of the money', deliveryUsd: 79_999, option: optionOf(), change: 0, fee: 0 },
    { why: 'at the strike', deliveryUsd: 80_000, option: optionOf(), change: 0, fee: 0 },
    {
      why: 'a daily, free of charge',
      deliveryUsd: 100_000,
      option: optionOf({ settlementPeriod: 'day' }),
      change: -0.1,
      fee: 0,
    },
    {
      why: 'a put',
      deliveryUsd: 64_000,
      option: optionOf({ kind: 'put' }),
      change: -0.125 - 0.000075,
      fee: 0.000075,
    },
    {
      // Payout 80/80,080; an eighth of it is 0.000125.
      why: 'barely in the money, the fee capped',
      deliveryUsd: 80_080,
      option: optionOf(),
      change: -0.5 * (80 / 80_080) * 1.125,
      fee: 0.5 * (80 / 80_080) * 0.125,
    },
  ])('books one row, $why', ({ deliveryUsd, option, change, fee }) => {
    const exchange = exchangeOver({ options: [option], deliveryUsd })
    accepted(exchange.place(termsOf({ symbol: option.symbol })))
    exchange.advanceTo(EXPIRY_MS + DAY_MS)
    const rows = exchange.ledger('BTC', ALL_TIME).filter(({ kind }) => kind === 'delivery')
    expect(rows).toHaveLength(1)
    expect(rows[0]?.changeCoin).toBeCloseTo(change, 14)
    expect(rows[0]?.feeCoin).toBeCloseTo(fee, 14)
    expect(Object.is(rows[0]?.changeCoin, -0)).toBe(false)
    expect(rows[0]?.deliveryPriceUsd).toBe(deliveryUsd)
  })

  it('pays the holder of a long call', () => {
    const exchange = exchangeOver()
    accepted(exchange.place(termsOf({ side: 'buy', priceCoin: 0.0205 })))
    exchange.advanceTo(EXPIRY_MS)
    expect(exchange.ledger('BTC', ALL_TIME).at(-1)?.changeCoin).toBeCloseTo(0.1 - 0.000075, 14)
  })

  it('never pays twice, in one jump or in many', () => {
    const later = optionOf({ strikeUsd: 90_000, expiryMs: EXPIRY_MS + 7 * DAY_MS })
    const play = (stopsMs: readonly number[]) => {
      const exchange = exchangeOver({ options: [optionOf(), later] })
      accepted(exchange.place(termsOf()))
      accepted(exchange.place(termsOf({ symbol: later.symbol, sizeCoin: 1.2 })))
      for (const stopMs of stopsMs) exchange.advanceTo(stopMs)
      return exchange.ledger('BTC', ALL_TIME)
    }
    const endMs = START_MS + 30 * DAY_MS
    const once = play([endMs])
    expect(once.filter(({ kind }) => kind === 'delivery')).toHaveLength(2)
    expect(play([EXPIRY_MS, EXPIRY_MS, EXPIRY_MS + 1, EXPIRY_MS - 1, endMs])).toEqual(once)
    expect(play([...Array(30).keys()].map((day) => START_MS + day * DAY_MS).concat(endMs))).toEqual(once)
  })

  it('fails rather than guess a delivery price, and books nothing', () => {
    const exchange = exchangeOver({ deliveryUsd: null })
    accepted(exchange.place(termsOf()))
    const before = exchange.ledger('BTC', ALL_TIME)
    for (const toMs of [EXPIRY_MS, EXPIRY_MS + DAY_MS]) {
      expect(() => exchange.advanceTo(toMs)).toThrowError(
        expect.objectContaining({ code: 'exchange-sim/missing-delivery-price', recovery: 'halt' }),
      )
    }
    expect(exchange.ledger('BTC', ALL_TIME)).toEqual(before)
  })
})
