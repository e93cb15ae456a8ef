import {
  type ApprovedAction,
  CcError,
  type DecisionRecord,
  type FailureRecord,
  RECORD_SCHEMA_VERSION,
} from '@cc/models'
import { withDeadline } from '@cc/models/clock'
import { failureUnder, halting } from './failure.js'
import {
  afterExecution,
  afterState,
  afterTransfers,
  loadMemory,
  type Remembered,
  saveMemory,
  withMode,
  withoutOldOpens,
} from './memory.js'
import { type EngineOptions, type EngineOptionsInput, engineOptionsSchema } from './options.js'
import type { EnginePorts } from './ports.js'
import { nothingYet, type Reached } from './reached.js'
import { think } from './think.js'

/**
 * One cycle: observe, decide, review, execute, record. Whatever happens there is one record, of what was reached and
 * of the failure that ended it; it is durable when the promise resolves. `cycle` is its number within the run.
 *
 * Thinking is abandoned at the deadline or when `signal` is aborted or the halt switch latched; execution is told to
 * stop and waited for, so that nothing is ever under way behind a finished cycle.
 *
 * @throws CcError what the log or the store throws: a cycle that cannot be recorded must be the last.
 */
export async function runCycle(
  ports: EnginePorts,
  input: EngineOptionsInput,
  { cycle = 0, signal }: { cycle?: number; signal?: AbortSignal | undefined } = {},
): Promise<DecisionRecord> {
  const options = engineOptionsSchema.parse(input)
  const startedMs = ports.clock.now()
  const reached = nothingYet()
  const stop = stopOf(ports, signal)
  let failure: FailureRecord | null = null
  try {
    await carryOut(ports, { options, reached, stop, deadlineMs: startedMs + options.cycleDeadlineMs })
  } catch (error) {
    failure = failureUnder(stop, error)
    ports.logger.warn('a cycle failed', { cycle, code: failure.code, message: failure.message })
  }

  const { remembered, ledger, ...rest } = reached
  const record: DecisionRecord = {
    kind: 'decision',
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: options.runId,
    cycle,
    startedMs,
    endedMs: ports.clock.now(),
    policy: ports.policy.name,
    dryRun: options.dryRun,
    ledger: ledger?.rows ?? [],
    ...rest,
    failure,
  }
  const memory = remembered && memoryAfter(remembered, reached, record.endedMs)
  await write(ports, record, memory)
  return record
}

/** A switch that was latched before the cycle ends nothing: the cycle runs, and its verdict says that it is halted. */
function stopOf({ halt }: EnginePorts, signal: AbortSignal | undefined): AbortSignal {
  const signals = [signal, halt.read().halted ? undefined : halt.signal]
  return AbortSignal.any(signals.filter((source) => source !== undefined))
}

type Course = { options: EngineOptions; reached: Reached; stop: AbortSignal; deadlineMs: number }

async function carryOut(ports: EnginePorts, course: Course): Promise<void> {
  const { options, reached, stop, deadlineMs } = course
  const { clock, executor, halt, store } = ports
  const stored = await loadMemory(store)
  let remembered: Remembered = { ...stored, memory: withMode(stored.memory, halt.read()) }
  reached.remembered = remembered
  if (remembered.memory.unresolved.length > 0) {
    const { unresolved } = await executor.recover(stop)
    remembered = { ...remembered, memory: { ...remembered.memory, unresolved } }
    reached.remembered = remembered
  }

  const limits = { what: 'Thinking', durationMs: deadlineMs - clock.now(), signal: stop }
  const approved = await withDeadline(clock, limits, (signal) =>
    unlessAborted(signal, think(ports, { options, remembered, reached }, signal)),
  )
  if (approved === undefined) return
  stop.throwIfAborted()

  try {
    await execute(ports, approved, course)
  } finally {
    await rememberExecution(ports, reached, remembered)
  }
}

/** What was sold and what may be out is remembered before anything else can go wrong. */
async function rememberExecution({ store }: EnginePorts, reached: Reached, remembered: Remembered): Promise<void> {
  if (reached.execution === null) return
  const memory = afterExecution(remembered.memory, reached.execution)
  if (memory === remembered.memory) return
  reached.remembered = { ...remembered, memory }
  await saveMemory(store, reached.remembered)
}

/** Stopped at the deadline, and waited for all the same. */
async function execute(ports: EnginePorts, approved: ApprovedAction, course: Course): Promise<void> {
  const { clock, executor } = ports
  const { reached, stop, deadlineMs } = course
  const limits = { what: 'Execution', durationMs: deadlineMs - clock.now(), signal: stop }
  const running: Promise<void>[] = []
  const run = async (signal: AbortSignal) => {
    reached.execution = await executor.execute(approved, signal).catch(failReconciling)
  }
  await withDeadline(clock, limits, (signal) => {
    running.push(run(signal))
    return Promise.all(running)
  }).finally(() => Promise.all(running))
}

/** After an execution that failed nobody knows what is out: it is looked up before the next cycle. */
function failReconciling(error: unknown): never {
  if (!CcError.isInstance(error) || error.recovery === 'halt') throw error
  const { message, code, facts } = error
  throw new CcError(message, { code, recovery: 'reconcile', facts, cause: error })
}

/** Leaves work behind that does not heed its signal. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, aborted])
}

function memoryAfter(remembered: Remembered, { ledger, state }: Reached, nowMs: number): Remembered {
  let after = remembered
  if (ledger !== null) {
    after = { ...after, memory: { ...afterTransfers(after, ledger.rows), ledgerReadMs: ledger.readMs } }
  }
  if (state !== null) after = afterState(after, state)
  return { ...after, memory: withoutOldOpens(after.memory, nowMs) }
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
