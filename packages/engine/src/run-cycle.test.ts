import { getEventListeners } from 'node:events'
import { CcError, type Decision, decisionIdOf, decisionRecordSchema } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  createWorld,
  execution,
  memoryAt,
  NOTHING,
  OPEN,
  RUN_ID,
  START_MS,
  SYMBOL,
  trace,
  unresolved,
} from './engine-world.fixture.js'
import type { EngineOptionsInput } from './options.js'
import type { EnginePorts } from './ports.js'
import { runCycle } from './run-cycle.js'

const options: EngineOptionsInput = { runId: RUN_ID, underlyings: ['BTC'], dryRun: false }
const failure = new CcError('No answer.', { code: 'venue/unreachable', recovery: 'retry', facts: { waitedMs: 5 } })
const rejects = () => Promise.reject(failure)

describe('runCycle', () => {
  it('observes, decides, asks for margins, reviews, executes and records, in this order', async () => {
    const { ports, log, events, script } = createWorld()
    script.decisions = [OPEN]
    const record = await runCycle(ports, options, { cycle: 7 })
    expect(events).toEqual(['observe', 'decide', 'margins', 'review', 'execute'])
    expect(decisionRecordSchema.parse(record)).toEqual(record)
    expect(log.entries).toEqual([record])
    expect(record).toMatchObject({
      ...{ runId: RUN_ID, cycle: 7, policy: 'scripted', dryRun: false, failure: null, decision: OPEN },
      verdict: { allowed: true, legs: [{ symbol: SYMBOL, maxSizeCoin: 0.5 }] },
      execution: { status: 'filled' },
    })
  })

  it('names the decision by what its verdict stands on, which the record holds', async () => {
    const { ports, script } = createWorld()
    script.decisions = [OPEN]
    const record = await runCycle(ports, options)
    const order = { symbol: SYMBOL, side: 'sell', sizeCoin: 0.5, priceCoin: 0.003 } as const
    const margins = [{ ...order, initialMarginCoin: 0.1, minPriceCoin: null, maxPriceCoin: null }]
    expect(record.review).toEqual({ nowMs: START_MS, margins })
    const { state, decision, review, decisionId } = decisionRecordSchema.parse(JSON.parse(JSON.stringify(record)))
    if (state === null || decision === null || review === null) throw new Error('incomplete')
    expect(decisionIdOf({ state, proposal: decision.proposal, ...review })).toBe(decisionId)
  })

  it('records that nothing was to be done', async () => {
    const { ports } = createWorld()
    expect(await runCycle(ports, options)).toMatchObject({
      decision: NOTHING,
      verdict: { allowed: true, legs: [] },
      execution: { status: 'no-action' },
      failure: null,
    })
  })

  it('records a refusal with its breaches and executes nothing', async () => {
    const { ports, events, script } = createWorld()
    script.decisions = [OPEN]
    script.refuse = true
    expect(await runCycle(ports, options)).toMatchObject({
      verdict: {
        allowed: false,
        breaches: [{ code: 'coverage-exceeded', neededCoin: 3 }],
        reasons: [expect.any(String)],
      },
      execution: null,
      failure: null,
    })
    expect(events).not.toContain('execute')
  })

  it.each<{ where: string; ports: (ports: EnginePorts) => Partial<EnginePorts>; reached: object }>([
    {
      where: 'the ledger',
      ports: ({ broker }) => ({ broker: { ...broker, ledger: rejects } }),
      reached: { ledger: [], decision: OPEN, review: null, verdict: null },
    },
    { where: 'observe', ports: () => ({ observer: { observe: rejects } }), reached: { state: null } },
    {
      where: 'the policy',
      ports: () => ({ policy: { name: 'p', decide: rejects } }),
      reached: { state: { timeMs: START_MS + 5_000 }, decision: null },
    },
    {
      where: 'a margin',
      ports: ({ broker }) => ({ broker: { ...broker, margins: rejects } }),
      reached: { decision: OPEN, review: null, verdict: null, decisionId: null },
    },
  ])('records a failure of $where with what was reached', async ({ ports: change, reached }) => {
    const { ports, script, clock, store, log } = createWorld({ store: { memory: memoryAt(START_MS) } })
    script.decisions = [OPEN]
    await clock.sleep(5_000)
    const record = await runCycle({ ...ports, ...change(ports) }, options)
    expect(decisionRecordSchema.parse(record)).toEqual(record)
    expect(record).toMatchObject({
      ...reached,
      execution: null,
      failure: { code: 'venue/unreachable', recovery: 'retry', message: 'No answer.', facts: { waitedMs: 5 } },
    })
    expect(log.entries).toHaveLength(1)
    expect(store.values.get('memory')).toBeDefined()
  })

  it('takes any other error for a bug, which halts and is told with its stack', async () => {
    const { ports } = createWorld()
    const told: unknown[] = []
    const observe = () => Promise.reject(new TypeError('x is undefined', { cause: new Error('no quote') }))
    const logger = { ...ports.logger, error: (_message: string, facts: unknown) => void told.push(facts) }
    expect(await runCycle({ ...ports, observer: { observe }, logger }, options)).toMatchObject({
      failure: { code: 'engine/unexpected', recovery: 'halt', message: 'x is undefined', facts: { name: 'TypeError' } },
    })
    expect(told).toEqual([
      {
        code: 'engine/unexpected',
        message: 'x is undefined',
        stack: expect.stringContaining('run-cycle.test.ts'),
        causes: [expect.stringContaining('no quote')],
      },
    ])
  })

  it('is recorded where a fact of its failure is nothing that JSON can say', async () => {
    const { ports, log } = createWorld()
    const facts = { waitedMs: Number.NaN, order: { size: Infinity } } as unknown as { waitedMs: number }
    const error = new CcError('Slow.', { code: 'venue/slow', recovery: 'retry', facts })
    const record = await runCycle({ ...ports, observer: { observe: () => Promise.reject(error) } }, options)
    expect(JSON.parse(JSON.stringify(record))).toEqual(record)
    expect(record.failure?.facts).toEqual({ waitedMs: 'NaN', order: '{"size":null}' })
    expect(log.entries).toHaveLength(1)
  })

  it('has a failed execution looked into before the next cycle', async () => {
    const { ports, script } = createWorld()
    script.decisions = [OPEN]
    const executor = { ...ports.executor, execute: rejects }
    expect(await runCycle({ ...ports, executor }, options)).toMatchObject({
      execution: null,
      failure: { code: 'venue/unreachable', recovery: 'reconcile' },
    })
  })

  it.each([
    { recovery: 'retry', becomes: 'reconcile' },
    { recovery: 'skip', becomes: 'reconcile' },
    { recovery: 'halt', becomes: 'halt' },
  ] as const)('fails by an execution that ended early with $recovery, and keeps what it did', async (how) => {
    const { ports, script, store } = createWorld()
    const failed = { code: 'logging/append-failed', recovery: how.recovery, message: 'Full.', facts: { left: NaN } }
    script.decisions = [OPEN]
    script.executions = [{ ...execution('partial', [trace('cancelled', 0.2)]), failure: failed }]
    expect(await runCycle(ports, options)).toMatchObject({
      execution: { status: 'partial', failure: { recovery: how.recovery, facts: { left: 'NaN' } } },
      failure: { code: 'logging/append-failed', recovery: how.becomes, facts: { left: 'NaN' } },
    })
    expect(store.values.get('memory')).toMatchObject({ recentOpens: [{ symbol: SYMBOL }] })
  })

  it('tells its listener once the record is durable, and survives it', async () => {
    const { ports, log } = createWorld()
    const seen: number[] = []
    const onRecord = () => {
      seen.push(log.entries.length)
      throw new Error('terminal gone')
    }
    await runCycle({ ...ports, onRecord }, options)
    expect(seen).toEqual([1])
  })

  it.each([
    { what: 'log', code: 'engine/not-recorded' },
    { what: 'store', code: 'engine/not-remembered' },
  ])('throws on when the $what fails', async ({ what, code }) => {
    const { ports } = createWorld()
    const full = () => Promise.reject(new Error('disk full'))
    const broken = what === 'log' ? { log: { record: full } } : { store: { ...ports.store, save: full } }
    await expect(runCycle({ ...ports, ...broken }, options)).rejects.toMatchObject({ code, recovery: 'halt' })
  })

  it('keeps the code of a failing log, and halts whatever the log would rather do', async () => {
    const { ports } = createWorld()
    await expect(runCycle({ ...ports, log: { record: rejects } }, options)).rejects.toMatchObject({
      code: 'venue/unreachable',
      recovery: 'halt',
    })
  })
})

