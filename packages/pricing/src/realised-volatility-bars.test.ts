import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closeToCloseVolatility, ewmaVolatility } from './realised-volatility.js'
import { type BarColumns, type GapRule, logRatio } from './realised-volatility-bars.js'
import {
  garmanKlassVolatility,
  parkinsonVolatility,
  rogersSatchellVolatility,
  yangZhangVolatility,
} from './realised-volatility-range.js'
import { realisedVariances } from './realised-volatility-variance.js'

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 0, 2)

const onBars = [parkinsonVolatility, garmanKlassVolatility, rogersSatchellVolatility, yangZhangVolatility].map(
  (estimate) => ({ name: estimate.name, estimate }),
)

/** Four unbroken bars, with what a case changes. */
function bars(changes: Partial<BarColumns> = {}): BarColumns {
  return {
    open: [100, 101, 102, 101],
    high: [102, 103, 104, 103],
    low: [99, 100, 100, 100],
    close: [101, 102, 101, 102],
    periodsPerYear: 8_760,
    ...changes,
  }
}

/** Opening times by the number of bars since the start. */
function hours(...offsets: number[]): { openMs: number[]; barMs: number } {
  return { openMs: offsets.map((offset) => START_MS + offset * HOUR_MS), barMs: HOUR_MS }
}

describe.each(onBars)('$name on bad bars', ({ name, estimate }) => {
  it.each<{ why: string; changes: Partial<BarColumns>; message: string }>([
    {
      why: 'high below low',
      changes: { high: [102, 103, 99.5, 103] },
      message: 'high[2] must be >= low[2], which is 100, got 99.5',
    },
    {
      why: 'a close above the high',
      changes: { close: [101, 103.5, 101, 102] },
      message: 'close[1] must be within low 100 and high 103, got 103.5',
    },
    {
      why: 'an open below the low',
      changes: { open: [98, 101, 102, 101] },
      message: 'open[0] must be within low 99 and high 102, got 98',
    },
    {
      why: 'a missing open',
      changes: { open: [100, Number.NaN, 102, 101] },
      message: 'open[1] must be a finite number > 0, got NaN',
    },
    {
      why: 'a zero low',
      changes: { low: [99, 100, 100, 0] },
      message: 'low[3] must be a finite number > 0, got 0',
    },
    {
      why: 'an endless high',
      changes: { high: [Infinity, 103, 104, 103] },
      message: 'high[0] must be a finite number > 0, got Infinity',
    },
    {
      why: 'a negative close',
      changes: { close: [101, 102, 101, -1] },
      message: 'close[3] must be a finite number > 0, got -1',
    },
    {
      why: 'a short high',
      changes: { high: [102, 103, 104] },
      message: 'high must hold as many rows as open, which has 4, got 3',
    },
    {
      why: 'a long low',
      changes: { low: [99, 100, 100, 100, 100] },
      message: 'low must hold as many rows as open, which has 4, got 5',
    },
    {
      why: 'no close',
      changes: { close: [] },
      message: 'close must hold as many rows as open, which has 4, got 0',
    },
    {
      why: 'no year',
      changes: { periodsPerYear: 0 },
      message: 'periodsPerYear must be a finite number > 0, got 0',
    },
  ])('refuses $why', ({ changes, message }) => {
    expect(() => estimate(bars(changes))).toThrow(new RangeError(`${name}: ${message}`))
  })
})

