export const DAY_MS = 86_400_000

/** 07:59:30 and 08:02:00 UTC: the venue delivers and settles at 08:00, and stands still meanwhile. */
const FROM_MS = ((7 * 60 + 59) * 60 + 30) * 1_000
const UNTIL_MS = (8 * 60 + 2) * 60_000

/** The settlement of the UTC day of a time: from `fromMs` until before `untilMs` nothing is sent. */
export function settlementWindow(atMs: number): { fromMs: number; untilMs: number } {
  const dayMs = startOfDay(atMs)
  return { fromMs: dayMs + FROM_MS, untilMs: dayMs + UNTIL_MS }
}

/** When the next settlement begins, seen from outside of one. */
export function nextSettlementMs(atMs: number): number {
  const { fromMs } = settlementWindow(atMs)
  return atMs < fromMs ? fromMs : fromMs + DAY_MS
}

/** 00:00 UTC of its day. */
export function startOfDay(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS
}
