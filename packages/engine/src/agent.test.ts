import { CcError, type Recovery } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { createAgent } from './agent.js'
import { createWorld, execution, OPEN, RUN_ID, START_MS, trace } from './engine-world.fixture.js'
import type { EngineOptionsInput } from './options.js'
import type { EnginePorts } from './ports.js'

const HOUR_MS = 3_600_000
const never = new AbortController().signal
const hourly: EngineOptionsInput = { runId: RUN_ID, underlyings: ['BTC'], intervalMs: HOUR_MS, runForMs: 3 * HOUR_MS }
const error = (recovery: Recovery) => new CcError('No answer.', { code: `test/${recovery}`, recovery })
const rejects = (recovery: Recovery) => () => Promise.reject(error(recovery))

type World = ReturnType<typeof createWorld>
const startsOf = ({ log }: World) => log.entries.map((entry) => (entry.startedMs - START_MS) / 60_000)

async function run(
  {
    options = {},
    prepare,
  }: { options?: Partial<EngineOptionsInput>; prepare?: (world: World) => Partial<EnginePorts> | undefined } = {},
  signal: AbortSignal = never,
) {
  const world = createWorld()
  const change = prepare?.(world) ?? {}
  const outcome = await createAgent({ ...world.ports, ...change }, { ...hourly, ...options }).run(signal)
  return { ...world, outcome, starts: startsOf(world) }
}
/** Fails the first `times` observations. */
const failing = (world: World, times: number, recovery: Recovery): Partial<EnginePorts> => {
  let left = times
  return {
    observer: {
      observe: (memory) => (left-- > 0 ? Promise.reject(error(recovery)) : world.ports.observer.observe(memory)),
    },
  }
}

describe('a run', () => {
  it('settles what was left, cycles at every tick, finishes when its time is up and sweeps', async () => {
    const { outcome, starts, log, events } = await run()
    expect(outcome).toEqual({ reason: 'finished', cycles: 3 })
    expect(starts).toEqual([0, 60, 120])
    expect(log.entries.map((entry) => entry.cycle)).toEqual([0, 1, 2])
    expect(events[0]).toBe('recover')
    expect(events.at(-1)).toBe('cancelOwn')
  })

  it('does not drift, and skips the ticks that a slow cycle ran over', async () => {
    const missed: unknown[] = []
    const { starts } = await run({
      options: { runForMs: 8 * HOUR_MS, cycleDeadlineMs: 10 * HOUR_MS },
      prepare: ({ ports, clock, log }) => ({
        logger: { ...ports.logger, warn: (_message, facts) => void missed.push(facts) },
        observer: {
          async observe(memory) {
            await clock.sleep(log.entries.length === 1 ? 2.5 * HOUR_MS : 17_000)
            return ports.observer.observe(memory)
          },
        },
      }),
    })
    expect(starts).toEqual([0, 60, 240, 300, 360, 420])
    expect(missed).toEqual([{ missedTicks: 2 }])
  })

  it.each([
    { underlyings: ['BTC'] as const, starts: [0, 0, 60, 60, 120, 120] },
    { underlyings: ['BTC', 'ETH'] as const, starts: [0, 0, 0, 60, 60, 60, 120, 120, 120] },
  ])('runs again at once after a trade, at most once for each of $underlyings', async ({ underlyings, starts }) => {
    const result = await run({
      options: { underlyings },
      prepare: ({ script }) => {
        script.decisions = [OPEN]
      },
    })
    expect(result.starts).toEqual(starts)
  })

  it.each(['not-filled', 'unknown', 'dry-run'] as const)(
    'waits for the tick after an execution that ended %s',
    async (status) => {
      const { starts } = await run({
        prepare: ({ script }) => {
          script.decisions = [OPEN]
          script.executions = [execution(status, [trace(status === 'unknown' ? 'unknown' : 'cancelled')])]
        },
      })
      expect(starts).toEqual([0, 60, 120])
    },
  )

  it('is stopped by its signal in the middle of a pause, and sweeps', async () => {
    const controller = new AbortController()
    const { outcome, clock, events } = await run(
      {
        prepare: ({ clock }) => void clock.sleep(90 * 60_000).then(() => controller.abort()),
      },
      controller.signal,
    )
    expect(outcome).toEqual({ reason: 'stopped', cycles: 2 })
    expect(clock.now()).toBe(START_MS + 90 * 60_000)
    expect(events.at(-1)).toBe('cancelOwn')
  })

  it('is stopped by its signal in the middle of a cycle, which is recorded', async () => {
    const controller = new AbortController()
    const { outcome, log } = await run(
      {
        prepare: ({ clock }) => {
          void clock.sleep(1_000).then(() => controller.abort())
          return { observer: { observe: () => new Promise(() => {}) } }
        },
      },
      controller.signal,
    )
    expect(outcome).toEqual({ reason: 'stopped', cycles: 1 })
    expect(log.entries).toMatchObject([{ failure: { code: 'engine/stopped' }, endedMs: START_MS + 1_000 }])
  })

  it('is halted by the switch: at the start without a cycle, later at once', async () => {
    const atStart = await run({ prepare: ({ halt }) => void halt.latch('kill') })
    expect(atStart.outcome).toEqual({ reason: 'halted', cycles: 0 })
    expect(atStart.events).toEqual(['cancelOwn'])
    const later = await run({ prepare: ({ halt, clock }) => void clock.sleep(60_000).then(() => halt.latch('kill')) })
    expect(later.outcome).toEqual({ reason: 'halted', cycles: 1 })
    expect(later.clock.now()).toBe(START_MS + 60_000)
  })

  it('is one at a time', async () => {
    const { ports } = createWorld()
    const agent = createAgent(ports, hourly)
    const first = agent.run(never)
    await expect(agent.once()).rejects.toMatchObject({ code: 'engine/already-running' })
    await first
    expect((await agent.once()).failure).toBeNull()
  })
})

