import { createHash } from 'node:crypto'
import type { Clock, Facts, Logger, RuleTrace, Store } from '@cc/models'
import { type BreakerState, beginCall, breakerPhase, endCall } from './breaker.js'
import { type Booking, book, judgeBudget, requestsLeft, settle } from './budget.js'
import type { FallbackReason } from './fallback-reason.js'
import { type GuardState, loadGuard, saveGuard } from './guard-store.js'
import type { LlmOptions } from './options.js'
import type { Provider } from './provider.js'
import { fallbackWords } from './reasoning.js'

/** A call that may be made, with the requests that it may take. To be settled whatever becomes of it. */
export type Admitted = { attempts: number; settle(end: CallEnd): Promise<void> }
/** What a call took, and why it has no answer; `null`: it has one. A cost of `null` is not known: no price is. */
type CallEnd = { requests: number; costUsd: number | null; failure: FallbackReason | null }
/** A call that must not be made, and the numbers why. */
export type Refused = { reason: 'breaker-open' | 'budget'; finding: Finding }

/** Stands before each call: breaker and budgets, kept over restarts. One call at a time. */
export type Guard = {
  /** Judges a call by the most that it can cost with so many requests, and books it. Never rejects. */
  admit(worstUsd: (attempts: number) => number | null): Promise<Admitted | Refused>
}

/** What was looked at, for the trace of the decision. No times: they are of the real clock, and a record has none. */
export type Finding = Pick<RuleTrace, 'rule' | 'fired' | 'facts'>

type GuardDeps = {
  store: Store
  clock: Clock
  logger: Logger
  /** Gives up on the store when it takes too long. */
  bounded<T>(what: string, work: () => Promise<T>): Promise<T>
}

/**
 * Makes the guard of one provider and model. The store is read once, before the first call; a call that cannot be booked
 * in it is not made, so that no crash and no full disk makes room for more calls than there may be.
 */
export function createGuard(options: LlmOptions, provider: Provider, deps: GuardDeps): Guard {
  const { store, clock, logger, bounded } = deps
  const fingerprint = fingerprintOf(provider, options.model)
  let kept: GuardState | undefined

  const load = async (): Promise<GuardState> => {
    const context = { fingerprint, nowMs: clock.now(), options: options.breaker }
    const { damaged, ...loaded } = await bounded('reading breaker and budgets', () => loadGuard(store, context))
    if (damaged) {
      logger.warn(
        'What was kept of earlier model calls is damaged: none is made for an hour and until the UTC day ends.',
      )
      // So that the next life does not start the wait again.
      await save(loaded).catch((error) => logger.warn('Breaker and budgets were not kept.', told(error)))
    }
    return loaded
  }
  const save = (state: GuardState) => bounded('keeping breaker and budgets', () => saveGuard(store, state, fingerprint))

  const end = async (booking: Booking, before: BreakerState, { requests, costUsd, failure }: CallEnd) => {
    if (kept === undefined) return
    const nowMs = clock.now()
    // A call that was stopped has told nothing: a probe is as due as it was.
    const from = failure === 'stopped' ? before : kept.breaker
    const breaker = endCall(from, { failure, nowMs }, options.breaker)
    const usd = costUsd ?? booking.usd
    kept = { breaker, budget: settle(kept.budget, booking, { requests, usd, nowMs }) }
    if (breaker.openings > before.openings) {
      const { failuresInARow, openings, openUntilMs } = breaker
      const until = openUntilMs === null ? null : isoTime(openUntilMs)
      const facts = { failure, failuresInARow, openings, until }
      const why = failure === null ? '' : `: the last failed because ${fallbackWords(failure)}`
      logger.warn(`The model is not asked for a while${why}.`, facts)
    }
    await save(kept).catch((error) => {
      logger.warn('Breaker and budgets were not kept; the call stays booked at the most that it can cost.', told(error))
    })
  }

  return {
    async admit(worstUsd) {
      try {
        kept ??= await load()
      } catch (error) {
        logger.warn('Breaker and budgets cannot be read: the model is not asked.', told(error))
        return refused('budget', 'llm-budget', { rail: 'unreadable' })
      }
      const { breaker, budget } = kept
      const atMs = clock.now()
      if (breakerPhase(breaker, atMs) === 'open') {
        const { failuresInARow, openings } = breaker
        return refused('breaker-open', 'llm-breaker', { failuresInARow, openings })
      }
      const attempts = Math.min(options.maxAttempts, requestsLeft(budget, atMs, options.budget))
      const worst = worstUsd(Math.max(1, attempts))
      const breach = judgeBudget(budget, { worstUsd: worst, nowMs: atMs }, options.budget)
      if (breach !== undefined) return refused('budget', 'llm-budget', breach)

      const booking = { atMs, requests: attempts, usd: worst ?? 0 }
      const booked = { breaker: beginCall(breaker, atMs, options.breaker), budget: book(budget, booking) }
      try {
        await save(booked)
      } catch (error) {
        logger.warn('A model call cannot be booked, so it is not made.', told(error))
        return refused('budget', 'llm-budget', { rail: 'not-booked' })
      }
      kept = booked
      return { attempts, settle: (callEnd) => end(booking, breaker, callEnd) }
    },
  }
}

function refused(reason: Refused['reason'], rule: string, facts: Finding['facts']): Refused {
  return { reason, finding: { rule, fired: true, facts } }
}

/** One way, and short: with another key, provider or model nothing is known against the provider. */
function fingerprintOf(provider: Provider, model: string): string {
  return createHash('sha256')
    .update(JSON.stringify([provider.host, model, provider.apiKey()]))
    .digest('hex')
    .slice(0, 16)
}

/** For people; the clock may give a time that no calendar has. */
function isoTime(timeMs: number): string | null {
  const time = new Date(timeMs)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}

function told(error: unknown): Facts {
  return { problem: error instanceof Error ? error.message.slice(0, 300) : 'not an error' }
}
