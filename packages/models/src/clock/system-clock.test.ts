import { describe, expect, it } from 'vitest'
import { createPacedClock, createSystemClock } from './system-clock.js'

describe('createSystemClock', () => {
  it('tells the wall-clock time', () => {
    expect(Math.abs(createSystemClock().now() - Date.now())).toBeLessThan(1_000)
  })

  it('runs from another time where it is told to', async () => {
    const clock = createSystemClock({ startMs: 1_000_000 })
    expect(clock.now()).toBeGreaterThanOrEqual(1_000_000)
    await clock.sleep(5)
    expect(clock.now()).toBeGreaterThanOrEqual(1_000_005)
    expect(clock.now()).toBeLessThan(1_060_000)
  })

  it('ends an aborted sleep with the reason of its signal', async () => {
    const controller = new AbortController()
    const sleeping = createSystemClock().sleep(60_000, controller.signal)
    controller.abort(new Error('stop'))
    await expect(sleeping).rejects.toThrow('stop')
  })
})

describe('createPacedClock', () => {
  it('runs from its start, faster than real time', async () => {
    const clock = createPacedClock({ startMs: 1_000_000, speed: 100_000 })
    expect(clock.now()).toBeGreaterThanOrEqual(1_000_000)
    await clock.sleep(500_000)
    expect(clock.now()).toBeGreaterThanOrEqual(1_500_000)
  })

  it('just runs held work', async () => {
    expect(await createPacedClock({ startMs: 0, speed: 1 }).hold(async () => 7)).toBe(7)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses speed %s', (speed) => {
    expect(() => createPacedClock({ startMs: 0, speed })).toThrow('speed must be a positive number')
  })
})

describe('a paced clock at work', () => {
  it('stands still while work is held, and takes its time to wait', async () => {
    const clock = createPacedClock({ startMs: 0, speed: 1_000 })
    const sleeping = clock.sleep(50_000).then(() => clock.now())
    const beganAt = performance.now()
    await clock.hold(async () => {
      while (performance.now() - beganAt < 20) await new Promise((resolve) => setImmediate(resolve))
      expect(clock.now()).toBe(0)
    })
    expect(await sleeping).toBe(50_000)
    expect(performance.now() - beganAt).toBeGreaterThan(60)
  })

  it('hears who goes to sleep for less while it waits', async () => {
    const clock = createPacedClock({ startMs: 0, speed: 1 })
    const controller = new AbortController()
    const long = clock.sleep(3_600_000, controller.signal)
    await clock.sleep(5)
    expect(clock.now()).toBe(5)
    controller.abort(new Error('enough'))
    await expect(long).rejects.toThrow('enough')
  })
})
