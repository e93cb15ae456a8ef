import type { RecoveryReport } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  error,
  failing,
  HOUR_MS,
  NOTHING_LEFT,
  type Prepare,
  recovering,
  rejects,
  run,
  type World,
} from './engine-run.fixture.js'
import { execution, NOTHING, OPEN, START_MS, trace, unresolved } from './engine-world.fixture.js'
import type { EnginePorts } from './ports.js'

describe('the start-up', () => {
  it('fails the run where it keeps failing: no cycle, no latch', async () => {
    const { outcome, halt, clock, log } = await run({
      options: { retryMs: 6_000, maxRetries: 2 },
      prepare: ({ ports }) => ({ executor: { ...ports.executor, recover: rejects('retry') } }),
    })
    expect(outcome).toMatchObject({ reason: 'failed', cycles: 0, lastFailure: { code: 'test/retry' } })
    expect(clock.now()).toBe(START_MS + 12_000)
    expect(halt.read().halted).toBe(false)
    expect(log.entries).toEqual([])
  })

  it('hands sends that stay unresolved to the first cycle', async () => {
    const { log } = await run({
      prepare: ({ script }) => {
        script.recoveries = [{ ...NOTHING_LEFT, unresolved: [unresolved()] }]
      },
    })
    expect(log.decisions[0]?.state?.memory.unresolved).toEqual([unresolved()])
  })

  it('marks the ledger before anything is traded, so that a crash in the first cycle loses no row of it', async () => {
    const { store } = await run({
      prepare: ({ clock }) => ({
        log: { record: rejects('halt') },
        observer: { observe: () => clock.sleep(60_000).then(rejects('skip')) },
      }),
    })
    expect(store.values.get('memory')).toMatchObject({ ledgerReadMs: START_MS })
  })

  it('that hangs ends at its deadline, and at once when the run is stopped', async () => {
    const hangs: Prepare = ({ ports }) => ({ executor: { ...ports.executor, recover: () => new Promise(() => {}) } })
    const late = await run({ options: { settleMs: 30_000, retryMs: 6_000, maxRetries: 1 }, prepare: hangs })
    expect(late.outcome).toMatchObject({ reason: 'failed', cycles: 0, lastFailure: { code: 'models/deadline-passed' } })
    expect(late.clock.now()).toBe(START_MS + 66_000)
    const controller = new AbortController()
    const stopped = await run(
      {
        prepare: (world) => {
          void world.clock.sleep(1_000).then(() => controller.abort())
          return hangs(world)
        },
      },
      controller.signal,
    )
    expect(stopped.outcome).toEqual({ reason: 'stopped', cycles: 0 })
    expect(stopped.clock.now()).toBe(START_MS + 1_000)
  })
})

