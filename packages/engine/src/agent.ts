import { CcError, type DecisionRecord } from '@cc/models'
import { failureUnder } from './failure.js'
import { haltFor, startUp, sweep } from './life.js'
import { type RunOutcome, runLoop } from './loop.js'
import { type EngineOptions, type EngineOptionsInput, engineOptionsSchema } from './options.js'
import type { EnginePorts } from './ports.js'
import { runCycle } from './run-cycle.js'

export type Agent = {
  /** Cycles at every tick until its time is up, it is stopped or it halts. Failures are in the outcome. */
  run(signal: AbortSignal): Promise<RunOutcome>
  /**
   * Settles what an earlier life left, then runs one cycle, of whose failure the record tells.
   *
   * @throws CcError where the start-up fails or the cycle cannot be recorded.
   */
  once(signal?: AbortSignal): Promise<DecisionRecord>
}

/**
 * The loop around {@link runCycle}: start-up, ticks, and what the agent does about failures. An agent runs one cycle
 * at a time, and sweeps its own resting orders when a run ends.
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

async function once(ports: EnginePorts, options: EngineOptions, signal?: AbortSignal): Promise<DecisionRecord> {
  const stop = signal ?? new AbortController().signal
  try {
    await startUp(ports, stop)
    const record = await runCycle(ports, options, { signal: stop })
    if (record.failure?.recovery === 'halt') {
      await haltFor(ports, record.failure)
      await sweep(ports)
    }
    return record
  } catch (error) {
    const failure = failureUnder(stop, error)
    if (failure.recovery === 'halt') {
      await haltFor(ports, failure)
      await sweep(ports)
    }
    throw error
  }
}
