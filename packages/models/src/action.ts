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

/**
 * Facts of the model call behind a decision. Texts are named by their SHA-256 (64 hex digits), not repeated here. How long
 * it took on the real clock is diagnostics, and no part of a record.
 */
export const modelCallSchema = z.object({
  provider: z.string(),
  /** As the provider names it in its answer; as it was asked for where there is none. */
  model: z.string(),
  promptHash: z.string().length(64),
  /** `null`: there was no answer. */
  answerHash: z.string().length(64).nullable(),
  /** Requests that were made, repeats included. */
  attempts: z.int().positive(),
  /** Tokens as the provider counts them; `null` where it does not say. */
  inputTokens: z.int().nonnegative().nullable(),
  cachedTokens: z.int().nonnegative().nullable(),
  outputTokens: z.int().nonnegative().nullable(),
  costUsd: z.number().nonnegative().nullable(),
  /** Why the decision is not the model's; `null` where it is. */
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
