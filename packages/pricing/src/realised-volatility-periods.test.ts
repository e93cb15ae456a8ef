import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { simulateBars } from './realised-volatility.fixture.js'
import { ewmaVolatility, PERIODS_PER_YEAR } from './realised-volatility.js'
import { recentVariances } from './realised-volatility-periods.js'
import { realisedVariances } from './realised-volatility-variance.js'

const HOUR_MS = 3_600_000
const DAYS = 10
const { close } = simulateBars({ bars: 24 * DAYS + 1, barVolatility: 0.01, barDrift: 0, seed: 9 })
const openMs = close.map((_, row) => row * HOUR_MS)

/** Variances of days of hours, but for the bars that are missing. */
function daysWithout(missing: readonly number[], leastReturns = 22) {
  const kept = (column: readonly number[]) => column.filter((_, row) => !missing.includes(row))
  return recentVariances({
    closes: kept(close),
    openMs: kept(openMs),
    barMs: HOUR_MS,
    returnsPerPeriod: 24,
    leastReturns,
  })
}

const whole = realisedVariances({ closes: close, returnsPerPeriod: 24 }).variance

describe('variances of recent periods', () => {
  it('are those of realisedVariances where no bar is missing', () => {
    expect(daysWithout([])).toEqual(whole)
  })

  it('count a period for all its returns where it lacks a few', () => {
    // A missing bar takes two returns with it: that into it and that out of it.
    const found = daysWithout([30])
    const square = (row: number) => Math.log(close[row]! / close[row - 1]!) ** 2
    expect(found[1]).toBeCloseTo((whole[1]! - square(30) - square(31)) * (24 / 22), 12)
    expect(found.subarray(2)).toEqual(whole.subarray(2))
    expect(found[0]).toBe(whole[0])
  })

  it.each([
    { missing: [30, 40], days: 8, why: 'a day that lacks four returns' },
    { missing: [30, 40, 200], days: 8, why: 'a later one that lacks two is scaled' },
    { missing: Array.from({ length: 60 }, (_, i) => 30 + i), days: 6, why: 'days without a bar' },
    { missing: Array.from({ length: 10 }, (_, i) => 225 + i), days: 0, why: 'the newest day itself' },
  ])('begin after $why', ({ missing, days }) => {
    expect(daysWithout(missing)).toHaveLength(days)
  })

  it('are as many as the caller lets count', () => {
    expect(daysWithout([30, 40], 20)).toHaveLength(DAYS)
    expect(daysWithout([30, 40], 21)).toHaveLength(8)
  })

  it('are sums over the returns that are there, wherever bars are missing', () => {
    const rows = fc.uniqueArray(fc.integer({ min: 1, max: 24 * DAYS - 1 }), { maxLength: 60 })
    fc.assert(
      fc.property(rows, (missing) => {
        const expected = Array.from({ length: DAYS }, (_, day) => {
          const hours = Array.from({ length: 24 }, (_, hour) => 24 * day + hour + 1)
          const there = hours.filter((row) => !missing.includes(row) && !missing.includes(row - 1))
          const squares = there.map((row) => Math.log((close[row] as number) / (close[row - 1] as number)) ** 2)
          return there.length === 0 ? null : squares.reduce((sum, each) => sum + each, 0) * (24 / there.length)
        })
        const run = expected.slice(expected.lastIndexOf(null) + 1) as number[]
        const found = daysWithout(missing, 1)
        expect(found).toHaveLength(run.length)
        run.forEach((variance, day) => {
          expect(Math.abs((found[day] as number) / variance - 1)).toBeLessThan(1e-12)
        })
      }),
    )
  })

  it('of longer periods than there are returns take no room for them', () => {
    const input = { closes: [1, 2, 3], openMs: [0, 1, 2], barMs: 1, returnsPerPeriod: 2 ** 40, leastReturns: 1 }
    const [variance] = recentVariances(input, {})
    expect(variance).toBeCloseTo((Math.log(2) ** 2 + Math.log(1.5) ** 2) * 2 ** 39, 0)
  })

  it('are none without closes', () => {
    expect(recentVariances({ closes: [], openMs: [], barMs: 1, returnsPerPeriod: 2, leastReturns: 1 })).toHaveLength(0)
  })

  it.each([
    { change: { returnsPerPeriod: 1 }, error: 'recentVariances: returnsPerPeriod must be an integer >= 2, got 1' },
    { change: { leastReturns: 0 }, error: 'recentVariances: leastReturns must be an integer from 1 to 24, got 0' },
    { change: { leastReturns: 25 }, error: 'recentVariances: leastReturns must be an integer from 1 to 24, got 25' },
    {
      change: { closes: close.with(7, Number.NaN) },
      error: 'recentVariances: closes[7] must be a finite number > 0, got NaN',
    },
    {
      change: { openMs: openMs.with(5, 4 * HOUR_MS) },
      error: `recentVariances: openMs[5] must be whole bars of 3600000 ms after ${4 * HOUR_MS}, got ${4 * HOUR_MS}`,
    },
  ])('refuse: $error', ({ change, error }) => {
    const input = { closes: close, openMs, barMs: HOUR_MS, returnsPerPeriod: 24, leastReturns: 22 }
    expect(() => recentVariances({ ...input, ...change })).toThrow(error)
  })
})

