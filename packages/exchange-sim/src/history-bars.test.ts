import { CcError } from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createBarSeries, foldBars } from './history-bars.js'

const MINUTE = 60_000
/** One value a minute: 0, 1, 2 … since 10 minutes past the epoch. */
const series = createBarSeries({ firstMs: 10 * MINUTE, stepMs: MINUTE, at: (atMs) => atMs / MINUTE })
const bars = (from: number, to: number, now: number, resolution = 5) => {
  const { openMs, open, high, low, close } = foldBars(series, {
    kind: 'candles',
    currency: 'BTC',
    fromMs: from * MINUTE,
    toMs: to * MINUTE,
    nowMs: now * MINUTE,
    resolutionMs: resolution * MINUTE,
  })
  return { openMs: [...openMs], open: [...open], high: [...high], low: [...low], close: [...close] }
}

it('folds minutes into bars that end with the last value inside them', () => {
  expect(bars(20, 30, 100)).toMatchObject({
    openMs: [20 * MINUTE, 25 * MINUTE],
    open: [20, 25],
    high: [24, 29],
    low: [20, 25],
    close: [24, 29],
  })
})

it('folds hours and days like any other bar', () => {
  expect(bars(60, 2 * 1_440, 5_000, 60).open.slice(0, 3)).toEqual([60, 120, 180])
  expect(bars(1_440, 2_880, 2_880, 1_440)).toMatchObject({ open: [1_440], high: [2_879], low: [1_440], close: [2_879] })
})

it('reads each minute once, however often its hour is asked for', () => {
  const read: number[] = []
  const counted = createBarSeries({ firstMs: 0, stepMs: MINUTE, at: (atMs) => read.push(atMs) })
  const request = { kind: 'candles', currency: 'BTC', fromMs: 0, toMs: 180 * MINUTE, nowMs: 180 * MINUTE } as const
  const first = foldBars(counted, { ...request, resolutionMs: 60 * MINUTE })
  expect(foldBars(counted, { ...request, resolutionMs: 60 * MINUTE })).toEqual(first)
  expect(foldBars(counted, { ...request, resolutionMs: 180 * MINUTE }).close).toEqual(first.close.slice(-1))
  expect(read).toEqual(Array.from({ length: 180 }, (_, minute) => minute * MINUTE))
})

it('takes bars that start inside the span and on the resolution', () => {
  expect(bars(21, 31, 100).openMs).toEqual([25 * MINUTE, 30 * MINUTE])
})

it('holds back a bar until its last moment has passed', () => {
  expect(bars(20, 30, 29).openMs).toEqual([20 * MINUTE])
  expect(bars(20, 30, 30).openMs).toEqual([20 * MINUTE, 25 * MINUTE])
})

it('starts with the first whole bar that is known', () => {
  expect(bars(0, 30, 100, 20).openMs).toEqual([20 * MINUTE])
})

it.each([0.5, 1.5, 0, -1])('refuses a resolution of %d minutes', (resolution) => {
  expect(() => bars(20, 30, 100, resolution)).toThrowError(
    expect.toSatisfy(
      (error: unknown) => CcError.isInstance(error) && error.code === 'exchange-sim/unknown-resolution',
    ) as Error,
  )
})

it('gives the same bars in whatever order spans are asked for', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(span(0, 3_000), span(0, 3_000), fc.constantFrom(60, 120, 5)), { minLength: 1 }),
      (asked) => {
        const at = (atMs: number) => Math.sin(atMs / MINUTE)
        const shared = createBarSeries({ firstMs: 0, stepMs: MINUTE, at })
        for (const [from, length, resolution] of asked) {
          const request = {
            ...({ kind: 'candles', currency: 'BTC', fromMs: from * MINUTE, toMs: (from + length) * MINUTE } as const),
            ...{ nowMs: 4_000 * MINUTE, resolutionMs: resolution * MINUTE },
          }
          const alone = createBarSeries({ firstMs: 0, stepMs: MINUTE, at })
          expect(foldBars(shared, request)).toEqual(foldBars(alone, request))
        }
      },
    ),
    { numRuns: 50 },
  )
})

it('tells an hour that only rises by its first and its last value', () => {
  const of = (monotoneHours: boolean) => {
    const rising = createBarSeries({ firstMs: 0, stepMs: MINUTE, at: (atMs) => atMs / MINUTE, monotoneHours })
    return foldBars(rising, {
      ...({ kind: 'dvol', currency: 'BTC', fromMs: 0, toMs: 600 * MINUTE, nowMs: 600 * MINUTE } as const),
      resolutionMs: 120 * MINUTE,
    })
  }
  expect(of(true)).toEqual(of(false))
})

it('leaves what was answered as it was while more bars come', () => {
  const growing = createBarSeries({ firstMs: 0, stepMs: MINUTE, at: (atMs) => atMs / MINUTE })
  const request = { kind: 'candles', currency: 'BTC', fromMs: 60 * MINUTE, resolutionMs: 60 * MINUTE } as const
  const closesBy = (hours: number) =>
    foldBars(growing, { ...request, toMs: hours * 60 * MINUTE, nowMs: hours * 60 * MINUTE }).close
  const expected = (hours: number) => Array.from({ length: hours - 1 }, (_, hour) => 60 * (hour + 2) - 1)
  const answers = [3, 4, 5, 50, 51].map((hours) => ({ hours, closes: closesBy(hours) }))
  for (const { hours, closes } of answers) expect([...closes]).toEqual(expected(hours))
})

function span(min: number, max: number) {
  return fc.integer({ min, max })
}
