import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { type Agent, createAgent } from './agent.js'
import { CLOSE, operated, options, PAUSE, RESUME, running } from './commands.fixture.js'
import { HOUR_MS } from './engine-run.fixture.js'
import { createWorld, execution, memoryAt, NOTHING, OPEN, RUN_ID, START_MS, trace } from './engine-world.fixture.js'
import type { OperatorCommand } from './operator.js'
import type { EnginePorts } from './ports.js'

type World = ReturnType<typeof createWorld>

const modes = ({ log }: World) => log.decisions.map(({ state }) => state?.memory.mode)
const remembered = ({ store }: World) => store.values.get('memory')

describe('a pause', () => {
  it('wakes the loop from its sleep, is remembered and recorded before it is answered, and keeps the ticks', async () => {
    const world = createWorld()
    const { at, outcome, agent } = running(world)
    const { answer, atMs } = await at(600_000, PAUSE)
    expect(answer).toEqual({ mode: 'reduce-only', closed: [] })
    expect(atMs).toBe(600_000)
    expect(agent.status()).toEqual({
      ...{ phase: 'waiting', cycles: 1, mode: 'reduce-only', latched: null, haltReason: null },
    })
    expect(remembered(world)).toMatchObject({ mode: 'reduce-only', paused: true })
    expect(operated(world)).toEqual([
      {
        ...{ kind: 'operator', schemaVersion: 3, runId: RUN_ID, timeMs: START_MS + 600_000, command: 'pause' },
        ...{ symbol: null, reason: 'going on holiday' },
      },
    ])
    expect(await outcome).toEqual({ reason: 'finished', cycles: 4 })
    expect(modes(world)).toEqual(['normal', 'reduce-only', 'reduce-only', 'reduce-only'])
    expect(world.log.decisions.map(({ startedMs }) => (startedMs - START_MS) / HOUR_MS)).toEqual([
      ...[0, 1, 2, expect.closeTo(3, 5)],
    ])
  })

  it('holds over restarts and over a halt, until a resume', async () => {
    const world = createWorld()
    const first = running(world)
    await first.at(1_000, PAUSE)
    await world.halt.latch('kill')
    expect(await first.outcome).toMatchObject({ reason: 'halted' })
    const next = createWorld({ store: Object.fromEntries(world.store.values) })
    const second = running(next)
    await second.at(1_000, RESUME)
    await second.outcome
    expect(modes(next)).toEqual(['reduce-only', 'normal', 'normal', 'normal'])
  })

  it('ends the thinking that is under way, and the next cycle begins at once', async () => {
    const world = createWorld()
    const decide: EnginePorts['policy']['decide'] = async (state, signal) => {
      await world.clock.sleep(60_000, signal)
      return world.ports.policy.decide(state, signal)
    }
    const { at, outcome } = running(world, { change: { policy: { name: 'slow', decide } }, runForMs: HOUR_MS })
    const { atMs } = await at(20_000, PAUSE)
    expect(atMs).toBe(20_000)
    await outcome
    expect(world.log.decisions.slice(0, 2)).toMatchObject([
      { failure: { code: 'engine/stopped' }, endedMs: START_MS + 20_000, state: { memory: { mode: 'normal' } } },
      { failure: null, startedMs: START_MS + 20_000, state: { memory: { mode: 'reduce-only' } } },
    ])
    expect(world.log.entries.map(({ kind }) => kind)).toEqual(['decision', 'operator', 'decision', 'decision'])
  })

  it.each([PAUSE, CLOSE])(
    'or a close ends an execution: it is told to stop, waited for and remembered ($command)',
    async (command) => {
      const world = createWorld()
      world.script.decisions = [OPEN, NOTHING]
      const execute: EnginePorts['executor']['execute'] = async (approved, signal) => {
        if (approved.bounds.legs.length === 0) return world.ports.executor.execute(approved, signal)
        // A resting order: it is polled until somebody says stop, then cancelled.
        const startedMs = world.clock.now()
        await world.clock.sleep(60_000, signal).catch(() => {})
        await world.clock.sleep(2_000)
        return { ...execution('partial', [trace('cancelled', 0.2)]), startedMs, endedMs: world.clock.now() }
      }
      const { at, outcome } = running(world, { change: { executor: { ...world.ports.executor, execute } } })
      const obeyed = at(20_000, command).catch((error) => ({ error, atMs: world.clock.now() - START_MS }))
      expect((await obeyed).atMs).toBeGreaterThanOrEqual(22_000)
      await outcome
      expect(world.log.decisions[0]).toMatchObject({
        ...{ failure: null, execution: { status: 'partial' }, endedMs: START_MS + 22_000 },
      })
      expect(modes(world)[1]).toBe('reduce-only')
      expect(remembered(world)).toMatchObject({ recentOpens: [{ timeMs: START_MS + 22_000 }] })
    },
  )

  it('is obeyed while it waits for the venue to settle a send, and before the first cycle', async () => {
    const world = createWorld()
    const recover = async () => {
      await world.clock.sleep(5_000)
      return { settled: [], unresolved: [], cancelledOrders: 0 }
    }
    const { at, outcome } = running(world, { change: { executor: { ...world.ports.executor, recover } } })
    expect((await at(1_000, PAUSE)).atMs).toBe(5_000)
    await outcome
    expect(modes(world)[0]).toBe('reduce-only')
  })
})

