import { z } from 'zod'
import { type Currency, currencySchema, parseSymbol } from './instrument.js'

/** A send whose outcome is not known yet. Sells among them count as committed. */
export const unresolvedIntentSchema = z.object({
  label: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  sizeCoin: z.number().positive(),
  validUntilMs: z.int(),
})
export type UnresolvedIntent = z.infer<typeof unresolvedIntentSchema>

/** What the agent carries from cycle to cycle. Part of the state, so that a decision can be replayed from it alone. */
export const agentMemorySchema = z.object({
  mode: z.enum(['normal', 'reduce-only', 'halted']),
  /** Highest equity seen, in coin, moved by transfers. */
  highWaterCoin: z.partialRecord(currencySchema, z.number()),
  /** Executed opens of the last 24 h, oldest first. */
  recentOpens: z.array(z.object({ symbol: z.string(), timeMs: z.int() })).readonly(),
  unresolved: z.array(unresolvedIntentSchema).readonly(),
  /**
   * Currencies whose proposal of the present tick was not carried out (refused, unfilled, only a dry run): they have
   * had their turn, and the policy leaves them alone until the next tick.
   */
  setAside: z.array(currencySchema).readonly(),
  /** Time up to which the venue's ledger has been read; `null` before the first read. */
  ledgerReadMs: z.int().nullable(),
})
export type AgentMemory = z.infer<typeof agentMemorySchema>

/** What an agent remembers at its first start. */
export const EMPTY_MEMORY: AgentMemory = {
  mode: 'normal',
  highWaterCoin: {},
  recentOpens: [],
  unresolved: [],
  setAside: [],
  ledgerReadMs: null,
}

/** Sends of unknown outcome in one currency; one whose symbol cannot be read may be of any. */
export function unresolvedIn(currency: Currency, { unresolved }: AgentMemory): readonly UnresolvedIntent[] {
  return unresolved.filter(({ symbol }) => (parseSymbol(symbol)?.currency ?? currency) === currency)
}
