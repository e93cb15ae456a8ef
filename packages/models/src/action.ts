import { z } from 'zod'

const symbol = z.string().min(1).max(64)
/** In coin. */
const size = z.number().positive()
const reasoning = z.string().max(4_000)

/**
 * What a policy asks for. Strict: a key too many is an error, so that nothing unknown rides along.
 * Sizes are in coin of the underlying.
 */
export const proposedActionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('DO_NOTHING'), params: z.strictObject({}), reasoning }),
  z.strictObject({ action: z.literal('OPEN_COVERED_CALL'), params: z.strictObject({ symbol, size }), reasoning }),
  z.strictObject({
    action: z.literal('ROLL_COVERED_CALL'),
    params: z.strictObject({ fromSymbol: symbol, toSymbol: symbol, size }),
    reasoning,
  }),
  z.strictObject({ action: z.literal('CLOSE_COVERED_CALL'), params: z.strictObject({ symbol, size }), reasoning }),
])
export type ProposedAction = z.infer<typeof proposedActionSchema>
export type ActionName = ProposedAction['action']

/** One rule that a policy looked at: whether it fired, and the numbers it compared. */
export const ruleTraceSchema = z.object({
  /** Kebab-case. */
  rule: z.string(),
  /** What it judged: a currency or a symbol. */
  subject: z.string(),
  fired: z.boolean(),
  facts: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
})
export type RuleTrace = z.infer<typeof ruleTraceSchema>

/** One line of the menu that a model chose from: an action with its symbols and size, under the id of this call alone. */
export const menuEntrySchema = z.object({
  id: z.string(),
  action: z.enum(['DO_NOTHING', 'OPEN_COVERED_CALL', 'ROLL_COVERED_CALL', 'CLOSE_COVERED_CALL']),
  /** The call that is sold or bought back; of a roll the one that is bought back. `null` for `DO_NOTHING`. */
  symbol: z.string().nullable(),
  /** The call that a roll sells; `null` for everything else. */
  toSymbol: z.string().nullable(),
  sizeCoin: z.number().positive().nullable(),
})
export type MenuEntry = z.infer<typeof menuEntrySchema>

/**
 * Facts of the model call behind a decision, also of one that was not made. Texts are named by their SHA-256 (64 hex
 * digits), not repeated here. How long it took on the real clock is diagnostics, and no part of a record.
 */
export const modelCallSchema = z.object({
  /** `openai`, `replit`, `compatible`; `none` where no provider is set up. */
  provider: z.string(),
  /** As the provider names it in its answer; as it was asked for where there is none. */
  model: z.string(),
  /** `act`: the model decides. `shadow`: it only speaks. */
  mode: z.enum(['act', 'shadow']),
  /** Of the standing text of the prompt: its instructions and the form of its answer. */
  promptHash: z.string().length(64),
  /** Of what this call told; `null` where it came to no call. */
  inputHash: z.string().length(64).nullable(),
  /** `null`: there was no answer. */
  answerHash: z.string().length(64).nullable(),
  /** What it could choose from, in the order in which it was shown. */
  menu: z.array(menuEntrySchema).readonly(),
  /** The id that it chose, where that was one of the menu; also where the choice was not followed. */
  choice: z.string().nullable(),
  confidence: z.enum(['low', 'medium', 'high']).nullable(),
  reasonCodes: z.array(z.string()).readonly(),
  /** Requests that were made, repeats included; 0 where none was. */
  attempts: z.int().nonnegative(),
  /** Tokens as the provider counts them, of all attempts; `null` where it does not say. */
  inputTokens: z.int().nonnegative().nullable(),
  cachedTokens: z.int().nonnegative().nullable(),
  outputTokens: z.int().nonnegative().nullable(),
  /** From the tokens, or where they are unknown the most that the call can have cost; `null` where no price is known. */
  costUsd: z.number().nonnegative().nullable(),
  /** Why the decision is not the model's: kebab-case; `null` where it is. */
  fallback: z.string().nullable(),
})
export type ModelCall = z.infer<typeof modelCallSchema>

/** A policy's answer: one proposal, and how it came about. */
export const decisionSchema = z.object({
  proposal: proposedActionSchema,
  rules: z.array(ruleTraceSchema).readonly().optional(),
  /** Other actions that could have been drawn, each with its probability; with the proposal's own they sum to 1. */
  alternatives: z
    .array(z.object({ proposal: proposedActionSchema, probability: z.number().min(0).max(1) }))
    .readonly()
    .optional(),
  /** What other policies said of the same state, where several ran. */
  others: z
    .array(z.object({ policy: z.string(), proposal: proposedActionSchema }))
    .readonly()
    .optional(),
  modelCall: modelCallSchema.optional(),
})
export type Decision = z.infer<typeof decisionSchema>
