import type { DecisionRecord } from '@cc/models'
import { type Accuse, NOISE_COIN } from './violation.ts'

/** Holds what the memory of one record says against that of those before. */
export type KeptMemory = {
  take(record: DecisionRecord): void
  /** A person lifts what is latched. */
  resumed(): void
}

type Memory = NonNullable<DecisionRecord['state']>['memory']
type Known = { runId: string; memory: Memory }

/**
 * What must not be forgotten: a high-water mark falls for nobody, a latch stays until a person lifts it, and a row of the
 * ledger is told once. A crash may cost what only the last record knew.
 */
export function createKeptMemory(accuse: Accuse): KeptMemory {
  const told = new Map<string, string>()
  let last: Known | undefined
  let earlier: Known | undefined

  function requireMarks({ highWaterCoin }: Memory, before: Memory): void {
    for (const currency of ['BTC', 'ETH'] as const) {
      const [wasCoin, isCoin] = [before.highWaterCoin[currency], highWaterCoin[currency]]
      if (wasCoin !== undefined && !(isCoin !== undefined && isCoin >= wasCoin - NOISE_COIN)) {
        accuse('I8', `the high-water mark of ${currency} fell from ${wasCoin} to ${isCoin}`)
      }
    }
  }

  function requireLatch({ guards }: Memory, before: Memory): void {
    const { latched } = before.guards
    if (latched !== null && guards.latched?.sinceMs !== latched.sinceMs) {
      accuse('I8', `the latch ${latched.code} is forgotten: nobody lifted it`)
    }
  }

  return {
    take({ runId, ledger, state }) {
      for (const { id, kind } of ledger) {
        if (told.get(id) === runId) accuse('I13', `the ${kind} row ${id} is told twice`)
        told.set(id, runId)
      }
      if (state === null) return
      const { memory } = state
      const before = last?.runId === runId ? last : earlier
      if (before !== undefined) {
        requireMarks(memory, before.memory)
        requireLatch(memory, before.memory)
      }
      // What a crash has cost is not asked for twice.
      earlier = last?.runId === runId ? last : undefined
      last = { runId, memory }
    },
    resumed() {
      last = undefined
      earlier = undefined
    },
  }
}
