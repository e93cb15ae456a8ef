import type { ApprovedOrder, CcError, Fill, OrderTrace, SendIntent } from '@cc/models'
import { type ApprovedLeg, settleOrder } from '@cc/models/approval'
import { type ActionRun, pause } from './action-run.js'
import { areComplete, fillsProblemOf, tradedCoinOf } from './order-problem.js'
import type { Settlement } from './settle-by-label.js'
import { errorFacts, readFills } from './venue-order.js'

/** An order that stands in the journal. */
export type SentOrder = { run: ActionRun; leg: ApprovedLeg; order: ApprovedOrder; intent: SendIntent }

/**
 * How one order ended: whether the rest of its leg may be priced again, and whether nothing more may be sent in its
 * action. `error` is what went wrong on the way: it ends the action, which still tells of this order.
 */
export type OrderEnd = {
  trace: OrderTrace
  fills: readonly Fill[]
  mayRepeg: boolean
  endsAction: boolean
  error?: unknown
}
/** What an order came to, before what follows from it. */
type OrderTale = Omit<OrderEnd, 'mayRepeg' | 'endsAction'>

/** Of an order that is not there. */
export const NOTHING = { orderId: null, filledCoin: 0, averagePriceCoin: null }

/**
 * Tells how an order ended, with its fills, gives its unused size back to its leg and closes its intent in the journal.
 * One whose outcome is not known keeps its size, and its intent stays open. `rejection` is the code by which the venue
 * rejected it, where it did; `fills` are those known already.
 */
export async function finish(
  sent: SentOrder,
  settlement: Settlement,
  told: { rejection?: string; fills?: readonly Fill[] } = {},
): Promise<OrderTale> {
  const { terms } = sent.intent
  const { label } = terms
  const { rejection, fills: known } = told
  if (settlement.outcome === 'absent') {
    const none = rejection === undefined ? (['not-sent', 'absent'] as const) : (['rejected', rejection] as const)
    return { ...(await close(sent, { ...NOTHING, outcome: none[0], detail: none[1] })), fills: [] }
  }
  if (settlement.outcome === 'unknown') {
    const { orderId, filledCoin, averagePriceCoin } = settlement.lastSeen ?? NOTHING
    const fills = await fillsOf(sent, { known, filledCoin })
    const traded = { filledCoin: Math.max(filledCoin, tradedCoinOf(fills)), averagePriceCoin }
    const trace = { terms, outcome: 'unknown' as const, orderId, ...traded, detail: settlement.reason }
    return withError({ trace, fills }, settlement.problem)
  }
  const { state: outcome, orderId, filledCoin: toldCoin, averagePriceCoin, cancelReason } = settlement.order
  const fills = await fillsOf(sent, { known, filledCoin: toldCoin })
  const problem = settlement.problem ?? fillsProblemOf(fills, { label, filledCoin: toldCoin })
  const filledCoin = Math.max(toldCoin, tradedCoinOf(fills))
  const final = {
    outcome,
    orderId,
    filledCoin,
    averagePriceCoin: averagePriceCoin ?? averageOf(fills, filledCoin),
    detail: cancelReason ?? rejection ?? null,
  }
  return withError({ ...(await close(sent, final)), fills }, problem)
}

function withError(end: OrderTale, problem: CcError | undefined): OrderTale {
  return problem === undefined ? end : { ...end, error: problem }
}

const FILL_READS = 2

/** Fills that came while an order rested are known to the account only, and its index of them may lag behind. */
async function fillsOf(
  { run, leg, intent }: SentOrder,
  { known, filledCoin }: { known: readonly Fill[] | undefined; filledCoin: number },
): Promise<readonly Fill[]> {
  const { ports, options } = run
  const order = { currency: leg.instrument.currency, label: intent.terms.label }
  const own = known?.filter(({ label }) => label === order.label)
  const byTrade = new Map<string, Fill>(own?.map((fill) => [fill.tradeId, fill]))
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

/**
 * Gives the unused size back to its leg and closes the intent in the journal. What is not possible of this does not
 * undo what traded: the first error is returned. A price that the venue does not tell counts as the leg's worst, so
 * that the opening leg of a roll cannot exceed the net-debit cap unseen.
 */
export async function close(
  { run, leg, order, intent }: SentOrder,
  final: Final,
): Promise<Pick<OrderEnd, 'trace' | 'error'>> {
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
  return { trace, error: errors[0] }
}
