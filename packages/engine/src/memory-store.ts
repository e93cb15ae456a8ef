import {
  type AgentMemory,
  agentMemorySchema,
  CcError,
  currencySchema,
  EMPTY_MEMORY,
  type ExplainedAccount,
  guardOf,
  type HaltState,
  recentOpenSchema,
  riskGuardsSchema,
  type Store,
} from '@cc/models'
import { z } from 'zod'
import { expiredIn } from './expired.js'

const KEY = 'memory'

/** The equity of an account at one look. */
const equitySchema = z.object({ currency: currencySchema, timestampMs: z.int(), equityCoin: z.number() })

/** What an account held at the first look. */
const firstLookSchema = z.object({
  currency: currencySchema,
  timestampMs: z.int(),
  balanceCoin: z.number(),
  positions: z.array(z.object({ symbol: z.string(), sizeCoin: z.number() })).readonly(),
})

/** What is known besides the memory, and waits until the ledger has been read up to its time. */
const besidesSchema = z.object({
  /** Equities that the high-water marks do not hold yet. */
  equities: z.array(equitySchema).readonly().default([]),
  /** First looks of which `explained` knows nothing yet. */
  firstLooks: z.array(firstLookSchema).readonly().default([]),
  /** Time of the look that `dayStart` was taken at: a transfer of until then is in it. */
  dayLooksMs: z.partialRecord(currencySchema, z.int()).default({}),
  /** How far the ledgers were read of currencies that are not traded any more: once they are, it goes on from there. */
  leftMs: z.partialRecord(currencySchema, z.int()).default({}),
  /** Whether a person paused the agent. The mode does not tell while it is halted. */
  paused: z.boolean().default(false),
})

export type Remembered = z.output<typeof besidesSchema> & { memory: AgentMemory }

export const NOTHING_REMEMBERED: Remembered = { memory: EMPTY_MEMORY, ...besidesSchema.parse({}) }

const completeSchema = agentMemorySchema.extend({
  dayStart: agentMemorySchema.shape.dayStart.default({}),
  explained: agentMemorySchema.shape.explained.default({}),
  recentOpens: z.array(recentOpenSchema).readonly(),
  recentSends: agentMemorySchema.shape.recentSends.default([]),
  rejectsInARow: agentMemorySchema.shape.rejectsInARow.default(0),
  enabledMs: agentMemorySchema.shape.enabledMs.default(null),
  guards: riskGuardsSchema.default(EMPTY_MEMORY.guards),
  ...besidesSchema.shape,
})

/**
 * What lies in the store. Memories of before a field was known are read with its default, so that an upgrade goes on
 * where it was. Opens that do not name their decision are left out: the journal names them again at the start.
 */
const storedSchema = z.preprocess((stored) => {
  if (typeof stored !== 'object' || stored === null) return stored
  const { recentOpens, paused = 'mode' in stored && stored.mode === 'reduce-only' } = stored as Record<string, unknown>
  const isNamed = (open: unknown) => typeof open === 'object' && open !== null && 'decisionId' in open
  return { ...stored, paused, ...(Array.isArray(recentOpens) ? { recentOpens: recentOpens.filter(isNamed) } : {}) }
}, completeSchema)

/** A memory that lacks nothing is to the letter what the schema would make of it, at a fraction of the work. */
function read(stored: unknown): z.ZodSafeParseResult<z.output<typeof completeSchema>> {
  if (isComplete(stored)) return { success: true, data: stored as z.output<typeof completeSchema> }
  return storedSchema.safeParse(stored)
}

const isComplete = guardOf(completeSchema, { exact: true, ordered: true })

/** @throws CcError `engine/memory-unreadable`: an agent that forgot what it did must not go on. */
export async function loadMemory(store: Store): Promise<Remembered> {
  const stored = await store.load(KEY)
  if (stored === undefined) return NOTHING_REMEMBERED
  const parsed = read(stored)
  if (!parsed.success) {
    throw new CcError('The stored memory of the agent cannot be read.', {
      code: 'engine/memory-unreadable',
      recovery: 'halt',
      facts: { problem: z.prettifyError(parsed.error) },
    })
  }
  const { equities, firstLooks, dayLooksMs, leftMs, paused, ...memory } = parsed.data
  return { memory, equities, firstLooks, dayLooksMs, leftMs, paused }
}

/** @throws CcError `engine/not-remembered` for what {@link loadMemory} would refuse; what the store throws. */
export async function saveMemory(store: Store, { memory, ...besides }: Remembered): Promise<void> {
  const parsed = read({ ...memory, ...besides })
  if (!parsed.success) {
    throw new CcError('The memory of the agent does not fit its schema and was not saved.', {
      code: 'engine/not-remembered',
      recovery: 'halt',
      facts: { problem: z.prettifyError(parsed.error) },
    })
  }
  await store.save(KEY, parsed.data)
}

/** The halt switch has the last word on the mode, in both directions; a pause outlives a halt. */
export function withMode(remembered: Remembered, halt: HaltState): Remembered {
  const mode = halt.halted ? 'halted' : remembered.paused ? 'reduce-only' : 'normal'
  return { ...remembered, memory: { ...remembered.memory, mode } }
}

/** A person paused the agent: nothing is sold until {@link resumed}. */
export function paused(remembered: Remembered): Remembered {
  return { ...remembered, paused: true, memory: { ...remembered.memory, mode: 'reduce-only' } }
}

/** How long before an expiry its delivery counts as due: the next look may come only after it. */
const DUE_MS = 3_600_000

/**
 * A person enabled the agent again: every latch is lifted, opens are counted from `nowMs`, rejects from none, and what the
 * accounts must hold is what the next look finds there.
 *
 * But where a delivery is due, that would forget it, and its payout could be sold a second time before it is taken: there
 * the account stays what it was, unless it is the missing delivery that stopped the agent.
 */
export function resumed(remembered: Remembered, nowMs: number): Remembered {
  const { memory } = remembered
  const isGivenUp = memory.guards.latched?.code === 'delivery-missing'
  const isDue = (account: Pick<ExplainedAccount, 'positions'>) =>
    !isGivenUp && expiredIn(account, nowMs + DUE_MS).length > 0
  return {
    ...remembered,
    paused: false,
    firstLooks: remembered.firstLooks.filter(isDue),
    memory: {
      ...memory,
      mode: 'normal',
      guards: { ...memory.guards, latched: null },
      enabledMs: nowMs,
      rejectsInARow: 0,
      explained: Object.fromEntries(Object.entries(memory.explained).filter(([, account]) => isDue(account))),
    },
  }
}
