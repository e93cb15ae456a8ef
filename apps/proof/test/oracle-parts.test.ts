import type { OptionInstrument } from '@cc/models'
import { black76 } from '@cc/pricing'
import { riskLimitsSchema } from '@cc/risk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feeGrains, floorDivide, grainsOf, shareOf, unitsOf, valueGrains, wholeUnits } from '../src/oracle/amounts.ts'
import { callDelta, callValue, normal } from '../src/oracle/call-value.ts'
import { readSymbol } from '../src/oracle/case.ts'
import { readFlags } from '../src/oracle/flags.ts'
import { buyCeiling, sellRange, tickAt } from '../src/oracle/prices.ts'

const limits = riskLimitsSchema.parse({})
const instrument: OptionInstrument = {
  symbol: 'BTC-27MAR26-100000-C',
  currency: 'BTC',
  kind: 'call',
  strikeUsd: 100_000,
  expiryMs: Date.UTC(2026, 2, 27, 8),
  tickSizeCoin: 0.0001,
  tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
  minSizeCoin: 0.1,
  sizeStepCoin: 0.1,
  makerFeeRate: 0.0003,
  takerFeeRate: 0.0003,
  settlementPeriod: 'month',
  state: 'open',
}
const book = (bid: number | null, ask: number | null, mark: number) => {
  const price = (coin: number | null) => (coin === null ? null : unitsOf(coin))
  return { instrument, bid: price(bid), ask: price(ask), mark: unitsOf(mark) }
}

describe('whole numbers', () => {
  it('lose nothing of a product, and nothing of a fee', () => {
    // 0.3 coin at 0.0105 less the fee of 0.0003 a coin; at 0.0004 the fee is an eighth of the price.
    expect(valueGrains(unitsOf(0.3), unitsOf(0.0105))).toBe(grainsOf(unitsOf(0.00315)))
    expect(feeGrains(unitsOf(0.3), unitsOf(0.0105), 0.0003)).toBe(grainsOf(unitsOf(0.00009)))
    expect(feeGrains(unitsOf(1), unitsOf(0.0004), 0.0003)).toBe(grainsOf(unitsOf(0.00005)))
    expect(wholeUnits(feeGrains(1n, 1n, 0.0003))).toBe(0n)
  })

  it('round down, below zero too', () => {
    expect([floorDivide(7n, 2n), floorDivide(-7n, 2n), floorDivide(-8n, 2n)]).toEqual([3n, -4n, -4n])
    expect(shareOf(unitsOf(1) / 3n, 500_000_000_000n)).toBe(16_666_666n)
  })
})

describe('a call by Black-76', () => {
  it('has the value and the delta that the other implementation gives it', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(
        number(1_000, 200_000),
        number(0.3, 3),
        number(0.001, 2),
        number(0.05, 3),
        (forward, ratio, years, iv) => {
          const call = { forwardUsd: forward, strikeUsd: forward * ratio, years, iv }
          const { priceCoin, delta } = black76({ ...call, expiryYears: years, kind: 'call' })
          expect(callValue(call)).toBeCloseTo(priceCoin, 13)
          expect(callDelta(call)).toBeCloseTo(delta, 13)
        },
      ),
    )
  })

  it('is worth its intrinsic value without time', () => {
    expect(callValue({ forwardUsd: 125, strikeUsd: 100, years: 0, iv: 0.5 })).toBeCloseTo(0.2, 15)
    expect(callValue({ forwardUsd: 90, strikeUsd: 100, years: 0, iv: 0.5 })).toBe(0)
  })

  it('stands on a normal distribution of 14 digits', () => {
    // Abramowitz and Stegun, table 26.1.
    expect(normal(1)).toBeCloseTo(0.841344746068543, 14)
    expect(normal(-2)).toBeCloseTo(0.022750131948179, 14)
    expect(normal(4.5)).toBeCloseTo(0.999996602326875, 14)
  })
})

describe('the worst prices', () => {
  it.each([
    { why: 'a tick below the bid', bid: 0.01, mark: 0.0102, worst: 0.0095 },
    { why: 'a fifth below a mark that is far above', bid: 0.01, mark: 0.02, worst: 0.016 },
    { why: 'three ticks below a low mark', bid: 0.0012, mark: 0.0012, worst: 0.0011 },
    { why: 'the finer tick just below a step of the grid', bid: 0.005, mark: 0.005, worst: 0.0049 },
    { why: 'a tick where nothing else binds', bid: 0.0001, mark: 0.0001, worst: 0.0001 },
  ])('of a sale: $why', ({ bid, mark, worst }) => {
    expect(sellRange(book(bid, null, mark), limits, 0n)?.worst).toBe(unitsOf(worst))
  })

  it.each([
    { why: 'a tick above the ask', ask: 0.01, mark: 0.0098, worst: 0.0105 },
    { why: 'a quarter above a mark that is far below', ask: 0.02, mark: 0.01, worst: 0.0125 },
    { why: 'three ticks above a low mark', ask: 0.004, mark: 0.001, worst: 0.0013 },
  ])('of a buy-back: $why', ({ ask, mark, worst }) => {
    expect(buyCeiling(book(null, ask, mark), limits)).toBe(unitsOf(worst))
  })

  it('does not exist without the side that it is of, and is not below what the venue takes', () => {
    expect(sellRange(book(null, 0.01, 0.01), limits, 0n)).toBeNull()
    expect(buyCeiling(book(0.01, null, 0.01), limits)).toBeNull()
    expect(sellRange(book(0.01, null, 0.01), limits, unitsOf(0.0097))).toEqual({
      worst: unitsOf(0.01),
      floor: unitsOf(0.01),
    })
    expect(tickAt(unitsOf(0.005), instrument)).toBe(unitsOf(0.0005))
  })
})

it.each(['BTC-27MAR26-100000-C', 'ETH-5JUN26-3000-P'])('reads %s', (symbol) => {
  expect(readSymbol(symbol)).toMatchObject({ currency: symbol.slice(0, 3), isCall: symbol.endsWith('C') })
})

it.each([
  'BTC-PERPETUAL',
  'BTC-31FEB26-1-C',
  'BTC-05JUN26-1-C',
  'btc-5JUN26-1-C',
  'SOL-5JUN26-1-C',
  'BTC-5JUN26-1-X',
  'BTC-5JUN26-01-C',
  'BTC-5ANF26-1-C',
  'BTC-5JUN26-1-C-1',
  '',
])('does not take %s for an option', (symbol) => expect(readSymbol(symbol)).toBeUndefined())

it('reads its flags, and refuses what makes no sense', () => {
  expect(readFlags([])).toEqual({ states: 1_000_000, seed: 1, workers: 2 })
  expect(readFlags(['--states', '10', '--seed=5'])).toEqual({ states: 10, seed: 5, workers: 2 })
  for (const words of [['--states', '0'], ['--states', '1e3'], ['--seed', '-1'], ['--state', '5'], ['5']]) {
    expect(() => readFlags(words)).toThrow()
  }
})