describe('a failed cycle', () => {
  it('is skipped where it says so', async () => {
    const { outcome, starts } = await run({ prepare: (world) => failing(world, 1, 'skip') })
    expect(starts).toEqual([0, 60, 120])
    expect(outcome).toMatchObject({ reason: 'finished', lastFailure: { code: 'test/skip' } })
  })

  it('is tried again soon, a few times in a row, and then at the next tick', async () => {
    const minutes = (retryMs: number, times: number) => Array.from({ length: times }, (_, i) => (i * retryMs) / 60_000)
    const options = { retryMs: 6_000, maxRetries: 3 }
    const twice = await run({ options, prepare: (world) => failing(world, 2, 'retry') })
    expect(twice.starts).toEqual([...minutes(6_000, 3), 60, 120])
    const always = await run({ options, prepare: (world) => failing(world, 99, 'retry') })
    expect(always.starts).toEqual([0, 60, 120].flatMap((tick) => minutes(6_000, 4).map((late) => tick + late)))
    expect(always.outcome).toMatchObject({ reason: 'finished', cycles: 12 })
  })

  it('is tried again only once what may be out is settled', async () => {
    const { events, starts } = await run({
      options: { retryMs: 6_000 },
      prepare: (world) => failing(world, 1, 'reconcile'),
    })
    expect(events.slice(0, 4)).toEqual(['recover', 'recover', 'observe', 'decide'])
    expect(starts).toEqual([0, 0.1, 60, 120])
  })

  it('runs no cycle while what may be out cannot be settled', async () => {
    let calls = 0
    const { starts } = await run({
      options: { retryMs: 6_000, maxRetries: 1 },
      prepare: (world) => ({
        ...failing(world, 1, 'reconcile'),
        executor: {
          ...world.ports.executor,
          recover: async () => {
            calls += 1
            if (calls === 2 || calls === 3) throw error('retry')
            return { settled: [], unresolved: [], cancelledOrders: 0 }
          },
        },
      }),
    })
    expect(starts).toEqual([0, 60.1, 120])
  })

  it('that halts latches the switch and sweeps', async () => {
    const { outcome, halt, events } = await run({ prepare: (world) => failing(world, 1, 'halt') })
    expect(outcome).toMatchObject({ reason: 'halted', cycles: 1, lastFailure: { code: 'test/halt' } })
    expect(halt.read()).toEqual({ halted: true, reason: 'test/halt: No answer.' })
    expect(events.at(-1)).toBe('cancelOwn')
  })

  it('that nobody foresaw is a bug: it latches the switch and fails the run', async () => {
    const { outcome, halt } = await run({
      prepare: () => ({ observer: { observe: () => Promise.reject(new TypeError('x is undefined')) } }),
    })
    expect(outcome).toMatchObject({ reason: 'failed', cycles: 1, lastFailure: { code: 'engine/unexpected' } })
    expect(halt.read().halted).toBe(true)
  })

  it('that cannot be recorded halts, and nothing more is sent', async () => {
    const { outcome, halt, events } = await run({
      prepare: ({ script }) => {
        script.decisions = [OPEN]
        return { log: { record: () => Promise.reject(new Error('disk full')) } }
      },
    })
    expect(outcome).toMatchObject({ reason: 'halted', lastFailure: { code: 'engine/not-recorded' } })
    expect(halt.read().halted).toBe(true)
    expect(events.filter((event) => event === 'execute')).toHaveLength(1)
    expect(events.at(-1)).toBe('cancelOwn')
  })
})

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
    const { label, symbol, side, sizeCoin, validUntilMs } = trace('unknown').terms
    const { log } = await run({
      prepare: ({ script }) => {
        script.recoveries = [
          { settled: [], unresolved: [{ label, symbol, side, sizeCoin, validUntilMs }], cancelledOrders: 0 },
        ]
      },
    })
    expect(log.entries[0]?.state?.memory.unresolved.map((intent) => intent.label)).toEqual([label])
  })
})

