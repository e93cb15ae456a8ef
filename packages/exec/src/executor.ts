import {
  CcError,
  type Currency,
  type Executor,
  type IntentRecord,
  type RecoveryReport,
  type UnresolvedIntent,
} from '@cc/models'
import { executeAction } from './execute-action.js'
import { isOwnLabel } from './next-order.js'
import { type ExecOptions, type ExecOptionsInput, execOptionsSchema } from './options.js'
import type { ExecPorts } from './ports.js'
import { type Settlement, settleByLabel } from './settle-by-label.js'
import { cancelToEnd, errorFacts } from './venue-order.js'

/**
 * The executor of the agent: carries approved actions out, settles what an earlier life left and sweeps its own
 * resting orders. In dry-run it changes nothing at the venue and in the journal.
 */
export function createExecutor(ports: ExecPorts, input: ExecOptionsInput): Executor {
  const options = execOptionsSchema.parse(input)
  return {
    execute: (approved, signal) => executeAction(ports, approved, { ...options, signal }),
    recover: (signal) => recover(ports, options, signal),
    cancelOwn: (signal) => cancelOwn(ports, options, signal),
  }
}

/**
 * Settles every intent that the journal holds without an outcome, by label and after its fence, then cancels own
 * resting orders. What cannot be settled is returned and blocks opens. In dry-run nothing is done.
 *
 * Trouble with one intent spares neither the others nor the sweep: the first is thrown when all is done. An order that
 * was seen ended is journalled whatever is wrong with it, so that it troubles no later start.
 *
 * @throws CcError `exec/duplicate-label`, `exec/reply-mismatch`, `exec/sweep-incomplete`; what the journal throws, at
 * once. Rejects with the signal's reason when aborted.
 */
async function recover(ports: ExecPorts, options: ExecOptions, signal?: AbortSignal): Promise<RecoveryReport> {
  if (options.dryRun) return { settled: [], unresolved: [], cancelledOrders: 0 }
  const { journal, clock, logger } = ports
  const settled: string[] = []
  const unresolved: UnresolvedIntent[] = []
  const problems: unknown[] = []
  for (const intent of await journal.unfinished()) {
    signal?.throwIfAborted()
    const { label, symbol, side, sizeCoin, validUntilMs } = intent.terms
    const settlement = await settleByLabel(ports, intent, options, signal)
    if (settlement.problem !== undefined) {
      logger.error('the venue contradicts the journal', { label, ...errorFacts(settlement.problem) })
      problems.push(settlement.problem)
    }
    if (settlement.outcome === 'unknown') {
      logger.warn('a send of an earlier life is still unresolved', { label, reason: settlement.reason })
      unresolved.push({ label, symbol, side, sizeCoin, validUntilMs })
    } else {
      await journal.append(outcomeOf(label, settlement, clock.now()))
      settled.push(label)
    }
  }
  const cancelledOrders = await cancelOwn(ports, options, signal).catch((error) => {
    problems.push(error)
    return 0
  })
  if (problems.length > 0) throw problems[0]
  return { settled, unresolved, cancelledOrders }
}

function outcomeOf(
  label: string,
  settlement: Exclude<Settlement, { outcome: 'unknown' }>,
  timeMs: number,
): IntentRecord {
  if (settlement.outcome === 'absent') {
    return { kind: 'outcome', timeMs, label, outcome: 'absent', orderId: null, filledCoin: 0 }
  }
  const { state: outcome, orderId, filledCoin } = settlement.order
  return { kind: 'outcome', timeMs, label, outcome, orderId, filledCoin }
}

/**
 * Cancels every resting order of ours, of whichever run, in the accounts of `underlyings`; the number of them. One
 * failure does not spare the others. In dry-run: none.
 *
 * @throws CcError `exec/sweep-incomplete` where an account could not be read or an order may still rest. Rejects with
 * the signal's reason when aborted.
 */
async function cancelOwn(ports: ExecPorts, options: ExecOptions, signal?: AbortSignal): Promise<number> {
  if (options.dryRun) return 0
  const unreadAccounts: Currency[] = []
  const restingLabels: string[] = []
  let cancelled = 0
  let cause: unknown
  for (const currency of options.underlyings) {
    signal?.throwIfAborted()
    try {
      const { openOrders } = await ports.broker.account(currency)
      for (const order of openOrders.filter(({ label }) => isOwnLabel(label))) {
        const ended = await cancelToEnd(ports, order, options.pollMs)
        if (ended === undefined) restingLabels.push(order.label)
        else cancelled += 1
      }
    } catch (error) {
      ports.logger.warn('an account could not be swept of resting orders', { currency, ...errorFacts(error) })
      unreadAccounts.push(currency)
      cause = error
    }
  }
  if (unreadAccounts.length + restingLabels.length > 0) {
    throw new CcError('Own orders may still rest at the venue.', {
      code: 'exec/sweep-incomplete',
      recovery: 'retry',
      facts: { unreadAccounts, restingLabels, cancelled },
      cause,
    })
  }
  return cancelled
}
