import { type ApprovedOrder, CcError, type OrderOutcome, type OrderTerms, type SendIntent } from '@cc/models'
import { type ApprovedLeg, cutOrder } from '@cc/models/approval'
import { type ActionRun, isStopped } from './action-run.js'
import { close, finish, NOTHING, type OrderEnd, type SentOrder } from './finish-order.js'
import { rejectionRuleOf } from './rejection.js'
import { restToEnd } from './rest-order.js'
import { doubtRejection, settleByLabel } from './settle-by-label.js'
import { cancelOwnIn } from './sweep.js'
import { errorFacts } from './venue-order.js'

/** What the seal says of an order that it did not let out. Any other throw may have come after the send. */
const NEVER_LEFT = ['models/forged-order', 'models/order-already-sent']

/**
 * The whole life of one order: cut from the approval, journalled, sent once, rested, cancelled, settled, journalled.
 * `undefined` where the approval does not hold it, or the run was stopped or its time was over before the send. Throws
 * only before it left.
 */
export async function sendOrder(run: ActionRun, leg: ApprovedLeg, wanted: OrderTerms): Promise<OrderEnd | undefined> {
  const { clock, journal, logger } = run.ports
  const order = cutOrder(run.approved, leg.leg, wanted)
  if (order === undefined) {
    const { label, priceCoin } = wanted
    logger.info('an order would leave its approval and is not sent', { label, priceCoin })
    return undefined
  }
  const { terms } = order
  const { decisionId } = run.approved.bounds
  const intent: SendIntent = { kind: 'intent', timeMs: clock.now(), decisionId, leg: leg.leg, terms }
  await journal.append(intent)
  const sent = { run, leg, order, intent }
  // A disk that stalls or a machine that sleeps: the order is as old as its quote.
  const isLate = clock.now() >= terms.validUntilMs
  if (isStopped(run) || isLate) {
    const { error } = await close(sent, { ...NOTHING, outcome: 'not-sent', detail: null })
    if (error !== undefined) throw error
    logger.info('a journalled order is not sent', { label: terms.label, isLate })
    return undefined
  }

  const { outcome, problem } = await place(run, order)
  try {
    const end = await follow(sent, outcome)
    return problem === undefined || end.error !== undefined ? end : { ...end, error: problem }
  } catch (error) {
    const trace = { ...NOTHING, terms, outcome: 'unknown' as const, detail: errorFacts(error).code }
    return { trace, fills: [], ...OVER, error }
  }
}

/** The order is settled whatever was thrown; `problem` is what must stop the agent then. */
async function place(run: ActionRun, order: ApprovedOrder): Promise<{ outcome: OrderOutcome; problem?: unknown }> {
  try {
    const outcome = await run.ports.broker.place(order)
    run.hasSent = true
    return { outcome }
  } catch (error) {
    const { code } = errorFacts(error)
    if (CcError.isInstance(error) && NEVER_LEFT.includes(code)) throw error
    run.hasSent = true
    const isGrave = !CcError.isInstance(error) || error.recovery === 'halt'
    return { outcome: { outcome: 'unknown', reason: code }, ...(isGrave ? { problem: error } : {}) }
  }
}

async function follow(sent: SentOrder, outcome: OrderOutcome): Promise<OrderEnd> {
  const { ports, options } = sent.run
  const { label } = sent.intent.terms
  switch (outcome.outcome) {
    case 'accepted': {
      const { settlement, cancelledByUs } = await restToEnd(sent, outcome.order)
      const end = await finish(sent, settlement, { fills: outcome.fills })
      const { outcome: ended, detail } = end.trace
      const isLegEnd = ended === 'filled' || ended === 'cancelled'
      return {
        ...end,
        mayRepeg: ended === 'cancelled' && cancelledByUs,
        endsAction: !isLegEnd,
        error: end.error ?? (detail === 'order_overlap' ? await clearWay(sent) : undefined),
      }
    }
    case 'rejected':
      return rejected(sent, outcome)
    case 'unknown': {
      ports.logger.warn('the venue did not say what became of an order', { label, reason: outcome.reason })
      // Not abortable: a stop waits these few seconds rather than leave a send open.
      return { ...(await finish(sent, await settleByLabel(ports, sent.intent, options))), ...OVER }
    }
  }
}

/** After this nothing more is sent in the action. */
const OVER = { mayRepeg: false, endsAction: true }

/**
 * A rejection is believed where its code leaves no doubt, and doubted once all the same; after any other code the send
 * is settled by its label. `exec/instrument-drift` where we round by a grid that is not the venue's any more.
 */
async function rejected(
  sent: SentOrder,
  { code, message }: Extract<OrderOutcome, { outcome: 'rejected' }>,
): Promise<OrderEnd> {
  const { run, intent, leg } = sent
  const { ports, options } = run
  const { terms } = intent
  const rule = rejectionRuleOf(code)
  ports.logger.info('the venue rejected an order', {
    label: terms.label,
    code,
    message,
    isBelieved: rule !== undefined,
  })
  const doubt = { terms, currency: leg.instrument.currency, rejection: code }
  const settlement =
    rule === undefined
      ? await settleByLabel(ports, intent, options)
      : await doubtRejection(ports, doubt, options.pollMs)
  const end = await finish(sent, settlement, { rejection: code })
  switch (rule?.after) {
    case 'repeg':
      return { ...end, mayRepeg: terms.postOnly, endsAction: !terms.postOnly }
    case 'drift':
      return { ...end, ...OVER, error: end.error ?? driftError(terms, { code, message }) }
    case 'overlap':
      return { ...end, ...OVER, error: end.error ?? (await clearWay(sent)) }
    default:
      return { ...end, ...OVER }
  }
}

/**
 * Before the next decision may try again, what the order would have traded with is gone, if it is ours. Returned is what
 * of it halts.
 */
async function clearWay({ run, leg, intent }: SentOrder): Promise<CcError | undefined> {
  const { currency, symbol } = leg.instrument
  const { label } = intent.terms
  try {
    const cancelled = await cancelOwnIn(run.ports, run.options, { currency, symbol })
    run.ports.logger.warn('an order met an order of the same account', { label, symbol, cancelled })
    return undefined
  } catch (error) {
    run.ports.logger.warn('own orders that are in the way may still rest', { label, symbol, ...errorFacts(error) })
    return CcError.isInstance(error) && error.recovery === 'halt' ? error : undefined
  }
}

function driftError(
  { label, symbol, priceCoin, sizeCoin }: OrderTerms,
  rejection: { code: string; message: string },
): CcError {
  return new CcError(`${symbol} has another price or size grid than is known here.`, {
    code: 'exec/instrument-drift',
    recovery: 'halt',
    facts: { label, symbol, priceCoin, sizeCoin, rejection: rejection.code, message: rejection.message },
  })
}
