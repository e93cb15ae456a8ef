import { hash } from 'node:crypto'
import { z } from 'zod'
import { ledgerEntrySchema } from './account.js'
import { decisionSchema, type ProposedAction } from './action.js'
import { executionResultSchema, failureRecordSchema } from './execution.js'
import { currencySchema } from './instrument.js'
import { type MarginQuote, marginQuoteSchema, orderTermsSchema } from './order.js'
import { type AgentState, agentStateSchema } from './state.js'
import { verdictRecordSchema } from './verdict.js'

/** Version of every line of the log; a reader brings older ones up to it, and refuses a newer one. */
export const RECORD_SCHEMA_VERSION = 3

/**
 * One cycle of the agent: what it saw, decided, was allowed and did. Failed cycles and `DO_NOTHING` are
 * records too; what a failed cycle did not reach is `null`. Times are of the venue's clock.
 */
export const decisionRecordSchema = z.object({
  kind: z.literal('decision'),
  schemaVersion: z.literal(RECORD_SCHEMA_VERSION),
  /** From seed and settings in the simulator, from the venue's time on a real exchange. */
  runId: z.string(),
  /** 0, 1, 2 … within the run. */
  cycle: z.int().nonnegative(),
  /** Hash of state, proposal and what the verdict stands on; its first 8 hex digits are in the order labels. */
  decisionId: z.string().nullable(),
  startedMs: z.int(),
  endedMs: z.int(),
  policy: z.string(),
  dryRun: z.boolean(),
  /** Rows of the venue's ledger that became known since the last record: trades, deliveries, settlements. */
  ledger: z.array(ledgerEntrySchema).readonly(),
  state: agentStateSchema.nullable(),
  decision: decisionSchema.nullable(),
  /** What the verdict stands on besides state and proposal: with them it gives the `decisionId` again. */
  review: z.object({ nowMs: z.int(), margins: z.array(marginQuoteSchema).readonly() }).nullable(),
  verdict: verdictRecordSchema.nullable(),
  execution: executionResultSchema.nullable(),
  failure: failureRecordSchema.nullable(),
})
export type DecisionRecord = z.infer<typeof decisionRecordSchema>

/**
 * What the candidates of one decision would have come to, known once their expiry is delivered: the full reward of every
 * choice that was there, taken or not. A late record, so that the log stays one that only grows.
 */
export const outcomeRecordSchema = z.object({
  kind: z.literal('outcome'),
  schemaVersion: z.literal(RECORD_SCHEMA_VERSION),
  runId: z.string(),
  /** The decision that it is of, and the cycle that this was. */
  decisionId: z.string(),
  cycle: z.int().nonnegative(),
  currency: currencySchema,
  expiryMs: z.int(),
  /** Delivery price of the expiry. */
  deliveryUsd: z.number().positive(),
  /** Venue time at which the agent knew it. */
  knownMs: z.int(),
  /**
   * Each candidate of that expiry: what selling one coin of it at its bid, and holding it to delivery, came to. Net premium
   * less payout and delivery fee, per coin of size; in USD at the delivery price.
   */
  calls: z
    .array(z.object({ symbol: z.string(), netCoin: z.number(), netUsd: z.number() }))
    .min(1)
    .readonly(),
})
export type OutcomeRecord = z.infer<typeof outcomeRecordSchema>

/** What a person told the agent to do, and why. */
export const operatorRecordSchema = z.object({
  kind: z.literal('operator'),
  schemaVersion: z.literal(RECORD_SCHEMA_VERSION),
  runId: z.string(),
  /** Venue time at which the agent obeyed. */
  timeMs: z.int(),
  command: z.enum(['pause', 'resume', 'close']),
  /** Which calls are closed: one symbol, or all; `null` for what is not of calls. */
  symbol: z.string().nullable(),
  reason: z.string(),
})
export type OperatorRecord = z.infer<typeof operatorRecordSchema>

/** What the agent writes into `agent_decisions_YYYYMMDD.jsonl`, a line each. */
export const logEntrySchema = z.discriminatedUnion('kind', [
  decisionRecordSchema,
  outcomeRecordSchema,
  operatorRecordSchema,
])
export type LogEntry = z.infer<typeof logEntrySchema>

/** The intent journal: written and synced before each send, and again when its outcome is known. */
export const intentRecordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('intent'),
    timeMs: z.int(),
    decisionId: z.string(),
    leg: z.enum(['close', 'open']),
    terms: orderTermsSchema,
  }),
  z.object({
    kind: z.literal('outcome'),
    timeMs: z.int(),
    label: z.string(),
    /** `absent`: the venue never had it. */
    outcome: z.enum(['filled', 'cancelled', 'rejected', 'absent']),
    orderId: z.string().nullable(),
    filledCoin: z.number().nonnegative(),
  }),
])
export type IntentRecord = z.infer<typeof intentRecordSchema>

/** An order about to be sent, as the journal holds it. */
export type SendIntent = Extract<IntentRecord, { kind: 'intent' }>

/** What became of it. */
export type IntentOutcome = Extract<IntentRecord, { kind: 'outcome' }>

/**
 * Names a decision by what its verdict stands on: 64 lower-case hex digits, known before anything is sent.
 * The first eight are in the labels of its orders, so that the exchange's own history bears the record out.
 * SHA-256 over the JSON text of the basis; a state read back from a record gives the same id.
 */
export function decisionIdOf(basis: {
  state: AgentState
  proposal: ProposedAction
  nowMs: number
  margins: readonly MarginQuote[]
}): string {
  const { state, proposal, nowMs, margins } = basis
  const text = JSON.stringify(state)
  writtenStates.set(state, text)
  return hash('sha256', `[${text},${JSON.stringify([proposal, nowMs, margins]).slice(1)}`, 'hex')
}

/**
 * The JSON text of a state as the id of its decision was last taken over it; `undefined` where none was. It is most of
 * the decision's record, which so says what was hashed and need not write it again.
 */
export function writtenStateOf(state: object): string | undefined {
  return writtenStates.get(state)
}

const writtenStates = new WeakMap<object, string>()
