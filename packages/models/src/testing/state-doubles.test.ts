import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidateOptionSchema } from '../candidate.js'
import { optionPositionSchema } from '../portfolio.js'
import { agentStateSchema, underlyingStateSchema } from '../state.js'
import { candidateForTest, instrumentForTest, positionForTest, TEST_TIME_MS } from './option-doubles.js'
import { stateForTest, underlyingForTest } from './state-doubles.js'

const CALL = 'BTC-30JAN26-100000-C'
const DAY_MS = 86_400_000

describe('a hand-made state', () => {
  it('is whole where nothing is said, and has no key that the schemas do not know', () => {
    expect(agentStateSchema.parse(stateForTest())).toEqual(stateForTest())
    expect(underlyingStateSchema.parse(underlyingForTest({ currency: 'ETH' })).candidates).toMatchObject([
      { instrument: { symbol: 'ETH-30JAN26-100000-C' }, dte: 28 },
    ])
  })

  it('is as whole where volatility and parts are missing', () => {
    const state = stateForTest({
      underlyings: [
        underlyingForTest({
          vol: { atmIv: null, realisedVol: null, dvol: null },
          ages: { tickers: null, candles: null, dvol: null },
        }),
      ],
    })
    expect(agentStateSchema.parse(state)).toEqual(state)
    expect(state.underlyings[0]?.vol).toMatchObject({ ivrv: null, forecast: null, realised: [], ivRank: null })
    expect(state.underlyings[0]?.parts).toMatchObject({ candles: null, account: { ageMs: 0 } })
  })

  it('gives back a whole part as it was given', () => {
    const portfolio = underlyingForTest({ portfolio: { balanceCoin: 3 } }).portfolio
    expect(underlyingForTest({ portfolio }).portfolio).toEqual(portfolio)
  })

  it('is of its time, and each part as old as it is said to be', () => {
    const timeMs = Date.UTC(2026, 0, 5)
    const state = stateForTest({ timeMs, underlyings: [underlyingForTest({ timeMs, ages: { chain: 7_000 } })] })
    expect(state).toMatchObject({
      timeMs,
      underlyings: [{ parts: { chain: { timestampMs: timeMs - 7_000, ageMs: 7_000 } } }],
    })
    expect(stateForTest({ timeMs }).underlyings[0]?.parts.index).toEqual({ timestampMs: timeMs, ageMs: 0 })
    expect(stateForTest().timeMs).toBe(TEST_TIME_MS)
  })

  it('sums up its positions', () => {
    const positions = [
      positionForTest(CALL, { sizeCoin: -0.5, delta: 0.4 }),
      positionForTest('BTC-30JAN26-80000-P', { sizeCoin: -2, delta: -0.1 }),
    ]
    const { portfolio } = underlyingForTest({ portfolio: { balanceCoin: 2, positions } })
    expect(portfolio.optionsDeltaCoin).toBeCloseTo(0, 12)
    expect(portfolio.coverage).toEqual({ coveredCoin: 2, committedCoin: 0.5, freeCoin: 1.5 })
    const blind = { positions: [...positions, positionForTest(CALL, { delta: null })] }
    expect(underlyingForTest({ portfolio: blind }).portfolio.optionsDeltaCoin).toBeNull()
  })
})

describe('a hand-made option', () => {
  const ticks = fc.integer({ min: 1, max: 400 })
  const iv = fc.double({ min: 0.05, max: 5, noNaN: true })
  const delta = fc.double({ min: 0, max: 1, noNaN: true })
  const dte = fc.double({ min: 0.01, max: 400, noNaN: true })
  const price = (count: number) => count * 0.0005

  it('is a candidate by the schema, whatever its bid, ask, volatility, delta and days', () => {
    fc.assert(
      fc.property(ticks, fc.option(ticks), iv, delta, dte, (bid, spread, markIv, delta, dte) => {
        const askPriceCoin = spread === null ? null : price(bid + spread)
        const candidate = candidateForTest(CALL, { bidPriceCoin: price(bid), askPriceCoin, markIv, delta, dte })
        expect(candidateOptionSchema.parse(candidate)).toEqual(candidate)
        expect(candidate.spreadTicks).toBe(spread === null ? null : price(bid + spread) > 0.005 ? spread : 5 * spread)
      }),
    )
  })

  it('is a position by the schema, long or short, quoted or not', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.option(delta),
        fc.option(ticks.map(price)),
        fc.option(ticks.map(price)),
        (sizeCoin, delta, askPriceCoin, averagePriceCoin) => {
          const position = positionForTest(CALL, { sizeCoin, delta, askPriceCoin, averagePriceCoin })
          expect(optionPositionSchema.parse(position)).toEqual(position)
          const isPriced = sizeCoin < 0 && askPriceCoin !== null && averagePriceCoin !== null
          expect(position.premiumCaptured !== null).toBe(isPriced)
        },
      ),
    )
  })

  it('brings and keeps what its prices say, fees paid', () => {
    const candidate = candidateForTest(CALL, { bidPriceCoin: 0.01, askPriceCoin: 0.0105 })
    expect(candidate.netPremiumCoin).toBeCloseTo(0.0097, 12)
    expect(candidate.netPremiumUsd).toBeCloseTo(873, 9)
    expect(candidate.spreadTicks).toBe(1)
    expect(candidateForTest(CALL, { bidPriceCoin: 0.0004 }).netPremiumCoin).toBeCloseTo(0.00035, 12)
    expect(positionForTest(CALL, { averagePriceCoin: 0.01, askPriceCoin: 0.002 }).premiumCaptured).toBeCloseTo(
      1 - 0.00225 / 0.0097,
      12,
    )
  })

  it('has what its symbol says, and is refused where that says nothing', () => {
    expect(instrumentForTest('ETH-30JAN26-4000-P')).toMatchObject({ currency: 'ETH', kind: 'put', minSizeCoin: 1 })
    expect(candidateForTest(CALL, { quotedMs: TEST_TIME_MS + DAY_MS }).dte).toBe(27)
    expect(() => instrumentForTest('BTC-PERPETUAL')).toThrow('BTC-PERPETUAL must be the symbol of an option')
  })
})
