import type { ChainQuote, Currency } from '@cc/models'
import type { WireBookSummary } from '../wire/book-summary.js'
import { positiveOrNull } from './absent.js'
import { chainQuotesOf } from './chain-quotes.js'
import { sinceSettlementMs, untilSettlementMs } from './settlement.js'
import { unfitReply } from './unfit-reply.js'

/** A chain, and the index that its rows tell; `null` where they tell something else. */
export type ReadChain = { quotes: readonly ChainQuote[]; timestampMs: number; indexUsd: number | null }

/** The half hour over which the delivery price is averaged, and some minutes around it. */
const AVERAGED_MS = { before: 35 * 60_000, after: 5 * 60_000 }

/** @throws CcError `deribit/unfit-reply` for a chain without a quote */
export function chainOf(rows: readonly WireBookSummary[], currency: Currency, answeredMs: number): ReadChain {
  const quotes = chainQuotesOf(rows, answeredMs)
  const newest = rows.reduce<WireBookSummary | undefined>(
    (latest, row) => (latest !== undefined && latest.creation_timestamp >= row.creation_timestamp ? latest : row),
    undefined,
  )
  if (newest === undefined || quotes.length === 0) {
    throw unfitReply('public/get_book_summary_by_currency', `it quotes no option of ${currency}`, { currency })
  }
  const timestampMs = newest.creation_timestamp
  return {
    quotes,
    timestampMs,
    indexUsd: isAveraged(timestampMs) ? null : positiveOrNull(newest.estimated_delivery_price),
  }
}

/**
 * Whether the estimated delivery price is an average at that time. At any other it is the index itself: on every recorded
 * ticker, 2021 to 2026, the two are equal.
 *
 * Rule: https://support.deribit.com/hc/en-us/articles/25944688327069-Inverse-Options
 */
function isAveraged(timeMs: number): boolean {
  return sinceSettlementMs(timeMs) < AVERAGED_MS.after || untilSettlementMs(timeMs) < AVERAGED_MS.before
}
