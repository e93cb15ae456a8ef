import type { Store } from '@cc/models'
import { z } from 'zod'
import { type BreakerState, breakerStateSchema, CLOSED_BREAKER } from './breaker.js'
import { type BudgetState, budgetStateSchema, readBudget, UNTOUCHED_BUDGET, usedUpBudget } from './budget.js'
import type { LlmOptions } from './options.js'

/** The key of the `Store` under which breaker and budgets lie. */
export const GUARD_KEY = 'llm-guard'

const keptSchema = z.strictObject({
  version: z.literal(1),
  /** Of provider, model and key, one way: what the breaker knows is of these alone. */
  fingerprint: z.string(),
  breaker: breakerStateSchema,
  budget: budgetStateSchema,
})

/** What is remembered of the calls so far. */
export type GuardState = { breaker: BreakerState; budget: BudgetState }

/** Under which settings it is read, and when. */
export type GuardContext = { fingerprint: string; nowMs: number; options: LlmOptions['breaker'] }

/**
 * Reads what an earlier life kept. Under other settings the breaker begins anew and the budgets stay. What cannot be read
 * may hide any number of calls, so that budgets count as used up for the present hour and UTC day.
 *
 * @throws what the store throws
 */
export async function loadGuard(store: Store, context: GuardContext): Promise<GuardState & { damaged: boolean }> {
  const value = await store.load(GUARD_KEY)
  if (value === undefined) return { breaker: CLOSED_BREAKER, budget: UNTOUCHED_BUDGET, damaged: false }
  const { data } = keptSchema.safeParse(value)
  if (data === undefined) {
    return { breaker: CLOSED_BREAKER, budget: usedUpBudget(context.nowMs), damaged: true }
  }
  return {
    breaker: data.fingerprint === context.fingerprint ? readBreaker(data.breaker, context) : CLOSED_BREAKER,
    budget: readBudget(data.budget, context.nowMs),
    damaged: false,
  }
}

/**
 * Keeps it for the next life.
 *
 * @throws what the store throws
 */
export function saveGuard(store: Store, { breaker, budget }: GuardState, fingerprint: string): Promise<void> {
  const kept: z.infer<typeof keptSchema> = { version: 1, fingerprint, breaker, budget }
  return store.save(GUARD_KEY, kept)
}

/** A clock that was set back must not keep it open for longer than its longest time. */
function readBreaker(breaker: BreakerState, { nowMs, options }: GuardContext): BreakerState {
  const { openUntilMs } = breaker
  return openUntilMs === null
    ? breaker
    : { ...breaker, openUntilMs: Math.min(openUntilMs, nowMs + options.maxCoolDownMs) }
}
