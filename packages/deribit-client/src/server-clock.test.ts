import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from './manual-clock.fixture.js'
import { createServerClock } from './server-clock.js'

const VENUE_MS = 1_767_600_000_000

/** Local time starts at 1,000,000; the exchange is ahead by `aheadMs`. */
function setUp() {
  const local = createManualClock()
  const { clock, observe } = createServerClock(local)
  /** A round trip, with the exchange's times in ms. */
  function exchange(times: { outMs: number; busyMs?: number; backMs: number; aheadMs: number }) {
    const { outMs, busyMs = 0, backMs, aheadMs } = times
    const sentMs = local.now()
    const usIn = (sentMs + outMs + aheadMs) * 1_000
    local.advance(outMs + busyMs + backMs)
    observe({ sentMs, receivedMs: local.now(), usIn, usOut: usIn + busyMs * 1_000 })
  }
  return { local, clock, exchange }
}

describe('the server clock', () => {
  it('does not know the time before the first reply', () => {
    const { clock } = setUp()
    expect(() => clock.now()).toThrow(expect.objectContaining({ code: 'deribit/no-server-time', recovery: 'retry' }))
    expect(clock.uncertaintyMs()).toBeUndefined()
  })

  it('takes the middle of the round trip, and says how far it may be off', () => {
    const { local, clock, exchange } = setUp()
    exchange({ outMs: 20, busyMs: 100, backMs: 20, aheadMs: VENUE_MS })
    expect(clock.now()).toBe(VENUE_MS + local.now() - 1)
    expect(clock.uncertaintyMs()).toBe(20.5)
  })

  it('is as good as the best of all round trips, in either direction', () => {
    const { clock, exchange } = setUp()
    exchange({ outMs: 0, backMs: 400, aheadMs: VENUE_MS })
    exchange({ outMs: 400, backMs: 0, aheadMs: VENUE_MS })
    expect(clock.uncertaintyMs()).toBeLessThan(1)
  })

  it('runs with the local clock between replies', () => {
    const { local, clock, exchange } = setUp()
    exchange({ outMs: 0, backMs: 0, aheadMs: VENUE_MS })
    const before = clock.now()
    local.advance(60_000)
    expect(clock.now() - before).toBe(60_000)
  })

  it('knows less and less while nothing is heard', () => {
    const { local, clock, exchange } = setUp()
    exchange({ outMs: 5, backMs: 5, aheadMs: VENUE_MS })
    const before = clock.uncertaintyMs() ?? Number.NaN
    local.advance(3_600_000)
    expect(clock.uncertaintyMs()).toBeCloseTo(before + 720)
  })

  it('does not go back to the middle while what it told may have been right', () => {
    const { clock, exchange } = setUp()
    exchange({ outMs: 0, backMs: 1_000, aheadMs: VENUE_MS })
    const early = clock.now()
    exchange({ outMs: 0, backMs: 200, aheadMs: VENUE_MS - 690 })
    expect(clock.now()).toBe(early)
  })

  it('is not kept ahead of the exchange by a request that took long to arrive', () => {
    const { local, clock, exchange } = setUp()
    exchange({ outMs: 4_000, backMs: 0, aheadMs: VENUE_MS })
    expect(clock.now()).toBe(local.now() + VENUE_MS + 1_999)
    exchange({ outMs: 0, backMs: 10, aheadMs: VENUE_MS })
    expect(clock.now()).toBe(local.now() + VENUE_MS)
  })

  it.each([3_600_000, -3_600_000])('follows an exchange whose clock jumps by %i ms', (jumpMs) => {
    const { local, clock, exchange } = setUp()
    exchange({ outMs: 5, backMs: 5, aheadMs: VENUE_MS })
    clock.now()
    exchange({ outMs: 5, backMs: 5, aheadMs: VENUE_MS + jumpMs })
    expect(Math.abs(clock.now() - (local.now() + VENUE_MS + jumpMs))).toBeLessThanOrEqual(6)
  })

  it('knows the time of an exchange that runs faster than the clock', () => {
    const local = createManualClock(0)
    const { clock, observe } = createServerClock(local)
    observe({ sentMs: 0, receivedMs: 1, usIn: VENUE_MS * 1_000, usOut: (VENUE_MS + 5_000) * 1_000 })
    expect(clock.now()).toBeGreaterThanOrEqual(VENUE_MS)
    expect(clock.now()).toBeLessThanOrEqual(VENUE_MS + 5_000)
  })

  it('sleeps and holds on the local clock', async () => {
    const { local, clock } = setUp()
    const sleeping = clock.sleep(50)
    expect(local.sleepers()).toBe(1)
    local.advance(50)
    await sleeping
    expect(await clock.hold(async () => 7)).toBe(7)
  })

  const delay = fc.integer({ min: 0, max: 2_000 })
  const trips = fc.array(fc.record({ outMs: delay, busyMs: delay, backMs: delay }), { minLength: 1, maxLength: 20 })
  const skew = fc.integer({ min: -5_000, max: 5_000 })

  it('is never off by more than it says, whatever the delays and whenever it is asked', () => {
    fc.assert(
      fc.property(trips, skew, (all, skewMs) => {
        const { local, clock, exchange } = setUp()
        for (const times of all) {
          exchange({ ...times, aheadMs: VENUE_MS + skewMs })
          const errorMs = Math.abs(clock.now() - (local.now() + VENUE_MS + skewMs))
          expect(errorMs).toBeLessThanOrEqual((clock.uncertaintyMs() ?? Number.NaN) + 1)
        }
      }),
    )
  })

  it('goes back only from a time that cannot have been', () => {
    fc.assert(
      fc.property(trips, skew, (all, skewMs) => {
        const { local, clock, exchange } = setUp()
        let latestMs = Number.NEGATIVE_INFINITY
        for (const times of all) {
          exchange({ ...times, aheadMs: VENUE_MS + skewMs })
          const nowMs = clock.now()
          // Then it tells the latest possible time, which is not before the exchange's.
          if (nowMs < latestMs) expect(nowMs + 1).toBeGreaterThan(local.now() + VENUE_MS + skewMs)
          latestMs = nowMs
        }
      }),
    )
  })
})
