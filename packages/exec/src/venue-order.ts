import { CcError, type Currency, type Fill, type OrderReport } from '@cc/models'
import type { ExecPorts } from './ports.js'

/** An order that trades no more: its fills are final. */
export type EndedOrder = OrderReport & { state: Exclude<OrderReport['state'], 'open'> }

/** Whether an order trades no more. */
export function hasEnded(report: OrderReport): report is EndedOrder {
  return report.state !== 'open'
}

const CANCEL_ATTEMPTS = 3

/** What came of a cancel: the order's last report, `undefined` where its end was not confirmed, and the last failure. */
type CancelOutcome = { ended: EndedOrder | undefined; cause: unknown }

/**
 * Cancels an order until the venue reports its end; fills that raced the cancel are in that report. Where no attempt
 * was confirmed it is read once more: it may have ended all the same. Not abortable: stopping is when it matters most.
 */
export async function cancelToEnd(
  { broker, clock, logger }: Pick<ExecPorts, 'broker' | 'clock' | 'logger'>,
  { orderId, label }: Pick<OrderReport, 'orderId' | 'label'>,
  pauseMs: number,
): Promise<CancelOutcome> {
  let cause: unknown
  const ask = async (what: string, read: () => Promise<OrderReport>) => {
    try {
      const report = await read()
      return hasEnded(report) ? report : undefined
    } catch (error) {
      logger.warn(what, { label, orderId, ...errorFacts(error) })
      cause = error
      return undefined
    }
  }
  for (let attempt = 1; attempt <= CANCEL_ATTEMPTS; attempt += 1) {
    if (attempt > 1) await clock.sleep(pauseMs)
    const ended = await ask('a cancel was not confirmed', () => broker.cancel(orderId))
    if (ended !== undefined) return { ended, cause }
  }
  const ended = await ask('an order that could not be cancelled could not be read', () => broker.order(orderId))
  return { ended, cause }
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

/** An error as facts for the log. */
export function errorFacts(error: unknown): { code: string; message: string } {
  return {
    code: CcError.isInstance(error) ? error.code : 'exec/unexpected',
    message: error instanceof Error ? error.message : String(error),
  }
}
