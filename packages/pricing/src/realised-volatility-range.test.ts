import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { type BarArrays, recordedHours, simulateBars } from './realised-volatility.fixture.js'
import { closeToCloseVolatility, PERIODS_PER_YEAR } from './realised-volatility.js'
import {
  garmanKlassVolatility,
  parkinsonVolatility,
  rogersSatchellVolatility,
  yangZhangVolatility,
} from './realised-volatility-range.js'

const recordings = inject('recordings')
const periodsPerYear = PERIODS_PER_YEAR.day

const ofEachBar = [parkinsonVolatility, garmanKlassVolatility, rogersSatchellVolatility]
const estimators = [...ofEachBar, yangZhangVolatility].map((estimate) => ({ name: estimate.name, estimate }))

type Row = { open: number; high: number; low: number; close: number }

const price = fc.double({ min: 1, max: 1e6, noNaN: true })
const row: fc.Arbitrary<Row> = fc.tuple(price, price, price, price).map((four) => {
  const [open, close] = four
  return { open, high: Math.max(...four), low: Math.min(...four), close }
})
const rows = fc.array(row, { minLength: 3, maxLength: 30 })

const two: Row[] = [
  { open: 100, high: 104, low: 97, close: 103 },
  { open: 102, high: 110, low: 101, close: 105 },
]
const three: Row[] = [...two, { open: 106, high: 107, low: 95, close: 96 }]

describe('range estimators', () => {
  it('weigh height, body and jump of bars as their papers say', () => {
    const { log, sqrt } = Math
    const parkinson = (log(104 / 97) ** 2 + log(110 / 101) ** 2) / (2 * 4 * log(2))
    expect(parkinsonVolatility(columns(two))).toEqual({
      volatility: expect.closeTo(sqrt(365 * parkinson), 13),
      n: 2,
      missingBars: null,
    })

    const body = (2 * log(2) - 1) * (log(103 / 100) ** 2 + log(105 / 102) ** 2)
    const garmanKlass = (0.5 * (log(104 / 97) ** 2 + log(110 / 101) ** 2) - body) / 2
    expect(garmanKlassVolatility(columns(two)).volatility).toBeCloseTo(sqrt(365 * garmanKlass), 13)

    const rogersSatchell = ({ open, high, low, close }: Row) => {
      const [u, d, c] = [log(high / open), log(low / open), log(close / open)] as const
      return u * (u - c) + d * (d - c)
    }
    const [, second, third] = three as [Row, Row, Row]
    expect(rogersSatchellVolatility(columns([second, third])).volatility).toBeCloseTo(
      sqrt((365 * (rogersSatchell(second) + rogersSatchell(third))) / 2),
      13,
    )

    // Of two numbers the sample variance is half their squared difference.
    const jumps = (log(102 / 103) - log(106 / 105)) ** 2 / 2
    const bodies = (log(105 / 102) - log(96 / 106)) ** 2 / 2
    const k = 0.34 / (1.34 + 3)
    const yangZhang = jumps + k * bodies + ((1 - k) * (rogersSatchell(second) + rogersSatchell(third))) / 2
    expect(yangZhangVolatility(columns(three))).toEqual({
      volatility: expect.closeTo(sqrt(365 * yangZhang), 13),
      n: 2,
      missingBars: null,
    })
  })

  it('see nothing in a trend without reversals where they allow for drift, and something where they do not', () => {
    const trend = columns(
      Array.from({ length: 5 }, (_, i) => ({ open: 2 ** i, low: 2 ** i, high: 2 ** (i + 1), close: 2 ** (i + 1) })),
    )
    expect(rogersSatchellVolatility(trend).volatility).toBe(0)
    expect(yangZhangVolatility(trend).volatility).toBeLessThan(1e-7)
    expect(parkinsonVolatility(trend).volatility).toBeCloseTo(Math.sqrt((365 * Math.LN2) / 4), 12)
    expect(garmanKlassVolatility(trend).volatility).toBeCloseTo(Math.sqrt(365 * (1.5 - 2 * Math.LN2)) * Math.LN2, 12)
  })

  it('do not care in which order the bars come, but for Yang-Zhang, which sees the jumps between them', () => {
    fc.assert(
      fc.property(rows, (bars) => {
        for (const estimate of ofEachBar) {
          const { volatility } = estimate(columns(bars))
          const turned = estimate(columns(bars.toReversed())).volatility
          expect(Math.abs(turned - volatility)).toBeLessThanOrEqual(1e-12 * volatility)
        }
      }),
    )
    const turned = yangZhangVolatility(columns(three.toReversed())).volatility
    expect(Math.abs(turned - yangZhangVolatility(columns(three)).volatility)).toBeGreaterThan(0.01)
  })

  it('never exceed what the height of the bars allows', () => {
    fc.assert(
      fc.property(row, (bar) => {
        const height = Math.log(bar.high / bar.low) ** 2 * 365
        const variance = (estimate: typeof parkinsonVolatility) => estimate(columns([bar])).volatility ** 2
        const slack = 1e-12 * (1 + height)
        expect(variance(garmanKlassVolatility)).toBeLessThanOrEqual(height / 2 + slack)
        expect(variance(garmanKlassVolatility)).toBeGreaterThanOrEqual((1.5 - 2 * Math.LN2) * height - slack)
        expect(variance(rogersSatchellVolatility)).toBeLessThanOrEqual(height + slack)
      }),
    )
  })
})

