import { type Currency, type DecisionRecord, type FailureRecord, type Policy, parseSymbol } from '@cc/models'
import { failureOf, failureUnder, isBug, logFailure, STOPPED } from './failure.js'
import { haltFor, haltOf, leave, leftOpen, settle } from './life.js'
import type { EngineOptions } from './options.js'
import type { EnginePorts } from './ports.js'
import { runCycle } from './run-cycle.js'

/**
 * How a run ended. `finished`: its time was up. `stopped`: its signal was aborted. `halted`: the halt switch, latched
 * before or in the run. `failed`: it could not start, came upon a bug, for which it halted, or may have left orders at
 * the venue.
 */
export type RunOutcome = {
  reason: 'finished' | 'stopped' | 'halted' | 'failed'
  /** Records of the run. */
  cycles: number
  /** The halt switch's own words, where it is on. */
  haltReason?: string
  /** The latest failure of the run, also one that it got over; last of all one to leave nothing at the venue. */
  lastFailure?: FailureRecord
}

/** What comes after a step: a cycle now, soon, or at the next tick; before that tick what is open is settled. */
type Next = 'at-once' | 'retry' | 'settle' | 'tick' | { end: RunOutcome['reason'] }
type Step = 'cycle' | 'settle' | 'closing'

/** Start-up, then cycles at once and at every tick, until the end, which leaves nothing behind. */
export async function runLoop(ports: EnginePorts, options: EngineOptions, signal: AbortSignal): Promise<RunOutcome> {
  const { clock, halt, logger } = ports
  const { underlyings, intervalMs, retryMs, maxRetries } = options
  const stop = AbortSignal.any([signal, halt.signal])
  const startMs = clock.now()
  const endMs = startMs + (options.runForMs ?? Number.POSITIVE_INFINITY)
  let tick = newTick(0)
  let cycles = 0
  let retries = 0
  let started = false
  /** No cycle before what may be out was looked up. */
  let mustSettle = true
  /** A send whose outcome is not known. Cycles go on at their ticks, and risk keeps its currency closed. */
  let isOpen = false
  let lastFailure: FailureRecord | undefined

  let next: Next = 'at-once'
  while (typeof next === 'string') {
    try {
      const step = await pauseFor(next)
      next = endOf() ?? (await take(step))
    } catch (error) {
      const failure: FailureRecord = { ...failureOf(error), recovery: 'halt' }
      logFailure(logger, 'a run cannot go on', { failure, error })
      next = await afterFailure(failure, 'cycle')
    }
  }
  const left = await leave(ports, options, { isOpen })
  const reason = left === undefined ? next.end : 'failed'
  logger.info('the run ended', { reason, cycles })
  return outcomeOf(reason)

  function endOf(): Next | undefined {
    if (haltOf(halt).halted) return { end: 'halted' }
    return signal.aborted ? { end: 'stopped' } : undefined
  }

  /** Waits for what comes next, which a stop cuts short, and says what it has become by then. */
  async function pauseFor(wanted: Exclude<Next, object>): Promise<Step> {
    if (wanted === 'retry') await pause(retryMs)
    if (wanted === 'settle' || wanted === 'tick') {
      const due = nextTick({ startMs, intervalMs, index: tick.index, nowMs: clock.now() })
      const dueMs = Math.min(due.timeMs, endMs)
      if (wanted === 'settle' && clock.now() + retryMs < dueMs) {
        await pause(retryMs)
        return 'settle'
      }
      if (due.missed > 0) logger.warn('a cycle ran over its interval', { missedTicks: due.missed })
      tick = newTick(due.index)
      await pause(dueMs - clock.now())
    }
    if (clock.now() < endMs) return 'cycle'
    // The ledger of the last moment can be read once it is older than the lag.
    await pause(endMs + options.ledgerLagMs + 1 - clock.now())
    tick = newTick(tick.index)
    return 'closing'
  }

  /** Woken early by a stop, which the loop then sees. */
  async function pause(durationMs: number): Promise<void> {
    try {
      await clock.sleep(Math.max(0, durationMs), stop)
    } catch (error) {
      if (!stop.aborted) throw error
    }
  }

  async function take(step: Step): Promise<Next> {
    if (mustSettle || step === 'settle') {
      try {
        isOpen = (await settle(ports, options, stop)).length > 0
        mustSettle = false
        started = true
      } catch (error) {
        return afterFailedSettling(error, step)
      }
    }
    if (step === 'settle') return idle()
    const cyclePorts = step === 'closing' ? { ...ports, policy: CLOSING } : ports
    const record = await runCycle(cyclePorts, options, { cycle: cycles, signal, setAside: tick.setAside })
    cycles += 1
    isOpen = leftOpen(record) || (isOpen && record.state === null)
    if (record.failure !== null) return afterFailure(record.failure, step)
    retries = 0
    return step === 'closing' ? { end: 'finished' } : afterSuccess(record)
  }

  /** Until the next tick there is nothing to do but to settle what is open. */
  function idle(): Next {
    return isOpen ? 'settle' : 'tick'
  }

  /**
   * A trade may leave room for the next one: again at once, at most once per underlying in a tick. A proposal that came
   * to nothing must not hide the other currencies: again at once without its own. Two cycles per underlying in all.
   */
  function afterSuccess(record: DecisionRecord): Next {
    const { execution } = record
    if ((execution?.status === 'filled' || execution?.status === 'partial') && tick.repeats < underlyings.length) {
      tick.repeats += 1
      return 'at-once'
    }
    const currency = notCarriedOut(record)
    if (currency === undefined || tick.setAside.includes(currency)) return idle()
    tick.setAside = [...tick.setAside, currency]
    return underlyings.every((other) => tick.setAside.includes(other)) ? idle() : 'at-once'
  }

  async function afterFailure(failure: FailureRecord, step: Step): Promise<Next> {
    if (failure.code === STOPPED) return 'at-once'
    lastFailure = failure
    if (failure.recovery === 'halt') {
      await haltFor(ports, failure)
      return { end: isBug(failure) ? 'failed' : 'halted' }
    }
    if (failure.recovery === 'reconcile') mustSettle = true
    if (failure.recovery !== 'skip' && retries < maxRetries) {
      retries += 1
      return 'retry'
    }
    retries = 0
    return step === 'closing' ? { end: 'finished' } : idle()
  }

  /** An order may rest meanwhile: once started, settling is tried again and again, whatever the failure would rather do. */
  async function afterFailedSettling(error: unknown, step: Step): Promise<Next> {
    const failure = failureUnder(stop, error)
    if (failure.code !== STOPPED) logFailure(logger, 'settling failed', { failure, error })
    if (failure.code === STOPPED || failure.recovery === 'halt') return afterFailure(failure, step)
    lastFailure = failure
    if (step === 'closing') return { end: started ? 'finished' : 'failed' }
    if (started) return step === 'settle' ? 'settle' : 'retry'
    retries += 1
    return retries <= maxRetries ? 'retry' : { end: 'failed' }
  }

  function outcomeOf(reason: RunOutcome['reason']): RunOutcome {
    const state = haltOf(halt)
    const failure = left ?? lastFailure
    return {
      reason,
      cycles,
      ...(state.halted ? { haltReason: state.reason } : {}),
      ...(failure === undefined ? {} : { lastFailure: failure }),
    }
  }
}

