import { parseSymbol } from '@cc/models'
import { normalCdf, normalDensity, normalQuantile, yearsBetween } from '@cc/pricing'
import type { BookedFlow, RunBook } from '../book/run-book.js'
import type { DecisionNote } from '../run/backtest-run.js'
import type { CallFigures, CallStory } from './result.js'
import { quantileOf, ratioOf, statable, sumOf } from './statistics.js'
import { rollDecisions } from './stories.js'

/** What the calls of a book came to, from the book, its stories ({@link CallStory}) and the notes of the decisions. */
export function callFigures(book: RunBook, stories: readonly CallStory[], notes: readonly DecisionNote[]): CallFigures {
  const premiumCoin = total(stories, 'premiumCoin')
  const feesCoin = total(stories, 'feesCoin')
  const buybackCoin = total(stories, 'buybackCoin')
  const payoutCoin = total(stories, 'payoutCoin')
  const trades = book.rows.flatMap((row) => row.flows).filter((flow) => flow.kind === 'trade')
  const sales = trades.filter((flow) => flow.sizeCoin < 0)
  const rolls = rollDecisions(book)
  const years = yearsBetween(book.rows[0]?.timeMs ?? 0, book.rows.at(-1)?.timeMs ?? 0)
  const short = shortTime(book)
  const expired = stories.filter(({ end }) => end === 'expired' || end === 'delivered')
  const ended = stories.filter(({ end }) => end !== 'open')
  const margins = book.rows.flatMap((row) => row.marginUsedPct ?? [])
  return {
    sales: stories.length,
    ...{ premiumCoin, feesCoin, buybackCoin, payoutCoin },
    premiumUsd: sumOf(sales.map((flow) => premiumOf(flow) * flow.indexUsd)),
    premiumKept: ratioOf(premiumCoin - buybackCoin - payoutCoin - feesCoin, premiumCoin),
    grossYield: ratioOf(premiumCoin, short.coinYears),
    winRate: shareOf(ended, ({ pnlCoin }) => pnlCoin > 0),
    assignmentRate: shareOf(expired, ({ end }) => end === 'delivered'),
    expectedAssignmentRate: meanOver(expired, chanceOfDelivery),
    // (D − K)/D is the payout: what the buyer of the call gains above the strike is what its coin forgoes.
    upsideForgoneCoin: payoutCoin,
    timeUncovered: short.uncovered,
    averageDelta: averageBySize(stories, ({ delta }) => delta),
    averageDte: averageBySize(stories, ({ dte }) => dte),
    averageIvrv: averageIvrv(book, sales, notes),
    turnover: ratioOf(sumOf(trades.map(({ sizeCoin }) => Math.abs(sizeCoin))), book.depositCoin * years) ?? 0,
    rolls: rolls.size,
    rollCreditCoin: sumOf(
      trades.flatMap(({ decisionId, cashCoin }) => (decisionId !== null && rolls.has(decisionId) ? cashCoin : [])),
    ),
    marginUsedP95Pct: quantileOf(margins, 0.95),
    fillAgainstMidBps: againstBps(sales, middleOf),
    fillAgainstMidIv: againstMidIv(sales),
    fillAgainstMarkBps: againstBps(sales, ({ markCoin }) => markCoin),
  }
}

/**
 * The chance of ending in the money that the market gave a call when it was sold, N(d2), from its delta N(d1) and implied
 * volatility; `null` without them.
 */
export function chanceOfDelivery(story: Pick<CallStory, 'delta' | 'iv' | 'dte'>): number | null {
  const { delta, iv, dte } = story
  if (iv === null || !(delta >= 0 && delta <= 1)) return null
  // Of a call that is surely delivered, or surely not, the quantile is infinite.
  if (delta === 0 || delta === 1) return delta
  return normalCdf(normalQuantile(delta) - iv * Math.sqrt(dte / 365))
}

function total(
  stories: readonly CallStory[],
  field: 'premiumCoin' | 'feesCoin' | 'buybackCoin' | 'payoutCoin',
): number {
  return sumOf(stories.map((story) => story[field]))
}

