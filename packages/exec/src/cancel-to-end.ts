import type { OrderReport } from '@cc/models'
import { errorFacts } from './error-facts.js'
import type { ExecPorts } from './ports.js'

/** An order that trades no more: its fills are final. */
export type EndedOrder = OrderReport & { state: Exclude<OrderReport['state'], 'open'> }

export function hasEnded(report: OrderReport): report is EndedOrder {
  return report.state !== 'open'
}

const ATTEMPTS = 3

/**
 * Cancels an order until the venue reports its end; fills that raced the cancel are in that report. `undefined`
 * where no attempt was confirmed: the order may still rest. Not abortable: stopping is when it matters most.
 */
export async function cancelToEnd(
  { broker, clock, logger }: Pick<ExecPorts, 'broker' | 'clock' | 'logger'>,
  { orderId, label }: Pick<OrderReport, 'orderId' | 'label'>,
  pauseMs: number,
): Promise<EndedOrder | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
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
