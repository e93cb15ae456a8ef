import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { optionInstrumentSchema, parseSymbol } from '@cc/models'
import { black76, isOnTick, roundPriceDown, roundPriceUp, tickSizeAt, yearsBetween } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { greeksOf, listOption, priceAbove, priceBand, priceBelow, settlementPeriodOf } from './contract-terms.js'

it.each([
  ['2026-05-28', 'day', 'a Thursday'],
  ['2026-05-22', 'week', 'a Friday with another one in its month'],
  ['2026-05-29', 'month', 'the last Friday of May'],
  ['2026-06-26', 'month', 'the last Friday of a quarter'],
  ['2026-05-31', 'day', 'a Sunday at the end of a month'],
])('settles an option of %s by the %s: %s', (date, period) => {
  expect(settlementPeriodOf(Date.parse(`${date}T08:00Z`))).toBe(period)
})

it('lists an option whose symbol says what it is', () => {
  const terms = { currency: 'ETH', kind: 'put', strikeUsd: 2_950, expiryMs: Date.UTC(2026, 0, 9, 8) } as const
  const instrument = optionInstrumentSchema.parse(listOption(terms))
  expect(instrument.symbol).toBe('ETH-9JAN26-2950-P')
  expect(parseSymbol(instrument.symbol)).toEqual(terms)
  expect(instrument).toMatchObject({ minSizeCoin: 1, sizeStepCoin: 1, settlementPeriod: 'week', state: 'open' })
})

const anyPrice = fc.oneof(
  fc.double({ min: 0, max: 0.01, noNaN: true }),
  fc.double({ min: 0, max: 0.5, noNaN: true }),
  fc.nat(200).map((ticks) => ticks / 10_000),
  fc.nat(200).map((ticks) => ticks / 2_000),
)

const anyCall = listOption({ currency: 'BTC', kind: 'call', strikeUsd: 95_000, expiryMs: Date.UTC(2026, 0, 16, 8) })

it('rounds prices as the ticks of a listed option have it', () => {
  fc.assert(
    fc.property(anyPrice, (priceCoin) => {
      expect(priceBelow(priceCoin)).toBe(roundPriceDown(priceCoin, anyCall))
      expect(priceAbove(priceCoin)).toBe(roundPriceUp(priceCoin, anyCall))
    }),
    { numRuns: 2_000 },
  )
})

describe('the price band', () => {
  const call = listOption({ currency: 'BTC', kind: 'call', strikeUsd: 100_000, expiryMs: Date.UTC(2026, 2, 27, 8) })

  it.each([
    { mark: 0.0069, low: 0.0001, high: 0.0365 },
    { mark: 0.0535, low: 0.0265, high: 0.0935 },
    { mark: 0.1296, low: 0.0945, high: 0.1705 },
  ])('takes about the prices that Deribit took at a mark of $mark', ({ mark, low, high }) => {
    const band = priceBand(call, { markPriceCoin: mark, bidPriceCoin: null, askPriceCoin: null })
    expect(Math.abs(band.minPriceCoin - low)).toBeLessThan(0.011)
    expect(Math.abs(band.maxPriceCoin - high)).toBeLessThan(0.011)
  })

  it('always takes the quotes themselves, on ticks above 0', () => {
    const price = fc.double({ min: 0, max: 2, noNaN: true })
    fc.assert(
      fc.property(price, price, price, (markPriceCoin, bidPriceCoin, askPriceCoin) => {
        const { minPriceCoin, maxPriceCoin } = priceBand(call, { markPriceCoin, bidPriceCoin, askPriceCoin })
        expect(minPriceCoin).toBeGreaterThan(0)
        expect(minPriceCoin).toBeLessThanOrEqual(Math.max(bidPriceCoin, call.tickSizeCoin))
        expect(maxPriceCoin).toBeGreaterThanOrEqual(Math.max(askPriceCoin, markPriceCoin))
        expect(isOnTick(minPriceCoin, call) && isOnTick(maxPriceCoin, call)).toBe(true)
      }),
    )
  })
})