describe('the deadline of a cycle', () => {
  const limit = { ...options, cycleDeadlineMs: 10_000 }
  /** Real work: the event loop goes idle many times before it is done, and no time of the venue passes by itself. */
  const realWork = async () => {
    for (let turn = 0; turn < 200; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  it('does not expire while real work is held, however long a model or a disk takes', async () => {
    const { ports, clock, log } = createWorld()
    const decide = (): Promise<Decision> => clock.hold(async () => realWork().then(() => NOTHING))
    const record = (entry: Parameters<typeof log.record>[0]) =>
      clock.hold(() => realWork().then(() => log.record(entry)))
    const result = await runCycle({ ...ports, policy: { name: 'slow', decide }, log: { record } }, limit)
    expect(result).toMatchObject({ failure: null, endedMs: START_MS })
    expect(clock.now()).toBe(START_MS)
  })

  it('does not expire while real work that somebody else ends is held', async () => {
    const { ports, clock } = createWorld()
    let answer = (_decision: Decision) => {}
    const decide = () => clock.hold(() => new Promise<Decision>((resolve) => (answer = resolve)))
    const running = runCycle({ ...ports, policy: { name: 'slow', decide } }, limit)
    await realWork()
    answer(NOTHING)
    expect(await running).toMatchObject({ failure: null, endedMs: START_MS })
  })

  it('expires falsely without hold', async () => {
    const { ports } = createWorld()
    const decide = () => realWork().then(() => NOTHING)
    expect(await runCycle({ ...ports, policy: { name: 'slow', decide } }, limit)).toMatchObject({
      failure: { code: 'models/deadline-passed' },
      endedMs: START_MS + 10_000,
    })
  })

  it('sees what comes late in venue time', async () => {
    const { ports, clock, script } = createWorld()
    script.decisions = [OPEN]
    const asked: number[] = []
    const broker: EnginePorts['broker'] = {
      ...ports.broker,
      margins: (order) => clock.sleep(7_000).then(() => ports.broker.margins(order)),
    }
    const gate: EnginePorts['gate'] = {
      ...ports.gate,
      review: (request) => {
        asked.push(request.nowMs - request.state.timeMs)
        return ports.gate.review(request)
      },
    }
    await runCycle({ ...ports, broker, gate }, limit)
    expect(asked).toEqual([7_000])
  })

  it('abandons thinking, which then begins nothing more', async () => {
    const { ports, clock, events } = createWorld()
    const observe: EnginePorts['observer']['observe'] = async (memory) => {
      await clock.sleep(11_000)
      return ports.observer.observe(memory)
    }
    expect(await runCycle({ ...ports, observer: { observe } }, limit)).toMatchObject({
      state: null,
      failure: { code: 'models/deadline-passed', recovery: 'skip' },
    })
    await clock.sleep(60_000)
    expect(events).toEqual(['observe'])
  })

  it('stops execution, waits for it and keeps what it traded', async () => {
    const { ports, clock, script, store } = createWorld()
    script.decisions = [OPEN]
    const execute: EnginePorts['executor']['execute'] = async (_approved, signal) => {
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      await clock.sleep(2_000)
      return execution('partial', [trace('cancelled', 0.2)])
    }
    const record = await runCycle({ ...ports, executor: { ...ports.executor, execute } }, limit)
    expect(record).toMatchObject({
      execution: { status: 'partial' },
      failure: { code: 'models/deadline-passed' },
      endedMs: START_MS + 12_000,
    })
    expect(store.values.get('memory')).toMatchObject({ recentOpens: [{ symbol: SYMBOL }] })
  })

  it('is told of by the halt of an execution that it stopped, where there is one', async () => {
    const { ports, clock, script } = createWorld()
    const failed = { code: 'exec/reply-mismatch', recovery: 'halt', message: 'No.', facts: {} } as const
    script.decisions = [OPEN]
    const execute = async () => {
      await clock.sleep(11_000)
      return { ...execution('partial', [trace('cancelled', 0.2)]), failure: failed }
    }
    const record = await runCycle({ ...ports, executor: { ...ports.executor, execute } }, limit)
    expect(record.failure).toEqual(failed)
  })

  it('abandons the settling of open sends', async () => {
    const { ports } = createWorld({ store: { memory: memoryAt(START_MS, { unresolved: [unresolved()] }) } })
    const recover = () => new Promise<never>(() => {})
    expect(await runCycle({ ...ports, executor: { ...ports.executor, recover } }, limit)).toMatchObject({
      state: null,
      failure: { code: 'models/deadline-passed', facts: { what: 'Settling' } },
      endedMs: START_MS + 10_000,
    })
  })
})

describe('a stop', () => {
  it.each(['abort', 'halt'])('by %s ends thinking at once, with a record', async (how) => {
    const { ports, clock, halt, events } = createWorld()
    const controller = new AbortController()
    const never = () => new Promise<never>(() => {})
    const running = runCycle({ ...ports, policy: { name: 'stuck', decide: never } }, options, {
      signal: controller.signal,
    })
    await clock.sleep(1_000)
    if (how === 'abort') controller.abort()
    else await halt.latch('kill')
    expect(await running).toMatchObject({
      failure: { code: 'engine/stopped', recovery: 'skip' },
      endedMs: START_MS + 1_000,
    })
    expect(events).toEqual(['observe'])
  })

  it('between verdict and execution, whenever exactly, keeps execution from beginning', async () => {
    const begun: boolean[] = []
    for (let ticks = 0; ticks < 40; ticks += 1) {
      const { ports, script } = createWorld()
      script.decisions = [OPEN]
      const controller = new AbortController()
      const abortSoon = async () => {
        for (let i = 0; i < ticks; i += 1) await undefined
        controller.abort(new Error('stop'))
      }
      const gate: EnginePorts['gate'] = {
        ...ports.gate,
        review: (request) => {
          void abortSoon()
          return ports.gate.review(request)
        },
      }
      const execute: EnginePorts['executor']['execute'] = async () => {
        begun.push(controller.signal.aborted)
        return execution('not-filled', [trace('cancelled')])
      }
      await runCycle({ ...ports, gate, executor: { ...ports.executor, execute } }, options, {
        signal: controller.signal,
      })
    }
    // Only where it came too late did execution begin, and then before the stop.
    expect(begun.length).toBeGreaterThan(0)
    expect(begun.length).toBeLessThan(40)
    expect(begun).not.toContain(true)
  })

  it('has nothing left to call once the cycle is over: no listener stays behind', async () => {
    const { ports, halt } = createWorld()
    const controller = new AbortController()
    const seen: AbortSignal[] = []
    const observe: EnginePorts['observer']['observe'] = (memory, signal) => {
      if (signal !== undefined) seen.push(signal)
      return ports.observer.observe(memory)
    }
    await runCycle({ ...ports, observer: { observe } }, options, { signal: controller.signal })
    const signals = [controller.signal, halt.signal, ...seen]
    expect(signals.map((signal) => getEventListeners(signal, 'abort').length)).toEqual([0, 0, 0])
  })
})
