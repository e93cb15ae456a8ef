import {
  type ApprovedAction,
  CcError,
  type Currency,
  type DecisionRecord,
  type ExecutionResult,
  type FailureRecord,
  RECORD_SCHEMA_VERSION,
} from '@cc/models'
import { abandonAt, stopAt } from './deadline.js'
import { afterExecution, withoutOld } from './execution-memory.js'
import { failureUnder, halting, logFailure, plainFailure } from './failure.js'
import { afterLedger, afterState } from './ledger-memory.js'
import { afterSettling, haltOf, recoverAlone, stopOf } from './life.js'
import { loadMemory, type Remembered, saveMemory, withMode } from './memory-store.js'
import { type EngineOptions, type EngineOptionsInput, engineOptionsSchema } from './options.js'
import type { EnginePorts } from './ports.js'
import { type Reached, think } from './think.js'

/** Where a cycle stands in its run. */
export type CycleOptions = {
  /** Its number within the run. */
  cycle?: number
  signal?: AbortSignal | undefined
  /** Currencies that had their turn in the present tick. */
  setAside?: readonly Currency[]
}

/**
 * One cycle: observe, decide, review, execute, record. Whatever happens there is one record, of what was reached and
 * of the failure that ended it; it is durable when the promise resolves.
 *
 * Thinking is abandoned at the deadline or when `signal` is aborted or the halt switch latched; execution is told to
 * stop and waited for, so that nothing is ever under way behind a finished cycle.
 *
 * @throws CcError what the log or the store throws: a cycle that cannot be recorded must be the last.
 */
export async function runCycle(
  ports: EnginePorts,
  input: EngineOptionsInput,
  cycle?: CycleOptions,
): Promise<DecisionRecord> {
  return runParsedCycle(ports, engineOptionsSchema.parse(input), cycle)
}

/** The same for an agent, which has parsed its options once. */
export async function runParsedCycle(
  ports: EnginePorts,
  options: EngineOptions,
  { cycle = 0, signal, setAside = [] }: CycleOptions = {},
): Promise<DecisionRecord> {
  const { clock, policy, logger } = ports
  const startedMs = clock.now()
  const reached: Reached = {
    decisionId: null,
    state: null,
    decision: null,
    review: null,
    verdict: null,
    execution: null,
    remembered: null,
    ledger: null,
  }
  const stop = stopOf(ports, signal)
  let failure: FailureRecord | null = null
  try {
    await carryOut(ports, { options, setAside, reached, stop, deadlineMs: startedMs + options.cycleDeadlineMs })
  } catch (error) {
    failure = failureUnder(stop, error)
    logFailure(logger, 'a cycle failed', { failure, error })
  }

  const { remembered, ledger, ...rest } = reached
  const record: DecisionRecord = {
    kind: 'decision',
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: options.runId,
    cycle,
    startedMs,
    endedMs: clock.now(),
    policy: policy.name,
    dryRun: options.dryRun,
    ledger: ledger?.rows ?? [],
    ...rest,
    failure: failure?.recovery === 'halt' ? failure : (failureOfExecution(reached.execution) ?? failure),
  }
  const memory = remembered && memoryAfter(remembered, { reached, nowMs: record.endedMs, options })
  await write(ports, record, memory)
  return record
}

type Course = {
  options: EngineOptions
  setAside: readonly Currency[]
  reached: Reached
  stop: AbortSignal
  deadlineMs: number
}

