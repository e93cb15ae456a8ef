import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withDeadline } from './deadline.js'
import { createVirtualClock } from './virtual-clock.js'

const START_MS = Date.UTC(2026, 0, 2)

/** Real work that leaves the event loop idle for a while: many turns, no call of the clock. */
async function realWork(turns = 200): Promise<void> {
  for (let i = 0; i < turns; i += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('createVirtualClock', () => {
  it('begins where it is told and stands still while nobody sleeps', async () => {
    const clock = createVirtualClock({ startMs: START_MS })
    await realWork()
    expect(clock.now()).toBe(START_MS)
  })

  it('jumps to the sleeper that is due first, and wakes equals in the order they went to sleep', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const woken: string[] = []
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms)
      woken.push(`${name}@${clock.now()}`)
    }
    await Promise.all([sleep('c', 30), sleep('a', 10), sleep('b1', 20), sleep('b2', 20)])
    expect(woken).toEqual(['a@10', 'b1@20', 'b2@20', 'c@30'])
  })

  it('lets what a sleeper does next happen at its own time, before anybody later wakes', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const seen: number[] = []
    await Promise.all([
      (async () => {
        await clock.sleep(10)
        for (let i = 0; i < 50; i += 1) await Promise.resolve()
        seen.push(clock.now())
        await clock.sleep(5)
        seen.push(clock.now())
      })(),
      clock.sleep(12).then(() => seen.push(clock.now())),
    ])
    expect(seen).toEqual([10, 12, 15])
  })

  it('does not move while work is held, however long that takes', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    let wokenAt: number | undefined
    const sleeping = clock.sleep(3_000).then(() => {
      wokenAt = clock.now()
    })
    await clock.hold(async () => {
      await realWork()
      expect(clock.now()).toBe(0)
      expect(wokenAt).toBeUndefined()
    })
    await sleeping
    expect(wokenAt).toBe(3_000)
  })

  it('goes on after held work that fails', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    await expect(clock.hold(() => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full')
    await clock.sleep(5)
    expect(clock.now()).toBe(5)
  })

  it('says so when held work sleeps on the clock that it holds, instead of hanging', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const sleeping = clock.hold(() => clock.sleep(1))
    await expect(sleeping).rejects.toMatchObject({ code: 'models/sleep-in-hold' })
  })

  it('ends an aborted sleep with the reason and without moving', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const controller = new AbortController()
    const sleeping = clock.sleep(1_000, controller.signal)
    controller.abort(new Error('stop'))
    await expect(sleeping).rejects.toThrow('stop')
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('stop')
    expect(clock.now()).toBe(0)
  })

  it('never goes back and always ends, whatever sleeps and holds overlap', async () => {
    const task = fc.array(fc.record({ sleepMs: fc.integer({ min: -5, max: 50 }), holds: fc.boolean() }), {
      maxLength: 5,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(task, { maxLength: 5 }), async (tasks) => {
        const clock = createVirtualClock({ startMs: 0 })
        let latest = 0
        await Promise.all(
          tasks.map(async (steps) => {
            let own = 0
            for (const { sleepMs, holds } of steps) {
              if (holds) await clock.hold(() => realWork(3))
              await clock.sleep(sleepMs)
              own += Math.max(0, sleepMs)
              expect(clock.now()).toBeGreaterThanOrEqual(Math.max(latest, own))
              latest = clock.now()
            }
          }),
        )
      }),
      { numRuns: 50 },
    )
  })
})

