import type { Currency, LedgerEntry } from '@cc/models'
import type { EnginePorts } from './ports.js'

/**
 * The rows that became known since `fromMs`, oldest first, and the time up to which the ledger is read now. Spans are
 * half open and meet, so that over all cycles no row is read twice and none is left out. The first read (`null`)
 * only marks the time: what was booked before the run is not its business.
 */
export async function readLedger(
  { broker, clock }: Pick<EnginePorts, 'broker' | 'clock'>,
  underlyings: readonly Currency[],
  { fromMs, lagMs }: { fromMs: number | null; lagMs: number },
): Promise<{ rows: readonly LedgerEntry[]; readMs: number }> {
  const nowMs = clock.now()
  if (fromMs === null) return { rows: [], readMs: nowMs }
  const toMs = nowMs - lagMs
  if (toMs <= fromMs) return { rows: [], readMs: fromMs }
  const books = await Promise.all(underlyings.map((currency) => broker.ledger(currency, { fromMs, toMs })))
  const rows = books
    .flat()
    .filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs)
    .sort((a, b) => a.timestampMs - b.timestampMs)
  return { rows, readMs: toMs }
}
