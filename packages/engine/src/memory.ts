import {
  type AgentMemory,
  type AgentState,
  agentMemorySchema,
  CcError,
  currencySchema,
  EMPTY_MEMORY,
  type ExecutionResult,
  type HaltState,
  type LedgerEntry,
  type Store,
} from '@cc/models'
import { z } from 'zod'

const KEY = 'memory'
const DAY_MS = 86_400_000

/**
 * What is stored: the memory, and the equities that its high-water marks do not hold yet, because the ledger has not
 * been read up to their time. A withdrawal of just before would move the mark only after it was raised or kept.
 */
const storedSchema = agentMemorySchema.extend({
  equities: z
    .array(z.object({ currency: currencySchema, timestampMs: z.int(), equityCoin: z.number() }))
    .readonly()
    .default([]),
})
export type Remembered = { memory: AgentMemory; equities: z.output<typeof storedSchema>['equities'] }

/** @throws CcError `engine/memory-unreadable`: an agent that forgot what it did must not go on. */
export async function loadMemory(store: Store): Promise<Remembered> {
  const stored = await store.load(KEY)
  if (stored === undefined) return { memory: EMPTY_MEMORY, equities: [] }
  const parsed = storedSchema.safeParse(stored)
  if (!parsed.success) {
    throw new CcError('The stored memory of the agent cannot be read.', {
      code: 'engine/memory-unreadable',
      recovery: 'halt',
      facts: { problem: z.prettifyError(parsed.error) },
    })
  }
  const { equities, ...memory } = parsed.data
  return { memory, equities }
}

/** @throws CcError `engine/not-remembered` for what {@link loadMemory} would refuse; what the store throws. */
export async function saveMemory(store: Store, { memory, equities }: Remembered): Promise<void> {
  const parsed = storedSchema.safeParse({ ...memory, equities })
  if (!parsed.success) {
    throw new CcError('The memory of the agent does not fit its schema and was not saved.', {
      code: 'engine/not-remembered',
      recovery: 'halt',
      facts: { problem: z.prettifyError(parsed.error) },
    })
  }
  await store.save(KEY, parsed.data)
}

/** The halt switch has the last word on the mode, in both directions. */
export function withMode(memory: AgentMemory, halt: HaltState): AgentMemory {
  const mode = halt.halted ? 'halted' : memory.mode === 'halted' ? 'normal' : memory.mode
  return { ...memory, mode }
}

/**
 * Takes in the ledger up to `readMs`: in order of time, deposits and withdrawals move the high-water marks and the
 * equities of until then raise them. A transfer of the very time of an equity is in it.
 */
export function afterLedger(
  { memory, equities }: Remembered,
  { rows, readMs }: { rows: readonly LedgerEntry[]; readMs: number },
): Remembered {
  const highWaterCoin = { ...memory.highWaterCoin }
  const isCovered = ({ timestampMs }: { timestampMs: number }) => timestampMs < readMs
  const transfers = rows.filter(({ kind }) => kind === 'transfer')
  const inOrder = [...transfers, ...equities.filter(isCovered)].sort((a, b) => a.timestampMs - b.timestampMs)
  for (const step of inOrder) {
    const markCoin = highWaterCoin[step.currency]
    if ('equityCoin' in step) {
      highWaterCoin[step.currency] = Math.max(markCoin ?? step.equityCoin, step.equityCoin)
    } else if (markCoin !== undefined) {
      highWaterCoin[step.currency] = markCoin + step.changeCoin
    }
  }
  return {
    memory: { ...memory, highWaterCoin, ledgerReadMs: readMs },
    equities: equities.filter((equity) => !isCovered(equity)),
  }
}

/** Keeps the equities that were seen until the ledger has been read up to their time; of one moment the latest. */
export function afterState({ memory, equities }: Remembered, state: AgentState): Remembered {
  const seen = state.underlyings.map(({ currency, portfolio: { equityCoin }, parts: { account } }) => {
    return { currency, timestampMs: account.timestampMs, equityCoin }
  })
  const isSeenAgain = (old: (typeof seen)[number]) =>
    seen.some(({ currency, timestampMs }) => currency === old.currency && timestampMs === old.timestampMs)
  return { memory, equities: [...equities.filter((old) => !isSeenAgain(old)), ...seen] }
}

/** Takes in what was executed: calls sold, and sends whose outcome is not known. The same memory where neither is. */
export function afterExecution(memory: AgentMemory, execution: ExecutionResult): AgentMemory {
  const opens = execution.legs
    .filter(({ leg, filledCoin }) => leg === 'open' && filledCoin > 0)
    .map(({ symbol }) => ({ symbol, timeMs: execution.endedMs }))
  const unresolved = execution.legs
    .flatMap(({ orders }) => orders)
    .filter(({ outcome }) => outcome === 'unknown')
    .map(({ terms: { label, symbol, side, sizeCoin, validUntilMs } }) => ({
      label,
      symbol,
      side,
      sizeCoin,
      validUntilMs,
    }))
  if (opens.length === 0 && unresolved.length === 0) return memory
  return {
    ...memory,
    recentOpens: [...memory.recentOpens, ...opens],
    unresolved: [...memory.unresolved, ...unresolved],
  }
}

/** Forgets opens of more than a day ago. */
export function withoutOldOpens(memory: AgentMemory, nowMs: number): AgentMemory {
  return { ...memory, recentOpens: memory.recentOpens.filter(({ timeMs }) => timeMs > nowMs - DAY_MS) }
}
