import { settlementPeriodOf } from '../contract-terms.js'

export const DAY_MS = 86_400_000
/** Options are listed and expire at 08:00 UTC. */
export const LISTING_HOUR_MS = 8 * 3_600_000

/** Expiries listed at a time, nearest first. */
export function listedExpiries(atMs: number): readonly number[] {
  const firstMs = listingDay(atMs) * DAY_MS + LISTING_HOUR_MS + DAY_MS
  return Array.from({ length: FARTHEST_DAYS }, (_, day) => firstMs + day * DAY_MS).filter(
    (expiryMs) => listedFromMs(expiryMs) <= atMs,
  )
}

/**
 * When Deribit lists an expiry: a daily four days ahead; a Friday on the Thursday before the Friday three weeks
 * earlier; a last Friday of a month on the Thursday before the last Friday three months earlier, or a year earlier in
 * March, June, September and December. Holds for every listing from January to May 2026.
 */
export function listedFromMs(expiryMs: number): number {
  switch (settlementPeriodOf(expiryMs)) {
    case 'day':
      return expiryMs - 4 * DAY_MS
    case 'week':
      return expiryMs - 22 * DAY_MS
    case 'month': {
      const date = new Date(expiryMs)
      const month = date.getUTCMonth()
      const isQuarter = month % 3 === 2
      return lastFridayMs(date.getUTCFullYear(), month - (isQuarter ? 12 : 3)) - DAY_MS
    }
  }
}

/** Number of the day, from 08:00 to 08:00 UTC, through which listings stay the same. */
export function listingDay(atMs: number): number {
  return Math.floor((atMs - LISTING_HOUR_MS) / DAY_MS)
}

const FARTHEST_DAYS = 380

function lastFridayMs(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0, 8))
  const daysAfterFriday = (lastDay.getUTCDay() + 2) % 7
  return lastDay.getTime() - daysAfterFriday * DAY_MS
}
