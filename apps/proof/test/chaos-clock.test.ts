import { createVirtualClock } from '@cc/models/clock'
import { expect, it } from 'vitest'
import { createVenueClock } from '../src/chaos/venue-clock.ts'

it('runs fast, stands still, and jumps', async () => {
  const wall = createVirtualClock({ startMs: 1_000 })
  const clock = createVenueClock(wall, { startMs: 50_000, speed: 10 })
  await wall.sleep(100)
  expect(clock.now()).toBe(51_000)
  clock.freeze()
  await wall.sleep(100)
  expect(clock.now()).toBe(51_000)
  clock.resume(5_000)
  expect(clock.now()).toBe(56_000)
  await wall.sleep(10)
  expect(clock.now()).toBe(56_100)
})

it('wakes who sleeps in its time', async () => {
  const wall = createVirtualClock({ startMs: 0 })
  const clock = createVenueClock(wall, { startMs: 0, speed: 10 })
  await clock.sleep(1_000)
  expect(wall.now()).toBe(100)
  const stop = new AbortController()
  const sleeping = clock.sleep(60_000, stop.signal)
  stop.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
})
