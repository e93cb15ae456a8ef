import { type AgentMemory, CcError, type LedgerEntry } from '@cc/models'
import { stateForTest, underlyingForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { createWorld, memoryAt, RUN_ID, row, START_MS } from './engine-world.fixture.js'
import type { EngineOptionsInput } from './options.js'
import { runCycle } from './run-cycle.js'

const options: EngineOptionsInput = { runId: RUN_ID, underlyings: ['BTC'], dryRun: false }
const rejects = () => Promise.reject(new CcError('Down.', { code: 'test/down', recovery: 'retry' }))

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
    expect(store.values.get('memory')).toMatchObject({ highWaterCoin: {}, equities: [{ timestampMs: START_MS }, {}] })
    await runCycle(ports, options)
    expect(store.values.get('memory')).toMatchObject({ highWaterCoin: { BTC: 2 } })
  })
})
