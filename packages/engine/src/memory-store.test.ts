import { CcError, EMPTY_MEMORY } from '@cc/models'
import { createMemoryStore } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import {
  createWorld,
  execution,
  memoryAt,
  OPEN,
  RUN_ID,
  START_MS,
  SYMBOL,
  trace,
  unresolved,
} from './engine-world.fixture.js'
import { loadMemory, NOTHING_REMEMBERED, saveMemory } from './memory-store.js'
import type { EngineOptionsInput } from './options.js'
import { runCycle } from './run-cycle.js'

const options: EngineOptionsInput = { runId: RUN_ID, underlyings: ['BTC'], dryRun: false }
const rejects = () => Promise.reject(new CcError('Down.', { code: 'test/down', recovery: 'retry' }))

const anOpen = (decisionId: string) => ({ decisionId, action: 'OPEN_COVERED_CALL', symbol: SYMBOL }) as const

describe('the store', () => {
  it('gives back what was saved', async () => {
    const store = createMemoryStore()
    const remembered = {
      ...NOTHING_REMEMBERED,
      memory: memoryAt(START_MS, { highWaterCoin: { BTC: 2 }, unresolved: [unresolved()], setAside: ['ETH'] }),
      equities: [{ currency: 'BTC' as const, timestampMs: START_MS, equityCoin: 2 }],
    }
    await saveMemory(store, remembered)
    expect(await loadMemory(store)).toEqual(remembered)
  })

  it('is never given what it would refuse to give back', async () => {
    const store = createMemoryStore()
    const memory = memoryAt(START_MS, { highWaterCoin: { BTC: Number.NaN } })
    await expect(saveMemory(store, { ...NOTHING_REMEMBERED, memory })).rejects.toMatchObject({
      code: 'engine/not-remembered',
      recovery: 'halt',
      facts: { problem: expect.stringContaining('highWaterCoin') },
    })
    expect(store.values.size).toBe(0)
  })

  it('takes a memory of before its newer fields were known, and goes on from there', async () => {
    const early = {
      ...{ mode: 'reduce-only', highWaterCoin: { BTC: 2 }, unresolved: [unresolved()], setAside: [] },
      ...{ ledgerReadMs: START_MS, recentOpens: [{ symbol: SYMBOL, timeMs: START_MS }] },
      equities: [{ currency: 'BTC', timestampMs: START_MS, equityCoin: 2 }],
    }
    const { memory, ...besides } = await loadMemory(createMemoryStore({ memory: early }))
    expect(memory).toEqual({
      ...EMPTY_MEMORY,
      ...{ mode: 'reduce-only', highWaterCoin: { BTC: 2 }, unresolved: [unresolved()], ledgerReadMs: START_MS },
    })
    expect(besides).toEqual({ equities: early.equities, firstLooks: [], leftMs: {}, dayLooksMs: {}, paused: true })
  })

  it.each([null, [], 'x', 7, { memory: {} }])('refuses %j', async (memory) => {
    await expect(loadMemory(createMemoryStore({ memory }))).rejects.toMatchObject({ code: 'engine/memory-unreadable' })
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
            { ...anOpen('old'), timeMs: START_MS - 86_400_000 },
            { ...anOpen('new'), timeMs: START_MS - 86_399_999 },
          ],
        }),
      },
    })
    script.decisions = [OPEN]
    script.executions = [execution('unknown', [trace('cancelled', 0.2), trace('unknown')])]
    const record = await runCycle(ports, options)
    expect(store.values.get('memory')).toMatchObject({
      recentOpens: [
        { ...anOpen('new'), timeMs: START_MS - 86_399_999 },
        { decisionId: record.decisionId, action: 'OPEN_COVERED_CALL', symbol: SYMBOL, timeMs: START_MS },
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
    const paused = createWorld({ store: { memory: { ...memoryAt(START_MS, { mode: 'halted' }), paused: true } } })
    expect((await runCycle(paused.ports, options)).state?.memory.mode).toBe('reduce-only')
    const spent = { ...lifted.ports, halt: { ...lifted.halt, signal } }
    expect(await runCycle(spent, options)).toMatchObject({ state: { memory: { mode: 'halted' } }, failure: null })
  })
})
