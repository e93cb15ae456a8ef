import { CcError, type Decision, decisionIdOf, decisionRecordSchema } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { createWorld, execution, NOTHING, OPEN, RUN_ID, row, START_MS, SYMBOL, trace } from './engine-world.fixture.js'
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

  it('names the decision by what its verdict stands on', async () => {
    const { ports, script } = createWorld()
    script.decisions = [OPEN]
    const { state, decisionId } = await runCycle(ports, options)
    const order = { symbol: SYMBOL, side: 'sell', sizeCoin: 0.5, priceCoin: 0.003 } as const
    const margins = [{ ...order, initialMarginCoin: 0.1, minPriceCoin: null, maxPriceCoin: null }]
    if (state === null) throw new Error('no state')
    expect(decisionId).toBe(decisionIdOf({ state, proposal: OPEN.proposal, nowMs: START_MS, margins }))
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
      reached: { ledger: [], state: null },
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
      reached: { decision: OPEN, verdict: null, decisionId: null },
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

  it.each([
    { why: 'an unknown action', answer: { proposal: { action: 'SELL_ALL', params: {}, reasoning: '' } } },
    { why: 'a size in words', answer: { proposal: { ...OPEN.proposal, params: { symbol: SYMBOL, size: '0.5' } } } },
    { why: 'a key too many', answer: { proposal: { ...NOTHING.proposal, maxCoverage: 9 } } },
    { why: 'nothing at all', answer: undefined },
  ])('does not trust a policy that answers $why', async ({ answer }) => {
    const { ports, events, script } = createWorld()
    script.decisions = [answer]
    expect(await runCycle(ports, options)).toMatchObject({
      decision: null,
      failure: { code: 'engine/invalid-decision', recovery: 'skip' },
    })
    expect(events).toEqual(['observe', 'decide'])
  })

  it('takes any other error for a bug, which halts', async () => {
    const { ports } = createWorld()
    const observe = () => Promise.reject(new TypeError('x is undefined'))
    expect(await runCycle({ ...ports, observer: { observe } }, options)).toMatchObject({
      failure: { code: 'engine/unexpected', recovery: 'halt', message: 'x is undefined', facts: { name: 'TypeError' } },
    })
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

describe('the memory', () => {
  it('refuses to go on with one that cannot be read, and does not overwrite it', async () => {
    const { ports, store } = createWorld({ store: { memory: { mode: 'normal' } } })
    expect(await runCycle(ports, options)).toMatchObject({
      state: null,
      failure: { code: 'engine/memory-unreadable', recovery: 'halt' },
    })
    expect(store.values.get('memory')).toEqual({ mode: 'normal' })
  })

  it('holds opens of the last day and sends of unknown outcome', async () => {
    const { ports, store, script } = createWorld({
      store: {
        memory: {
          ...memoryAt(START_MS),
          recentOpens: [
            { symbol: 'old', timeMs: START_MS - 86_400_000 },
            { symbol: 'new', timeMs: START_MS - 86_399_999 },
          ],
        },
      },
    })
    script.decisions = [OPEN]
    script.executions = [execution('unknown', [trace('cancelled', 0.2), trace('unknown')])]
    await runCycle(ports, options)
    const { label, symbol, side, sizeCoin, validUntilMs } = trace('unknown').terms
    expect(store.values.get('memory')).toMatchObject({
      recentOpens: [
        { symbol: 'new', timeMs: START_MS - 86_399_999 },
        { symbol: SYMBOL, timeMs: START_MS },
      ],
      unresolved: [{ label, symbol, side, sizeCoin, validUntilMs }],
    })
  })

  it('holds what was sent even where the record cannot be written, but not that the ledger was read', async () => {
    const { ports, store, script, clock } = createWorld({ store: { memory: memoryAt(START_MS) } })
    script.decisions = [OPEN]
    await clock.sleep(5_000)
    await expect(runCycle({ ...ports, log: { record: rejects } }, options)).rejects.toThrow()
    expect(store.values.get('memory')).toMatchObject({ recentOpens: [{ symbol: SYMBOL }], ledgerReadMs: START_MS })
  })

  it('has unresolved sends settled before anything else, and carries on with what is left', async () => {
    const { label, symbol, side, sizeCoin, validUntilMs } = trace('unknown').terms
    const intent = { label, symbol, side, sizeCoin, validUntilMs }
    const { ports, events, script } = createWorld({
      store: { memory: { ...memoryAt(START_MS), unresolved: [intent, { ...intent, label: 'cc-b' }] } },
    })
    script.recoveries = [{ settled: [label], unresolved: [{ ...intent, label: 'cc-b' }], cancelledOrders: 0 }]
    const record = await runCycle(ports, options)
    expect(events.slice(0, 2)).toEqual(['recover', 'observe'])
    expect(record.state?.memory.unresolved.map((left) => left.label)).toEqual(['cc-b'])
  })

  it('keeps the highest equity, moved by transfers, of which none counts twice', async () => {
    const { ports, store, script, clock, ledger } = createWorld()
    const mark = async (equityCoin: number) => {
      script.equityCoin = equityCoin
      await clock.sleep(60_000)
      const { state } = await runCycle(ports, options)
      const seen = state?.memory.highWaterCoin.BTC
      return { seen, kept: (store.values.get('memory') as { highWaterCoin: { BTC: number } }).highWaterCoin.BTC }
    }
    // The first deposit is in the equity that is first seen.
    ledger.push(row('first', START_MS + 60_000, { kind: 'transfer', changeCoin: 2 }))
    expect(await mark(2)).toEqual({ seen: undefined, kept: 2 })
    expect(await mark(1.5)).toEqual({ seen: 2, kept: 2 })
    ledger.push(row('deposit', clock.now() + 1, { kind: 'transfer', changeCoin: 1 }))
    ledger.push(row('premium', clock.now() + 1, { changeCoin: 0.1 }))
    expect(await mark(2.6)).toEqual({ seen: 3, kept: 3 })
    ledger.push(row('withdrawal', clock.now() + 1, { kind: 'transfer', changeCoin: -2 }))
    expect(await mark(0.7)).toEqual({ seen: 1, kept: 1 })
    expect(await mark(1.2)).toEqual({ seen: 1, kept: 1.2 })
  })

  it('follows the halt switch, both ways', async () => {
    const { ports, halt } = createWorld()
    await halt.latch('kill')
    expect((await runCycle(ports, options)).state?.memory.mode).toBe('halted')
    const lifted = createWorld({ store: { memory: memoryAt(START_MS, 'halted') } })
    expect((await runCycle(lifted.ports, options)).state?.memory.mode).toBe('normal')
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
      await clock.sleep(30_000, signal).catch(() => {})
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
})

function memoryAt(ledgerReadMs: number, mode = 'normal') {
  return { mode, highWaterCoin: {}, recentOpens: [], unresolved: [], ledgerReadMs }
}
