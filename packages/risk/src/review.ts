import type { Breach, MarginQuote, ReviewRequest, Verdict } from '@cc/models'
import { approve, type BoundLeg } from './approve.js'
import { breachSentence } from './breach-sentence.js'
import { incompleteBreaches } from './completeness.js'
import { coverageBreaches } from './coverage.js'
import { deltaBreaches } from './delta.js'
import { exposureBreaches } from './exposure.js'
import { instrumentBreaches, isHeld, largestOrderBreaches, rollBreaches, symbolBreaches } from './instrument.js'
import { marginBreaches } from './margin.js'
import type { RiskLimits } from './options.js'
import { resolveLegs, type Trade } from './resolve-legs.js'
import type { Sale } from './sale.js'
import { modeBreaches, outcomeBreaches, staleBreaches } from './state-checks.js'
import { type WorstPrice, worstBuyPrice, worstSellPrice } from './worst-price.js'

/** `formula`: no venue is asked, and the margin of a sale is the formula's alone. */
type Margins = readonly MarginQuote[] | 'formula'
type Review = Omit<ReviewRequest, 'margins'> & { margins: Margins }

/**
 * Judges a proposal: every check that can be made is made, and every breach is told. Exits skip what only a sale can
 * break: margin, delta, exposure, coverage, reduce-only mode.
 */
export function review(request: Review, limits: RiskLimits): Verdict {
  const { proposal, state, nowMs, decisionId } = request
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
    expiresMs: nowMs + limits.maxApprovalMs,
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

  const buyQuote = quoteOf(close?.symbol, 'buy')
  const sellQuote = quoteOf(open?.symbol, 'sell')
  const buy = close?.option && worstBuyPrice(close.option, limits.collar, buyQuote)
  const sell = open?.option && worstSellPrice(open.option, limits.collar, sellQuote)
  breaches.push(...(buy?.breaches ?? []), ...(sell?.breaches ?? []))
  if (open?.option !== undefined && sellQuote === undefined && request.margins !== 'formula') {
    breaches.push({ code: 'margin-unknown', on: open.symbol })
  }

  const sale = saleOf(trade, buy, sell)
  if (sale !== undefined) {
    breaches.push(
      ...coverageBreaches(sale, state.memory, limits),
      ...marginBreaches(sale, sellQuote, limits),
      ...deltaBreaches(sale, limits),
      ...exposureBreaches(sale, state.memory, limits),
    )
  }
  return { breaches, legs: boundLegs(trade, buy, sell) }

  /** The venue's dearest answer for this order. */
  function quoteOf(symbol: string | undefined, side: 'buy' | 'sell'): MarginQuote | undefined {
    return quotes
      .filter((quote) => quote.symbol === symbol && quote.side === side && quote.sizeCoin === sizeCoin)
      .sort((a, b) => b.initialMarginCoin - a.initialMarginCoin)[0]
  }
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
