import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextTick } from './ticks.js'

describe('nextTick', () => {
  const startMs = 1_000
  const intervalMs = 100

  it.each([
    { why: 'a quick cycle', index: 0, nowMs: 1_010, next: { index: 1, timeMs: 1_100, missed: 0 } },
    { why: 'a cycle that takes no time', index: 3, nowMs: 1_300, next: { index: 4, timeMs: 1_400, missed: 0 } },
    { why: 'a cycle as long as the interval', index: 0, nowMs: 1_100, next: { index: 1, timeMs: 1_100, missed: 0 } },
    { why: 'a slow cycle', index: 0, nowMs: 1_250, next: { index: 3, timeMs: 1_300, missed: 2 } },
  ])('finds the tick after $why', ({ index, nowMs, next }) => {
    expect(nextTick({ index, dueMs: 0 }, { startMs, intervalMs, nowMs })).toEqual(next)
  })

  it.each([
    { why: 'a quick cycle', nowMs: 1_305, timeMs: 1_700 },
    { why: 'a cycle that takes no time', nowMs: 1_300, timeMs: 1_700 },
    { why: 'a cycle that ends on the next one', nowMs: 1_700, timeMs: 1_700 },
    { why: 'a cycle that runs over the next one', nowMs: 1_701, timeMs: 9_000 },
  ])('follows a schedule after $why', ({ nowMs, timeMs }) => {
    const nextTickMs = (afterMs: number) => [1_300, 1_700, 9_000].find((dueMs) => dueMs > afterMs) ?? Infinity
    const next = nextTick({ index: 4, dueMs: 1_300 }, { startMs, intervalMs, nowMs, nextTickMs })
    expect(next).toEqual({ index: 5, timeMs, missed: 0 })
  })

  it('is a multiple of the interval, not past, less than an interval away or the very next one', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 1, max: 1e6 }),
        fc.nat(100),
        fc.nat(1e8),
        (start, interval, index, lateMs) => {
          const nowMs = start + index * interval + lateMs
          const next = nextTick({ index, dueMs: start }, { startMs: start, intervalMs: interval, nowMs })
          expect((next.timeMs - start) % interval).toBe(0)
          expect(next.timeMs).toBeGreaterThanOrEqual(nowMs)
          expect(next.timeMs - nowMs).toBeLessThanOrEqual(interval)
          expect(next.index).toBe(index + 1 + next.missed)
        },
      ),
    )
  })
})
