import {
  type AgentState,
  agentStateSchema,
  CcError,
  type Decision,
  decisionSchema,
  type Guard,
  guardOf,
  type MarginQuote,
  marginQuoteSchema,
  plainCopyOf,
} from '@cc/models'
import { z } from 'zod'

/*
 * What comes from outside is read with its schema, so that whatever is recorded can be. Most answers are to the letter what
 * their schema would make of them, which takes a fraction of the time to see: an exact one is not made again. Any other
 * is read by the schema itself.
 */

/** What was observed, as its schema makes it. @throws CcError `engine/invalid-state` */
export function readState(answer: unknown): AgentState {
  return isExactState(answer) ? answer : parsed(agentStateSchema, answer, INVALID_STATE)
}

/** What a policy answered, as its schema makes it: a copy, for the policy may keep and change its own. @throws CcError `engine/invalid-decision` */
export function readDecision(answer: unknown): Decision {
  return exactCopyOf<Decision>(exactDecision, answer) ?? parsed(decisionSchema, answer, INVALID_DECISION)
}

/** What the venue asks for an order, as its schema makes it: a copy too. @throws CcError `engine/invalid-margin` */
export function readMargin(answer: unknown): MarginQuote {
  return exactCopyOf<MarginQuote>(exactMargin, answer) ?? parsed(marginQuoteSchema, answer, INVALID_MARGIN)
}

const EXACT = { exact: true, ordered: true }
const exactState = guardOf(agentStateSchema, EXACT)
const exactDecision = guardOf(decisionSchema, EXACT)
const exactMargin = guardOf(marginQuoteSchema, EXACT)

type Refusal = { code: string; message: string }
const INVALID_STATE: Refusal = {
  code: 'engine/invalid-state',
  message: 'What was observed is no state of the agent.',
}
const INVALID_DECISION: Refusal = {
  code: 'engine/invalid-decision',
  message: 'The policy proposed something that is no action.',
}
const INVALID_MARGIN: Refusal = {
  code: 'engine/invalid-margin',
  message: 'What the venue asks for an order is no margin.',
}

/**
 * A copy of an exact answer, `undefined` of any other. It is the copy that counts, so it must be exact too: an answer
 * may say something else when it is read again.
 */
function exactCopyOf<T>(guard: Guard, answer: unknown): T | undefined {
  try {
    const copy = guard(answer) ? plainCopyOf(answer) : undefined
    return guard(copy) ? (copy as T) : undefined
  } catch {
    return undefined
  }
}

function isExactState(answer: unknown): answer is AgentState {
  try {
    return exactState(answer)
  } catch {
    return false
  }
}

/** What somebody made up may be long; the record need not be. */
const MAX_PROBLEM_LENGTH = 2_000

function parsed<T>(schema: z.ZodType<T>, answer: unknown, { code, message }: Refusal): T {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  const problem = z.prettifyError(result.error).slice(0, MAX_PROBLEM_LENGTH)
  throw new CcError(message, { code, recovery: 'skip', facts: { problem } })
}
