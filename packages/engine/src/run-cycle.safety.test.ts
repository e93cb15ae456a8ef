import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { createWorld, execution, memoryAt, OPEN, RUN_ID, START_MS, SYMBOL, trace } from './engine-world.fixture.js'
import type { EngineOptionsInput } from './options.js'
import type { EnginePorts } from './ports.js'
import { runCycle } from './run-cycle.js'

const options: EngineOptionsInput = { runId: RUN_ID, underlyings: ['BTC'], dryRun: false }
const rejects = () => Promise.reject(new CcError('No answer.', { code: 'venue/unreachable', recovery: 'retry' }))

describe('the guards of risk', () => {
  const latched = { code: 'repeated-execution', sinceMs: START_MS } as const

  it('are taken from every state before the policy decides, are in its record and remembered', async () => {
    const { ports, store, script } = createWorld({ store: { memory: memoryAt(START_MS, { rejectsInARow: 2 }) } })
    script.decisions = [OPEN]
    const seen: unknown[] = []
    const gate: EnginePorts['gate'] = {
      ...ports.gate,
      guard: ({ memory, timeMs }) => ({ crashedMs: { ...memory.guards.crashedMs, BTC: timeMs }, latched }),
      review: (request) => {
        seen.push(request.state.memory.guards)
        return ports.gate.review(request)
      },
    }
    const decide: EnginePorts['policy']['decide'] = async (state, signal) => {
      seen.push(state.memory.guards)
      return ports.policy.decide(state, signal)
    }
    const record = await runCycle({ ...ports, gate, policy: { name: 'p', decide } }, options)
    const guards = { crashedMs: { BTC: START_MS }, latched }
    expect(seen).toEqual([guards, guards])
    expect(record.state?.memory.guards).toEqual(guards)
    expect(store.values.get('memory')).toMatchObject({ guards })
  })

  it('are remembered of a cycle that failed after it, and kept by one that saw nothing', async () => {
    const { ports, store } = createWorld()
    const gate: EnginePorts['gate'] = { ...ports.gate, guard: () => ({ crashedMs: {}, latched }) }
    await runCycle({ ...ports, gate, policy: { name: 'p', decide: rejects } }, options)
    expect(store.values.get('memory')).toMatchObject({ guards: { latched } })
    await runCycle({ ...ports, observer: { observe: rejects } }, options)
    expect(store.values.get('memory')).toMatchObject({ guards: { latched } })
  })

  it('are remembered with what was sent, before the record is written', async () => {
    const { ports, store, script } = createWorld()
    script.decisions = [OPEN]
    const gate: EnginePorts['gate'] = { ...ports.gate, guard: () => ({ crashedMs: {}, latched }) }
    await runCycle({ ...ports, gate, log: { record: rejects } }, options).catch(() => {})
    expect(store.values.get('memory')).toMatchObject({ guards: { latched }, recentSends: [{ symbol: SYMBOL }] })
  })

  it('that fail are a bug', async () => {
    const { ports, events } = createWorld()
    const guard = () => {
      throw new TypeError('no guards')
    }
    expect(await runCycle({ ...ports, gate: { ...ports.gate, guard } }, options)).toMatchObject({
      failure: { code: 'engine/unexpected', recovery: 'halt' },
    })
    expect(events).toEqual(['observe'])
  })
})

describe('rejects in a row', () => {
  const rejected = (detail: string | null, filledCoin = 0) =>
    execution(filledCoin > 0 ? 'partial' : 'not-filled', [{ ...trace('rejected'), detail }])
  const cycleAt = (rejectsInARow: number, result = rejected('not_enough_funds')) => {
    const world = createWorld({ store: { memory: memoryAt(START_MS, { rejectsInARow }) } })
    world.script.decisions = [OPEN]
    world.script.executions = [result]
    return { ...world, record: runCycle(world.ports, { ...options, maxRejectsInARow: 3 }) }
  }

  it('halt with the execution that makes them too many, which is remembered', async () => {
    const { record, store, log } = cycleAt(2)
    expect(await record).toMatchObject({
      execution: { status: 'not-filled' },
      failure: { code: 'engine/rejects-in-a-row', recovery: 'halt', facts: { rejects: 3, max: 3 } },
    })
    expect(store.values.get('memory')).toMatchObject({ rejectsInARow: 3 })
    expect(log.entries).toHaveLength(1)
  })

  it('below that, of post-only orders and of before halt nothing', async () => {
    expect((await cycleAt(1).record).failure).toBeNull()
    expect((await cycleAt(3, rejected('post_only_reject')).record).failure).toBeNull()
    expect((await cycleAt(3, execution('filled', [trace('filled', 0.5)])).record).failure).toBeNull()
  })

  it('do not hide another halt of the execution', async () => {
    const failed = { code: 'exec/instrument-drift', recovery: 'halt', message: 'No.', facts: {} } as const
    const { record } = cycleAt(2, { ...rejected('invalid_price'), failure: failed })
    expect((await record).failure).toEqual(failed)
  })
})

describe('a process that was suspended', () => {
  /** Wakes after `awayMs` in which no timer ran. */
  const suspendable = () => {
    const world = createWorld()
    world.script.decisions = [OPEN]
    let awayMs = 0
    const clock = { ...world.clock, now: () => world.clock.now() + awayMs }
    const suspend = (durationMs: number) => {
      awayMs += durationMs
    }
    return { ...world, ports: { ...world.ports, clock }, suspend }
  }
  const limit = { ...options, cycleDeadlineMs: 600_000 }

  it.each([
    { where: 'while the policy thinks', spoils: 'decide' },
    { where: 'between verdict and execution', spoils: 'review' },
  ] as const)('$where sends nothing once its cycle is past its deadline', async ({ spoils }) => {
    const { ports, suspend, events } = suspendable()
    const change: Partial<EnginePorts> =
      spoils === 'decide'
        ? {
            policy: {
              name: 'p',
              decide: async (state, signal) => {
                suspend(600_000)
                return ports.policy.decide(state, signal)
              },
            },
          }
        : {
            gate: {
              ...ports.gate,
              review: (request) => {
                suspend(600_000)
                return ports.gate.review(request)
              },
            },
          }
    const record = await runCycle({ ...ports, ...change }, limit)
    expect(record).toMatchObject({
      verdict: { allowed: true },
      execution: null,
      failure: { code: 'models/deadline-passed', recovery: 'skip', facts: { what: 'Execution', durationMs: 0 } },
    })
    expect(events).not.toContain('execute')
  })

  it('for less than that goes on, and risk is told what time it is', async () => {
    const { ports, suspend, events } = suspendable()
    const told: number[] = []
    const decide: EnginePorts['policy']['decide'] = async (state, signal) => {
      suspend(599_000)
      return ports.policy.decide(state, signal)
    }
    const gate: EnginePorts['gate'] = {
      ...ports.gate,
      review: (request) => {
        told.push(request.nowMs - request.state.timeMs)
        return ports.gate.review(request)
      },
    }
    await runCycle({ ...ports, gate, policy: { name: 'p', decide } }, limit)
    expect(told).toEqual([599_000])
    expect(events).toContain('execute')
  })

  it('does not begin to think past its deadline', async () => {
    const { ports, suspend, events } = suspendable()
    const load: EnginePorts['store']['load'] = async (key) => {
      suspend(600_000)
      return ports.store.load(key)
    }
    expect(await runCycle({ ...ports, store: { ...ports.store, load } }, limit)).toMatchObject({
      failure: { code: 'models/deadline-passed', facts: { what: 'Thinking' } },
    })
    expect(events).toEqual([])
  })
})