describe.each([
  ...onBars.map(({ name, estimate }) => ({ name, run: (rule: GapRule) => estimate(bars(rule)) })),
  {
    name: 'closeToCloseVolatility',
    run: (rule: GapRule) =>
      closeToCloseVolatility({ closes: [101, 102, 101, 102], periodsPerYear: 8_760, mean: 'zero', ...rule }),
  },
  {
    name: 'ewmaVolatility',
    run: (rule: GapRule) =>
      ewmaVolatility({ closes: [101, 102, 101, 102], periodsPerYear: 8_760, lambda: 0.9, ...rule }),
  },
])('$name on times', ({ name, run }) => {
  it('says that it cannot tell a gap without times', () => {
    expect(run({}).missingBars).toBeNull()
  })

  it('says that no bar is missing', () => {
    expect(run(hours(0, 1, 2, 3))).toEqual({ ...run({}), missingBars: 0 })
  })

  it('counts the bars it skipped when the caller allows gaps', () => {
    expect(run({ ...hours(0, 1, 2, 5), gaps: 'skip' }).missingBars).toBe(2)
  })

  it.each<{ why: string; rule: GapRule; message: string }>([
    {
      why: 'a gap',
      rule: hours(0, 1, 4, 5),
      message: `openMs[2] must be one bar of 3600000 ms after ${START_MS + HOUR_MS}, got ${START_MS + 4 * HOUR_MS}: 2 missing`,
    },
    {
      why: 'a row out of order, gaps allowed or not',
      rule: { ...hours(0, 2, 1, 3), gaps: 'skip' },
      message: `openMs[2] must be whole bars of 3600000 ms after ${START_MS + 2 * HOUR_MS}, got ${START_MS + HOUR_MS}`,
    },
    {
      why: 'a row twice',
      rule: { ...hours(0, 1, 1, 2), gaps: 'skip' },
      message: `openMs[2] must be whole bars of 3600000 ms after ${START_MS + HOUR_MS}, got ${START_MS + HOUR_MS}`,
    },
    {
      why: 'half a bar',
      rule: { ...hours(0, 1, 2.5, 3), gaps: 'skip' },
      message: `openMs[2] must be whole bars of 3600000 ms after ${START_MS + HOUR_MS}, got ${START_MS + 2.5 * HOUR_MS}`,
    },
    {
      why: 'a missing time',
      rule: hours(Number.NaN, 1, 2, 3),
      message: 'openMs[0] must be an integer, got NaN',
    },
    {
      why: 'too few times',
      rule: hours(0, 1, 2),
      message: 'openMs must hold as many rows as the prices, which have 4, got 3',
    },
    {
      why: 'bars of no length',
      rule: { ...hours(0, 1, 2, 3), barMs: 0 },
      message: 'barMs must be an integer > 0, got 0',
    },
    {
      why: 'times without the length of a bar',
      rule: { openMs: hours(0, 1, 2, 3).openMs },
      message: 'openMs and barMs must both be given to tell a gap',
    },
    {
      why: 'a length without times',
      rule: { barMs: HOUR_MS },
      message: 'openMs and barMs must both be given to tell a gap',
    },
    {
      why: 'skipping what it cannot see',
      rule: { gaps: 'skip' },
      message: 'openMs and barMs must both be given to tell a gap',
    },
    {
      why: 'another word for gaps',
      rule: { gaps: 'fill' as 'skip' },
      message: "gaps must be 'refuse' or 'skip', got fill",
    },
  ])('refuses $why', ({ rule, message }) => {
    expect(() => run(rule)).toThrow(new RangeError(`${name}: ${message}`))
  })
})