it('says in the outcome that its sweep failed', async () => {
  const { outcome } = await run({
    prepare: ({ ports }) => ({ executor: { ...ports.executor, cancelOwn: rejects('retry') } }),
  })
  expect(outcome).toMatchObject({ reason: 'finished', lastFailure: { code: 'test/retry' } })
})

describe('once', () => {
  it('settles what was left and runs one cycle', async () => {
    const { ports, log, events } = createWorld()
    const record = await createAgent(ports, hourly).once()
    expect(events).toEqual(['recover', 'observe', 'decide', 'review', 'execute'])
    expect(log.entries).toEqual([record])
  })

  it.each<{ why: string; change: (ports: EnginePorts) => Partial<EnginePorts> }>([
    { why: 'its cycle', change: () => ({ observer: { observe: rejects('halt') } }) },
    { why: 'its start-up', change: ({ executor }) => ({ executor: { ...executor, recover: rejects('halt') } }) },
    { why: 'its log', change: () => ({ log: { record: rejects('halt') } }) },
  ])('latches the switch and sweeps where $why says to halt', async ({ change }) => {
    const { ports, halt, events } = createWorld()
    await createAgent({ ...ports, ...change(ports) }, hourly)
      .once()
      .catch(() => {})
    expect(halt.read()).toEqual({ halted: true, reason: 'test/halt: No answer.' })
    expect(events.at(-1)).toBe('cancelOwn')
  })

  it('latches nothing when it is stopped', async () => {
    const { ports, halt } = createWorld()
    const executor: EnginePorts['executor'] = {
      ...ports.executor,
      recover: async (signal) => {
        signal?.throwIfAborted()
        throw new Error('not stopped')
      },
    }
    await expect(
      createAgent({ ...ports, executor }, hourly).once(AbortSignal.abort(new Error('stop'))),
    ).rejects.toThrow('stop')
    expect(halt.read().halted).toBe(false)
  })
})

it.each([
  { why: 'a misspelt setting', options: { interval: 1 }, field: 'interval' },
  { why: 'an interval below a second', options: { intervalMs: 10 }, field: 'intervalMs' },
  { why: 'no currency', options: { underlyings: [] }, field: 'underlyings' },
])('refuses $why', ({ options, field }) => {
  expect(() => createAgent(createWorld().ports, { runId: RUN_ID, ...options })).toThrow(field)
})
