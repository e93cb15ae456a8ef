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

/** A decision that sold a call, however much of it. */
export const recentOpenSchema = z.object({
  decisionId: z.string(),
  action: z.enum(['OPEN_COVERED_CALL', 'ROLL_COVERED_CALL']),
  symbol: z.string(),
  timeMs: z.int(),
})
export type RecentOpen = z.infer<typeof recentOpenSchema>

/** An order that was sent, whatever became of it. */
export const recentSendSchema = z.object({ label: z.string(), symbol: z.string(), timeMs: z.int() })
export type RecentSend = z.infer<typeof recentSendSchema>

/**
 * What an account must hold: what was there at the first look, and every row of the venue's ledger since. A difference
 * is something that happened and that nobody has explained.
 */
export const explainedAccountSchema = z.object({
  balanceCoin: z.number(),
  /** Signed, coin; those that are not 0. Options only. */
  positions: z.array(z.object({ symbol: z.string(), sizeCoin: z.number() })).readonly(),
})
export type ExplainedAccount = z.infer<typeof explainedAccountSchema>

/** What the risk engine has to remember of earlier states: it judges on it, and makes it. */
export const riskGuardsSchema = z.object({
  /** Why nothing is sold until a person enables it again; `null`: it is enabled. */
  latched: z.object({ code: z.enum(['repeated-execution', 'delivery-missing']), sinceMs: z.int() }).nullable(),
  /** When the market of a currency was last seen in a crash. */
  crashedMs: z.partialRecord(currencySchema, z.int()),
})
export type RiskGuards = z.infer<typeof riskGuardsSchema>

/** What the agent carries from cycle to cycle. Part of the state, so that a decision can be replayed from it alone. */
export const agentMemorySchema = z.object({
  /** `reduce-only`: a person paused it, and nothing is sold. */
  mode: z.enum(['normal', 'reduce-only', 'halted']),
  /** Highest equity seen, in coin, moved by transfers. */
  highWaterCoin: z.partialRecord(currencySchema, z.number()),
  /** Equity at the first look of a UTC day, in coin, moved by the transfers since. `dayMs`: 00:00 of that day. */
  dayStart: z.partialRecord(currencySchema, z.object({ dayMs: z.int(), equityCoin: z.number() })),
  /** What each account must hold by its ledger; no entry before the first look. */
  explained: z.partialRecord(currencySchema, explainedAccountSchema),
  /** Opens and rolls of the last 24 h that sold anything, oldest first. */
  recentOpens: z.array(recentOpenSchema).readonly(),
  /** Orders sent in the last 24 h, re-pegs included, oldest first. */
  recentSends: z.array(recentSendSchema).readonly(),
  /** Orders that the venue rejected one after the other, post-only rejects aside. */
  rejectsInARow: z.int().nonnegative(),
  /** When a person last enabled it: opens are counted from there. `null`: never. */
  enabledMs: z.int().nullable(),
  guards: riskGuardsSchema,
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
  dayStart: {},
  explained: {},
  recentOpens: [],
  recentSends: [],
  rejectsInARow: 0,
  enabledMs: null,
  guards: { latched: null, crashedMs: {} },
  unresolved: [],
  setAside: [],
  ledgerReadMs: null,
}

/** Sends of unknown outcome in one currency; one whose symbol cannot be read may be of any. */
export function unresolvedIn(currency: Currency, { unresolved }: AgentMemory): readonly UnresolvedIntent[] {
  return unresolved.filter(({ symbol }) => (parseSymbol(symbol)?.currency ?? currency) === currency)
}