describe('a gap that is allowed', () => {
  const rule = { ...hours(0, 1, 5, 6), gaps: 'skip' } as const

  it('costs estimators on closes the return across it', () => {
    const closes = [100, 101, 150, 152]
    const { volatility, n } = closeToCloseVolatility({ closes, periodsPerYear: 1, mean: 'zero', ...rule })
    expect(n).toBe(2)
    expect(volatility).toBeCloseTo(Math.sqrt((Math.log(1.01) ** 2 + Math.log(152 / 150) ** 2) / 2), 14)
    const ewma = ewmaVolatility({ closes, periodsPerYear: 1, lambda: 0.5, ...rule })
    expect(ewma.n).toBe(2)
    expect(ewma.volatility).toBeCloseTo(Math.sqrt((0.5 * Math.log(1.01) ** 2 + Math.log(152 / 150) ** 2) / 1.5), 14)
  })

  it('costs Yang-Zhang the bar behind it and the other ranges nothing', () => {
    expect(yangZhangVolatility(bars(rule)).n).toBe(2)
    for (const estimate of [parkinsonVolatility, garmanKlassVolatility, rogersSatchellVolatility]) {
      expect(estimate(bars(rule))).toEqual({ ...estimate(bars()), n: 4, missingBars: 3 })
    }
  })

  it('leaves the jump across it out of Yang-Zhang, whatever the prices behind it', () => {
    const { log } = Math
    const jumps = (log(100.5 / 101) - log(202 / 201)) ** 2 / 2
    const bodies = (log(102 / 100.5) - log(204 / 202)) ** 2 / 2
    const ranges =
      log(103 / 100.5) * log(103 / 102) +
      log(100 / 100.5) * log(100 / 102) +
      log(206 / 202) * log(206 / 204) +
      log(200 / 202) * log(200 / 204)
    const k = 0.34 / (1.34 + 3)
    const { volatility } = yangZhangVolatility({
      open: [100, 100.5, 200, 202],
      high: [102, 103, 203, 206],
      low: [99, 100, 199, 200],
      close: [101, 102, 201, 204],
      periodsPerYear: 1,
      ...rule,
    })
    expect(volatility).toBeCloseTo(Math.sqrt(jumps + k * bodies + ((1 - k) * ranges) / 2), 14)
  })

  it('may leave too little', () => {
    const broken = { ...hours(0, 2, 4, 6), gaps: 'skip' } as const
    expect(() => yangZhangVolatility(bars(broken))).toThrow(
      new RangeError('yangZhangVolatility: bars must hold at least 2 that follow another directly, got 0'),
    )
    expect(() => closeToCloseVolatility({ closes: [1, 2, 3, 4], periodsPerYear: 1, mean: 'zero', ...broken })).toThrow(
      new RangeError("closeToCloseVolatility: number of returns must be at least 1 for mean 'zero', got 0"),
    )
  })

  it('is never allowed inside realised variance, asked for or not', () => {
    const input = { closes: [1, 2, 3, 4], returnsPerPeriod: 2, ...hours(0, 1, 2, 4), gaps: 'skip' }
    expect(() => realisedVariances(input)).toThrow(
      new RangeError(
        `realisedVariances: openMs[3] must be one bar of 3600000 ms after ${START_MS + 2 * HOUR_MS}, got ${START_MS + 4 * HOUR_MS}: 1 missing`,
      ),
    )
  })
})

describe('the logarithm of a ratio', () => {
  const price = fc.double({ min: 1e-3, max: 1e6, noNaN: true })
  const move = fc.double({ min: -0.08, max: 0.08, noNaN: true })

  it('is that of log1p to some units in the last place, near 1 and on both sides of where its series ends', () => {
    fc.assert(
      fc.property(price, move, (from, share) => {
        const to = from * (1 + share)
        const exact = Math.log1p((to - from) / from)
        expect(Math.abs(logRatio(to, from) - exact)).toBeLessThanOrEqual(1e-15 * Math.abs(exact))
      }),
      { numRuns: 20_000 },
    )
  })

  it('is the exact negative on the way back, and 0 where nothing moved', () => {
    fc.assert(
      fc.property(price, price, (to, from) => {
        expect(logRatio(to, from)).toBe(0 - logRatio(from, to))
        expect(logRatio(to, to)).toBe(0)
      }),
    )
  })

  it.each([
    [2, 1],
    [1e-300, 1e300],
    [5e-324, 1e-300],
  ])('holds of %d over %d', (to, from) => {
    expect(logRatio(to, from)).toBeCloseTo(Math.log(to) - Math.log(from), 12)
  })
})
