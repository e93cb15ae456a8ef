import type { Currency } from '@cc/models'

const DAY_MS = 86_400_000
const SETTLEMENT_MS = 8 * 3_600_000

/** Deribit's name of the index in USD that a coin's options are delivered on. */
export function indexNameOf(currency: Currency): string {
  return `${currency.toLowerCase()}_usd`
}

/** Time since the last 08:00 UTC, when Deribit settles and delivers: from 0 to below a day, in ms. */
export function sinceSettlementMs(timeMs: number): number {
  return (((timeMs - SETTLEMENT_MS) % DAY_MS) + DAY_MS) % DAY_MS
}

/** Time to the next 08:00 UTC: above 0, at most a day, in ms. */
export function untilSettlementMs(timeMs: number): number {
  return DAY_MS - sinceSettlementMs(timeMs)
}