describe('a memory of the returns before', () => {
  it('changes no bit of variances or of the fading volatility as closes slide by, stop, are corrected or missing', () => {
    const step = fc.record({
      from: fc.nat(80),
      length: fc.integer({ min: 30, max: 160 }),
      missing: fc.option(fc.nat(159), { nil: undefined, freq: 3 }),
      corrected: fc.option(fc.nat(159), { nil: undefined, freq: 3 }),
      isView: fc.boolean(),
    })
    const [closesInMemory, timesInMemory] = [new Float64Array(close), new Float64Array(openMs)]
    const least = fc.integer({ min: 1, max: 24 })
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), least, (steps, leastReturns) => {
        const [variances, fading] = [{}, {}]
        for (const { from, length, missing, corrected, isView } of steps) {
          const rows = close.flatMap((_, row) =>
            row >= from && row < from + length && row - from !== missing ? row : [],
          )
          const given = {
            closes: rows.map((row, at) => (close[row] as number) * (at === corrected ? 1.01 : 1)),
            openMs: rows.map((row) => openMs[row] as number),
          }
          const seen = {
            closes: closesInMemory.subarray(from, from + length),
            openMs: timesInMemory.subarray(from, from + length),
          }
          const { closes, openMs: opened } = isView ? seen : given
          const times = { openMs: opened, barMs: HOUR_MS }
          const input = { closes, ...times, returnsPerPeriod: 24, leastReturns }
          expect(recentVariances(input, variances)).toEqual(recentVariances(input))
          const faded = { closes, ...times, gaps: 'skip', periodsPerYear: PERIODS_PER_YEAR.hour, lambda: 0.99 } as const
          expect(ewmaVolatility(faded, fading)).toEqual(ewmaVolatility(faded))
        }
      }),
    )
  })

  it.each([21, 22, 23, 24])(
    'of a gapless history counts an oldest day that begins late, from 22 returns on: %i',
    (returns) => {
      const rows = 1 + returns + 48
      const found = recentVariances({
        closes: close.slice(-rows),
        openMs: openMs.slice(-rows),
        barMs: HOUR_MS,
        ...{ returnsPerPeriod: 24, leastReturns: 22 },
      })
      expect(found.length).toBe(returns >= 22 ? 3 : 2)
      expect(found.subarray(-2)).toEqual(whole.subarray(-2))
    },
  )

  it('takes nothing of another series in the same memory', () => {
    const both = new Float64Array([...close, ...close.toReversed()])
    const [one, other] = [both.subarray(0, close.length), both.subarray(close.length)]
    const input = { openMs, barMs: HOUR_MS, returnsPerPeriod: 24, leastReturns: 22 }
    const memory = {}
    recentVariances({ ...input, closes: one }, memory)
    const found = recentVariances({ ...input, openMs: new Float64Array(openMs), closes: other }, memory)
    expect(found).toEqual(recentVariances({ ...input, closes: other }))
    const times = new Float64Array([...openMs, ...openMs])
    const views = { ...input, openMs: times.subarray(0, openMs.length) }
    recentVariances({ ...views, closes: one }, memory)
    expect(recentVariances({ ...views, closes: other }, memory)).toEqual(found)
    const elsewhere = new Float64Array(close.toReversed())
    recentVariances({ ...views, closes: one }, memory)
    expect(recentVariances({ ...views, closes: elsewhere }, memory)).toEqual(found)
  })

  it('is of one length of periods: those of another are added up anew', () => {
    const input = { closes: close, openMs, barMs: HOUR_MS }
    const memory = {}
    for (const returnsPerPeriod of [24, 12, 24]) {
      const sized = { ...input, returnsPerPeriod, leastReturns: returnsPerPeriod }
      expect(recentVariances(sized, memory)).toEqual(recentVariances(sized))
    }
    const fading = { ...input, gaps: 'skip', periodsPerYear: PERIODS_PER_YEAR.hour, lambda: 0.99 } as const
    expect(ewmaVolatility(fading, memory)).toEqual(ewmaVolatility(fading))
  })

  it('tells the same closes at other times from those it knows', () => {
    const closes = new Float64Array(close)
    const times = new Float64Array([...openMs, (openMs.at(-1) ?? 0) + HOUR_MS])
    const input = { closes, barMs: HOUR_MS, returnsPerPeriod: 24, leastReturns: 22 }
    const late = openMs.map((opened, row) => (row < 100 ? opened : opened + HOUR_MS))
    for (const other of [late, times.subarray(1)]) {
      const memory = {}
      recentVariances({ ...input, openMs: times.subarray(0, -1) }, memory)
      expect(recentVariances({ ...input, openMs: other }, memory)).toEqual(recentVariances({ ...input, openMs: other }))
    }
  })

  it('keeps lists as they were, whoever writes to them later', () => {
    const closes = [...close]
    const input = { closes, openMs, barMs: HOUR_MS, returnsPerPeriod: 24, leastReturns: 22 }
    const memory = {}
    recentVariances(input, memory)
    closes[100] = (closes[100] as number) * 1.5
    expect(recentVariances(input, memory)).toEqual(recentVariances(input))
  })

  it('is refused a bad close, whatever it knows', () => {
    const memory = {}
    const input = { closes: close, openMs, barMs: HOUR_MS, returnsPerPeriod: 24, leastReturns: 22 }
    recentVariances(input, memory)
    const broken = { ...input, closes: close.map((value, row) => (row === 200 ? Number.NaN : value)) }
    expect(() => recentVariances(broken, memory)).toThrow(/closes\[200\] must be a finite number > 0, got NaN/)
  })
})
