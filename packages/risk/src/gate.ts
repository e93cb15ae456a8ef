import {
  type AgentState,
  type Breach,
  decisionIdOf,
  type OrderRequest,
  type ProposedAction,
  type ReviewRequest,
  type RiskGate,
  type Verdict,
} from '@cc/models'
import { isOnStep } from '@cc/pricing'
import { approve, type BoundLeg } from './approve.js'
import { breachSentence } from './breach-sentence.js'
import { type Case, caseOf } from './case.js'
import { failureOf, judge } from './checks.js'
import { guardOf } from './guards.js'
import { type RiskLimits, type RiskLimitsInput, riskLimitsSchema } from './options.js'
import { sendsLeft } from './sends.js'
import { nextSettlementMs } from './settlement-window.js'
import { type Margins, resolveLegs, type Trade } from './trade.js'

/**
 * The firewall between a proposal and an order, as the port that the engine drives. `review` holds a sale to the
 * venue's own margin quote: ask for one per order of `ordersFor`, and hand them in. `guard` is what the memory must keep
 * of each state.
 *
 * @throws ZodError when a limit is out of its range.
 * @throws CcError `models/invalid-approval` from `review` when `decisionId` is no hex digest.
 */
export function createRiskGate(limits: RiskLimitsInput = {}): RiskGate {
  const parsed = riskLimitsSchema.parse(limits)
  return {
    guard: (state) => guardOf(state, parsed),
    ordersFor,
    review: (request) => review(request, parsed),
  }
}

/**
 * Judges a proposal on its state alone: at the state's own time, with the margin of a sale from the formula, since
 * no venue is asked. The answer is an approval, or every breach with its numbers; the proposal is never changed.
 *
 * @throws ZodError when a limit is out of its range.
 */
export function checkActionAllowed(state: AgentState, proposal: ProposedAction, limits: RiskLimitsInput = {}): Verdict {
  const parsed = riskLimitsSchema.parse(limits)
  const nowMs = state.timeMs
  const decisionId = decisionIdOf({ state, proposal, nowMs, margins: [] })
  return review({ proposal, state, nowMs, margins: 'formula', decisionId }, parsed)
}

/**
 * The sale of a proposal, at the bid of the state: only a sale is held to the venue's margin, and an exit waits for no
 * answer. Empty for what sells nothing and where the sale could not be sent: an unknown symbol, no quote, a size that
 * the venue does not take.
 */
function ordersFor(proposal: ProposedAction, state: AgentState): readonly OrderRequest[] {
  try {
    const { sizeCoin, open } = resolveLegs(proposal, state)
    if (open?.option === undefined) return []
    const { instrument, bidPriceCoin: priceCoin } = open.option
    const isSent =
      instrument.kind === 'call' &&
      instrument.state === 'open' &&
      instrument.expiryMs > state.timeMs &&
      priceCoin !== null &&
      priceCoin > 0 &&
      priceCoin < Number.POSITIVE_INFINITY &&
      sizeCoin >= instrument.minSizeCoin &&
      isOnStep(sizeCoin, instrument.sizeStepCoin)
    return isSent ? [{ symbol: open.symbol, side: 'sell', sizeCoin, priceCoin }] : []
  } catch {
    // Whatever cannot be read: the review says what.
    return []
  }
}

type Review = Omit<ReviewRequest, 'margins'> & { margins: Margins }

function review(request: Review, limits: RiskLimits): Verdict {
  const { proposal, state, nowMs, margins, decisionId } = request
  let of: Case
  try {
    of = caseOf({ state, nowMs, margins, trade: resolveLegs(proposal, state), limits })
  } catch (error) {
    return refuse([failureOf('proposal', error)])
  }
  const [first, ...others] = judge(of)
  if (first !== undefined) return refuse([first, ...others])
  try {
    return approve({
      decisionId,
      legs: boundLegs(of),
      maxNetDebitCoin: isRoll(of.trade) ? limits.maxNetDebitCoin : null,
      maxOrders: ordersLeft(of),
      expiresMs: Math.min(state.timeMs + limits.maxApprovalMs, nextSettlementMs(nowMs)),
    })
  } catch (error) {
    if (!/^[0-9a-f]{8,64}$/.test(decisionId)) throw error
    return refuse([failureOf('approval', error)])
  }
}

function refuse(breaches: [Breach, ...Breach[]]): Verdict {
  return { allowed: false, reasons: breaches.map(breachSentence), breaches }
}

function isRoll({ close, open }: Trade): boolean {
  return close !== undefined && open !== undefined
}

/** What the send rates leave, so that they hold whatever becomes of the orders. Doing nothing needs none. */
function ordersLeft(of: Case): number {
  const windows = of.sends()
  return windows.length === 0 ? 1 : sendsLeft(windows)
}

/** A roll buys back before it sells. */
function boundLegs({ trade, buyAt, sellAt }: Case): BoundLeg[] {
  const { sizeCoin: maxSizeCoin } = trade
  const legs: BoundLeg[] = []
  const buy = buyAt()
  if (buy !== undefined) {
    const { instrument } = buy.option
    legs.push({ leg: 'close', instrument, side: 'buy', maxSizeCoin, worstPriceCoin: buy.priceCoin, reduceOnly: true })
  }
  const sell = sellAt()
  if (sell !== undefined) {
    const { instrument } = sell.option
    legs.push({ leg: 'open', instrument, side: 'sell', maxSizeCoin, worstPriceCoin: sell.worstCoin, reduceOnly: false })
  }
  return legs
}
