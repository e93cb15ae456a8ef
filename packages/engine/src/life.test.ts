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

describe('a send that was settled', () => {
  const settledOnce: RecoveryReport = { settled: [unresolved().label], unresolved: [], cancelledOrders: 0 }

  it('at the start keeps the first cycle waiting until its trade can be read in the ledger', async () => {
    const { starts } = await run({
      options: { ledgerLagMs: 3_000 },
      prepare: ({ script }) => Object.assign(script, { recoveries: [settledOnce, NOTHING_LEFT] }) && undefined,
    })
    expect(starts).toEqual([3_001 / 60_000, 60, 120])
  })

  it('before another try of a failed cycle does the same', async () => {
    const { starts } = await run({
      options: { ledgerLagMs: 3_000, retryMs: 6_000 },
      prepare: (world) => ({
        ...failing(world, 1, 'reconcile'),
        executor: recovering(world, (n) => (n === 1 ? settledOnce : NOTHING_LEFT)).executor,
      }),
    })
    expect(starts).toEqual([0, 9_001 / 60_000, 60, 120])
  })

  it('is taken into the memory from the journal', async () => {
    const { terms } = trace('filled', 0.5)
    const { store, log } = await run({
      prepare: ({ journal, clock, script, ports }) => {
        script.recoveries = [settledOnce, NOTHING_LEFT]
        const intent = { kind: 'intent', timeMs: START_MS, decisionId: 'd', leg: 'open', terms } as const
        void journal.append(intent)
        const recover = async () => {
          const known = { orderId: '1', filledCoin: 0.5, outcome: 'filled' } as const
          await journal.append({ kind: 'outcome', timeMs: clock.now(), label: terms.label, ...known })
          return ports.executor.recover()
        }
        return { executor: { ...ports.executor, recover } }
      },
    })
    const sold = { decisionId: 'd', action: 'OPEN_COVERED_CALL', symbol: terms.symbol, timeMs: START_MS }
    expect(log.decisions[0]?.state?.memory).toMatchObject({
      recentOpens: [sold],
      recentSends: [{ label: terms.label, symbol: terms.symbol, timeMs: START_MS }],
    })
    expect(store.values.get('memory')).toMatchObject({ recentOpens: [sold] })
  })

  it.each([
    { how: 'halts', reason: 'halted' },
    { how: 'is stopped', reason: 'stopped' },
  ])('is the last thing of a run whose settling $how', async ({ how, reason }) => {
    const controller = new AbortController()
    let recoveries = 0
    const { outcome, log } = await run(
      {
        prepare: (world) => {
          const answer = async () => {
            recoveries += 1
            if (recoveries !== 2) return NOTHING_LEFT
            if (how === 'halts') throw error('halt')
            controller.abort()
            return new Promise<never>(() => {})
          }
          return { ...failing(world, 1, 'reconcile'), executor: recovering(world, answer).executor }
        },
      },
      controller.signal,
    )
    expect(outcome).toMatchObject({ reason, cycles: 1 })
    expect(log.decisions).toHaveLength(1)
  })
})

describe('settling', () => {
  /** A stop while a cycle settles an earlier send, whose answer takes `answerMs` more. The spans of all settlings, in ms. */
  async function stoppedWhile(answerMs: number) {
    const controller = new AbortController()
    const spans: string[] = []
    await run(
      {
        options: { retryMs: 4_000 },
        prepare: ({ ports, script, clock }) => {
          script.decisions = [OPEN, NOTHING]
          script.executions = [execution('unknown', [trace('unknown')])]
          const recover = async () => {
            const startedMs = clock.now() - START_MS
            const isFirst = spans.length === 0
            spans.push('')
            const index = spans.length - 1
            if (!isFirst) await clock.sleep(answerMs)
            spans[index] = `${startedMs}..${clock.now() - START_MS}`
            return NOTHING_LEFT
          }
          void clock.sleep(5_000).then(() => controller.abort())
          return { executor: { ...ports.executor, recover } }
        },
      },
      controller.signal,
    )
    return spans
  }

  it('is one at a time: what was abandoned is told to stop and waited for', async () => {
    expect(await stoppedWhile(2_000)).toEqual(['0..0', '4000..6000', '6000..8000'])
  })

  it('does not wait for ever for one that heeds nothing', async () => {
    expect((await stoppedWhile(30_000)).slice(0, 3)).toEqual(['0..0', '4000..34000', '9000..39000'])
  })
})

describe('a halt', () => {
  it('that cannot be latched ends the run all the same', async () => {
    const { outcome, events } = await run({
      prepare: (world) => ({
        ...failing(world, 1, 'halt'),
        halt: { ...world.halt, latch: () => Promise.reject(new Error('read-only disk')) },
      }),
    })
    expect(outcome).toMatchObject({ reason: 'halted', cycles: 1, lastFailure: { code: 'test/halt' } })
    expect(events.at(-1)).toBe('cancelOwn')
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
