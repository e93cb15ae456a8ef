import {
  type AgentMemory,
  CcError,
  type DecisionRecord,
  type Executor,
  type FailureRecord,
  type HaltState,
  type HaltSwitch,
  type RecoveryReport,
  type UnresolvedIntent,
} from '@cc/models'
import { abandonAt } from './deadline.js'
import { afterJournal, JOURNAL_SPAN_MS } from './execution-memory.js'
import { failureOf, logFailure } from './failure.js'
import { joined } from './joined.js'
import { loadMemory, saveMemory } from './memory-store.js'
import type { EngineOptions } from './options.js'
import type { EnginePorts } from './ports.js'

/** Whether the agent is halted in this life. A switch that was lifted after its signal fell stays on until a restart. */
export function haltOf(halt: HaltSwitch): HaltState {
  const state = halt.read()
  if (state.halted || !halt.signal.aborted) return state
  const { reason } = halt.signal
  return { halted: true, reason: reason instanceof Error ? reason.message : String(reason) }
}

/** What stops work: the caller, or the halt switch from now on. One that is latched already stops nothing: it forbids. */
export function stopOf({ halt }: Pick<EnginePorts, 'halt'>, signal: AbortSignal | undefined): AbortSignal {
  if (haltOf(halt).halted) return signal ?? new AbortController().signal
  return signal === undefined ? halt.signal : joined(signal, halt.signal)
}

/**
 * Settles what earlier sends left open, within `settleMs` and until stopped; completes the memory from the journal.
 * Remembers and returns what stays open. The first time it also marks from when on the ledger is the agent's business,
 * before anything of it can be booked.
 */
export async function settle(
  ports: EnginePorts,
  options: EngineOptions,
  signal: AbortSignal,
): Promise<Pick<RecoveryReport, 'settled' | 'unresolved'>> {
  const { clock, store, logger } = ports
  const startedMs = clock.now()
  const limits = { what: 'Settling', durationMs: options.settleMs, signal }
  const { settled, unresolved, cancelledOrders } = await abandonAt(clock, limits, (stop) =>
    recoverAlone(ports, options, stop),
  )
  const remembered = await loadMemory(store)
  const ledgerReadMs = remembered.memory.ledgerReadMs ?? startedMs - options.ledgerLagMs
  const memory = await afterSettling(ports, { ...remembered.memory, ledgerReadMs }, unresolved)
  await saveMemory(store, { ...remembered, memory })
  logger.info('settled what was left', {
    settled,
    unresolved: unresolved.map(({ label }) => label),
    cancelledOrders,
  })
  return { settled, unresolved }
}

/** What each executor settles now; it never rejects. */
const recoveries = new WeakMap<Executor, Promise<void>>()

/**
 * Settles what is open, one at a time: two could write down the same outcome. One that was abandoned was told to stop, and
 * is given `retryMs` to heed that.
 */
export async function recoverAlone(
  { executor, clock }: Pick<EnginePorts, 'executor' | 'clock'>,
  { retryMs }: Pick<EngineOptions, 'retryMs'>,
  signal: AbortSignal,
): Promise<RecoveryReport> {
  const earlier = recoveries.get(executor)
  if (earlier !== undefined) {
    await abandonAt(clock, { what: 'An earlier settling', durationMs: retryMs, signal }, () => earlier).catch(() => {})
    signal.throwIfAborted()
  }
  const recovery = executor.recover(signal)
  const forget = () => {
    if (recoveries.get(executor) === ended) recoveries.delete(executor)
  }
  const ended: Promise<void> = recovery.then(forget, forget)
  recoveries.set(executor, ended)
  return recovery
}

/** The memory with what is open still, and with what the journal knows of sends that were settled or forgotten. */
export async function afterSettling(
  { journal, clock }: Pick<EnginePorts, 'journal' | 'clock'>,
  memory: AgentMemory,
  unresolved: readonly UnresolvedIntent[],
): Promise<AgentMemory> {
  const nowMs = clock.now()
  const sends = await journal.since(nowMs - JOURNAL_SPAN_MS)
  return afterJournal({ ...memory, unresolved }, sends, nowMs)
}

/** Whether a cycle left a send whose outcome is not known, its own or an earlier one. */
export function leftOpen({ state, execution, failure }: DecisionRecord): boolean {
  const unresolved = state?.memory.unresolved ?? []
  return execution?.status === 'unknown' || failure?.recovery === 'reconcile' || unresolved.length > 0
}

/** Latches the halt switch: nothing is sent until a person lifts it. */
export async function haltFor({ halt, logger }: EnginePorts, failure: FailureRecord): Promise<void> {
  logger.error('the agent halts', { code: failure.code, message: failure.message })
  try {
    await halt.latch(`${failure.code}: ${failure.message}`)
  } catch (error) {
    logger.error('the halt switch could not be latched', { message: failureOf(error).message })
  }
}

/**
 * Leaves nothing behind at the venue: settles sends that are open, cancels own resting orders. Tried a few times within
 * `settleMs`, whoever asks to stop. The failure where something may still be out.
 */
export async function leave(
  ports: EnginePorts,
  options: EngineOptions,
  { isOpen }: { isOpen: boolean },
): Promise<FailureRecord | undefined> {
  const { clock, logger } = ports
  let failure: FailureRecord | undefined
  try {
    await abandonAt(clock, { what: 'Leaving', durationMs: options.settleMs }, async (signal) => {
      failure = await attemptToLeave(ports, { options, isOpen, signal })
      for (let tries = 0; tries < options.maxRetries && failure !== undefined; tries += 1) {
        await clock.sleep(options.retryMs, signal)
        failure = await attemptToLeave(ports, { options, isOpen, signal })
      }
    })
  } catch (error) {
    failure ??= failureOf(error)
  }
  if (failure !== undefined) {
    logger.error('something may be left at the venue', { code: failure.code, message: failure.message })
  }
  return failure
}

async function attemptToLeave(
  ports: EnginePorts,
  { options, isOpen, signal }: { options: EngineOptions; isOpen: boolean; signal: AbortSignal },
): Promise<FailureRecord | undefined> {
  try {
    if (!isOpen) {
      const cancelledOrders = await ports.executor.cancelOwn(signal)
      ports.logger.info('swept own resting orders', { cancelledOrders })
      return undefined
    }
    const { unresolved } = await settle(ports, options, signal)
    return unresolved.length === 0 ? undefined : failureOf(unresolvedError(unresolved))
  } catch (error) {
    const failure = failureOf(error)
    logFailure(ports.logger, 'an attempt to leave nothing behind failed', { failure, error })
    return failure
  }
}

export function unresolvedError(unresolved: readonly UnresolvedIntent[]): CcError {
  return new CcError('The outcome of orders is not known.', {
    code: 'engine/unresolved',
    recovery: 'reconcile',
    facts: { labels: unresolved.map(({ label }) => label) },
  })
}
