import { parseSymbol } from '@cc/models'
import { payoutCoin, TRADE_FEE_CAP } from '@cc/pricing'
import type { BookedFlow, BookRow, RunBook } from '../book/run-book.js'
import { equityOf } from './attribution.js'
import { createSum } from './statistics.js'

/** What a book does not keep. */
export type BookFinding = {
  code:
    | 'not-a-number'
    | 'unknown-symbol'
    | 'start'
    | 'time-order'
    | 'flow-moment'
    | 'flow-cash'
    | 'fee-cap'
    | 'delivery-time'
    | 'delivery-payout'
    | 'cash'
    | 'position'
    | 'options-value'
    | 'equity-change'
    | 'after-expiry'
    | 'long-option'
  /** Index of the row. */
  row: number
  timeMs: number
  symbol: string | null
  expected: number
  actual: number
}

/**
 * Checks a book against the identities of an account of coins and inverse options, by the row, and returns all that it
 * breaks; nothing for a book that holds:
 *
 * - equity is cash + Σ size × mark, and its change over any rows is what was booked plus the change of Σ size × mark;
 * - cash moves by a flow's −size × price − fee alone, positions by its size alone;
 * - no fee is above 12.5 % of price × size, a payout is max(0, D − K)/D at the expiry, and nothing is held after it;
 * - the account begins with its deposit, without options, and never holds a call long.
 *
 * Coins may be off by 1e-12 of all that was booked so far, the deposit included.
 */
export function checkBook(book: RunBook): BookFinding[] {
  const findings: BookFinding[] = []
  const first = book.rows[0]
  if (first === undefined) return findings
  const gross = createSum()
  gross.add(Math.abs(book.depositCoin))
  const positions = new Map<string, number>()
  let cash = createSum()
  cash.add(book.depositCoin)
  let before: BookRow | undefined
  for (const [row, entry] of book.rows.entries()) {
    const report = reporterOf(findings, row, entry)
    if (!isNumeric(entry, report)) return findings
    for (const flow of entry.flows) gross.add(Math.abs(flow.sizeCoin * flow.priceCoin) + flow.feeCoin)
    const tolerance = TOLERANCE * gross.total()
    const near = (code: BookFinding['code'], expected: number, actual: number, symbol: string | null = null) => {
      if (Math.abs(expected - actual) > tolerance) report(code, expected, actual, symbol)
    }
    if (before === undefined) {
      near('start', book.depositCoin, equityOf(entry))
      if (entry.options.length + entry.flows.length > 0) report('start', 0, entry.options.length + entry.flows.length)
    } else if (entry.timeMs < before.timeMs) report('time-order', before.timeMs, entry.timeMs)
    for (const flow of entry.flows) {
      checkFlow(flow, entry, near, report)
      cash.add(flow.cashCoin)
      positions.set(flow.symbol, (positions.get(flow.symbol) ?? 0) + flow.sizeCoin)
    }
    near('cash', cash.total(), entry.cashCoin)
    // Each row is judged by what it changed, or one wrong row would be found in all that follow.
    cash = createSum()
    cash.add(entry.cashCoin)
    checkPositions(entry, positions, near, report)
    if (before !== undefined) {
      const booked = entry.flows.reduce((sum, flow) => sum + flow.cashCoin, 0)
      near('equity-change', booked + optionsValue(entry) - optionsValue(before), equityOf(entry) - equityOf(before))
    }
    before = entry
  }
  return findings
}

type Report = (code: BookFinding['code'], expected: number, actual: number, symbol?: string | null) => void

function reporterOf(findings: BookFinding[], row: number, { timeMs }: BookRow): Report {
  return (code, expected, actual, symbol = null) => findings.push({ code, row, timeMs, symbol, expected, actual })
}

function checkFlow(flow: BookedFlow, row: BookRow, near: Report, report: Report): void {
  const { symbol, sizeCoin, priceCoin, feeCoin, cashCoin } = flow
  const parts = parseSymbol(symbol)
  if (parts === undefined) {
    report('unknown-symbol', 1, 0, symbol)
    return
  }
  if (flow.timeMs !== row.timeMs) report('flow-moment', row.timeMs, flow.timeMs, symbol)
  if (flow.indexUsd !== row.indexUsd) report('flow-moment', row.indexUsd, flow.indexUsd, symbol)
  near('flow-cash', -sizeCoin * priceCoin - feeCoin, cashCoin, symbol)
  const capCoin = TRADE_FEE_CAP * priceCoin * Math.abs(sizeCoin)
  if (feeCoin < 0 || feeCoin > capCoin * (1 + 1e-9)) report('fee-cap', capCoin, feeCoin, symbol)
  if (flow.kind === 'trade') {
    if (row.timeMs >= parts.expiryMs) report('after-expiry', parts.expiryMs, row.timeMs, symbol)
    return
  }
  if (row.timeMs !== parts.expiryMs) report('delivery-time', parts.expiryMs, row.timeMs, symbol)
  const { kind, strikeUsd } = parts
  const payout = payoutCoin({ kind, strikeUsd, deliveryUsd: flow.indexUsd })
  if (Math.abs(payout - priceCoin) > TOLERANCE) report('delivery-payout', payout, priceCoin, symbol)
}

function checkPositions(row: BookRow, positions: Map<string, number>, near: Report, report: Report): void {
  const held = new Map(row.options.map((option) => [option.symbol, option.sizeCoin]))
  for (const symbol of new Set([...positions.keys(), ...held.keys()])) {
    const sizeCoin = held.get(symbol) ?? 0
    const expected = positions.get(symbol) ?? 0
    if (Math.abs(expected - sizeCoin) > SIZE_NOISE) report('position', expected, sizeCoin, symbol)
    if (sizeCoin > SIZE_NOISE) report('long-option', 0, sizeCoin, symbol)
    const expiryMs = parseSymbol(symbol)?.expiryMs
    // At the expiry itself options stand at their payouts in the first of two rows.
    if (sizeCoin !== 0 && expiryMs !== undefined && row.timeMs > expiryMs) {
      report('after-expiry', expiryMs, row.timeMs, symbol)
    }
    if (Math.abs(sizeCoin) <= SIZE_NOISE) positions.delete(symbol)
    else positions.set(symbol, sizeCoin)
  }
  near('options-value', optionsValue(row), row.optionsCoin)
}

function optionsValue(row: BookRow): number {
  return row.options.reduce((sum, option) => sum + option.sizeCoin * option.markCoin, 0)
}

/** Sums of anything else would say nothing. */
function isNumeric(row: BookRow, report: Report): boolean {
  const numbers = [row.timeMs, row.indexUsd, row.cashCoin, row.optionsCoin]
  for (const { sizeCoin, markCoin, delta } of row.options) numbers.push(sizeCoin, markCoin, delta)
  for (const flow of row.flows) {
    numbers.push(flow.timeMs, flow.sizeCoin, flow.priceCoin, flow.feeCoin, flow.cashCoin, flow.markCoin, flow.indexUsd)
  }
  const wrong = numbers.find((value) => !Number.isFinite(value))
  if (wrong !== undefined) report('not-a-number', 0, wrong)
  if (!(row.indexUsd > 0)) report('not-a-number', 1, row.indexUsd)
  return wrong === undefined && row.indexUsd > 0
}

const TOLERANCE = 1e-12
/** Sizes are multiples of a step; what a sum of them is off by is no position. */
const SIZE_NOISE = 1e-9
