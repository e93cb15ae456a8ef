import { CcError, type Recovery } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { createAgent } from './agent.js'
import { createWorld, execution, OPEN, RUN_ID, trace, unresolved } from './engine-world.fixture.js'
import type { EngineOptionsInput } from './options.js'
import type { EnginePorts } from './ports.js'

const hourly: EngineOptionsInput = {
  runId: RUN_ID,
  underlyings: ['BTC'],
  intervalMs: 3_600_000,
  runForMs: 3 * 3_600_000,
}
const error = (recovery: Recovery) => new CcError('No answer.', { code: `test/${recovery}`, recovery })
const rejects = (recovery: Recovery) => () => Promise.reject(error(recovery))

it('is one at a time', async () => {
  const { ports } = createWorld()
  const agent = createAgent(ports, hourly)
  const first = agent.run(new AbortController().signal)
  await expect(agent.once()).rejects.toMatchObject({ code: 'engine/already-running' })
  await first
  expect((await agent.once()).failure).toBeNull()
})

describe('once', () => {
  it('settles what was left, runs one cycle and sweeps', async () => {
    const { ports, log, events } = createWorld()
    const { record, failure } = await createAgent(ports, hourly).once()
    expect(events).toEqual(['status', 'recover', 'observe', 'decide', 'review', 'execute', 'cancelOwn'])
    expect(log.entries).toEqual([record])
    expect(failure).toBeNull()
  })

  it('sweeps after a failed cycle, of whose failure it tells', async () => {
    const { ports, events, halt } = createWorld()
    const agent = createAgent({ ...ports, observer: { observe: rejects('skip') } }, hourly)
    const { record, failure } = await agent.once()
    expect(failure).toMatchObject({ code: 'test/skip' })
    expect(record.failure).toEqual(failure)
    expect(events).toEqual(['status', 'recover', 'cancelOwn'])
    expect(halt.read().halted).toBe(false)
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

  it('settles a send of unknown outcome before it ends', async () => {
    const { ports, script, store } = createWorld()
    script.decisions = [OPEN]
    script.executions = [execution('unknown', [trace('unknown')])]
    const open = { settled: [], unresolved: [unresolved()], cancelledOrders: 0 }
    script.recoveries = [{ ...open, unresolved: [] }, open, { ...open, unresolved: [] }]
    const { record, failure } = await createAgent(ports, hourly).once()
    expect(record.execution?.status).toBe('unknown')
    expect(failure).toBeNull()
    expect(store.values.get('memory')).toMatchObject({ unresolved: [] })
  })

  it('fails where a send stays unknown', async () => {
    const { ports, script, clock } = createWorld()
    script.decisions = [OPEN]
    script.executions = [execution('unknown', [trace('unknown')])]
    script.recoveries = [
      { settled: [], unresolved: [], cancelledOrders: 0 },
      { settled: [], unresolved: [unresolved()], cancelledOrders: 0 },
    ]
    const startedMs = clock.now()
    const { record, failure } = await createAgent(ports, { ...hourly, retryMs: 6_000, maxRetries: 2 }).once()
    expect(record.failure).toBeNull()
    expect(failure).toMatchObject({ code: 'engine/unresolved', facts: { labels: [unresolved().label] } })
    expect(clock.now() - startedMs).toBe(12_000)
  })

  it('fails where its sweep fails', async () => {
    const { ports } = createWorld()
    const executor = { ...ports.executor, cancelOwn: rejects('retry') }
    const { record, failure } = await createAgent({ ...ports, executor }, hourly).once()
    expect(record.failure).toBeNull()
    expect(failure).toMatchObject({ code: 'test/retry' })
  })

  it('sweeps and latches nothing when it is stopped', async () => {
    const { ports, halt, events } = createWorld()
    const agent = createAgent(ports, hourly)
    await expect(agent.once(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
    expect(halt.read().halted).toBe(false)
    expect(events.at(-1)).toBe('cancelOwn')
  })
})

it.each([
  { why: 'a misspelt setting', options: { interval: 1 }, field: 'interval' },
  { why: 'an interval below a second', options: { intervalMs: 10 }, field: 'intervalMs' },
  { why: 'no currency', options: { underlyings: [] }, field: 'underlyings' },
])('refuses $why', ({ options, field }) => {
  expect(() => createAgent(createWorld().ports, { runId: RUN_ID, ...options })).toThrow(field)
})
