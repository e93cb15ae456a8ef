import {
  type ApprovedOrder,
  CcError,
  type Fill,
  type OrderOutcome,
  type OrderReport,
  type OrderTerms,
  type OrderTrace,
  type SendIntent,
} from '@cc/models'
import { type ApprovedLeg, cutOrder, settleOrder } from '@cc/models/approval'
import { type ActionRun, isStopped, pause } from './action-run.js'
import { type Settlement, settleByLabel } from './settle-by-label.js'
import { areComplete, cancelToEnd, errorFacts, hasEnded, mismatchOf, readFills } from './venue-order.js'

/**
 * How one order ended, and whether the rest of its leg may be priced again. `error` is what went wrong on the way: it
 * ends the action, which still tells of this order.
 */
export type OrderEnd = { trace: OrderTrace; fills: readonly Fill[]; mayRepeg: boolean; error?: unknown }

/** Deribit's word for a post-only order that would have traded (error 11054). */
const POST_ONLY_REJECT = 'post_only_reject'

/** What the seal says of an order that it did not let out. Any other throw may have come after the send. */
const NEVER_LEFT = ['models/forged-order', 'models/order-already-sent']

/**
 * The whole life of one order: cut from the approval, journalled, sent once, rested, cancelled, settled, journalled.
 * `undefined` where the approval does not hold it or the run was stopped before the send. Throws only before it left.
 */
export async function sendOrder(run: ActionRun, leg: ApprovedLeg, terms: OrderTerms): Promise<OrderEnd | undefined> {
  const { clock, journal, logger } = run.ports
  const order = cutOrder(run.approved, leg.leg, terms)
  if (order === undefined) {
    logger.info('an order would leave its approval and is not sent', { label: terms.label, priceCoin: terms.priceCoin })
    return undefined
  }
  const { decisionId } = run.approved.bounds
  const intent: SendIntent = { kind: 'intent', timeMs: clock.now(), decisionId, leg: leg.leg, terms }
  await journal.append(intent)
  const sent = { run, leg, order, intent }
  if (isStopped(run)) {
    const { error } = await finish(sent, { ...NOTHING, outcome: 'not-sent', detail: 'stopped' })
    if (error !== undefined) throw error
    return undefined
  }

  const outcome = await place(run, order)
  try {
    return await follow(sent, outcome)
  } catch (error) {
    const trace = { ...NOTHING, terms, outcome: 'unknown' as const, detail: errorFacts(error).code }
    return { trace, fills: [], mayRepeg: false, error }
  }
}

async function place(run: ActionRun, order: ApprovedOrder): Promise<OrderOutcome> {
  try {
    const outcome = await run.ports.broker.place(order)
    run.hasSent = true
    return outcome
  } catch (error) {
    const { code } = errorFacts(error)
    if (CcError.isInstance(error) && NEVER_LEFT.includes(code)) throw error
    run.hasSent = true
    return { outcome: 'unknown', reason: code }
  }
}

type Sent = { run: ActionRun; leg: ApprovedLeg; order: ApprovedOrder; intent: SendIntent }

async function follow(sent: Sent, outcome: OrderOutcome): Promise<OrderEnd> {
  const { run, intent } = sent
  const { terms } = intent
  switch (outcome.outcome) {
    case 'rejected': {
      const ended = await finish(sent, { ...NOTHING, outcome: 'rejected', detail: outcome.code })
      return { ...ended, fills: [], mayRepeg: terms.postOnly && outcome.code === POST_ONLY_REJECT }
    }
    case 'accepted': {
      const { report, cancelledByUs } = await rest(run, outcome.order, terms)
      const end = await settle(sent, await settlementOf(sent, report), outcome.fills)
      return { ...end, mayRepeg: cancelledByUs && end.trace.outcome === 'cancelled' }
    }
    case 'unknown': {
      run.ports.logger.warn('the venue did not say what became of an order', {
        label: terms.label,
        reason: outcome.reason,
      })
      // Not abortable: a stop waits these few seconds rather than leave a send open.
      const end = await settle(sent, await settleByLabel(run.ports, intent, run.options), [])
      return { ...end, mayRepeg: false }
    }
  }
}

/**
 * Waits for an accepted order to end; cancels it when its time is up or the run is stopped. Its last report, or the
 * first that speaks of another order.
 */
async function rest(
  run: ActionRun,
  accepted: OrderReport,
  terms: OrderTerms,
): Promise<{ report: OrderReport; cancelledByUs: boolean }> {
  const { ports, options } = run
  const { clock } = ports
  const untilMs = clock.now() + (terms.timeInForce === 'good-til-cancelled' ? options.restMs : 0)
  const isOver = (last: OrderReport) => hasEnded(last) || mismatchOf(last, terms) !== undefined
  let report = accepted
  while (!isOver(report) && clock.now() < untilMs && !isStopped(run)) {
    await pause(run, Math.min(options.pollMs, untilMs - clock.now()))
    if (!isStopped(run)) report = await reread(run, accepted, report)
  }
  if (isOver(report)) return { report, cancelledByUs: false }
  return { report: (await cancelToEnd(ports, accepted, options.pollMs)) ?? report, cancelledByUs: true }
}

