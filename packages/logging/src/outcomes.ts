import {
  type CandidateOption,
  type Currency,
  type DecisionRecord,
  type OutcomeRecord,
  RECORD_SCHEMA_VERSION,
} from '@cc/models'
import { deliveryFeeCoin, payoutCoin } from '@cc/pricing'

/** The delivery of one expiry. */
export type ExpiryDelivery = {
  currency: Currency
  expiryMs: number
  /** Delivery price of the expiry. */
  deliveryUsd: number
  /** Venue time at which it was known. */
  knownMs: number
}

/**
 * What each candidate of one expiry would have come to, sold by one coin at its bid and held to delivery: net premium
 * less payout and delivery fee, in coin, and in USD at the delivery price. `null` where the decision had no candidate of
 * that expiry.
 *
 * @throws RangeError when `deliveryUsd` is not finite and > 0
 */
export function outcomesOf(record: DecisionRecord, delivery: ExpiryDelivery): OutcomeRecord | null {
  const { currency, expiryMs } = delivery
  const pending = pendingOf(record).find((other) => other.currency === currency && other.expiryMs === expiryMs)
  return pending === undefined ? null : outcomeOf(pending, delivery)
}

/** A decision's candidates of one expiry, with what must be kept of them until that is delivered. */
export type PendingOutcome = Pick<OutcomeRecord, 'runId' | 'decisionId' | 'cycle' | 'currency' | 'expiryMs'> & {
  calls: readonly PendingCall[]
}

/** `netPremiumCoin` is per coin, after the trade fee. */
export type PendingCall = { terms: CallTerms; netPremiumCoin: number }

/** What is the same in every decision that has the call among its candidates. */
export type CallTerms = { symbol: string; strikeUsd: number; daily: boolean }

/**
 * What is to be known later of a decision: one for each expiry that it had candidates of. None where the decision has no
 * id, to which a later record could belong.
 */
export function pendingOf(record: DecisionRecord): PendingOutcome[] {
  const { runId, decisionId, cycle, state } = record
  if (decisionId === null || state === null) return []
  return state.underlyings.flatMap(({ currency, candidates }) =>
    [...callsByExpiry(candidates)].map(([expiryMs, calls]) => ({
      ...{ runId, decisionId, cycle, currency, expiryMs },
      calls,
    })),
  )
}

/** The record of what is pending, now that the delivery price is known. */
export function outcomeOf(
  { calls, ...decision }: PendingOutcome,
  { deliveryUsd, knownMs }: Pick<ExpiryDelivery, 'deliveryUsd' | 'knownMs'>,
): OutcomeRecord {
  return {
    kind: 'outcome',
    schemaVersion: RECORD_SCHEMA_VERSION,
    ...decision,
    deliveryUsd,
    knownMs,
    calls: calls.map(({ terms, netPremiumCoin }) => {
      const netCoin = netPremiumCoin - deliveryCostCoin(terms, deliveryUsd)
      return { symbol: terms.symbol, netCoin, netUsd: netCoin * deliveryUsd }
    }),
  }
}

function callsByExpiry(candidates: readonly CandidateOption[]): Map<number, PendingCall[]> {
  const byExpiry = new Map<number, PendingCall[]>()
  for (const candidate of candidates) {
    const { expiryMs } = candidate.instrument
    const calls = byExpiry.get(expiryMs) ?? []
    calls.push(pendingCall(candidate))
    byExpiry.set(expiryMs, calls)
  }
  return byExpiry
}

function pendingCall({ instrument, netPremiumCoin }: CandidateOption): PendingCall {
  const { symbol, strikeUsd, settlementPeriod } = instrument
  return { terms: { symbol, strikeUsd, daily: settlementPeriod === 'day' }, netPremiumCoin }
}

/** What delivery takes from the writer of one coin. */
function deliveryCostCoin({ strikeUsd, daily }: CallTerms, deliveryUsd: number): number {
  const payout = payoutCoin({ kind: 'call', strikeUsd, deliveryUsd })
  return payout + deliveryFeeCoin({ sizeCoin: 1, payoutCoin: payout, daily })
}
