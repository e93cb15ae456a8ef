import { CcError, type DecisionRecord, type FailureRecord } from '@cc/models'
import { createCommandDesk } from './command-desk.js'
import { failureUnder, logFailure } from './failure.js'
import { haltFor, haltOf, leave, leftOpen, stopOf } from './life.js'
import { look, type RunOutcome, runLoop, type Watch } from './loop.js'
import type { AgentStatus, CommandOutcome, OperatorCommand } from './operator.js'
import { type EngineOptions, type EngineOptionsInput, engineOptionsSchema } from './options.js'
import type { EnginePorts } from './ports.js'
import { runParsedCycle } from './run-cycle.js'
import { NOT_TESTNET, start } from './start.js'

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
  /**
   * Obeys a person, between two cycles of `run`; resolves when it is remembered and recorded, and of `close` when what
   * could be bought back is. A `pause` or `close` ends the cycle that is under way: thinking is abandoned, what rests is
   * cancelled, nothing more of it is sent.
   *
   * @throws CcError `engine/not-running`: no run, one that ends, or the halt switch, which has the last word;
   * `engine/invalid-command`, `engine/nothing-to-close`, `engine/not-closed`; what the log or the store throws.
   */
  command(command: OperatorCommand): Promise<CommandOutcome>
  status(): AgentStatus
}

/**
 * The loop around {@link runCycle}: start-up, ticks, and what the agent does about failures. An agent runs one cycle
 * at a time, and sweeps its own resting orders when `run` or `once` ends, whatever ended it.
 *
 * @throws CcError `engine/already-running` from `run` and `once` while either is under way.
 */
export function createAgent(ports: EnginePorts, input: EngineOptionsInput): Agent {
  const options = engineOptionsSchema.parse(input)
  const desk = createCommandDesk()
  const watch: Watch = { phase: 'starting', cycles: 0, mode: 'normal', latched: null }
  let busy = false
  async function alone<T>(work: () => Promise<T>): Promise<T> {
    if (busy) {
      throw new CcError('The agent is running already.', { code: 'engine/already-running', recovery: 'skip' })
    }
    busy = true
    Object.assign(watch, { phase: 'starting', cycles: 0 })
    try {
      return await work()
    } finally {
      watch.phase = 'leaving'
      desk.close()
      busy = false
    }
  }
  return {
    run: (signal) =>
      alone(() => {
        desk.open()
        return runLoop(ports, options, { signal, desk, watch })
      }),
    once: (signal) => alone(() => once(ports, options, { signal, watch })),
    command: (command) => desk.submit(command),
    status() {
      const state = haltOf(ports.halt)
      return {
        ...watch,
        mode: state.halted ? 'halted' : watch.mode,
        haltReason: state.halted ? state.reason : null,
      }
    },
  }
}

async function once(
  ports: EnginePorts,
  options: EngineOptions,
  { signal, watch }: { signal: AbortSignal | undefined; watch: Watch },
): Promise<OnceOutcome> {
  const stop = stopOf(ports, signal)
  let record: DecisionRecord
  try {
    await start(ports, options, { stop, untilMs: ports.clock.now() + options.settleMs })
    await look(watch, ports)
    watch.phase = 'in-cycle'
    record = await runParsedCycle(ports, options, { signal })
  } catch (error) {
    const failure = failureUnder(stop, error)
    logFailure(ports.logger, 'the agent could not run its cycle', { failure, error })
    if (failure.recovery === 'halt') await haltFor(ports, failure)
    if (failure.code !== NOT_TESTNET) await leave(ports, options, { isOpen: false })
    throw error
  }
  Object.assign(watch, { phase: 'leaving', cycles: 1 })
  if (record.failure?.recovery === 'halt') await haltFor(ports, record.failure)
  const left = await leave(ports, options, { isOpen: leftOpen(record) })
  return { record, failure: left ?? record.failure }
}
