import { z } from 'zod'
import type { LlmOptions } from './options.js'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** What was asked and spent of late. Times are of the real clock. */
export const budgetStateSchema = z.strictObject({
  /** When each request of the last hour was made, oldest first. */
  requestsMs: z.array(z.int()).max(20_000).readonly(),
  /** 00:00 of the UTC day that `dayUsd` is of. */
  dayMs: z.int(),
  dayUsd: z.number().nonnegative(),
  /** Up to when nothing is asked because it is not known what was; `null`: it is known. */
  blockedUntilMs: z.int().nullable(),
})
export type BudgetState = z.infer<typeof budgetStateSchema>

/** The budget of somebody who has asked nothing yet. */
export const UNTOUCHED_BUDGET: BudgetState = { requestsMs: [], dayMs: 0, dayUsd: 0, blockedUntilMs: null }

/** The budget of somebody of whom it is not known what was asked: the present hour and UTC day count as used up. */
export function usedUpBudget(nowMs: number): BudgetState {
  return { ...UNTOUCHED_BUDGET, blockedUntilMs: Math.max(nowMs + HOUR_MS, dayOf(nowMs) + DAY_MS) }
}

type BudgetOptions = LlmOptions['budget']

/** Which rail a call would break, with its numbers. */
export type BudgetBreach =
  | { rail: 'unknown-use' }
  | { rail: 'calls-per-hour'; requests: number; limit: number }
  | { rail: 'usd-per-call'; worstUsd: number; limit: number }
  | { rail: 'usd-per-day'; worstUsd: number; spentUsd: number; limit: number }

/** How many requests the present hour still has. */
export function requestsLeft(state: BudgetState, nowMs: number, { callsPerHour }: BudgetOptions): number {
  return Math.max(0, callsPerHour - lastHour(state, nowMs).length)
}

/** Judges a call by the most that it can cost, USD; `null`: no price is known, and only the number of requests counts. */
export function judgeBudget(
  state: BudgetState,
  { worstUsd, nowMs }: { worstUsd: number | null; nowMs: number },
  options: BudgetOptions,
): BudgetBreach | undefined {
  if (state.blockedUntilMs !== null && nowMs < state.blockedUntilMs) return { rail: 'unknown-use' }
  if (requestsLeft(state, nowMs, options) === 0) {
    return { rail: 'calls-per-hour', requests: lastHour(state, nowMs).length, limit: options.callsPerHour }
  }
  if (worstUsd === null) return undefined
  // Said this way round so that a price that is no number is over every rail.
  if (!(worstUsd <= options.usdPerCall)) return { rail: 'usd-per-call', worstUsd, limit: options.usdPerCall }
  const spentUsd = usdOfDay(state, nowMs)
  if (!(spentUsd + worstUsd <= options.usdPerDay)) {
    return { rail: 'usd-per-day', worstUsd, spentUsd, limit: options.usdPerDay }
  }
  return undefined
}

/** What a call was booked as before it was made. */
export type Booking = { atMs: number; requests: number; usd: number }

/** The budget with a call in it at the most that it can take, so that a crash under way leaves nothing out. */
export function book(state: BudgetState, booking: Booking): BudgetState {
  const { atMs, requests, usd } = booking
  return {
    requestsMs: [...lastHour(state, atMs), ...Array<number>(requests).fill(atMs)],
    dayMs: Math.max(state.dayMs, dayOf(atMs)),
    dayUsd: roundUsd(usdOfDay(state, atMs) + usd),
    blockedUntilMs: state.blockedUntilMs !== null && atMs < state.blockedUntilMs ? state.blockedUntilMs : null,
  }
}

/** The budget once it is known what a booked call took. Its requests count from its end: a repeat is not the first. */
export function settle(
  state: BudgetState,
  booking: Booking,
  { requests, usd, nowMs }: { requests: number; usd: number; nowMs: number },
): BudgetState {
  const others = [...state.requestsMs]
  for (let count = 0; count < booking.requests; count += 1) {
    const index = others.indexOf(booking.atMs)
    if (index >= 0) others.splice(index, 1)
  }
  const isItsDay = state.dayMs === dayOf(booking.atMs)
  return {
    ...state,
    requestsMs: [...others, ...Array<number>(requests).fill(nowMs)],
    dayUsd: isItsDay ? roundUsd(Math.max(0, state.dayUsd - booking.usd + usd)) : state.dayUsd,
  }
}

/**
 * What was kept, read at a time that may lie before it: a clock that was set back must not keep a budget used up for
 * longer than its own hour and day.
 */
export function readBudget(state: BudgetState, nowMs: number): BudgetState {
  const { blockedUntilMs } = state
  return {
    ...state,
    requestsMs: state.requestsMs.map((atMs) => Math.min(atMs, nowMs)),
    dayMs: Math.min(state.dayMs, dayOf(nowMs)),
    blockedUntilMs: blockedUntilMs === null ? null : Math.min(blockedUntilMs, usedUpBudget(nowMs).blockedUntilMs ?? 0),
  }
}

/** What the UTC day of a time has cost so far, USD. */
export function usdOfDay(state: BudgetState, nowMs: number): number {
  return dayOf(nowMs) > state.dayMs ? 0 : state.dayUsd
}

function lastHour({ requestsMs }: BudgetState, nowMs: number): readonly number[] {
  return requestsMs.filter((atMs) => nowMs - atMs < HOUR_MS)
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS) * DAY_MS
}

/** Keeps sums of many small costs free of the dust of floating point. */
function roundUsd(usd: number): number {
  return Math.round(usd * 1e9) / 1e9
}
