import { CcError, type IntentRecord, type RecoveryReport, type SendIntent, type UnresolvedIntent } from '@cc/models'
import type { ExecOptions } from './options.js'
import type { ExecPorts } from './ports.js'
import { RECENT_MS, type Settlement, settleByLabel } from './settle-by-label.js'
import { cancelOwn } from './sweep.js'
import { errorFacts } from './venue-order.js'

/**
 * Settles every intent that the journal holds without an outcome, by label and after its fence, then cancels own
 * resting orders. What cannot be settled is returned and blocks opens. In dry-run nothing is done.
 *
 * Trouble with one intent spares neither the others nor the sweep: the first is thrown when all is done. An order that
 * was seen ended is journalled whatever is wrong with it, so that it troubles no later start.
 *
 * @throws CcError what is wrong with an order that was found; `exec/unknown-expiring` where a send is unresolved after
 * 25 minutes, when not being found begins to prove nothing; what {@link cancelOwn} throws; what the journal throws, at
 * once. Rejects with the signal's reason when aborted.
 */
export async function recover(ports: ExecPorts, options: ExecOptions, signal?: AbortSignal): Promise<RecoveryReport> {
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
      const ageMs = clock.now() - intent.timeMs
      logger.warn('a send of an earlier life is still unresolved', { label, reason: settlement.reason, ageMs })
      unresolved.push({ label, symbol, side, sizeCoin, validUntilMs })
      if (ageMs >= RECENT_MS) problems.push(expiringError(intent, settlement.reason, ageMs))
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

function expiringError({ terms }: SendIntent, reason: string, ageMs: number): CcError {
  return new CcError(`What became of order ${terms.label} is still not known, and soon cannot be.`, {
    code: 'exec/unknown-expiring',
    recovery: 'halt',
    facts: { label: terms.label, symbol: terms.symbol, side: terms.side, sizeCoin: terms.sizeCoin, reason, ageMs },
  })
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
