import { CcError, EMPTY_MEMORY } from '@cc/models'
import { createMemoryStore } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { createAgent } from './agent.js'
import { createWorld, memoryAt, RUN_ID, START_MS } from './engine-world.fixture.js'
import { type DeferredCommand, deferCommand } from './operator.js'

const options = { runId: RUN_ID, underlyings: ['BTC' as const], runForMs: 3_600_000, retryMs: 6_000, maxRetries: 1 }
const never = new AbortController().signal
const PAUSE: DeferredCommand = { command: 'pause', reason: 'strange prices' }
const RESUME: DeferredCommand = { command: 'resume', reason: 'looked into it' }

async function leftBy(...commands: DeferredCommand[]) {
  const store = createMemoryStore({ memory: memoryAt(START_MS, { rejectsInARow: 4 }) })
  for (const command of commands) await deferCommand(store, command)
  return createWorld({ store: Object.fromEntries(store.values) })
}

describe('a command for an agent that does not run', () => {
  it.each([
    { command: PAUSE, mode: 'reduce-only', rejectsInARow: 4 },
    { command: RESUME, mode: 'normal', rejectsInARow: 0 },
  ])(
    'is obeyed and recorded before the first decision ($command.command)',
    async ({ command, mode, rejectsInARow }) => {
      for (const how of ['run', 'once'] as const) {
        const world = await leftBy(command)
        const agent = createAgent(world.ports, options)
        if (how === 'run') await agent.run(never)
        else await agent.once()
        expect(world.log.entries[0]).toMatchObject({ kind: 'operator', ...command, symbol: null, timeMs: START_MS })
        expect(world.log.decisions[0]?.state?.memory).toMatchObject({ mode, rejectsInARow })
        expect(agent.status().mode).toBe(mode)
        expect(world.store.values.get('command')).toBeNull()
        expect(world.events.slice(0, 3)).toEqual(['status', 'recover', 'observe'])
        await createAgent(world.ports, options).once()
        expect(world.log.entries.filter(({ kind }) => kind === 'operator')).toHaveLength(1)
      }
    },
  )

  it('is the latest that was left', async () => {
    const world = await leftBy(PAUSE, RESUME)
    await createAgent(world.ports, options).once()
    expect(world.log.entries).toMatchObject([{ kind: 'operator', command: 'resume' }, { kind: 'decision' }])
  })

  it('waits for a start that succeeds', async () => {
    const world = await leftBy(PAUSE)
    await world.halt.latch('kill')
    expect(await createAgent(world.ports, options).run(never)).toMatchObject({ reason: 'halted' })
    expect(world.store.values.get('command')).toEqual(PAUSE)
    expect(world.log.entries).toEqual([])
  })

  it('is obeyed again where a crash came before it was forgotten', async () => {
    const world = await leftBy(PAUSE)
    const save: typeof world.store.save = (key, value) =>
      key === 'command' ? new Promise(() => {}) : world.store.save(key, value)
    void createAgent({ ...world.ports, store: { ...world.store, save } }, options).once()
    await world.clock.sleep(1)
    expect(world.log.entries).toMatchObject([{ command: 'pause' }])
    await createAgent(world.ports, options).once()
    expect(world.log.entries).toMatchObject([{ command: 'pause' }, { command: 'pause' }, { kind: 'decision' }])
  })

  it('that cannot be read halts: it may have been a pause', async () => {
    for (const command of [{ command: 'pause' }, 'pause', { command: 'close', symbol: 'all', reason: 'x' }]) {
      const world = createWorld({ store: { memory: EMPTY_MEMORY, command } })
      expect(await createAgent(world.ports, options).run(never)).toMatchObject({
        ...{ reason: 'halted', cycles: 0, lastFailure: { code: 'engine/command-unreadable' } },
      })
      expect(world.halt.read().halted).toBe(true)
      expect(world.store.values.get('command')).toEqual(command)
    }
  })

  it('that cannot be recorded halts, and is kept', async () => {
    const world = await leftBy(RESUME)
    const record = () => Promise.reject(new CcError('Full.', { code: 'logging/full', recovery: 'retry' }))
    const outcome = await createAgent({ ...world.ports, log: { record } }, options).run(never)
    expect(outcome).toMatchObject({ reason: 'halted', lastFailure: { code: 'logging/full', recovery: 'halt' } })
    expect(world.store.values.get('command')).toEqual(RESUME)
    // A resume is remembered only once it is recorded.
    expect(world.store.values.get('memory')).toMatchObject({ rejectsInARow: 4, enabledMs: null })
  })

  it('must say what and why', async () => {
    const store = createMemoryStore()
    for (const command of [
      { command: 'pause', reason: '' },
      { command: 'close', symbol: 'all', reason: 'x' },
    ]) {
      await expect(deferCommand(store, command as DeferredCommand)).rejects.toMatchObject({
        ...{ code: 'engine/invalid-command', recovery: 'skip' },
      })
    }
    expect(store.values.size).toBe(0)
  })
})