describe('a deadline in virtual time', () => {
  const limit = { what: 'The cycle', durationMs: 5_000 }

  it('does not expire while a model thinks or a disk is slow inside hold', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const answer = await withDeadline(clock, limit, async () => {
      await clock.hold(() => realWork(500))
      await clock.sleep(4_000)
      await clock.hold(() => realWork(500))
      return 'in time'
    })
    expect(answer).toBe('in time')
    expect(clock.now()).toBe(4_000)
  })

  it('expires falsely without hold: what hold is for', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    await expect(withDeadline(clock, limit, () => realWork(500))).rejects.toMatchObject({
      code: 'models/deadline-passed',
    })
  })

  it('expires for a request that arrives late, and tells the work to stop', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    let stopped: unknown
    const late = withDeadline(clock, limit, async (signal) => {
      signal.addEventListener('abort', () => {
        stopped = signal.reason
      })
      await clock.sleep(7_000)
    })
    await expect(late).rejects.toMatchObject({
      code: 'models/deadline-passed',
      recovery: 'skip',
      facts: { durationMs: 5_000 },
    })
    expect(stopped).toMatchObject({ code: 'models/deadline-passed' })
    expect(clock.now()).toBe(5_000)
  })

  it('passes an outer abort on to the work', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const controller = new AbortController()
    const work = withDeadline(clock, { ...limit, signal: controller.signal }, (signal) => clock.sleep(1_000, signal))
    controller.abort(new Error('stop'))
    await expect(work).rejects.toThrow('stop')
  })

  it('tells work of an abort that came before it', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const signal = AbortSignal.abort(new Error('stopped before'))
    const work = withDeadline(clock, { ...limit, signal }, async (stop) => stop.throwIfAborted())
    await expect(work).rejects.toThrow('stopped before')
  })
})

describe('what used to break the clock', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'a sleep of %s ms is refused, and the clock goes on',
    async (durationMs) => {
      const clock = createVirtualClock({ startMs: 0 })
      await expect(clock.sleep(durationMs)).rejects.toThrow('durationMs must be a finite number')
      await clock.sleep(5)
      expect(clock.now()).toBe(5)
    },
  )

  it('a fraction of a millisecond sleeps the whole one, so that times stay integers', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    await clock.sleep(0.25)
    expect(clock.now()).toBe(1)
  })

  it('work begun inside a hold may sleep once that hold is over', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    let later: Promise<void> = Promise.resolve()
    await clock.hold(async () => {
      later = realWork(5).then(() => clock.sleep(10))
    })
    await later
    expect(clock.now()).toBe(10)
  })

  it('an abort that leaves other sleepers lets them wake', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const controller = new AbortController()
    const first = clock.sleep(10, controller.signal)
    const second = clock.sleep(20)
    controller.abort(new Error('stop'))
    await expect(first).rejects.toThrow('stop')
    await second
    expect(clock.now()).toBe(20)
  })

  it('a sleeper that holds work as it wakes keeps the next one asleep', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const seen: string[] = []
    await Promise.all([
      clock
        .sleep(1)
        .then(() => clock.hold(() => realWork(50)))
        .then(() => seen.push(`held until ${clock.now()}`)),
      clock.sleep(2).then(() => seen.push(`woke at ${clock.now()}`)),
    ])
    expect(seen).toEqual(['held until 1', 'woke at 2'])
  })

  it('a deadline inside a hold says that it cannot be, instead of never passing', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    const never = () => new Promise<never>(() => {})
    const held = clock.hold(() => withDeadline(clock, { what: 'It', durationMs: 10 }, never))
    await expect(held).rejects.toMatchObject({ code: 'models/sleep-in-hold' })
  })

  it('a deadline that was not needed is gone, and time does not move for it', async () => {
    const clock = createVirtualClock({ startMs: 0 })
    await withDeadline(clock, { what: 'It', durationMs: 60_000 }, () => clock.sleep(1))
    await clock.sleep(5)
    await realWork()
    expect(clock.now()).toBe(6)
  })
})

describe('a virtual clock that takes time to wait', () => {
  it('loses no time to a hold that came in between, and wakes an earlier sleeper on time', async () => {
    let letPass = (_passedMs: number): void => {}
    const clock = createVirtualClock({ startMs: 0, pass: () => new Promise((resolve) => (letPass = resolve)) })
    const woken: string[] = []
    const late = clock.sleep(1_000).then(() => woken.push(`late@${clock.now()}`))
    await realWork(5)
    const early = clock.sleep(10).then(() => woken.push(`early@${clock.now()}`))
    letPass(400)
    await early
    await realWork(5)
    await clock.hold(async () => {
      letPass(500)
      await realWork(5)
      expect(clock.now()).toBe(10)
    })
    await realWork(5)
    letPass(2_000)
    await late
    expect(woken).toEqual(['early@10', 'late@1000'])
  })
})
