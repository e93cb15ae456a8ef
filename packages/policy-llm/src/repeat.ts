import { headerOf } from './classify.js'

/** What is left of a call when an attempt has failed. Times in ms. */
type Rest = { deadlineMs: number; leftMs: number; nowMs: number }

/**
 * How long to wait before the same is asked once more, ms: what the provider asks for, and a moment at least.
 * `null` where less than 40 % of the deadline would be left after it: then the repeat could not do what it is for, and to
 * ask sooner than the provider wants would only be refused again.
 */
export function waitBeforeRepeat(error: unknown, { deadlineMs, leftMs, nowMs }: Rest): number | null {
  const waitMs = Math.max(askedWait(error, nowMs) ?? 0, Math.min(MAX_PAUSE_MS, deadlineMs * PAUSE_SHARE))
  return leftMs - waitMs >= deadlineMs * MIN_SHARE_LEFT ? Math.ceil(waitMs) : null
}

const MIN_SHARE_LEFT = 0.4
const MAX_PAUSE_MS = 500
const PAUSE_SHARE = 0.025

/** By `retry-after-ms`, else by `retry-after` in seconds or as a date; `undefined` where neither says anything. */
function askedWait(error: unknown, nowMs: number): number | undefined {
  const inMs = numberOf(headerOf(error, 'retry-after-ms'))
  if (inMs !== undefined) return inMs
  const text = headerOf(error, 'retry-after')
  const seconds = numberOf(text)
  if (seconds !== undefined) return seconds * 1_000
  const dateMs = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs)
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined
}
