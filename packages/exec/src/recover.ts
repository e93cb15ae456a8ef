import type { RecoveryReport, SendIntent, UnresolvedIntent } from '@cc/models'
import { cancelOwn } from './cancel-own.js'
import type { ExecOptions } from './options.js'
import type { ExecPorts } from './ports.js'
import { type Settlement, settleByLabel } from './settle-by-label.js'

/**
 * Settles every intent that the journal holds without an outcome, by label and after its fence, then cancels own
 * resting orders. What cannot be settled is returned and blocks opens. In dry-run nothing is done.
 *
 * @throws CcError `exec/duplicate-label`, `exec/reply-mismatch`, `exec/sweep-incomplete`; what the journal throws.
 */
export async function recover(ports: ExecPorts, options: ExecOptions, signal?: AbortSignal): Promise<RecoveryReport> {
  if (options.dryRun) return { settled: [], unresolved: [], cancelledOrders: 0 }
  const settled: string[] = []
  const unresolved: UnresolvedIntent[] = []
  for (const intent of await ports.journal.unfinished()) {
    signal?.throwIfAborted()
    const settlement = await settleByLabel(ports, intent.terms, options, signal)
    if (settlement.outcome === 'unknown') {
      const { label, symbol, side, sizeCoin, validUntilMs } = intent.terms
      ports.logger.warn('a send of an earlier life is still unresolved', { label, reason: settlement.reason })
      unresolved.push({ label, symbol, side, sizeCoin, validUntilMs })
    } else {
      await journalOutcome(ports, intent, settlement)
      settled.push(intent.terms.label)
    }
  }
  return { settled, unresolved, cancelledOrders: await cancelOwn(ports, options, signal) }
}

async function journalOutcome(
  { journal, clock }: ExecPorts,
  { terms: { label } }: SendIntent,
  settlement: Exclude<Settlement, { outcome: 'unknown' }>,
): Promise<void> {
  const timeMs = clock.now()
  if (settlement.outcome === 'absent') {
    return journal.append({ kind: 'outcome', timeMs, label, outcome: 'absent', orderId: null, filledCoin: 0 })
  }
  const { state: outcome, orderId, filledCoin } = settlement.order
  return journal.append({ kind: 'outcome', timeMs, label, outcome, orderId, filledCoin })
}
