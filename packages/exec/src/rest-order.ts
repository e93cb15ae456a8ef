import type { OrderReport } from '@cc/models'
import { type ActionRun, isStopped, pause } from './action-run.js'
import type { SentOrder } from './finish-order.js'
import { problemOf } from './order-problem.js'
import { type Settlement, settleByLabel } from './settle-by-label.js'
import { cancelToEnd, errorFacts, hasEnded } from './venue-order.js'

/**
 * Waits for an accepted order to end; cancels it when its time is up or the run is stopped. What it came to, also where
 * the venue speaks of another order than was sent: ours is then looked for under its label.
 */
export async function restToEnd(
  sent: SentOrder,
  accepted: OrderReport,
): Promise<{ settlement: Settlement; cancelledByUs: boolean }> {
  const { report, cancelledByUs } = await rest(sent, accepted)
  return { settlement: await settlementOf(sent, report), cancelledByUs }
}

/** Its last report, or the first that is not right. */
async function rest(
  { run, intent }: SentOrder,
  accepted: OrderReport,
): Promise<{ report: OrderReport; cancelledByUs: boolean }> {
  const { ports, options } = run
  const { clock } = ports
  const { terms } = intent
  const untilMs = clock.now() + (terms.timeInForce === 'good-til-cancelled' ? options.restMs : 0)
  const isOver = (last: OrderReport) => hasEnded(last) || problemOf(last, terms) !== undefined
  let report = accepted
  while (!isOver(report) && clock.now() < untilMs && !isStopped(run)) {
    await pause(run, Math.min(options.pollMs, untilMs - clock.now()))
    if (!isStopped(run)) report = await reread(run, accepted, report)
  }
  if (isOver(report)) return { report, cancelledByUs: false }
  const { ended } = await cancelToEnd(ports, accepted, options.pollMs)
  return { report: ended ?? report, cancelledByUs: true }
}

async function reread({ ports }: ActionRun, { orderId, label }: OrderReport, last: OrderReport): Promise<OrderReport> {
  try {
    return await ports.broker.order(orderId)
  } catch (error) {
    ports.logger.warn('a resting order could not be read', { label, ...errorFacts(error) })
    return last
  }
}

async function settlementOf({ run, intent }: SentOrder, report: OrderReport): Promise<Settlement> {
  const { ports, options } = run
  const problem = problemOf(report, intent.terms)
  // What bears our label is ours and must not rest; a foreign order is left alone.
  const isOurs = report.label === intent.terms.label
  const last =
    problem !== undefined && isOurs && !hasEnded(report)
      ? ((await cancelToEnd(ports, report, options.pollMs)).ended ?? report)
      : report
  const seen: Settlement = hasEnded(last)
    ? { outcome: 'ended', order: last, problem }
    : { outcome: 'unknown', reason: 'cancel-unconfirmed', lastSeen: last, problem }
  if (problem?.code !== 'exec/reply-mismatch') return seen

  const found = await settleByLabel(ports, intent, options)
  if (found.outcome === 'ended') return { ...found, problem }
  if (isOurs) return seen
  return found.outcome === 'unknown' ? { ...found, problem } : { outcome: 'unknown', reason: 'reply-mismatch', problem }
}