describe('a send of unknown outcome', () => {
  const unknown = execution('unknown', [trace('unknown')])
  const OPEN_SEND: RecoveryReport = { settled: [], unresolved: [unresolved()], cancelledOrders: 0 }
  const sendOnce = ({ script }: World) => {
    script.decisions = [OPEN, NOTHING]
    script.executions = [unknown, execution('no-action', [])]
  }

  it('is settled soon, again and again, and not at the next tick', async () => {
    let atSec: number[] = []
    const { starts, outcome } = await run({
      options: { retryMs: 6_000, maxRetries: 1 },
      prepare: (world) => {
        sendOnce(world)
        const recovery = recovering(world, (n) => (n >= 1 && n < 5 ? OPEN_SEND : NOTHING_LEFT))
        atSec = recovery.atSec
        return { executor: recovery.executor }
      },
    })
    expect(atSec).toEqual([0, 6, 12, 18, 24, 30])
    expect(starts).toEqual([0, 60, 120])
    expect(outcome).toEqual({ reason: 'finished', cycles: 4 })
  })

  it('is settled again and again also while settling fails', async () => {
    let atSec: number[] = []
    const { starts, outcome } = await run({
      options: { retryMs: 6_000, maxRetries: 1 },
      prepare: (world) => {
        sendOnce(world)
        const recovery = recovering(world, (n) => (n >= 1 && n < 5 ? rejects('skip')() : NOTHING_LEFT))
        atSec = recovery.atSec
        return { executor: recovery.executor }
      },
    })
    expect(atSec).toEqual([0, 6, 12, 18, 24, 30])
    expect(starts).toEqual([0, 60, 120])
    expect(outcome).toMatchObject({ reason: 'finished', lastFailure: { code: 'test/skip' } })
  })

  it('does not keep cycles from their ticks, which know of it', async () => {
    const { starts, log } = await run({
      options: { retryMs: 20 * 60_000, runForMs: 2 * HOUR_MS },
      prepare: (world) => {
        sendOnce(world)
        return recovering(world, (n) => (n > 0 ? OPEN_SEND : NOTHING_LEFT))
      },
    })
    expect(starts).toEqual([0, 60])
    expect(log.decisions[1]?.state?.memory.unresolved).toEqual([unresolved()])
  })

  it('is not forgotten by a cycle that could not observe', async () => {
    let atSec: number[] = []
    await run({
      options: { retryMs: 20 * 60_000, runForMs: 2 * HOUR_MS },
      prepare: (world) => {
        sendOnce(world)
        const recovery = recovering(world, (n) => (n > 0 ? OPEN_SEND : NOTHING_LEFT))
        atSec = recovery.atSec
        const isDown = () => world.clock.now() === START_MS + HOUR_MS
        const observe: EnginePorts['observer']['observe'] = (memory) =>
          isDown() ? rejects('skip')() : world.ports.observer.observe(memory)
        return { executor: recovery.executor, observer: { observe } }
      },
    })
    expect(atSec.map((sec) => sec / 60).slice(0, 7)).toEqual([0, 20, 40, 60, 80, 100, 120 + 1 / 60_000])
  })

  it('that cannot be settled when the time is up does not keep the run from ending', async () => {
    const { outcome, log, clock } = await run({
      options: { runForMs: 10_000, retryMs: 6_000, maxRetries: 1 },
      prepare: (world) => ({
        ...failing(world, 1, 'reconcile'),
        executor: recovering(world, (n) => (n > 0 ? rejects('retry')() : NOTHING_LEFT)).executor,
      }),
    })
    expect(log.decisions.map(({ policy }) => policy)).toEqual(['scripted'])
    expect(outcome).toMatchObject({ reason: 'failed', lastFailure: { code: 'test/retry' } })
    expect(clock.now()).toBeLessThan(START_MS + 30_000)
  })

  it('that stays unknown to the end fails the run', async () => {
    const { outcome } = await run({
      options: { runForMs: HOUR_MS },
      prepare: (world) => {
        sendOnce(world)
        return recovering(world, (n) => (n > 0 ? OPEN_SEND : NOTHING_LEFT))
      },
    })
    expect(outcome).toMatchObject({
      reason: 'failed',
      lastFailure: { code: 'engine/unresolved', recovery: 'reconcile', facts: { labels: [unresolved().label] } },
    })
  })

  it('of a run that is stopped meanwhile is settled before it ends', async () => {
    const controller = new AbortController()
    let atSec: number[] = []
    const { outcome } = await run(
      {
        prepare: (world) => {
          sendOnce(world)
          const recovery = recovering(world, (n) => (n > 0 && n < 3 ? OPEN_SEND : NOTHING_LEFT))
          atSec = recovery.atSec
          void world.clock.sleep(1_000).then(() => controller.abort())
          return { executor: recovery.executor }
        },
      },
      controller.signal,
    )
    expect(outcome).toEqual({ reason: 'stopped', cycles: 1 })
    expect(atSec).toEqual([0, 1, 6, 11])
  })
})

describe('the last sweep', () => {
  const sweeping = (cancelOwn: EnginePorts['executor']['cancelOwn']): Prepare => {
    return ({ ports }) => ({ executor: { ...ports.executor, cancelOwn } })
  }

  it('is tried again a few times', async () => {
    let calls = 0
    const { outcome } = await run({
      options: { maxRetries: 3 },
      prepare: sweeping(async () => {
        calls += 1
        if (calls <= 3) throw error('retry')
        return 0
      }),
    })
    expect(calls).toBe(4)
    expect(outcome).toEqual({ reason: 'finished', cycles: 4 })
  })

  it.each(['finished', 'stopped', 'halted'])('fails a run that would have %s, where it keeps failing', async (how) => {
    const controller = new AbortController()
    let calls = 0
    const { outcome } = await run(
      {
        options: { maxRetries: 3 },
        prepare: (world) => {
          if (how === 'stopped') controller.abort()
          if (how === 'halted') void world.halt.latch('kill')
          return sweeping(() => {
            calls += 1
            throw error('retry')
          })(world)
        },
      },
      controller.signal,
    )
    expect(outcome).toMatchObject({ reason: 'failed', lastFailure: { code: 'test/retry' } })
    expect(calls).toBe(4)
  })

  it('that hangs ends at its deadline', async () => {
    const hangs = sweeping(() => new Promise(() => {}))
    const { outcome, clock } = await run({ options: { settleMs: 30_000 }, prepare: hangs }, AbortSignal.abort())
    expect(outcome).toMatchObject({ reason: 'failed', lastFailure: { code: 'models/deadline-passed' } })
    expect(clock.now()).toBe(START_MS + 30_000)
  })
})