async function carryOut(ports: EnginePorts, course: Course): Promise<void> {
  const { options, setAside, reached, stop, deadlineMs } = course
  const { clock, halt, store } = ports
  const limits = (what: string) => ({ what, durationMs: deadlineMs - clock.now(), signal: stop })
  const stored = withMode(await loadMemory(store), haltOf(halt))
  let remembered: Remembered = { ...stored, memory: { ...stored.memory, setAside } }
  reached.remembered = remembered
  if (remembered.memory.unresolved.length > 0) {
    const { unresolved } = await abandonAt(clock, limits('Settling'), (signal) => recoverAlone(ports, options, signal))
    remembered = { ...remembered, memory: await afterSettling(ports, remembered.memory, unresolved) }
    reached.remembered = remembered
  }

  const approved = await abandonAt(clock, limits('Thinking'), (signal) =>
    think(ports, { options, remembered, reached }, signal),
  )
  if (approved === undefined) return
  stop.throwIfAborted()

  try {
    await stopAt(clock, limits('Execution'), async (signal) => {
      reached.execution = await execute(ports, approved, signal)
    })
  } finally {
    await rememberExecution(ports, { reached, remembered, options })
  }
}

/** After an execution that failed nobody knows what is out: it is looked up before the next cycle. */
async function execute(
  { executor }: EnginePorts,
  approved: ApprovedAction,
  signal: AbortSignal,
): Promise<ExecutionResult> {
  try {
    const execution = await executor.execute(approved, signal)
    return { ...execution, failure: execution.failure && plainFailure(execution.failure) }
  } catch (error) {
    if (!CcError.isInstance(error) || error.recovery === 'halt') throw error
    const { message, code, facts } = error
    throw new CcError(message, { code, recovery: 'reconcile', facts, cause: error })
  }
}

function failureOfExecution(execution: ExecutionResult | null): FailureRecord | null {
  const failure = execution?.failure ?? null
  return failure === null || failure.recovery === 'halt' ? failure : { ...failure, recovery: 'reconcile' }
}

/**
 * What was sold and what may be out is remembered before anything else can go wrong. Memory and journal know then of every
 * reject; a venue that does nothing but reject, or an agent that sends it nothing else, needs a person.
 *
 * @throws CcError `engine/rejects-in-a-row`; what the store throws.
 */
async function rememberExecution(
  { store }: EnginePorts,
  { reached, remembered, options }: { reached: Reached; remembered: Remembered; options: EngineOptions },
): Promise<void> {
  const { execution, decisionId, state } = reached
  if (execution === null) return
  const before = remembered.memory
  const executed = afterExecution(before, execution, decisionId ?? '')
  if (executed === before) return
  const memory = { ...executed, guards: state?.memory.guards ?? executed.guards }
  reached.remembered = { ...remembered, memory }
  await saveMemory(store, reached.remembered)

  const { rejectsInARow: rejects } = memory
  if (rejects < options.maxRejectsInARow || rejects <= before.rejectsInARow) return
  if (execution.failure?.recovery === 'halt') return
  throw new CcError('The venue rejects one order after the other.', {
    code: 'engine/rejects-in-a-row',
    recovery: 'halt',
    facts: { rejects, max: options.maxRejectsInARow },
  })
}

function memoryAfter(
  remembered: Remembered,
  { reached: { ledger, state }, nowMs, options }: { reached: Reached; nowMs: number; options: EngineOptions },
): Remembered {
  const read = ledger === null ? remembered : afterLedger(remembered, ledger, options.underlyings)
  const seen = state === null ? read : afterState(read, state)
  const guards = state?.memory.guards ?? seen.memory.guards
  return { ...seen, memory: { ...withoutOld(seen.memory, nowMs), guards } }
}

/** The ledger counts as read only once its rows are in the log: a crash in between repeats rows and loses none. */
async function write({ log, store, logger, onRecord }: EnginePorts, record: DecisionRecord, memory: Remembered | null) {
  try {
    await log.record(record)
  } catch (error) {
    throw halting(error, { code: 'engine/not-recorded', message: 'A cycle could not be recorded.' })
  }
  try {
    if (memory !== null) await saveMemory(store, memory)
  } catch (error) {
    throw halting(error, { code: 'engine/not-remembered', message: 'The memory of the agent could not be saved.' })
  }
  try {
    onRecord?.(record)
  } catch (error) {
    logger.error('a listener to records failed', { message: String(error) })
  }
}
