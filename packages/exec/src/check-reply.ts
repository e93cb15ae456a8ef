import { CcError, type OrderReport, type OrderTerms } from '@cc/models'
import { cancelToEnd } from './cancel-to-end.js'
import type { ExecPorts } from './ports.js'

const TOLERANCE = 1e-9

/**
 * Makes sure that the venue speaks of the order that was sent: one re-priced, of another size or unit, or of another
 * label is not ours to trade on. It is cancelled where it bears our label. A reduce-only order may be smaller than
 * sent.
 *
 * @throws CcError `exec/reply-mismatch`
 */
export async function checkReply(
  ports: Pick<ExecPorts, 'broker' | 'clock' | 'logger'>,
  report: OrderReport,
  { terms, pauseMs }: { terms: OrderTerms; pauseMs: number },
): Promise<void> {
  const differs = difference(report, terms)
  if (differs === undefined) return
  if (report.label === terms.label && report.state === 'open') await cancelToEnd(ports, report, pauseMs)
  throw new CcError(`The venue answered order ${terms.label} with another ${differs}.`, {
    code: 'exec/reply-mismatch',
    recovery: 'halt',
    facts: { label: terms.label, orderId: report.orderId, differs, sent: terms[differs], answered: report[differs] },
  })
}

function difference(
  report: OrderReport,
  terms: OrderTerms,
): 'label' | 'symbol' | 'side' | 'priceCoin' | 'sizeCoin' | undefined {
  if (report.label !== terms.label) return 'label'
  if (report.symbol !== terms.symbol) return 'symbol'
  if (report.side !== terms.side) return 'side'
  if (Math.abs(report.priceCoin - terms.priceCoin) > TOLERANCE) return 'priceCoin'
  const missingCoin = terms.sizeCoin - report.sizeCoin
  const sizeHolds = terms.reduceOnly ? missingCoin >= -TOLERANCE : Math.abs(missingCoin) <= TOLERANCE
  return sizeHolds ? undefined : 'sizeCoin'
}
