import { describe, expect, it } from 'vitest'
import { createSyntheticMarket } from '../synthetic/synthetic-market.js'
import { createScriptedMarket, EXPIRY_MS, exchangeOver, optionOf, place, START_MS } from './exchange.fixture.js'
import { createExchange } from './exchange.js'

const DAY_MS = 86_400_000
const FIRST_SETTLEMENT_MS = START_MS + DAY_MS / 3

describe('the life of an instrument', () => {
  const next = optionOf({ expiryMs: EXPIRY_MS + DAY_MS })

  it('goes from open over delivered to archivized', () => {
    const exchange = exchangeOver({ options: [optionOf(), next] })
    const stateOf = () => exchange.instrument(optionOf().symbol)?.state
    expect(stateOf()).toBe('open')
    expect(exchange.expired('BTC')).toEqual([])
    exchange.advanceTo(EXPIRY_MS)
    expect(stateOf()).toBe('delivered')
    expect(exchange.instruments('BTC').map(({ symbol }) => symbol)).toEqual([next.symbol])
    expect(exchange.expired('BTC')).toEqual([{ ...optionOf(), state: 'delivered' }])
    exchange.advanceTo(EXPIRY_MS + DAY_MS)
    expect(stateOf()).toBe('archivized')
    expect(exchange.expired('BTC').map(({ symbol, state }) => [symbol, state])).toEqual([
      [optionOf().symbol, 'archivized'],
      [next.symbol, 'delivered'],
    ])
    expect(exchange.expired('ETH')).toEqual([])
  })

  it('began before the exchange opened for what expired then: it is not known', () => {
    const exchange = exchangeOver({ options: [optionOf(), next] }, { openedMs: EXPIRY_MS })
    expect(exchange.expired('BTC')).toEqual([])
    expect(exchange.instrument(optionOf().symbol)).toBeUndefined()
  })

  it('has no end in a frozen market', () => {
    const exchange = exchangeOver({ frozen: true })
    exchange.advanceTo(EXPIRY_MS + DAY_MS)
    expect(exchange.instrument(optionOf().symbol)?.state).toBe('open')
    expect(exchange.expired('BTC')).toEqual([])
  })

  it('is not that of a coin or symbol that is not served', () => {
    const exchange = exchangeOver({}, { currencies: ['ETH'] })
    for (const symbol of [optionOf().symbol, 'ETH-9JAN26-81000-C', 'nonsense']) {
      expect(exchange.instrument(symbol)).toBeUndefined()
    }
    expect(() => exchange.instruments('BTC')).toThrowError(
      expect.objectContaining({ code: 'exchange-sim/unknown-currency' }),
    )
  })

  it('is told of everything that a synthetic world listed and let expire', () => {
    const market = createSyntheticMarket({ seed: 3, startMs: START_MS, currencies: ['BTC'] })
    const exchange = createExchange({ market, currencies: ['BTC'], depositsCoin: {}, openedMs: START_MS + 2 * DAY_MS })
    exchange.advanceTo(START_MS + 4 * DAY_MS)
    const expired = exchange.expired('BTC')
    expect([...new Set(expired.map(({ expiryMs }) => expiryMs))]).toEqual([
      FIRST_SETTLEMENT_MS + 2 * DAY_MS,
      FIRST_SETTLEMENT_MS + 3 * DAY_MS,
    ])
    expect(expired.length).toBeGreaterThan(20)
    expect(new Set(expired.map(({ symbol }) => symbol)).size).toBe(expired.length)
  })
})

describe('the settlement price', () => {
  const listedAt08 = optionOf({ strikeUsd: 90_000 })
  const market = createScriptedMarket({
    options: [optionOf(), listedAt08],
    topAt: (atMs) => ({
      mark: atMs >= FIRST_SETTLEMENT_MS + DAY_MS ? 0.04 : atMs >= FIRST_SETTLEMENT_MS ? 0.03 : 0.02,
    }),
  })
  const laterListed = {
    ...market,
    instruments: (currency: 'BTC' | 'ETH', atMs: number) =>
      market
        .instruments(currency, atMs)
        .filter(({ symbol }) => symbol !== listedAt08.symbol || atMs >= FIRST_SETTLEMENT_MS),
  }
  const open = (openedMs = START_MS) =>
    createExchange({ market: laterListed, currencies: ['BTC'], depositsCoin: { BTC: 2 }, openedMs })

  it('is the mark at the last 08:00 UTC, held or not', () => {
    const exchange = open()
    const { symbol } = optionOf()
    expect(exchange.settlementPriceCoin(symbol)).toBeNull()
    exchange.advanceTo(FIRST_SETTLEMENT_MS)
    expect(exchange.settlementPriceCoin(symbol)).toBe(0.03)
    exchange.advanceTo(FIRST_SETTLEMENT_MS + DAY_MS - 1)
    expect(exchange.settlementPriceCoin(symbol)).toBe(0.03)
    exchange.advanceTo(FIRST_SETTLEMENT_MS + DAY_MS)
    expect(exchange.settlementPriceCoin(symbol)).toBe(0.04)
  })

  it('is none for what was listed at that moment, or never', () => {
    const exchange = open()
    exchange.advanceTo(FIRST_SETTLEMENT_MS + 1)
    expect(exchange.settlementPriceCoin(listedAt08.symbol)).toBeNull()
    expect(exchange.settlementPriceCoin('BTC-9JAN26-81000-C')).toBeNull()
    exchange.advanceTo(FIRST_SETTLEMENT_MS + DAY_MS)
    expect(exchange.settlementPriceCoin(listedAt08.symbol)).toBe(0.04)
  })

  it('is known of the time before the exchange opened, and not of that before the market', () => {
    expect(open(FIRST_SETTLEMENT_MS + 60_000).settlementPriceCoin(optionOf().symbol)).toBe(0.03)
    const frozen = exchangeOver({ frozen: true })
    frozen.advanceTo(EXPIRY_MS)
    expect(frozen.settlementPriceCoin(optionOf().symbol)).toBeNull()
  })

  it('stands in a position that was open then, and in none opened since', () => {
    const exchange = open()
    exchange.advanceTo(FIRST_SETTLEMENT_MS + 60_000)
    place(exchange)
    expect(exchange.positions('BTC')).toMatchObject([{ settlementPriceCoin: null }])
  })
})
