import {
  CcError,
  type DecisionRecord,
  type FailureRecord,
  type HaltState,
  type HaltSwitch,
  type UnresolvedIntent,
} from '@cc/models'
import { abandonAt } from './deadline.js'
import { failureOf, logFailure } from './failure.js'
import { loadMemory, saveMemory } from './memory.js'
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
  const signals = [signal, haltOf(halt).halted ? undefined : halt.signal]
  return AbortSignal.any(signals.filter((source) => source !== undefined))
}

/**
 * Settles what earlier sends left open, within `settleMs` and until stopped. Remembers and returns what stays open. The
 * first time it also marks from when on the ledger is the agent's business, before anything of it can be booked.
 */
export async function settle(
  ports: EnginePorts,
  { settleMs }: EngineOptions,
  signal: AbortSignal,
): Promise<readonly UnresolvedIntent[]> {
  const { clock, executor, store, logger } = ports
  const startedMs = clock.now()
  const limits = { what: 'Settling', durationMs: settleMs, signal }
  const { settled, unresolved, cancelledOrders } = await abandonAt(clock, limits, (stop) => executor.recover(stop))
  const { memory, equities } = await loadMemory(store)
  const ledgerReadMs = memory.ledgerReadMs ?? startedMs
  await saveMemory(store, { memory: { ...memory, unresolved, ledgerReadMs }, equities })
  logger.info('settled what was left', {
    settled,
    unresolved: unresolved.map(({ label }) => label),
    cancelledOrders,
  })
  return unresolved
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
    const unresolved = await settle(ports, options, signal)
    return unresolved.length === 0 ? undefined : failureOf(unresolvedError(unresolved))
  } catch (error) {
    const failure = failureOf(error)
    logFailure(ports.logger, 'an attempt to leave nothing behind failed', { failure, error })
    return failure
  }
}

function unresolvedError(unresolved: readonly UnresolvedIntent[]): CcError {
  return new CcError('The outcome of orders is not known.', {
    code: 'engine/unresolved',
    recovery: 'reconcile',
    facts: { labels: unresolved.map(({ label }) => label) },
  })
}