describe('a resume', () => {
  const latched = { code: 'repeated-execution', sinceMs: START_MS - 1 } as const
  const sold = {
    decisionId: 'd',
    action: 'OPEN_COVERED_CALL',
    symbol: 'BTC-30JAN26-100000-C',
    timeMs: START_MS,
  } as const
  const worn = memoryAt(START_MS, {
    ...{ mode: 'reduce-only', guards: { latched, crashedMs: { BTC: 7 } }, rejectsInARow: 4, recentOpens: [sold] },
    explained: { BTC: { balanceCoin: 99, positions: [] } },
  })

  it('lifts the pause and every latch, and begins to count anew', async () => {
    const world = createWorld({ store: { memory: worn } })
    const { at, outcome, agent } = running(world)
    await world.clock.sleep(500)
    expect(agent.status()).toMatchObject({ mode: 'reduce-only', latched: 'repeated-execution' })
    expect((await at(500, RESUME)).answer).toEqual({ mode: 'normal', closed: [] })
    expect(agent.status()).toMatchObject({ mode: 'normal', latched: null })
    expect(remembered(world)).toMatchObject({
      ...{ mode: 'normal', enabledMs: START_MS + 1_000, rejectsInARow: 0, explained: {}, recentOpens: [sold] },
      guards: { latched: null, crashedMs: { BTC: 7 } },
    })
    await outcome
    const [, second, third] = world.log.decisions.map(({ state }) => state?.memory)
    expect(second).toMatchObject({ mode: 'normal', enabledMs: START_MS + 1_000, explained: {} })
    // The look of the second cycle, read up to its time by the third.
    expect(third?.explained).toEqual({ BTC: { balanceCoin: 2, positions: [] } })
  })

  it('does not end what is under way', async () => {
    const world = createWorld()
    const decide: EnginePorts['policy']['decide'] = async (state, signal) => {
      await world.clock.sleep(60_000, signal)
      return world.ports.policy.decide(state, signal)
    }
    const { at, outcome } = running(world, { change: { policy: { name: 'slow', decide } } })
    expect((await at(20_000, RESUME)).atMs).toBe(60_000)
    await outcome
    expect(world.log.decisions[0]).toMatchObject({ failure: null, endedMs: START_MS + 60_000 })
  })
})

