import type { DecisionRecord, FailureRecord } from '@cc/models'
import { failureOf, failureUnder, STOPPED, UNEXPECTED } from './failure.js'
import { haltFor, startUp, sweep } from './life.js'
import type { EngineOptions } from './options.js'
import type { EnginePorts } from './ports.js'
import { runCycle } from './run-cycle.js'
import { nextTick } from './tick.js'

/**
 * How a run ended. `finished`: its time was up. `stopped`: its signal was aborted. `halted`: the halt switch, latched
 * before or in the run. `failed`: it could not start, or came upon a bug, for which it halted.
 */
export type RunOutcome = {
  reason: 'finished' | 'stopped' | 'halted' | 'failed'
  cycles: number
  /** The latest failure of the run, also one that it got over. */
  lastFailure?: FailureRecord
}

/** What comes after a step: another one now, soon, at the next tick, or the end. */
type Next = 'at-once' | 'retry' | 'tick' | { end: RunOutcome['reason'] }

/** Start-up, then a cycle at once and at every tick, until the end. */
export async function runLoop(ports: EnginePorts, options: EngineOptions, signal: AbortSignal): Promise<RunOutcome> {
  const { clock, halt, logger } = ports
  const stop = AbortSignal.any([signal, halt.signal])
  const startMs = clock.now()
  const endMs = startMs + (options.runForMs ?? Number.POSITIVE_INFINITY)
  let started = false
  let mustSettle = true
  let cycles = 0
  let retries = 0
  let repeats = 0
  let tick = 0
  let lastFailure: FailureRecord | undefined

  let next: Next = 'at-once'
  while (typeof next === 'string') {
    try {
      next = endOf() ?? (await pauseFor(next)) ?? endOf() ?? (await step())
    } catch (error) {
      next = await afterFailure({ ...failureOf(error), recovery: 'halt' })
    }
  }
  lastFailure = (await sweep(ports)) ?? lastFailure
  logger.info('the run ended', { reason: next.end, cycles })
  return lastFailure === undefined ? { reason: next.end, cycles } : { reason: next.end, cycles, lastFailure }

  function endOf(): Next | undefined {
    if (halt.read().halted) return { end: 'halted' }
    if (signal.aborted) return { end: 'stopped' }
    return clock.now() >= endMs ? { end: 'finished' } : undefined
  }

  async function pauseFor(wanted: Exclude<Next, object>): Promise<Next | undefined> {
    if (wanted === 'at-once') return undefined
    if (wanted === 'retry') return pause(options.retryMs)
    const due = nextTick({ startMs, intervalMs: options.intervalMs, index: tick, nowMs: clock.now() })
    if (due.missed > 0) logger.warn('a cycle ran over its interval', { missedTicks: due.missed })
    if (due.timeMs >= endMs) return { end: 'finished' }
    tick = due.index
    return pause(due.timeMs - clock.now())
  }

  /** Woken early by a stop, which the loop then sees. */
  async function pause(durationMs: number): Promise<undefined> {
    try {
      await clock.sleep(durationMs, stop)
    } catch (error) {
      if (!stop.aborted) throw error
    }
  }

  async function step(): Promise<Next> {
    if (mustSettle) {
      try {
        await startUp(ports, stop)
      } catch (error) {
        return afterFailure(failureUnder(stop, error))
      }
      mustSettle = false
      started = true
    }
    const record = await runCycle(ports, options, { cycle: cycles, signal })
    cycles += 1
    return record.failure === null ? afterSuccess(record) : afterFailure(record.failure)
  }

  /** A trade may leave room for the next one: at most one more cycle per underlying before the tick. */
  function afterSuccess({ execution }: DecisionRecord): Next {
    retries = 0
    const traded = execution?.status === 'filled' || execution?.status === 'partial'
    repeats = traded && repeats < options.underlyings.length ? repeats + 1 : 0
    return repeats > 0 ? 'at-once' : 'tick'
  }

  async function afterFailure(failure: FailureRecord): Promise<Next> {
    if (failure.code === STOPPED) return 'at-once'
    lastFailure = failure
    if (failure.recovery === 'halt') {
      await haltFor(ports, failure)
      return { end: failure.code === UNEXPECTED ? 'failed' : 'halted' }
    }
    if (failure.recovery === 'reconcile') mustSettle = true
    if (failure.recovery !== 'skip' && retries < options.maxRetries) {
      retries += 1
      return 'retry'
    }
    retries = 0
    repeats = 0
    return started ? 'tick' : { end: 'failed' }
  }
}
