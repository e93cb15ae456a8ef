import type { IntentRecord, OrderTrace } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { createAgent } from './agent.js'
import { createWorld, execution, NOTHING, OPEN, RUN_ID, row, trace } from './engine-world.fixture.js'
import { loadMemory } from './memory-store.js'
import type { EngineOptionsInput } from './options.js'
import type { EnginePorts } from './ports.js'

/*
 * A life is cut off before or after each of its calls in turn, as by a power cut: nothing of it runs on. The next life
 * must know all that was sent, from what was durable alone.
 */

const options: EngineOptionsInput = { runId: RUN_ID, underlyings: ['BTC'], dryRun: false, ledgerLagMs: 0 }
const never = () => new Promise<never>(() => {})

type World = ReturnType<typeof createWorld>

/** Ports of which every call is counted; from the `diesAt`-th on, before or after it, none is answered any more. */
function mortal(ports: EnginePorts, diesAt: number, when: 'before' | 'after') {
  const life = { calls: 0, isOver: false, died: () => {} }
  const death = new Promise<void>((resolve) => {
    life.died = resolve
  })
  const end = () => {
    life.isOver = true
    life.died()
    return never()
  }
  const lived = <T extends object>(port: T): T =>
    Object.fromEntries(
      Object.entries(port).map(([name, call]) => {
        if (typeof call !== 'function' || name === 'verdictRecord') return [name, call]
        const mortalCall = async (...args: unknown[]) => {
          if (life.isOver) return never()
          life.calls += 1
          if (life.calls === diesAt && when === 'before') return end()
          const number = life.calls
          const answer = await call(...args)
          return life.isOver || (number === diesAt && when === 'after') ? end() : answer
        }
        return [name, mortalCall]
      }),
    ) as T
  const { observer, policy, broker, market, journal, log, store, executor } = ports
  const mortals = {
    ...{ observer: lived(observer), broker: lived(broker), market: lived(market), journal: lived(journal) },
    ...{ log: { record: lived(log).record }, store: lived(store), executor: lived(executor) },
    policy: { name: policy.name, decide: lived({ decide: policy.decide }).decide },
  }
  return { life, death, ports: { ...ports, ...mortals } }
}

/** An executor that writes its intents before it sends, sends three orders of one roll and books what they filled. */
function journalling({ ports, journal, ledger, clock }: World, step: () => Promise<void>) {
  let decisions = 0
  const execute: EnginePorts['executor']['execute'] = async (approved) => {
    const startedMs = clock.now()
    if (approved.bounds.legs.length === 0) return { ...execution('no-action', []), startedMs, endedMs: startedMs }
    decisions += 1
    const orders: OrderTrace[] = []
    for (const [attempt, outcome] of (['rejected', 'cancelled', 'rejected'] as const).entries()) {
      const plain = trace(outcome, outcome === 'cancelled' ? 0.1 : 0)
      const terms = { ...plain.terms, label: `cc-${decisions}-o-${attempt}`, postOnly: false }
      const { decisionId } = approved.bounds
      const timeMs = clock.now()
      await step()
      await journal.append({ kind: 'intent', timeMs, decisionId, leg: 'open', terms })
      await step()
      if (plain.filledCoin > 0) ledger.push(row(terms.label, clock.now(), { sizeCoin: -0.1, changeCoin: 0.001 }))
      await step()
      const { filledCoin } = plain
      await journal.append({ kind: 'outcome', timeMs, label: terms.label, outcome, orderId: null, filledCoin })
      orders.push({ ...plain, terms })
    }
    return { ...execution('partial', orders), startedMs, endedMs: clock.now() }
  }
  /** What a life left open is settled: filled or rejected, as the venue has it. */
  const recover: EnginePorts['executor']['recover'] = async () => {
    const open = await journal.unfinished()
    for (const { terms } of open) {
      const filledCoin = ledger.some(({ id }) => id === terms.label) ? 0.1 : 0
      const outcome = filledCoin > 0 ? 'cancelled' : 'absent'
      await journal.append({
        kind: 'outcome',
        timeMs: clock.now(),
        label: terms.label,
        outcome,
        orderId: null,
        filledCoin,
      })
    }
    return { settled: open.map(({ terms }) => terms.label), unresolved: [], cancelledOrders: 0 }
  }
  return { ...ports, executor: { ...ports.executor, execute, recover } }
}

/** The same conclusion from the journal alone. */
function rejectsIn(entries: readonly IntentRecord[]): number {
  const ends = entries.flatMap((entry) => (entry.kind === 'outcome' ? [entry.outcome] : []))
  const lastAccepted = Math.max(ends.lastIndexOf('cancelled'), ends.lastIndexOf('filled'))
  return ends.slice(lastAccepted + 1).filter((end) => end === 'rejected').length
}

const decisionsOf = (entries: readonly IntentRecord[]) => {
  const sold = new Set(entries.flatMap((one) => (one.kind === 'outcome' && one.filledCoin > 0 ? [one.label] : [])))
  return new Set(entries.flatMap((one) => (one.kind === 'intent' && sold.has(one.terms.label) ? [one.decisionId] : [])))
}

describe('a crash', () => {
  it.each(['before', 'after'] as const)('%s any call of a life keeps nothing from the next one', async (when) => {
    const done: number[] = []
    for (let diesAt = 1; diesAt <= 60; diesAt += 1) {
      const world = createWorld()
      world.script.decisions = [OPEN]
      // Each step of the execution is a call too.
      const steps = { step: async () => {} }
      const alive = journalling(world, () => steps.step())
      const first = mortal(alive, diesAt, when)
      steps.step = async () => void (await first.ports.journal.since(0))
      const ran = createAgent(first.ports, options).once()
      await Promise.race([ran.then(() => {}), first.death])
      if (!first.life.isOver) break
      done.push(diesAt)

      await world.clock.sleep(1)
      world.script.decisions = [NOTHING]
      steps.step = async () => {}
      const next = await createAgent(alive, options).once()
      expect(next.failure).toBeNull()
      const { memory } = await loadMemory(world.store)
      const journalled = world.journal.entries.flatMap((one) => (one.kind === 'intent' ? [one.terms.label] : []))
      expect(memory.recentSends.map(({ label }) => label).sort()).toEqual(journalled.sort())
      expect(memory.rejectsInARow).toBe(rejectsIn(world.journal.entries))
      expect(new Set(memory.recentOpens.map(({ decisionId }) => decisionId))).toEqual(
        decisionsOf(world.journal.entries),
      )
      expect(memory.recentOpens).toHaveLength(decisionsOf(world.journal.entries).size)
      // Every row that was booked is in a record: at least one, where the crash came between record and memory.
      await world.clock.sleep(1)
      await createAgent(alive, options).once()
      const recorded = new Set(world.log.decisions.flatMap(({ ledger }) => ledger.map(({ id }) => id)))
      expect([...recorded].sort()).toEqual(world.ledger.map(({ id }) => id).sort())
    }
    expect(done.length).toBeGreaterThan(25)
    expect(done.length).toBeLessThan(60)
  })
})
