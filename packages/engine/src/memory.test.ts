import { type AgentMemory, CcError, type LedgerEntry } from '@cc/models'
import { createMemoryStore, stateForTest, underlyingForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import {
  createWorld,
  execution,
  memoryAt,
  OPEN,
  RUN_ID,
  row,
  START_MS,
  SYMBOL,
  trace,
  unresolved,
} from './engine-world.fixture.js'
import { loadMemory, saveMemory } from './memory.js'
import type { EngineOptionsInput } from './options.js'
import { runCycle } from './run-cycle.js'

const options: EngineOptionsInput = { runId: RUN_ID, underlyings: ['BTC'], dryRun: false }
const rejects = () => Promise.reject(new CcError('Down.', { code: 'test/down', recovery: 'retry' }))

describe('the store', () => {
  it('gives back what was saved', async () => {
    const store = createMemoryStore()
    const remembered = {
      memory: memoryAt(START_MS, { highWaterCoin: { BTC: 2 }, unresolved: [unresolved()], setAside: ['ETH'] }),
      equities: [{ currency: 'BTC' as const, timestampMs: START_MS, equityCoin: 2 }],
    }
    await saveMemory(store, remembered)
    expect(await loadMemory(store)).toEqual(remembered)
  })

  it('is never given what it would refuse to give back', async () => {
    const store = createMemoryStore()
    const memory = memoryAt(START_MS, { highWaterCoin: { BTC: Number.NaN } })
    await expect(saveMemory(store, { memory, equities: [] })).rejects.toMatchObject({
      code: 'engine/not-remembered',
      recovery: 'halt',
      facts: { problem: expect.stringContaining('highWaterCoin') },
    })
    expect(store.values.size).toBe(0)
  })

  it('ends the cycle where what is in it cannot be read, and is not overwritten', async () => {
    const { ports, store } = createWorld({ store: { memory: { mode: 'normal' } } })
    expect(await runCycle(ports, options)).toMatchObject({
      state: null,
      failure: { code: 'engine/memory-unreadable', recovery: 'halt' },
    })
    expect(store.values.get('memory')).toEqual({ mode: 'normal' })
  })
})

describe('the memory', () => {
  it('holds opens of the last day and sends of unknown outcome', async () => {
    const { ports, store, script } = createWorld({
      store: {
        memory: memoryAt(START_MS, {
          recentOpens: [
            { symbol: 'old', timeMs: START_MS - 86_400_000 },
            { symbol: 'new', timeMs: START_MS - 86_399_999 },
          ],
        }),
      },
    })
    script.decisions = [OPEN]
    script.executions = [execution('unknown', [trace('cancelled', 0.2), trace('unknown')])]
    await runCycle(ports, options)
    expect(store.values.get('memory')).toMatchObject({
      recentOpens: [
        { symbol: 'new', timeMs: START_MS - 86_399_999 },
        { symbol: SYMBOL, timeMs: START_MS },
      ],
      unresolved: [unresolved()],
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
    const { ports, events, script } = createWorld({
      store: { memory: memoryAt(START_MS, { unresolved: [unresolved(), unresolved('cc-b')] }) },
    })
    script.recoveries = [{ settled: [unresolved().label], unresolved: [unresolved('cc-b')], cancelledOrders: 0 }]
    const record = await runCycle(ports, options)
    expect(events.slice(0, 2)).toEqual(['recover', 'observe'])
    expect(record.state?.memory.unresolved.map((left) => left.label)).toEqual(['cc-b'])
  })

  it('sets aside what this tick set aside, whatever was stored', async () => {
    const stored = memoryAt(START_MS, { setAside: ['BTC'] })
    const { ports } = createWorld({ store: { memory: stored } })
    expect((await runCycle(ports, options)).state?.memory.setAside).toEqual([])
    expect((await runCycle(ports, options, { setAside: ['ETH'] })).state?.memory.setAside).toEqual(['ETH'])
  })

  it('follows the halt switch, both ways', async () => {
    const { ports, halt } = createWorld()
    await halt.latch('kill')
    expect((await runCycle(ports, options)).state?.memory.mode).toBe('halted')
    const lifted = createWorld({ store: { memory: memoryAt(START_MS, { mode: 'halted' }) } })
    expect((await runCycle(lifted.ports, options)).state?.memory.mode).toBe('normal')
    const signal = AbortSignal.abort(new Error('lifted since'))
    const spent = { ...lifted.ports, halt: { ...lifted.halt, signal } }
    expect(await runCycle(spent, options)).toMatchObject({ state: { memory: { mode: 'halted' } }, failure: null })
  })
})

describe('the high-water mark', () => {
  /** Runs a cycle a minute later with this equity; the mark that its state shows. */
  function watch() {
    const world = createWorld()
    const mark = async (equityCoin: number, afterMs = 60_000) => {
      world.script.equityCoin = equityCoin
      await world.clock.sleep(afterMs)
      return (await runCycle(world.ports, options)).state?.memory.highWaterCoin.BTC
    }
    const book = (id: string, afterMs: number, changes: Partial<LedgerEntry>) =>
      void world.ledger.push(row(id, world.clock.now() + afterMs, changes))
    return { mark, book }
  }

  it('is the highest equity seen before, moved by transfers, of which none counts twice', async () => {
    const { mark, book } = watch()
    // The first deposit is in the equity that is first seen.
    book('first', 60_000, { kind: 'transfer', changeCoin: 2 })
    expect(await mark(2)).toBeUndefined()
    expect(await mark(1.5)).toBe(2)
    book('deposit', 1, { kind: 'transfer', changeCoin: 1 })
    book('premium', 1, { changeCoin: 0.1 })
    expect(await mark(2.6)).toBe(3)
    book('withdrawal', 1, { kind: 'transfer', changeCoin: -2 })
    expect(await mark(0.7)).toBe(1)
    expect(await mark(1.2)).toBe(1)
    expect(await mark(1)).toBe(1.2)
  })

  it('is no drawdown where a withdrawal came too shortly before a cycle for its row to be read', async () => {
    const { mark, book } = watch()
    await mark(10)
    expect(await mark(10)).toBe(10)
    book('late', 59_500, { kind: 'transfer', changeCoin: -5 })
    await mark(5)
    expect(await mark(5)).toBe(5)
    expect(await mark(5)).toBe(5)
  })

  it('is not too high where a deposit came too shortly before a cycle for its row to be read', async () => {
    const { mark, book } = watch()
    await mark(10)
    book('late', 59_500, { kind: 'transfer', changeCoin: 5 })
    await mark(15)
    expect(await mark(15, 100)).toBe(10)
    expect(await mark(15)).toBe(15)
    expect(await mark(15)).toBe(15)
  })

  it('keeps one equity of a moment, however many cycles see it', async () => {
    const { ports, store, script } = createWorld()
    for (const equityCoin of [2, 3, 2.5]) {
      script.equityCoin = equityCoin
      await runCycle(ports, options)
    }
    expect(store.values.get('memory')).toMatchObject({ equities: [{ timestampMs: START_MS, equityCoin: 2.5 }] })
  })

  it('keeps an equity under the time of its account, which may be older than the state', async () => {
    const { ports, store } = createWorld()
    const underlyings = [underlyingForTest({ timeMs: START_MS, ages: { account: 700 }, portfolio: { balanceCoin: 2 } })]
    const observe = async (memory: AgentMemory) => stateForTest({ timeMs: START_MS, underlyings, memory })
    await runCycle({ ...ports, observer: { observe } }, options)
    expect(store.values.get('memory')).toMatchObject({ equities: [{ timestampMs: START_MS - 700, equityCoin: 2 }] })
  })

  it('keeps an equity while the ledger cannot be read', async () => {
    const { mark } = watch()
    await mark(10)
    const { ports, store, clock } = createWorld({ store: { memory: memoryAt(START_MS) } })
    await runCycle(ports, options)
    await clock.sleep(60_000)
    await runCycle({ ...ports, broker: { ...ports.broker, ledger: rejects } }, options)
    expect(store.values.get('memory')).toMatchObject({ highWaterCoin: {}, equities: [{ equityCoin: 2 }] })
    await runCycle(ports, options)
    expect(store.values.get('memory')).toMatchObject({ highWaterCoin: { BTC: 2 } })
  })
})