async function reread({ ports }: ActionRun, { orderId, label }: OrderReport, last: OrderReport): Promise<OrderReport> {
  try {
    return await ports.broker.order(orderId)
  } catch (error) {
    ports.logger.warn('a resting order could not be read', { label, ...errorFacts(error) })
    return last
  }
}

/** What an order's last report comes to. Where it speaks of another order, ours is looked for under its label. */
async function settlementOf({ run, intent }: Sent, report: OrderReport): Promise<Settlement> {
  const { ports, options } = run
  const problem = mismatchOf(report, intent.terms)
  if (problem === undefined) {
    if (hasEnded(report)) return { outcome: 'ended', order: report }
    return { outcome: 'unknown', reason: 'cancel-unconfirmed', lastSeen: report }
  }
  // What bears our label is ours and must not rest; a foreign order is left alone.
  const isOurs = report.label === intent.terms.label
  const last = isOurs && !hasEnded(report) ? ((await cancelToEnd(ports, report, options.pollMs)) ?? report) : report
  const found = await settleByLabel(ports, intent, options)
  if (found.outcome === 'ended') return { ...found, problem }
  if (isOurs && hasEnded(last)) return { outcome: 'ended', order: last, problem }
  return found.outcome === 'unknown' ? { ...found, problem } : { outcome: 'unknown', reason: 'reply-mismatch', problem }
}

async function settle(sent: Sent, settlement: Settlement, known: readonly Fill[]): Promise<Omit<OrderEnd, 'mayRepeg'>> {
  const { terms } = sent.intent
  if (settlement.outcome === 'absent') {
    return { ...(await finish(sent, { ...NOTHING, outcome: 'not-sent', detail: 'absent' })), fills: [] }
  }
  if (settlement.outcome === 'unknown') {
    const { orderId, filledCoin, averagePriceCoin } = settlement.lastSeen ?? NOTHING
    const trace = {
      terms,
      outcome: 'unknown' as const,
      orderId,
      filledCoin,
      averagePriceCoin,
      detail: settlement.reason,
    }
    const fills = await fillsOf(sent, { known, filledCoin })
    return settlement.problem === undefined ? { trace, fills } : { trace, fills, error: settlement.problem }
  }
  const { state: outcome, orderId, filledCoin, averagePriceCoin, cancelReason: detail } = settlement.order
  const fills = await fillsOf(sent, { known, filledCoin })
  const final = {
    outcome,
    orderId,
    filledCoin,
    averagePriceCoin: averagePriceCoin ?? averageOf(fills, filledCoin),
    detail,
  }
  const end = await finish(sent, final)
  return settlement.problem === undefined ? { ...end, fills } : { ...end, fills, error: settlement.problem }
}

const FILL_READS = 2

/** Fills that came while an order rested are known to the account only, and its index of them may lag behind. */
async function fillsOf(
  { run, leg, intent }: Sent,
  { known, filledCoin }: { known: readonly Fill[]; filledCoin: number },
): Promise<readonly Fill[]> {
  const { ports, options } = run
  const order = { currency: leg.instrument.currency, label: intent.terms.label }
  const byTrade = new Map(known.filter(({ label }) => label === order.label).map((fill) => [fill.tradeId, fill]))
  for (let read = 1; read <= FILL_READS && !areComplete([...byTrade.values()], filledCoin); read += 1) {
    if (read > 1) await pause(run, options.pollMs)
    try {
      const since = { sinceMs: intent.timeMs, slackMs: options.fenceSlackMs }
      for (const fill of await readFills(ports, order, since)) byTrade.set(fill.tradeId, fill)
    } catch (error) {
      ports.logger.warn('fills could not be read', { label: order.label, ...errorFacts(error) })
    }
  }
  return [...byTrade.values()].sort((a, b) => a.timestampMs - b.timestampMs)
}

function averageOf(fills: readonly Fill[], filledCoin: number): number | null {
  if (filledCoin === 0 || !areComplete(fills, filledCoin)) return null
  return fills.reduce((sum, fill) => sum + fill.sizeCoin * fill.priceCoin, 0) / filledCoin
}

type Final = Omit<OrderTrace, 'terms' | 'outcome'> & { outcome: Exclude<OrderTrace['outcome'], 'unknown'> }

const NOTHING = { orderId: null, filledCoin: 0, averagePriceCoin: null }

/**
 * Gives the unused size back to its leg and closes the intent in the journal. What is not possible of this does not
 * undo what traded: the first error is returned. A price that the venue does not tell counts as the leg's worst, so
 * that the opening leg of a roll cannot exceed the net-debit cap unseen.
 */
async function finish({ run, leg, order, intent }: Sent, final: Final): Promise<Pick<OrderEnd, 'trace' | 'error'>> {
  const { journal, clock } = run.ports
  const { outcome, orderId, filledCoin, averagePriceCoin } = final
  const trace = { terms: intent.terms, ...final }
  const errors: unknown[] = []
  try {
    settleOrder(order, { filledCoin, averagePriceCoin: averagePriceCoin ?? leg.worstPriceCoin })
  } catch (error) {
    errors.push(error)
  }
  try {
    await journal.append({
      kind: 'outcome',
      timeMs: clock.now(),
      label: intent.terms.label,
      outcome: outcome === 'not-sent' ? 'absent' : outcome,
      orderId,
      filledCoin,
    })
  } catch (error) {
    errors.push(error)
  }
  return errors.length === 0 ? { trace } : { trace, error: errors[0] }
}
