import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BarArrays, simulateBars } from './realised-volatility.fixture.js'
import { closeToCloseVolatility, PERIODS_PER_YEAR } from './realised-volatility.js'
import {
  garmanKlassVolatility,
  parkinsonVolatility,
  rogersSatchellVolatility,
  yangZhangVolatility,
} from './realised-volatility-range.js'
import { realisedVolatilityWindows } from './realised-volatility-windows.js'

const HOUR_MS = 3_600_000
const bars = simulateBars({ bars: 200, barVolatility: 0.01, barDrift: 0.001, seed: 5 })
const gapless = { ...bars, openMs: bars.open.map((_, row) => row * HOUR_MS) }
const rule = { barMs: HOUR_MS, gaps: 'skip', periodsPerYear: PERIODS_PER_YEAR.hour } as const

type Bars = BarArrays & { openMs: number[] }

/** The rows that are kept. */
function rowsOf(columns: Bars, keep: (row: number) => boolean): Bars {
  const kept = (column: readonly number[]) => column.filter((_, row) => keep(row))
  const { openMs, open, high, low, close } = columns
  return { openMs: kept(openMs), open: kept(open), high: kept(high), low: kept(low), close: kept(close) }
}

describe('volatility of several windows at once', () => {
  it('has the bits of each estimator on its window alone, whatever bars are missing', () => {
    const gaps = fc.uniqueArray(fc.nat(199), { maxLength: 40 })
    const firsts = fc.array(fc.nat(100), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(gaps, firsts, (missing, firstRows) => {
        const holed = rowsOf(gapless, (row) => !missing.includes(row))
        const windows = realisedVolatilityWindows({ ...holed, ...rule, firstRows })
        for (const [i, first] of firstRows.entries()) {
          const alone = { ...rowsOf(holed, (row) => row >= first), ...rule }
          const closeToClose = closeToCloseVolatility({ ...alone, closes: alone.close, mean: 'zero' })
          expect(windows[i]).toEqual({
            bars: alone.close.length,
            missingBars: closeToClose.missingBars,
            closeToClose: closeToClose.volatility,
            parkinson: parkinsonVolatility(alone).volatility,
            garmanKlass: garmanKlassVolatility(alone).volatility,
            rogersSatchell: rogersSatchellVolatility(alone).volatility,
            yangZhang: yangZhangVolatility(alone).volatility,
          })
        }
      }),
    )
  })

  it('does not count missing bars without times', () => {
    const [window] = realisedVolatilityWindows({ ...bars, periodsPerYear: 365, firstRows: [10] })
    expect(window).toMatchObject({ bars: 190, missingBars: null })
  })

  it.each([
    { firstRows: [0, 198], why: 'two bars, one return' },
    { firstRows: [200], why: 'no bar' },
    { firstRows: [-1], why: 'a row before the first' },
    { firstRows: [1.5], why: 'half a row' },
    { firstRows: [Number.NaN], why: 'no number' },
  ])('refuses windows from $firstRows: $why', ({ firstRows }) => {
    expect(() => realisedVolatilityWindows({ ...gapless, ...rule, firstRows })).toThrow(
      `realisedVolatilityWindows: firstRows must leave at least 2 bars that follow another directly, got ${firstRows.at(-1)} of 200 rows`,
    )
  })

  it('refuses a broken row, whichever windows hold it', () => {
    const broken = { ...gapless, high: gapless.high.with(3, 1) }
    expect(() => realisedVolatilityWindows({ ...broken, ...rule, firstRows: [100] })).toThrow(
      /^realisedVolatilityWindows: high\[3\] must be >= low\[3\]/,
    )
  })

  it('refuses a gap unless it may be skipped', () => {
    const holed = rowsOf(gapless, (row) => row !== 50)
    expect(() => realisedVolatilityWindows({ ...holed, ...rule, gaps: 'refuse', firstRows: [0] })).toThrow(
      /openMs\[50\] must be one bar of 3600000 ms after .*: 1 missing/,
    )
  })
})

describe('a memory of the bars before', () => {
  it('changes no bit of any window as bars slide by, stop, are corrected or missing', () => {
    const step = fc.record({
      from: fc.nat(60),
      length: fc.integer({ min: 60, max: 120 }),
      missing: fc.option(fc.nat(119), { nil: undefined, freq: 3 }),
      corrected: fc.option(fc.nat(119), { nil: undefined, freq: 3 }),
      isView: fc.boolean(),
    })
    const names = ['openMs', 'open', 'high', 'low', 'close'] as const
    const memoryOf = new Map(names.map((name) => [name, new Float64Array(gapless[name])]))
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), (steps) => {
        const memory = {}
        for (const { from, length, missing, corrected, isView } of steps) {
          const kept = rowsOf(gapless, (row) => row >= from && row < from + length && row !== from + (missing ?? -1))
          if (corrected !== undefined && corrected < kept.high.length)
            kept.high[corrected] = (kept.high[corrected] ?? 0) * 1.5
          const seen = names.map((name) => [name, memoryOf.get(name)?.subarray(from, from + length)])
          const input = { ...kept, ...rule, ...(isView ? Object.fromEntries(seen) : {}), firstRows: [0, 30] }
          expect(realisedVolatilityWindows(input, memory)).toEqual(realisedVolatilityWindows(input))
        }
      }),
    )
  })

  it('changes no bit when the bars have moved on by more than it has room for', () => {
    const long = simulateBars({ bars: 1_200, barVolatility: 0.01, barDrift: 0.001, seed: 8 })
    const columns = { ...long, openMs: long.open.map((_, row) => row * HOUR_MS) }
    const memory = {}
    for (let from = 0; from <= 1_100; from++) {
      const input = {
        ...rowsOf(columns, (row) => row >= from && row < from + 100),
        ...{ ...rule, firstRows: [0, 27, 50, 97] },
      }
      expect(realisedVolatilityWindows(input, memory)).toEqual(realisedVolatilityWindows(input))
    }
  })

  it('takes no bar from it that another history has at that time', () => {
    const memory = {}
    const input = { ...gapless, ...rule, firstRows: [0] }
    realisedVolatilityWindows(input, memory)
    const other = { ...input, openMs: gapless.openMs.map((openMs) => openMs + HOUR_MS) }
    expect(realisedVolatilityWindows(other, memory)).toEqual(realisedVolatilityWindows(other))
    const columns = Object.fromEntries(
      Object.entries(gapless).map(([name, values]) => [name, new Float64Array(values)]),
    )
    const views = { ...input, ...columns }
    realisedVolatilityWindows(views, memory)
    const late = { ...views, openMs: gapless.openMs.map((openMs, row) => (row < 100 ? openMs : openMs + HOUR_MS)) }
    expect(realisedVolatilityWindows(late, memory)).toEqual(realisedVolatilityWindows(late))
  })
})
