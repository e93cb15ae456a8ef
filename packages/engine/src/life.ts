import type { FailureRecord } from '@cc/models'
import { failureOf } from './failure.js'
import { loadMemory, saveMemory } from './memory.js'
import type { EnginePorts } from './ports.js'

/** Settles what an earlier life left out, and remembers what could not be settled. */
export async function startUp({ executor, store, logger }: EnginePorts, signal: AbortSignal): Promise<void> {
  const { settled, unresolved, cancelledOrders } = await executor.recover(signal)
  const remembered = await loadMemory(store)
  await saveMemory(store, { ...remembered, memory: { ...remembered.memory, unresolved } })
  logger.info('settled what was left', {
    settled,
    unresolved: unresolved.map(({ label }) => label),
    cancelledOrders,
  })
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

/** Cancels own resting orders at the end; the failure if that did not succeed. */
export async function sweep({ executor, logger }: EnginePorts): Promise<FailureRecord | undefined> {
  try {
    const cancelledOrders = await executor.cancelOwn()
    logger.info('swept own resting orders', { cancelledOrders })
    return undefined
  } catch (error) {
    const failure = failureOf(error)
    logger.error('own orders may still rest', { code: failure.code, message: failure.message })
    return failure
  }
}
