import { parseSymbol, type SymbolParts } from '@cc/models'
import { daysBetween } from '@cc/pricing'
import type { BookedFlow, RunBook } from '../book/run-book.js'
import type { DecisionNote } from '../run/backtest-run.js'
import type { CallStory } from './result.js'

/**
 * The calls of a book, one after the other by their first sale. A call is what one decision sold of one symbol, in however
 * many fills; purchases and deliveries end the oldest first, and share their prices and fees by size. The results of all
 * add up to the overlay.
 *
 * @throws RangeError when something is bought or delivered that was not sold before, or is no option.
 */
export function callStories(book: RunBook, notes: readonly DecisionNote[]): CallStory[] {
  const reasons = new Map(notes.map((note) => [note.decisionId, note.reasoning]))
  const rolls = rollDecisions(book)
  const lots: Lot[] = []
  for (const row of book.rows) {
    for (const flow of row.flows) {
      if (flow.sizeCoin < 0) sell(lots, flow)
      else if (flow.sizeCoin > 0) end(lots, flow, rolls)
    }
  }
  return lots.map((lot) => storyOf(lot, book, reasons.get(lot.decisionId) ?? ''))
}

/** Decisions that bought one call and sold another. */
export function rollDecisions(book: RunBook): ReadonlySet<string> {
  const sold = new Set<string>()
  const bought = new Set<string>()
  for (const row of book.rows) {
    for (const { kind, decisionId, sizeCoin } of row.flows) {
      if (kind === 'trade' && decisionId !== null) (sizeCoin < 0 ? sold : bought).add(decisionId)
    }
  }
  return new Set([...sold].filter((id) => bought.has(id)))
}

/** A call while it is open: all sums in coin, or in USD at the index of each flow. */
type Lot = {
  parts: SymbolParts
  first: BookedFlow
  decisionId: string | null
  sizeCoin: number
  openCoin: number
  endedMs: number | null
  end: Exclude<CallStory['end'], 'open'>
  premiumCoin: number
  feesCoin: number
  buybackCoin: number
  payoutCoin: number
  cashUsd: number
}

function sell(lots: Lot[], flow: BookedFlow): void {
  const { symbol, decisionId, feeCoin, cashCoin, indexUsd } = flow
  const sizeCoin = -flow.sizeCoin
  let lot = lots.findLast((each) => each.first.symbol === symbol && each.openCoin > 0)
  if (lot === undefined || decisionId === null || lot.decisionId !== decisionId) {
    const parts = parseSymbol(symbol)
    if (parts === undefined) throw new RangeError(`callStories: symbol must be that of an option, got ${symbol}`)
    lot = {
      ...{ parts, first: flow, decisionId, sizeCoin: 0, openCoin: 0, endedMs: null, end: 'expired' },
      ...{ premiumCoin: 0, feesCoin: 0, buybackCoin: 0, payoutCoin: 0, cashUsd: 0 },
    }
    lots.push(lot)
  }
  lot.sizeCoin = exactCoin(lot.sizeCoin + sizeCoin)
  lot.openCoin = exactCoin(lot.openCoin + sizeCoin)
  lot.premiumCoin += sizeCoin * flow.priceCoin
  lot.feesCoin += feeCoin
  lot.cashUsd += cashCoin * indexUsd
}

function end(lots: readonly Lot[], flow: BookedFlow, rolls: ReadonlySet<string>): void {
  let rest = flow.sizeCoin
  for (const lot of lots) {
    if (lot.first.symbol !== flow.symbol || lot.openCoin === 0) continue
    const taken = Math.min(rest, lot.openCoin)
    const share = taken / flow.sizeCoin
    lot.openCoin = exactCoin(lot.openCoin - taken)
    lot.feesCoin += share * flow.feeCoin
    lot.cashUsd += share * flow.cashCoin * flow.indexUsd
    if (flow.kind === 'trade') lot.buybackCoin += taken * flow.priceCoin
    else lot.payoutCoin += taken * flow.priceCoin
    if (lot.openCoin === 0) {
      lot.endedMs = flow.timeMs
      lot.end = endOf(flow, rolls)
    }
    rest = exactCoin(rest - taken)
    if (rest === 0) return
  }
  throw new RangeError(
    `callStories: ${flow.symbol} must be sold before it is bought or delivered, got ${rest} too many`,
  )
}

function endOf(flow: BookedFlow, rolls: ReadonlySet<string>): Lot['end'] {
  if (flow.kind === 'delivery') return flow.priceCoin > 0 ? 'delivered' : 'expired'
  return flow.decisionId !== null && rolls.has(flow.decisionId) ? 'rolled' : 'bought-back'
}

function storyOf(lot: Lot, book: RunBook, reasoning: string): CallStory {
  const { parts, first, openCoin, premiumCoin, feesCoin, buybackCoin, payoutCoin } = lot
  const last = book.rows.at(-1)
  const markCoin = openCoin > 0 ? last?.options.find((option) => option.symbol === first.symbol)?.markCoin : 0
  if (last === undefined || markCoin === undefined) {
    throw new RangeError(
      `callStories: ${first.symbol} must be in the last row, ${openCoin} of it are open, got no mark`,
    )
  }
  const openValueCoin = openCoin * markCoin
  return {
    symbol: first.symbol,
    soldMs: first.timeMs,
    endedMs: lot.endedMs ?? last.timeMs,
    end: openCoin > 0 ? 'open' : lot.end,
    sizeCoin: lot.sizeCoin,
    strikeUsd: parts.strikeUsd,
    indexUsd: first.indexUsd,
    delta: first.delta,
    dte: daysBetween(first.timeMs, parts.expiryMs),
    iv: first.iv,
    ...{ premiumCoin, feesCoin, buybackCoin, payoutCoin },
    pnlCoin: premiumCoin - feesCoin - buybackCoin - payoutCoin - openValueCoin,
    pnlUsd: lot.cashUsd - openValueCoin * last.indexUsd,
    reasoning,
  }
}

/** Sizes are multiples of a step, and sums of floats are not. */
function exactCoin(sizeCoin: number): number {
  return Math.round(sizeCoin * 1e8) / 1e8
}
