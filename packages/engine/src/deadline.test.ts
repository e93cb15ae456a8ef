import { getEventListeners } from 'node:events'
import { createVirtualClock } from '@cc/models/clock'
import { describe, expect, it } from 'vitest'
import { abandonAt, stopAt } from './deadline.js'

const limits = { what: 'Work', durationMs: 1_000 }
const never = () => new Promise<never>(() => {})

describe('abandonAt', () => {
  it('gives what the work gives', async () => {
    expect(await abandonAt(createVirtualClock({ startMs: 0 }), limits, async () => 5)).toBe(5)
  })

  it('leaves work behind that heeds nothing: at the deadline, or when aborted', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    await expect(abandonAt(clock, limits, never)).rejects.toMatchObject({ code: 'models/deadline-passed' })
    expect(clock.now()).toBe(1_000)
    const controller = new AbortController()
    const running = abandonAt(clock, { ...limits, signal: controller.signal }, never)
    controller.abort(new Error('stop'))
    await expect(running).rejects.toThrow('stop')
  })

  it('does not begin what was stopped before', async () => {
    const signal = AbortSignal.abort(new Error('stop'))
    const begun: string[] = []
    const work = async () => void begun.push('work')
    await expect(abandonAt(createVirtualClock({ startMs: 0 }), { ...limits, signal }, work)).rejects.toThrow('stop')
    expect(begun).toEqual([])
  })

  it.each([
    { what: 'succeeds', work: async () => {} },
    { what: 'fails', work: () => Promise.reject(new Error('no')) },
  ])('leaves no listener on its signal when the work $what', async ({ work }) => {
    const signals: AbortSignal[] = []
    await abandonAt(createVirtualClock({ startMs: 0 }), limits, (signal) => {
      signals.push(signal)
      return work()
    }).catch(() => {})
    expect(signals.map((signal) => getEventListeners(signal, 'abort').length)).toEqual([0])
  })
})

describe('stopAt', () => {
  it('tells the work to stop at the deadline and waits for it', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const told: number[] = []
    const work = async (signal: AbortSignal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      told.push(clock.now())
      await clock.sleep(500)
    }
    await expect(stopAt(clock, limits, work)).rejects.toMatchObject({ code: 'models/deadline-passed' })
    expect(told).toEqual([1_000])
    expect(clock.now()).toBe(1_500)
  })

  it('throws what the work throws, also after the deadline', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const work = async () => {
      await clock.sleep(1_500)
      throw new Error('late')
    }
    await expect(stopAt(clock, limits, work)).rejects.toThrow('late')
  })
})