describe('commands', () => {
  it('are obeyed one after the other, in their order', async () => {
    const world = createWorld()
    const { agent, outcome } = running(world)
    await world.clock.sleep(1_000)
    const answers = await Promise.all([PAUSE, RESUME, PAUSE].map((command) => agent.command(command)))
    expect(answers.map(({ mode }) => mode)).toEqual(['reduce-only', 'normal', 'reduce-only'])
    expect(operated(world)).toMatchObject([{ command: 'pause' }, { command: 'resume' }, { command: 'pause' }])
    await outcome
  })

  it.each<{ why: string; command: OperatorCommand }>([
    { why: 'says nothing', command: { command: 'pause', reason: '  ' } },
    { why: 'is none', command: { command: 'kill', reason: 'x' } as never },
    { why: 'names no call', command: { command: 'close', symbol: '', reason: 'x' } },
  ])('are refused where one $why', async ({ command }) => {
    const world = createWorld()
    const { agent, outcome } = running(world)
    await expect(agent.command(command)).rejects.toMatchObject({ code: 'engine/invalid-command', recovery: 'skip' })
    await outcome
    expect(operated(world)).toEqual([])
  })

  it('are refused by an agent that does not run: before, in a single cycle, and after', async () => {
    const world = createWorld()
    const refused = { code: 'engine/not-running', recovery: 'skip' }
    const agent: Agent = createAgent(world.ports, options)
    await expect(agent.command(PAUSE)).rejects.toMatchObject(refused)
    const once = agent.once()
    await expect(agent.command(PAUSE)).rejects.toMatchObject(refused)
    await once
    await agent.run(new AbortController().signal)
    await expect(agent.command(PAUSE)).rejects.toMatchObject(refused)
    expect(operated(world)).toEqual([])
  })

  it.each(['halt', 'stop', 'failed start'])('that wait when the run ends are refused (%s)', async (how) => {
    const world = createWorld()
    const recover = () =>
      world.clock
        .sleep(10_000)
        .then(() => Promise.reject(new CcError('Down.', { code: 'test/down', recovery: 'retry' })))
    const { agent, outcome, stop } = running(world, {
      change: { executor: { ...world.ports.executor, recover } },
      maxRetries: 0,
    })
    await world.clock.sleep(1_000)
    const answer = expect(agent.command(RESUME)).rejects.toMatchObject({ code: 'engine/not-running' })
    if (how === 'halt') await world.halt.latch('kill')
    if (how === 'stop') stop()
    await answer
    await outcome
    expect(operated(world)).toEqual([])
    expect(agent.status().phase).toBe('leaving')
  })

  it('have no effect on a halt, which has the last word', async () => {
    const world = createWorld()
    const { agent, outcome } = running(world)
    await world.clock.sleep(1_000)
    await world.halt.latch('kill')
    await expect(agent.command(RESUME)).rejects.toMatchObject({ code: 'engine/not-running' })
    expect(agent.status()).toMatchObject({ mode: 'halted', haltReason: 'kill' })
    expect(await outcome).toMatchObject({ reason: 'halted' })
    expect(remembered(world)).not.toMatchObject({ enabledMs: START_MS + 1_000 })
  })

  it.each([
    { what: 'log', code: 'engine/not-recorded', paused: true },
    { what: 'store', code: 'engine/not-remembered', paused: false },
  ])('halt the agent where the $what fails: whoever asked is told', async ({ what, code, paused }) => {
    const world = createWorld()
    const broken = { isBroken: false }
    const full = () => Promise.reject(new Error('disk full'))
    const change: Partial<EnginePorts> =
      what === 'log'
        ? { log: { record: (entry) => (broken.isBroken ? full() : world.log.record(entry)) } }
        : { store: { ...world.store, save: (key, value) => (broken.isBroken ? full() : world.store.save(key, value)) } }
    const { at, outcome } = running(world, { change })
    const asked = expect(at(1_000, PAUSE)).rejects.toMatchObject({ code, recovery: 'halt' })
    await world.clock.sleep(500)
    broken.isBroken = true
    await asked
    expect(await outcome).toMatchObject({ reason: 'halted', cycles: 1, lastFailure: { code } })
    expect(world.halt.read().halted).toBe(true)
    expect(remembered(world)).toMatchObject({ paused })
  })

  it('tell nothing of themselves to a run without any: its records are the same', async () => {
    const plain = createWorld()
    await running(plain).outcome
    const asked = createWorld()
    const { agent, outcome } = running(asked)
    await asked.clock.sleep(1_000)
    await agent.command(RESUME)
    await outcome
    const times = ({ log }: World) => log.decisions.map(({ startedMs, cycle }) => [startedMs, cycle])
    expect(times(asked)).toEqual(times(plain))
  })
})

describe('the status', () => {
  it('tells the phase that the agent is in', async () => {
    const world = createWorld()
    const seen: string[] = []
    const note = (agent: Agent, where: string) =>
      void seen.push(`${where}: ${agent.status().phase} ${agent.status().cycles}`)
    const told = <T>(where: string, work: (...args: never[]) => Promise<T>) => {
      return async (...args: never[]) => {
        note(running1.agent, where)
        return work(...args)
      }
    }
    const { executor, observer } = world.ports
    const running1 = running(world, {
      runForMs: HOUR_MS,
      change: {
        executor: {
          ...executor,
          recover: told('recover', executor.recover),
          cancelOwn: told('sweep', executor.cancelOwn),
        },
        observer: { observe: told('observe', observer.observe) },
      },
    })
    await world.clock.sleep(1_000)
    note(running1.agent, 'asleep')
    await running1.outcome
    expect(seen).toEqual([
      ...['recover: starting 0', 'observe: in-cycle 0', 'asleep: waiting 1', 'observe: in-cycle 1', 'sweep: leaving 2'],
    ])
  })
})
