import { CcError, type Currency, type Fill, type OrderReport, type OrderTerms } from '@cc/models'
import type { ExecPorts } from './ports.js'

/** An order that trades no more: its fills are final. */
export type EndedOrder = OrderReport & { state: Exclude<OrderReport['state'], 'open'> }

/** Whether an order trades no more. */
export function hasEnded(report: OrderReport): report is EndedOrder {
  return report.state !== 'open'
}

const CANCEL_ATTEMPTS = 3

/**
 * Cancels an order until the venue reports its end; fills that raced the cancel are in that report. `undefined`
 * where no attempt was confirmed: the order may still rest. Not abortable: stopping is when it matters most.
 */
export async function cancelToEnd(
  { broker, clock, logger }: Pick<ExecPorts, 'broker' | 'clock' | 'logger'>,
  { orderId, label }: Pick<OrderReport, 'orderId' | 'label'>,
  pauseMs: number,
): Promise<EndedOrder | undefined> {
  for (let attempt = 1; attempt <= CANCEL_ATTEMPTS; attempt += 1) {
    if (attempt > 1) await clock.sleep(pauseMs)
    try {
      const report = await broker.cancel(orderId)
      if (hasEnded(report)) return report
    } catch (error) {
      logger.warn('a cancel was not confirmed', { label, orderId, attempt, ...errorFacts(error) })
    }
  }
  return undefined
}

const TOLERANCE = 1e-9

/**
 * `exec/reply-mismatch` where the venue speaks of another order than was sent: one re-priced, of another size or
 * unit, or under another label is not ours to trade on. A reduce-only order may be smaller than sent.
 */
export function mismatchOf(report: OrderReport, terms: OrderTerms): CcError | undefined {
  const differs = differenceOf(report, terms)
  if (differs === undefined) return undefined
  return new CcError(`The venue answered order ${terms.label} with another ${differs}.`, {
    code: 'exec/reply-mismatch',
    recovery: 'halt',
    facts: { label: terms.label, orderId: report.orderId, differs, sent: terms[differs], answered: report[differs] },
  })
}

function differenceOf(
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

/** The account's fills under a label since `sinceMs`, give or take `slackMs`, as the venue stamps by its own clock. */
export async function readFills(
  { broker, clock }: Pick<ExecPorts, 'broker' | 'clock'>,
  { currency, label }: { currency: Currency; label: string },
  { sinceMs, slackMs, historical = false }: { sinceMs: number; slackMs: number; historical?: boolean },
): Promise<readonly Fill[]> {
  const span = { fromMs: sinceMs - slackMs, toMs: clock.now() + slackMs }
  const fills = await broker.fills(currency, historical ? { ...span, historical } : span)
  return fills.filter((fill) => fill.label === label)
}

/** Whether fills are all of what an order or a leg traded. */
export function areComplete(fills: readonly Fill[], filledCoin: number): boolean {
  return Math.abs(fills.reduce((sum, fill) => sum + fill.sizeCoin, 0) - filledCoin) < TOLERANCE
}

/** An error as facts for the log. */
export function errorFacts(error: unknown): { code: string; message: string } {
  return {
    code: CcError.isInstance(error) ? error.code : 'exec/unexpected',
    message: error instanceof Error ? error.message : String(error),
  }
}