describe('theta', () => {
  const option = { forwardUsd: 76_904.4, strikeUsd: 77_000, iv: 0.312, kind: 'call' } as const
  const thetaAt = (days: number, markPriceCoin?: number) => {
    const value = black76({ ...option, expiryYears: days / 365 })
    return greeksOf(value, { ...option, expiryYears: days / 365, markPriceCoin: markPriceCoin ?? value.priceCoin })
      .theta
  }

  it('is that of Black for more than a day', () => {
    const { gamma } = black76({ ...option, expiryYears: 2 / 365 })
    expect(thetaAt(2)).toBeCloseTo((-gamma * (76_904.4 * 0.312) ** 2) / 730, 9)
  })

  it('is for what is left of the last day', () => {
    const { gamma } = black76({ ...option, expiryYears: 0.25 / 365 })
    expect(thetaAt(0.25)).toBeCloseTo((-gamma * (76_904.4 * 0.312) ** 2) / 730 / 4, 9)
  })

  it('is never more than the whole option at its mark', () => {
    expect(thetaAt(2, 0.0001)).toBeCloseTo(-0.0001 * 76_904.4, 3)
    expect(thetaAt(2, 0)).toBeCloseTo(0, 3)
  })
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('of recorded options', () => {
  type Ticker = {
    instrument_name: string
    timestamp: number
    underlying_price: number
    mark_iv: number
    mark_price: number
    greeks: { delta: number; theta: number }
  }

  type ChainRow = { instrument_name: string; underlying: number; implied_volatility: number; mark_price: number }

  /** Everything in a recording that has greeks, however deep it lies. */
  const tickersIn = (value: unknown): Ticker[] => {
    if (typeof value !== 'object' || value === null) return []
    const own = 'greeks' in value && 'mark_iv' in value ? [value as Ticker] : []
    return [...own, ...Object.values(value).flatMap(tickersIn)]
  }
  const documents = (folder: string) =>
    readdirSync(join(recordings ?? '', 'fixtures', folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(recordings ?? '', 'fixtures', folder, name), 'utf8')))
  const pricedOption = (name: string, at: { atMs: number; forwardUsd: number; iv: number }) => {
    const parts = parseSymbol(name)
    if (parts === undefined || parts.expiryMs <= at.atMs) return undefined
    const expiryYears = yearsBetween(at.atMs, parts.expiryMs)
    return { ...parts, ...at, expiryYears, value: black76({ ...parts, ...at, expiryYears }) }
  }
  const isWithinTick = (priceCoin: number, markCoin: number) =>
    Math.abs(priceCoin - markCoin) <= tickSizeAt(markCoin, listOption({ ...CALL, expiryMs: 0 }))
  const CALL = { currency: 'BTC', kind: 'call', strikeUsd: 1 } as const

  it('marks, deltas and thetas of tickers follow from IV and forward', () => {
    const folders = ['testnet-2021', 'testnet-2026', 'mainnet-2026-10', 'nautilus', 'other']
    const judged = folders
      .flatMap(documents)
      .flatMap(tickersIn)
      .flatMap((ticker) => {
        const iv = ticker.mark_iv / 100
        const option = pricedOption(ticker.instrument_name, {
          atMs: ticker.timestamp,
          forwardUsd: ticker.underlying_price,
          iv,
        })
        if (option === undefined) return []
        const { delta, theta } = greeksOf(option.value, { ...option, markPriceCoin: ticker.mark_price })
        const thetaError = Math.abs(theta - ticker.greeks.theta)
        return [
          {
            mark: isWithinTick(option.value.priceCoin, ticker.mark_price),
            delta: Math.abs(delta - ticker.greeks.delta) <= 0.0005,
            // Half of the last digit shown is no error.
            theta: thetaError <= Math.max(0.01 * Math.abs(ticker.greeks.theta), 5e-6),
          },
        ]
      })
    const shareOf = (what: 'mark' | 'delta' | 'theta') => judged.filter((each) => each[what]).length / judged.length
    expect(judged.length).toBeGreaterThan(490)
    expect(shareOf('mark')).toBeGreaterThanOrEqual(0.995)
    expect(shareOf('delta')).toBeGreaterThanOrEqual(0.999)
    expect(shareOf('theta')).toBeGreaterThanOrEqual(0.999)
  })

  it.each(['BTC_20251230T173115Z', 'BTC_20260226T094105Z', 'ETH_20251230T173115Z', 'ETH_20260226T094105Z'])(
    'marks of the chain %s follow from IV and forward',
    (name) => {
      const chain = JSON.parse(readFileSync(join(recordings ?? '', 'fixtures/chains', `${name}.json`), 'utf8'))
      const judged = chain.rows.flatMap((row: ChainRow) => {
        const at = { atMs: Date.parse(chain.collected_at), forwardUsd: row.underlying, iv: row.implied_volatility }
        const option = pricedOption(row.instrument_name, at)
        return option === undefined ? [] : [isWithinTick(option.value.priceCoin, row.mark_price)]
      })
      expect(judged.length).toBeGreaterThan(600)
      expect(judged.filter(Boolean).length / judged.length).toBeGreaterThanOrEqual(0.995)
    },
  )
})