describe.each(estimators)('$name', ({ name, estimate }) => {
  it('is finite, never negative and not moved by the price level', () => {
    fc.assert(
      fc.property(rows, (bars) => {
        const { volatility, n } = estimate(columns(bars))
        expect(volatility).toBeGreaterThanOrEqual(0)
        expect(volatility).toBeLessThan(Infinity)
        expect(n).toBe(name === 'yangZhangVolatility' ? bars.length - 1 : bars.length)
        const scaled = columns(
          bars.map((bar) => ({ open: bar.open * 8, high: bar.high * 8, low: bar.low * 8, close: bar.close * 8 })),
        )
        expect(Math.abs(estimate(scaled).volatility - volatility)).toBeLessThanOrEqual(1e-12 * (1 + volatility))
      }),
    )
  })

  it('is 0 for constant prices', () => {
    const flat = { open: 7, high: 7, low: 7, close: 7 }
    expect(estimate(columns([flat, flat, flat])).volatility).toBe(0)
  })

  it('grows with the root of the periods in a year and reads typed columns alike', () => {
    const bars = columns(three)
    const yearly = estimate({ ...bars, periodsPerYear: 1 }).volatility
    const typed = {
      open: Float64Array.from(bars.open),
      high: Float64Array.from(bars.high),
      low: Float64Array.from(bars.low),
      close: Float64Array.from(bars.close),
      periodsPerYear: 8_760,
    }
    expect(estimate(typed).volatility).toBeCloseTo(yearly * Math.sqrt(8_760), 11)
  })

  it('refuses a sample that is too short', () => {
    const [least, message] =
      name === 'yangZhangVolatility'
        ? [3, 'bars must hold at least 2 that follow another directly, got 1']
        : [1, 'bars must hold at least 1 row, got 0']
    expect(() => estimate(columns(three.slice(0, least - 1)))).toThrow(new RangeError(`${name}: ${message}`))
    expect(estimate(columns(three.slice(0, least))).volatility).toBeGreaterThan(0)
  })
})

