import {
  type AgentMemory,
  type AgentState,
  agentMemorySchema,
  CcError,
  type Currency,
  currencySchema,
  EMPTY_MEMORY,
  type ExecutionResult,
  type HaltState,
  type LedgerEntry,
  type OrderTerms,
  type Store,
  type UnresolvedIntent,
} from '@cc/models'
import { z } from 'zod'

const KEY = 'memory'
const DAY_MS = 86_400_000

/**
 * What is stored: the memory, and until when each equity in its high-water marks was known. A transfer up to then is
 * in that equity already and moves the mark no more.
 */
const storedSchema = agentMemorySchema.extend({
  equityReadMs: z.partialRecord(currencySchema, z.int()).default({}),
})
export type Remembered = { memory: AgentMemory; equityReadMs: z.output<typeof storedSchema>['equityReadMs'] }

/** @throws CcError `engine/memory-unreadable`: an agent that forgot what it did must not go on. */
export async function loadMemory(store: Store): Promise<Remembered> {
  const stored = await store.load(KEY)
  if (stored === undefined) return { memory: EMPTY_MEMORY, equityReadMs: {} }
  const parsed = storedSchema.safeParse(stored)
  if (!parsed.success) {
    throw new CcError('The stored memory of the agent cannot be read.', {
      code: 'engine/memory-unreadable',
      recovery: 'halt',
      facts: { problem: z.prettifyError(parsed.error) },
    })
  }
  const { equityReadMs, ...memory } = parsed.data
  return { memory, equityReadMs }
}

export async function saveMemory(store: Store, { memory, equityReadMs }: Remembered): Promise<void> {
  await store.save(KEY, { ...memory, equityReadMs })
}

/** The halt switch has the last word on the mode, in both directions. */
export function withMode(memory: AgentMemory, halt: HaltState): AgentMemory {
  const mode = halt.halted ? 'halted' : memory.mode === 'halted' ? 'normal' : memory.mode
  return { ...memory, mode }
}

/** Moves the high-water marks by what was deposited or withdrawn since their equity was known. */
export function afterTransfers({ memory, equityReadMs }: Remembered, rows: readonly LedgerEntry[]): AgentMemory {
  const highWaterCoin = { ...memory.highWaterCoin }
  for (const { kind, currency, timestampMs, changeCoin } of rows) {
    const markCoin = highWaterCoin[currency]
    if (kind !== 'transfer' || markCoin === undefined || timestampMs <= (equityReadMs[currency] ?? 0)) continue
    highWaterCoin[currency] = markCoin + changeCoin
  }
  return { ...memory, highWaterCoin }
}

/** Raises the high-water marks to the equity that was seen. */
export function afterState({ memory, equityReadMs }: Remembered, state: AgentState): Remembered {
  const highWaterCoin = { ...memory.highWaterCoin }
  const readMs: Partial<Record<Currency, number>> = { ...equityReadMs }
  for (const { currency, portfolio } of state.underlyings) {
    highWaterCoin[currency] = Math.max(highWaterCoin[currency] ?? portfolio.equityCoin, portfolio.equityCoin)
    readMs[currency] = portfolio.timestampMs
  }
  return { memory: { ...memory, highWaterCoin }, equityReadMs: readMs }
}

/** Takes in what was executed: calls sold, and sends whose outcome is not known. The same memory where neither is. */
export function afterExecution(memory: AgentMemory, execution: ExecutionResult): AgentMemory {
  const opens = execution.legs
    .filter(({ leg, filledCoin }) => leg === 'open' && filledCoin > 0)
    .map(({ symbol }) => ({ symbol, timeMs: execution.endedMs }))
  const unresolved = execution.legs
    .flatMap(({ orders }) => orders)
    .filter(({ outcome }) => outcome === 'unknown')
    .map(({ terms }) => intentOf(terms))
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

function intentOf({ label, symbol, side, sizeCoin, validUntilMs }: OrderTerms): UnresolvedIntent {
  return { label, symbol, side, sizeCoin, validUntilMs }
}
