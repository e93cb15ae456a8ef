import type { VenueHistory } from '@cc/models'

/** A close and the time from which it is known. */
export type Close = { knownMs: number; close: number }

/** The closes that became known after `afterMs` and not later than `untilMs`, oldest first. */
export function closesBetween(history: VenueHistory, afterMs: number, untilMs: number): readonly Close[] {
  return history.close.flatMap((close, bar) => {
    const openMs = history.openMs[bar]
    if (openMs === undefined) return []
    const knownMs = openMs + history.resolutionMs
    return knownMs > afterMs && knownMs <= untilMs ? [{ knownMs, close }] : []
  })
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
