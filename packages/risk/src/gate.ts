import {
  type AgentState,
  type Breach,
  decisionIdOf,
  type MarginQuote,
  type OrderRequest,
  type ProposedAction,
  type ReviewRequest,
  type RiskGate,
  type Verdict,
} from '@cc/models'
import { approve, type BoundLeg } from './approve.js'
import { coverageBreaches, exposureBreaches } from './coverage.js'
import { type RiskLimits, type RiskLimitsInput, riskLimitsSchema } from './options.js'
import { deltaBreaches, marginBreaches, type Sale } from './sale.js'
import { incompleteBreaches, modeBreaches, nonFinite, outcomeBreaches, staleBreaches } from './state-checks.js'
import {
  instrumentBreaches,
  isHeld,
  largestOrderBreaches,
  resolveLegs,
  rollBreaches,
  symbolBreaches,
  type Trade,
} from './trade.js'
import { breachSentence } from './verdict-record.js'
import { type WorstPrice, worstBuyPrice, worstSellPrice } from './worst-price.js'

/**
 * The firewall between a proposal and an order, as the port that the engine drives. `review` holds a sale to the
 * venue's own margin quote: ask for one per order of `ordersFor`, and hand them in.
 *
 * @throws ZodError when a limit is out of its range.
 * @throws CcError `models/invalid-approval` from `review` when `decisionId` is no hex digest.
 */
export function createRiskGate(limits: RiskLimitsInput = {}): RiskGate {
  const parsed = riskLimitsSchema.parse(limits)
  return { ordersFor, review: (request) => review(request, parsed) }
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
  const { sizeCoin, open } = resolveLegs(proposal, state)
  const priceCoin = open?.option?.bidPriceCoin
  if (open?.option === undefined || priceCoin == null) return []
  const { instrument } = open.option
  const isSound = nonFinite({ instrument, priceCoin, sizeCoin }).length === 0
  if (!isSound || instrumentBreaches(instrument, sizeCoin, state.timeMs).length > 0) return []
  return [{ symbol: open.symbol, side: 'sell', sizeCoin, priceCoin }]
}

/** `formula`: no venue is asked, and the margin of a sale is the formula's alone. */
type Margins = readonly MarginQuote[] | 'formula'
type Review = Omit<ReviewRequest, 'margins'> & { margins: Margins }

/**
 * Judges a proposal: every check that can be made is made, and every breach is told. Exits skip what only a sale can
 * break: margin, delta, exposure, coverage, reduce-only mode.
 */
function review(request: Review, limits: RiskLimits): Verdict {
  const { proposal, state, decisionId } = request
  const trade = resolveLegs(proposal, state)
  const { breaches, legs } = judge(trade, request, limits)

  const [first, ...others] = breaches
  if (first !== undefined) {
    return { allowed: false, reasons: breaches.map(breachSentence), breaches: [first, ...others] }
  }
  return approve({
    decisionId,
    legs,
    maxNetDebitCoin: proposal.action === 'ROLL_COVERED_CALL' ? limits.maxNetDebitCoin : null,
    expiresMs: state.timeMs + limits.maxApprovalMs,
  })
}

function judge(trade: Trade, request: Review, limits: RiskLimits): { breaches: Breach[]; legs: BoundLeg[] } {
  const { state, nowMs } = request
  const { close, open, sizeCoin } = trade
  const quotes = request.margins === 'formula' ? [] : request.margins
  const incomplete = incompleteBreaches(trade, { state, nowMs, margins: quotes })
  if (close === undefined && open === undefined) return { breaches: incomplete, legs: [] }

  const breaches = [
    ...modeBreaches(trade, state.memory),
    ...outcomeBreaches(trade, state.memory),
    ...rollBreaches(trade),
    ...incomplete,
  ]
  // Nothing that follows means anything on a number that is not one.
  if (incomplete.length > 0) return { breaches, legs: [] }

  breaches.push(
    ...symbolBreaches(trade),
    ...staleBreaches(trade, { stateTimeMs: state.timeMs, nowMs }, limits),
    ...largestOrderBreaches(trade, limits),
  )
  for (const leg of [close, open]) {
    if (leg?.option !== undefined) breaches.push(...instrumentBreaches(leg.option.instrument, sizeCoin, nowMs))
  }

  const quote = dearestQuote(trade, quotes)
  const buy = close?.option && worstBuyPrice(close.option, limits.collar)
  const sell = open?.option && worstSellPrice(open.option, limits.collar, quote)
  breaches.push(...(buy?.breaches ?? []), ...(sell?.breaches ?? []))
  if (open?.option !== undefined && quote === undefined && request.margins !== 'formula') {
    breaches.push({ code: 'margin-unknown', on: open.symbol })
  }

  const sale = saleOf(trade, buy, sell)
  if (sale !== undefined) {
    breaches.push(
      ...coverageBreaches(sale, state.memory, limits),
      ...marginBreaches(sale, quote, limits),
      ...deltaBreaches(sale, limits),
      ...exposureBreaches(sale, state.memory, limits),
    )
  }
  return { breaches, legs: boundLegs(trade, buy, sell) }
}

/** The venue's dearest answer for the sale. */
function dearestQuote({ open, sizeCoin }: Trade, quotes: readonly MarginQuote[]): MarginQuote | undefined {
  return quotes
    .filter((quote) => quote.symbol === open?.symbol && quote.side === 'sell' && quote.sizeCoin === sizeCoin)
    .sort((a, b) => b.initialMarginCoin - a.initialMarginCoin)[0]
}

/** The trade as a sale to project; `undefined` when nothing is sold, or it could not happen as proposed. */
function saleOf(
  { close, open, sizeCoin }: Trade,
  buy: WorstPrice | undefined,
  sell: WorstPrice | undefined,
): Sale | undefined {
  if (open?.underlying === undefined || open.option === undefined || sell?.priceCoin === undefined) return undefined
  const sold = { option: open.option, priceCoin: sell.priceCoin }
  if (close === undefined) return { underlying: open.underlying, sizeCoin, sold, boughtBack: undefined }

  const boughtHere = close.underlying === open.underlying && isHeld(close, sizeCoin)
  if (!boughtHere || close.option === undefined || buy?.priceCoin === undefined) return undefined
  return {
    underlying: open.underlying,
    sizeCoin,
    sold,
    boughtBack: { option: close.option, priceCoin: buy.priceCoin },
  }
}

/** A roll buys back before it sells. */
function boundLegs(
  { close, open, sizeCoin: maxSizeCoin }: Trade,
  buy: WorstPrice | undefined,
  sell: WorstPrice | undefined,
): BoundLeg[] {
  const legs: BoundLeg[] = []
  if (close?.option !== undefined && buy?.priceCoin !== undefined) {
    const { instrument } = close.option
    legs.push({
      leg: 'close',
      instrument,
      side: 'buy',
      maxSizeCoin,
      worstPriceCoin: buy.priceCoin,
      reduceOnly: true,
    })
  }
  if (open?.option !== undefined && sell?.priceCoin !== undefined) {
    const { instrument } = open.option
    legs.push({
      leg: 'open',
      instrument,
      side: 'sell',
      maxSizeCoin,
      worstPriceCoin: sell.priceCoin,
      reduceOnly: false,
    })
  }
  return legs
}