describe('on simulated geometric Brownian motion', () => {
  const days = 4_000
  const truth = 0.6
  const simulate = (barDrift: number) => ({
    ...simulateBars({ bars: days, barVolatility: truth / Math.sqrt(365), barDrift, seed: 7 }),
    periodsPerYear,
  })
  const still = simulate(0)
  const trending = simulate(0.03)

  // A volatility from n returns is off by 1/√(2n), and by √efficiency less from n bars with ranges.
  it.each([
    { name: 'close-close', efficiency: 1, of: closeToClose },
    { name: 'Parkinson', efficiency: 5.2, of: parkinsonVolatility },
    { name: 'Garman-Klass', efficiency: 7.4, of: garmanKlassVolatility },
    { name: 'Rogers-Satchell', efficiency: 6, of: rogersSatchellVolatility },
    { name: 'Yang-Zhang', efficiency: 6, of: yangZhangVolatility },
  ])('$name finds the true volatility within four standard errors', ({ efficiency, of }) => {
    const standardError = 1 / Math.sqrt(2 * days * efficiency)
    expect(Math.abs(of(still).volatility / truth - 1)).toBeLessThan(4 * standardError)
  })

  it('only Rogers-Satchell and Yang-Zhang of the range estimators ignore a strong drift', () => {
    expect(Math.abs(rogersSatchellVolatility(trending).volatility / truth - 1)).toBeLessThan(0.02)
    expect(Math.abs(yangZhangVolatility(trending).volatility / truth - 1)).toBeLessThan(0.02)
    expect(parkinsonVolatility(trending).volatility / truth).toBeGreaterThan(1.15)
    expect(garmanKlassVolatility(trending).volatility / truth).toBeGreaterThan(1.05)
  })
})

describe.skipIf(recordings === null)('on recorded data', () => {
  it('matches R’s TTR', () => {
    const vectors = JSON.parse(readFileSync(join(recordings ?? '', 'vectors/quant.json'), 'utf8')).realised_vol_TTR
    const last = (bars: number) => ({
      open: vectors.O.slice(-bars),
      high: vectors.H.slice(-bars),
      low: vectors.L.slice(-bars),
      close: vectors.C.slice(-bars),
      periodsPerYear,
    })
    expect(parkinsonVolatility(last(10)).volatility).toBeCloseTo(vectors.parkinson, 14)
    expect(garmanKlassVolatility(last(10)).volatility).toBeCloseTo(vectors.garmanKlass, 14)
    expect(rogersSatchellVolatility(last(10)).volatility).toBeCloseTo(vectors.rogersSatchell, 14)
    expect(yangZhangVolatility(last(11)).volatility).toBeCloseTo(vectors.yangZhang, 14)
    expect(yangZhangVolatility(last(11)).n).toBe(10)
  })

  it.each(['BTC', 'ETH'] as const)('agrees over a year of hours of %s', (coin) => {
    const hours = recordedHours(recordings ?? '', coin, { from: '2022-01-01', to: '2023-01-01' })
    const bars = { ...hours, barMs: 3_600_000, periodsPerYear: PERIODS_PER_YEAR.hour }
    const reference = closeToClose(bars).volatility
    expect(reference).toBeGreaterThan(0.5)
    expect(reference).toBeLessThan(1.1)
    for (const { name, estimate } of estimators) {
      const { volatility, n, missingBars } = estimate(bars)
      expect(missingBars).toBe(0)
      expect(n).toBe(name === 'yangZhangVolatility' ? 8_759 : 8_760)
      // Wicks of a few trades that reverse within the hour are in the ranges and not in the closes.
      expect(volatility / reference).toBeGreaterThan(0.98)
      expect(volatility / reference).toBeLessThan(1.12)
    }
  })

  it('names the first hour after an outage, and goes on without it when allowed', () => {
    const hours = recordedHours(recordings ?? '', 'BTC', { from: '2021-04-01', to: '2021-05-01' })
    const bars = { ...hours, barMs: 3_600_000, periodsPerYear: PERIODS_PER_YEAR.hour }
    const row = hours.openMs.indexOf(Date.UTC(2021, 3, 20, 4))
    expect(() => yangZhangVolatility(bars)).toThrow(`openMs[${row}] must be one bar`)
    const { n, missingBars } = yangZhangVolatility({ ...bars, gaps: 'skip' })
    expect(missingBars).toBe(5)
    expect(n).toBe(720 - 5 - 1 - 2)
  })
})

function columns(bars: readonly Row[]): BarArrays & { periodsPerYear: number } {
  return {
    open: bars.map(({ open }) => open),
    high: bars.map(({ high }) => high),
    low: bars.map(({ low }) => low),
    close: bars.map(({ close }) => close),
    periodsPerYear,
  }
}

function closeToClose(bars: BarArrays & { periodsPerYear: number }): { volatility: number } {
  return closeToCloseVolatility({ closes: bars.close, periodsPerYear: bars.periodsPerYear, mean: 'zero' })
}