function premiumOf({ sizeCoin, priceCoin }: BookedFlow): number {
  return Math.abs(sizeCoin) * priceCoin
}

/** Coins short times years, and the share of the time in which nothing was. */
function shortTime({ rows }: RunBook): { coinYears: number; uncovered: number } {
  let coinYears = 0
  let uncoveredMs = 0
  for (const [i, to] of rows.slice(1).entries()) {
    const from = rows[i]
    if (from === undefined) continue
    const shortCoin = from.options.reduce((sum, { sizeCoin }) => sum + Math.max(0, -sizeCoin), 0)
    coinYears += shortCoin * yearsBetween(from.timeMs, to.timeMs)
    if (shortCoin === 0) uncoveredMs += to.timeMs - from.timeMs
  }
  const wholeMs = (rows.at(-1)?.timeMs ?? 0) - (rows[0]?.timeMs ?? 0)
  return { coinYears, uncovered: wholeMs > 0 ? uncoveredMs / wholeMs : 1 }
}

function shareOf<T>(items: readonly T[], holds: (item: T) => boolean): number | null {
  return ratioOf(items.filter(holds).length, items.length)
}

/** Mean of a figure that all of the items must have. */
function meanOver<T>(items: readonly T[], figure: (item: T) => number | null): number | null {
  const values = items.flatMap((item) => figure(item) ?? [])
  return values.length === items.length ? ratioOf(sumOf(values), values.length) : null
}

function averageBySize(stories: readonly CallStory[], figure: (story: CallStory) => number): number | null {
  const sizes = sumOf(stories.map(({ sizeCoin }) => sizeCoin))
  return ratioOf(sumOf(stories.map((story) => story.sizeCoin * figure(story))), sizes)
}

/** Of the sales whose decision knew it. */
function averageIvrv(
  { currency }: RunBook,
  sales: readonly BookedFlow[],
  notes: readonly DecisionNote[],
): number | null {
  const known = new Map(notes.map((note) => [note.decisionId, note.ivrv[currency] ?? null]))
  let sizes = 0
  let sum = 0
  for (const { decisionId, sizeCoin } of sales) {
    const ivrv = decisionId === null ? null : (known.get(decisionId) ?? null)
    if (ivrv === null) continue
    sizes -= sizeCoin
    sum -= sizeCoin * ivrv
  }
  return ratioOf(sum, sizes)
}

/** What the fills brought against another price, of the sales that have one. */
function againstBps(sales: readonly BookedFlow[], priceOf: (flow: BookedFlow) => number | null): number | null {
  let premium = 0
  let gained = 0
  for (const sale of sales) {
    const price = priceOf(sale)
    if (price === null) continue
    premium += premiumOf(sale)
    gained -= sale.sizeCoin * (sale.priceCoin - price)
  }
  const share = ratioOf(gained, premium)
  return share === null ? null : statable(share * 10_000)
}

function middleOf({ bidCoin, askCoin }: BookedFlow): number | null {
  return bidCoin === null || askCoin === null ? null : (bidCoin + askCoin) / 2
}

/** Mean by size of what the fills differed from the middle, over their vega in coin, φ(d1)·√T. */
function againstMidIv(sales: readonly BookedFlow[]): number | null {
  let sizes = 0
  let sum = 0
  for (const sale of sales) {
    const middle = middleOf(sale)
    const expiryMs = parseSymbol(sale.symbol)?.expiryMs
    if (middle === null || expiryMs === undefined || !(sale.delta > 0 && sale.delta < 1)) continue
    const vegaCoin = normalDensity(normalQuantile(sale.delta)) * Math.sqrt(yearsBetween(sale.timeMs, expiryMs))
    const difference = ratioOf(sale.priceCoin - middle, vegaCoin)
    if (difference === null) continue
    sizes -= sale.sizeCoin
    sum -= sale.sizeCoin * difference
  }
  return ratioOf(sum, sizes)
}
