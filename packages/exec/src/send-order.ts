import { CcError, type Fill, type OrderOutcome, type OrderReport, type OrderTerms, type OrderTrace } from '@cc/models'
import { type ApprovedLeg, ApprovedOrder } from '@cc/models/approval'
import { type ActionRun, isStopped } from './action-run.js'
import { cancelToEnd, hasEnded } from './cancel-to-end.js'
import { checkReply } from './check-reply.js'
import { errorFacts } from './error-facts.js'
import { type Settlement, settleByLabel } from './settle-by-label.js'

/** How one order ended, and whether the rest of its leg may be priced again. */
export type OrderEnd = { trace: OrderTrace; fills: readonly Fill[]; mayRepeg: boolean }

/** Deribit's word for a post-only order that would have traded (error 11054). */
const POST_ONLY_REJECT = 'post_only_reject'

/**
 * The whole life of one order: cut from the approval, journalled, sent once, rested, cancelled, settled, journalled.
 * `undefined` where the approval does not hold it or the run was stopped before the send.
 */
export async function sendOrder(run: ActionRun, leg: ApprovedLeg, terms: OrderTerms): Promise<OrderEnd | undefined> {
  const { clock, journal, logger } = run.ports
  const order = ApprovedOrder.within(run.approved, leg.leg, terms)
  if (order === undefined) {
    logger.info('an order would leave its approval and is not sent', { label: terms.label, priceCoin: terms.priceCoin })
    return undefined
  }
  const { decisionId } = run.approved.bounds
  await journal.append({ kind: 'intent', timeMs: clock.now(), decisionId, leg: leg.leg, terms })
  if (isStopped(run)) {
    await settle(run, order, { outcome: 'absent' })
    return undefined
  }

  const outcome = await place(run, order)
  switch (outcome.outcome) {
    case 'rejected': {
      const trace = await finish(run, order, { ...NOTHING, outcome: 'rejected', detail: outcome.code })
      return { trace, fills: [], mayRepeg: terms.postOnly && outcome.code === POST_ONLY_REJECT }
    }
    case 'accepted': {
      const { settlement, cancelledByUs } = await rest(run, outcome.order, terms)
      const trace = await settle(run, order, settlement)
      return { trace, fills: outcome.fills, mayRepeg: cancelledByUs && trace.outcome === 'cancelled' }
    }
    case 'unknown': {
      logger.warn('the venue did not say what became of an order', { label: terms.label, reason: outcome.reason })
      // Not abortable: a stop waits these few seconds rather than leave a send open.
      const settlement = await settleByLabel(run.ports, terms, run.options)
      return { trace: await settle(run, order, settlement), fills: [], mayRepeg: false }
    }
  }
}

async function place(run: ActionRun, order: ApprovedOrder): Promise<OrderOutcome> {
  run.sends += 1
  try {
    return await run.ports.broker.place(order)
  } catch (error) {
    // The seal itself refused, so nothing left. Any other throw may have come after the send.
    if (CcError.isInstance(error) && error.code.startsWith('models/')) throw error
    return { outcome: 'unknown', reason: errorFacts(error).code }
  }
}

/** Waits for an accepted order to end; cancels it when its time is up or the run is stopped. */
async function rest(
  run: ActionRun,
  accepted: OrderReport,
  terms: OrderTerms,
): Promise<{ settlement: Settlement; cancelledByUs: boolean }> {
  const { ports, options } = run
  const { clock } = ports
  await checkReply(ports, accepted, { terms, pauseMs: options.pollMs })
  const untilMs = clock.now() + (terms.timeInForce === 'good-til-cancelled' ? options.restMs : 0)
  let report = accepted
  while (!hasEnded(report) && clock.now() < untilMs && !isStopped(run)) {
    await pause(run, Math.min(options.pollMs, untilMs - clock.now()))
    if (!isStopped(run)) report = await reread(run, report)
  }
  if (hasEnded(report)) return { settlement: { outcome: 'ended', order: report }, cancelledByUs: false }

  const ended = await cancelToEnd(ports, report, options.pollMs)
  return {
    settlement:
      ended === undefined
        ? { outcome: 'unknown', reason: 'cancel-unconfirmed', lastSeen: report }
        : { outcome: 'ended', order: ended },
    cancelledByUs: true,
  }
}

/** A sleep that a stop ends early. */
async function pause({ ports, stop }: ActionRun, durationMs: number): Promise<void> {
  try {
    await ports.clock.sleep(durationMs, stop)
  } catch (error) {
    if (!stop.aborted) throw error
  }
}

async function reread({ ports }: ActionRun, report: OrderReport): Promise<OrderReport> {
  try {
    return await ports.broker.order(report.orderId)
  } catch (error) {
    ports.logger.warn('a resting order could not be read', { label: report.label, ...errorFacts(error) })
    return report
  }
}

async function settle(run: ActionRun, order: ApprovedOrder, settlement: Settlement): Promise<OrderTrace> {
  switch (settlement.outcome) {
    case 'ended': {
      const { state: outcome, orderId, filledCoin, averagePriceCoin, cancelReason: detail } = settlement.order
      return finish(run, order, { outcome, orderId, filledCoin, averagePriceCoin, detail })
    }
    case 'absent':
      return finish(run, order, { ...NOTHING, outcome: 'not-sent', detail: 'absent' })
    case 'unknown': {
      const { orderId, filledCoin, averagePriceCoin } = settlement.lastSeen ?? NOTHING
      return {
        terms: order.terms,
        outcome: 'unknown',
        orderId,
        filledCoin,
        averagePriceCoin,
        detail: settlement.reason,
      }
    }
  }
}

type Final = Omit<OrderTrace, 'terms' | 'outcome'> & { outcome: Exclude<OrderTrace['outcome'], 'unknown'> }

const NOTHING = { orderId: null, filledCoin: 0, averagePriceCoin: null }

/** Gives the unused size back to its leg and closes the intent in the journal. */
async function finish({ ports }: ActionRun, order: ApprovedOrder, final: Final): Promise<OrderTrace> {
  const { outcome, orderId, filledCoin } = final
  ApprovedOrder.settle(order, final)
  await ports.journal.append({
    kind: 'outcome',
    timeMs: ports.clock.now(),
    label: order.terms.label,
    outcome: outcome === 'not-sent' ? 'absent' : outcome,
    orderId,
    filledCoin,
  })
  return { terms: order.terms, ...final }
}
