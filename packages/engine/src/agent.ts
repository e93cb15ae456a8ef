import { CcError, type DecisionRecord, type FailureRecord } from '@cc/models'
import { failureUnder, logFailure } from './failure.js'
import { haltFor, leave, leftOpen, settle, stopOf } from './life.js'
import { type RunOutcome, runLoop } from './loop.js'
import { type EngineOptions, type EngineOptionsInput, engineOptionsSchema } from './options.js'
import type { EnginePorts } from './ports.js'
import { runCycle } from './run-cycle.js'

/** One cycle, and what went wrong: an order that may be left at the venue, else the failure of the cycle. */
export type OnceOutcome = { record: DecisionRecord; failure: FailureRecord | null }

/** An agent over its ports: a run, or one cycle. */
export type Agent = {
  /** Cycles at every tick until its time is up, it is stopped or it halts. Failures are in the outcome. */
  run(signal: AbortSignal): Promise<RunOutcome>
  /**
   * Settles what an earlier life left, runs one cycle and leaves nothing behind at the venue.
   *
   * @throws CcError where the start-up fails or the cycle cannot be recorded.
   */
  once(signal?: AbortSignal): Promise<OnceOutcome>
}

/**
 * The loop around {@link runCycle}: start-up, ticks, and what the agent does about failures. An agent runs one cycle
 * at a time, and sweeps its own resting orders when `run` or `once` ends, whatever ended it.
 *
 * @throws CcError `engine/already-running` from `run` and `once` while either is under way.
 */
export function createAgent(ports: EnginePorts, input: EngineOptionsInput): Agent {
  const options = engineOptionsSchema.parse(input)
  let busy = false
  async function alone<T>(work: () => Promise<T>): Promise<T> {
    if (busy) {
      throw new CcError('The agent is running already.', { code: 'engine/already-running', recovery: 'skip' })
    }
    busy = true
    try {
      return await work()
    } finally {
      busy = false
    }
  }
  return {
    run: (signal) => alone(() => runLoop(ports, options, signal)),
    once: (signal) => alone(() => once(ports, options, signal)),
  }
}

async function once(ports: EnginePorts, options: EngineOptions, signal?: AbortSignal): Promise<OnceOutcome> {
  const stop = stopOf(ports, signal)
  let record: DecisionRecord
  try {
    await settle(ports, options, stop)
    record = await runCycle(ports, options, { signal })
  } catch (error) {
    const failure = failureUnder(stop, error)
    logFailure(ports.logger, 'the agent could not run its cycle', { failure, error })
    if (failure.recovery === 'halt') await haltFor(ports, failure)
    await leave(ports, options, { isOpen: false })
    throw error
  }
  if (record.failure?.recovery === 'halt') await haltFor(ports, record.failure)
  const left = await leave(ports, options, { isOpen: leftOpen(record) })
  return { record, failure: left ?? record.failure }
}