/** What is counted anew at every tick. */
function newTick(index: number): { index: number; repeats: number; setAside: readonly Currency[] } {
  return { index, repeats: 0, setAside: [] }
}

/** Decides the last cycle of a run whose time is up: it takes in the ledger and the state, and trades no more. */
const CLOSING: Policy = {
  name: 'closing',
  async decide() {
    return { proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'The run ends here.' } }
  },
}

/** The currency of a proposal that was refused, not filled or only a dry run. */
function notCarriedOut({ decision, verdict, execution }: DecisionRecord): Currency | undefined {
  if (decision === null || decision.proposal.action === 'DO_NOTHING') return undefined
  const cameToNothing =
    verdict?.allowed === false || execution?.status === 'not-filled' || execution?.status === 'dry-run'
  if (!cameToNothing) return undefined
  const { params } = decision.proposal
  return parseSymbol('symbol' in params ? params.symbol : params.fromSymbol)?.currency
}

/**
 * The tick to wait for after a cycle of tick `index`: the next multiple of the interval from the start that is not
 * past. Ticks do not drift; those that a slow cycle ran over are `missed`.
 */
export function nextTick({
  startMs,
  intervalMs,
  index,
  nowMs,
}: {
  startMs: number
  intervalMs: number
  index: number
  nowMs: number
}): { index: number; timeMs: number; missed: number } {
  const next = Math.max(index + 1, Math.ceil((nowMs - startMs) / intervalMs))
  return { index: next, timeMs: startMs + next * intervalMs, missed: next - index - 1 }
}
