import { createVirtualClock } from '@cc/models/clock'
import { describe, expect, it } from 'vitest'
import { abortable, startDeadline } from './deadline.js'

const late = () => new Error('late')

describe('startDeadline', () => {
  it('aborts with its error when the time is up', async () => {
    const clock = createVirtualClock({ startMs: 100 })
    const deadline = startDeadline(clock, { durationMs: 50, error: late, signals: [] })
    expect(deadline.atMs).toBe(150)
    await expect(clock.sleep(1_000, deadline.signal)).rejects.toThrow('late')
    expect(clock.now()).toBe(150)
  })

  it('does not abort once it has ended', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const deadline = startDeadline(clock, { durationMs: 50, error: late, signals: [] })
    deadline.end()
    await clock.sleep(100)
    expect(deadline.signal.aborted).toBe(false)
  })

  it('aborts earlier with the reason of another signal', () => {
    const controller = new AbortController()
    const clock = createVirtualClock({ startMs: 0 })
    const deadline = startDeadline(clock, { durationMs: 50, error: late, signals: [undefined, controller.signal] })
    controller.abort(new Error('stop'))
    expect(deadline.signal.reason).toMatchObject({ message: 'stop' })
    deadline.end()
  })

  it('aborts when its clock fails', async () => {
    const clock = {
      now: () => 0,
      sleep: () => Promise.reject(new Error('no timer')),
      hold: <T>(work: () => T) => work(),
    }
    const { signal } = startDeadline(clock, { durationMs: 50, error: late, signals: [] })
    await Promise.resolve().then(() => {})
    expect(signal.reason).toMatchObject({ message: 'no timer' })
  })
})

describe('abortable', () => {
  it('ends with the work, or earlier with the reason', async () => {
    const { signal } = new AbortController()
    expect(await abortable(Promise.resolve(7), signal)).toBe(7)
    await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
    const never = new Promise<never>(() => {})
    await expect(abortable(never, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
    const controller = new AbortController()
    const stopped = abortable(never, controller.signal)
    controller.abort(new Error('later'))
    await expect(stopped).rejects.toThrow('later')
  })

  it('leaves no failure of the work unhandled', async () => {
    const failing = Promise.reject(new Error('nobody hears'))
    await expect(abortable(failing, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  })
})
