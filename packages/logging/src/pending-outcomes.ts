import type { Currency, DecisionRecord, OutcomeRecord } from '@cc/models'
import { type CallTerms, type ExpiryDelivery, type PendingCall, type PendingOutcome, pendingOf } from './outcomes.js'

/** An expiry whose outcomes are still to be written. */
export type PendingExpiry = Pick<ExpiryDelivery, 'currency' | 'expiryMs'> & {
  /** `null` until the price is known. */
  delivery: Pick<ExpiryDelivery, 'deliveryUsd' | 'knownMs'> | null
}

/** Decisions whose candidates are not delivered yet, by expiry. */
export type PendingOutcomes = {
  /** Remembers what a decision could have sold, where it is not remembered yet. */
  add(record: DecisionRecord): void
  /** Forgets what has its outcome. */
  settle(outcome: Pick<OutcomeRecord, 'runId' | 'decisionId' | 'cycle' | 'currency' | 'expiryMs'>): void
  /** Expiries that are past, oldest first. */
  past(nowMs: number): readonly PendingExpiry[]
  /** The next of an expiry, in the order of the decisions; `undefined` where there is none left. */
  next(expiry: PendingExpiry): PendingOutcome | undefined
  /** Forgets an expiry. */
  forget(expiry: PendingExpiry): void
}

/**
 * Remembers at most `mostDecisions` of one expiry: the first. Those count that have their outcome since, so that a log
 * that is read again gives the same ones.
 */
export function createPendingOutcomes(mostDecisions: number): PendingOutcomes {
  const expiries = new Map<string, Group>()

  function groupOf({ currency, expiryMs }: Pick<PendingOutcome, 'currency' | 'expiryMs'>): Group {
    const key = expiryKey({ currency, expiryMs })
    const group = expiries.get(key) ?? newGroup(currency, expiryMs)
    expiries.set(key, group)
    return group
  }

  return {
    add(record) {
      // One text for all expiries.
      const key = decisionKey(record)
      for (const pending of pendingOf(record)) {
        const group = groupOf(pending)
        if (group.seen === mostDecisions || group.decisions.has(key)) continue
        group.seen += 1
        const calls = pending.calls.map((call) => withSharedTerms(call, group))
        group.decisions.set(key, { ...pending, calls })
      }
    },
    settle(outcome) {
      const group = expiries.get(expiryKey(outcome))
      if (!group?.decisions.delete(decisionKey(outcome))) return
      // It is past: no later decision has candidates of it.
      if (group.decisions.size === 0) expiries.delete(expiryKey(outcome))
    },
    past: (nowMs) => [...expiries.values()].filter(({ expiryMs }) => expiryMs <= nowMs).sort(byTime),
    next(expiry) {
      const [next] = expiries.get(expiryKey(expiry))?.decisions.values() ?? []
      return next
    },
    forget: (expiry) => void expiries.delete(expiryKey(expiry)),
  }
}

type Group = PendingExpiry & {
  /** How many decisions had candidates of it. */
  seen: number
  decisions: Map<string, PendingOutcome>
  terms: Map<string, CallTerms>
}

function newGroup(currency: Currency, expiryMs: number): Group {
  return { currency, expiryMs, delivery: null, seen: 0, decisions: new Map(), terms: new Map() }
}

/** The terms of a call are kept once for all decisions. */
function withSharedTerms(call: PendingCall, { terms }: Group): PendingCall {
  const kept = terms.get(call.terms.symbol) ?? call.terms
  terms.set(kept.symbol, kept)
  return { ...call, terms: kept }
}

function expiryKey({ currency, expiryMs }: Pick<PendingOutcome, 'currency' | 'expiryMs'>): string {
  return `${currency} ${expiryMs}`
}

/** The id alone is the same for two cycles that saw and did the same. */
function decisionKey({ runId, cycle, decisionId }: Pick<DecisionRecord, 'runId' | 'cycle' | 'decisionId'>): string {
  return `${runId} ${cycle} ${decisionId}`
}

function byTime(a: PendingExpiry, b: PendingExpiry): number {
  return a.expiryMs - b.expiryMs || (a.currency < b.currency ? -1 : 1)
}
