import { DAY_MS } from '../contract-terms.js'

/** The last moment of settlement, 08:00 UTC, at or before a time. Options expire at these moments and no others. */
export function lastSettlementMs(atMs: number): number {
  return Math.floor((atMs - SETTLEMENT_OF_DAY_MS) / DAY_MS) * DAY_MS + SETTLEMENT_OF_DAY_MS
}

/** The first moment of settlement after a time. */
export function nextSettlementMs(atMs: number): number {
  return lastSettlementMs(atMs) + DAY_MS
}

const SETTLEMENT_OF_DAY_MS = 8 * 3_600_000
