import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { BookRow } from '../src/book/run-book.js'
import { createHistoryMarket } from '../src/history/history-market.js'
import { attributionOf, equityOf } from '../src/results/attribution.js'
import { callFigures } from '../src/results/call-figures.js'
import { checkBook } from '../src/results/check-book.js'
import { dailyOverlay } from '../src/results/daily.js'
import { dayMs, handBook, handNote, shortCall } from '../src/results/hand-book.fixture.js'
import { periodSharpe } from '../src/results/overfit.js'
import { randomBook, runOf } from '../src/results/random-book.fixture.js'
import { costSensitivity } from '../src/results/sensitivity.js'
import { autoregressive } from '../src/results/series.fixture.js'
import { callStories } from '../src/results/stories.js'
import { summarise } from '../src/results/summarise.js'
import type { SummaryContext } from '../src/results/summary-context.js'

/*
 * What other backtesters are known to get wrong about results, each as a test of ours. What they get wrong in the run itself,
 * such as the race between an expiry and its last quote (nautilus_trader #4966), is tested with the run.
 */

const CALL = 'BTC-27MAR26-100000-C'
const LATER = 'BTC-24APR26-110000-C'
const CONTEXT: SummaryContext = {
  ...{ objective: 'coin', codeVersion: '1.0.0', preset: null, seed: 1, fill: 'cross', reproduce: null, resamples: 100 },
}
const books = fc.integer({ min: 0, max: 2 ** 31 }).map((seed) => randomBook({ seed, days: 45 }))

/** Sold at 0.01 coin with the index at 100,000, bought back at 0.02 with it at 50,000. */
const halved = handBook(10, [
  { day: 0 },
  {
    ...{ day: 1, options: [shortCall(CALL, 1, 0.01)] },
    flows: [{ symbol: CALL, sizeCoin: -1, priceCoin: 0.01, feeCoin: 0, decisionId: 'a' }],
  },
  {
    ...{ day: 2, indexUsd: 50_000 },
    flows: [{ symbol: CALL, sizeCoin: 1, priceCoin: 0.02, feeCoin: 0, decisionId: 'b' }],
  },
])

describe('inverse options (nautilus_trader #5053)', () => {
  it('takes the result of an inverse option for the difference of its coin prices, whatever the index did', () => {
    const [story] = callStories(halved, [])
    expect(story!.pnlCoin).toBeCloseTo(-0.01, 15)
    expect(equityOf(halved.rows.at(-1)!)).toBeCloseTo(9.99, 14)
  })

  it('turns each coin to USD at the index of its own moment: this call cost coin and no USD', () => {
    const [story] = callStories(halved, [])
    expect(story!.pnlUsd).toBeCloseTo(0.01 * 100_000 - 0.02 * 50_000, 9)
    const { finalEquityUsd, overlayUsd } = summarise(runOf({ book: halved, notes: [] }), CONTEXT).underlyings.BTC!
    expect(finalEquityUsd).toBeCloseTo(9.99 * 50_000, 8)
    expect(overlayUsd).toBeCloseTo(-0.01 * 50_000, 8)
  })

  it('moves the coins that are held by the index, premiums among them, and not one coin a call', () => {
    const { usd } = attributionOf(halved)
    // 10.01 coins of cash lose 50,000 USD each; a single coin long would leave 450,500 USD unexplained.
    expect(usd.passive + usd.timing + usd.shortVol + usd.trading).toBeCloseTo(usd.total, 8)
    expect(usd.passive + usd.timing).toBeCloseTo((10.01 - 0.25) * -50_000, 8)
  })
})

describe('premiums', () => {
  it('does not book a premium as profit: a sale changes the equity by price less mark less fee', () => {
    fc.assert(
      fc.property(books, ({ book }) => {
        for (const { flows, before, row } of flowRows(book.rows)) {
          if (flows.some((flow) => flow.kind !== 'trade')) continue
          // Between two rows the marks of what was held move as well: only what the fills themselves did is left.
          const moved = before.options.reduce(
            (sum, option) => sum + option.sizeCoin * (markIn(row, option.symbol) - option.markCoin),
            0,
          )
          const costs = flows.reduce(
            (sum, flow) => sum - flow.sizeCoin * (flow.priceCoin - flow.markCoin) - flow.feeCoin,
            0,
          )
          expect(equityOf(row) - equityOf(before) - moved).toBeCloseTo(costs, 12)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('expiries', () => {
  it('marks an option at its payout before it is delivered, so that a delivery costs its fee and nothing else', () => {
    let inTheMoney = 0
    fc.assert(
      fc.property(books, ({ book }) => {
        for (const { flows, before, row } of flowRows(book.rows)) {
          if (flows.some((flow) => flow.kind !== 'delivery')) continue
          inTheMoney += flows.filter((flow) => flow.priceCoin > 0).length
          const fees = flows.reduce((sum, flow) => sum + flow.feeCoin, 0)
          expect(equityOf(row) - equityOf(before)).toBeCloseTo(-fees, 12)
          expect(row.timeMs).toBe(before.timeMs)
        }
      }),
      { numRuns: 40 },
    )
    expect(inTheMoney).toBeGreaterThan(50)
  })

  it('finds instruments of one expiry that were settled on two prices', () => {
    const expiry = (Date.UTC(2026, 2, 27, 8) - dayMs(0)) / 86_400_000
    const other = 'BTC-27MAR26-90000-C'
    const delivery = (symbol: string, strikeUsd: number, indexUsd: number) => ({
      ...{ symbol, sizeCoin: 1, priceCoin: 1 - strikeUsd / indexUsd, feeCoin: 0.00015, decisionId: null, indexUsd },
      ...{ kind: 'delivery' as const, markCoin: 1 - strikeUsd / indexUsd },
    })
    const sale = (symbol: string) => ({ symbol, sizeCoin: -1, priceCoin: 0.01, decisionId: symbol })
    const bookOf = (secondUsd: number) =>
      handBook(10, [
        { day: 0 },
        { day: 1, flows: [sale(CALL), sale(other)], options: [shortCall(CALL, 1, 0.01), shortCall(other, 1, 0.01)] },
        { day: expiry, indexUsd: 120_000, options: [shortCall(CALL, 1, 1 / 6, 1), shortCall(other, 1, 1 / 4, 1)] },
        {
          day: expiry,
          indexUsd: 120_000,
          flows: [delivery(CALL, 100_000, 120_000), delivery(other, 90_000, secondUsd)],
        },
      ])
    expect(checkBook(bookOf(120_000))).toEqual([])
    expect(checkBook(bookOf(120_100))).toMatchObject([{ code: 'flow-moment', symbol: other, expected: 120_000 }])
  })
})

describe('fees', () => {
  it('finds a fee of the full rate on an option that is cheaper than the cap allows', () => {
    const cheap = (feeCoin: number) =>
      handBook(10, [
        { day: 0 },
        {
          ...{ day: 1, options: [shortCall(CALL, 1, 0.0001)] },
          flows: [{ symbol: CALL, sizeCoin: -1, priceCoin: 0.0001, feeCoin, decisionId: 'a' }],
        },
      ])
    expect(checkBook(cheap(0.0000125))).toEqual([])
    expect(checkBook(cheap(0.0003))).toMatchObject([{ code: 'fee-cap', expected: 0.0000125, actual: 0.0003 }])
  })

  it('caps the fees of the cost grid at the premium of each line', () => {
    const book = handBook(10, [
      { day: 0 },
      {
        ...{ day: 1, options: [shortCall(CALL, 1, 0)] },
        flows: [
          {
            symbol: CALL,
            sizeCoin: -1,
            priceCoin: 0.0004,
            feeCoin: 0.00005,
            decisionId: 'a',
            bidCoin: 0.0004,
            askCoin: 0.006,
          },
        ],
      },
    ])
    const net = costSensitivity(book).find(({ spreadFactor, feeFactor }) => spreadFactor === 1 && feeFactor === 1)
    expect(net!.overlayCoin).toBeCloseTo(0.0004 - 0.00005, 15)
  })
})

describe('rolls', () => {
  it('counts a roll as one decision: not as a win, a loss and two trades', () => {
    const book = handBook(10, [
      { day: 0 },
      {
        ...{ day: 1, options: [shortCall(CALL, 1, 0.01)] },
        flows: [{ symbol: CALL, sizeCoin: -1, priceCoin: 0.01, decisionId: 'a' }],
      },
      {
        ...{ day: 5, options: [shortCall(LATER, 1, 0.03)] },
        flows: [
          { symbol: CALL, sizeCoin: 0.4, priceCoin: 0.02, decisionId: 'roll' },
          { symbol: CALL, sizeCoin: 0.6, priceCoin: 0.02, decisionId: 'roll' },
          { symbol: LATER, sizeCoin: -1, priceCoin: 0.03, decisionId: 'roll' },
        ],
      },
    ])
    const notes = [handNote('a'), handNote('roll', { action: 'ROLL_COVERED_CALL' })]
    const stories = callStories(book, notes)
    const figures = callFigures(book, stories, notes)
    expect(figures).toMatchObject({ sales: 2, rolls: 1 })
    expect(stories.map(({ end }) => end)).toEqual(['rolled', 'open'])
    expect(figures.rollCreditCoin).toBeCloseTo(0.03 - 0.02 - 0.0006, 14)
  })
})

describe('a volatility index dated by day (the nearest value may lie in the future)', () => {
  const DAY_MS = 86_400_000
  const days = Float64Array.from([0, 1, 2], dayMs)
  const values = Float64Array.from([0.4, 0.5, 0.9])
  const none = new Float64Array(0)
  const noBars = { resolutionMs: 3_600_000, openMs: none, open: none, high: none, low: none, close: none }
  const market = createHistoryMarket({
    chains: [
      {
        ...{ currency: 'BTC', timeMs: days, indexUsd: Float64Array.of(9e4, 9e4, 9e4), firstRow: new Uint32Array(4) },
        ...{ expiryMs: none, strikeUsd: none, isPut: new Uint8Array(0), bidCoin: none, askCoin: none, markCoin: none },
        ...{
          iv: none,
          forwardUsd: none,
          bidSizeCoin: none,
          askSizeCoin: none,
          openInterestCoin: none,
          volumeCoin: none,
        },
      },
    ],
    series: [
      {
        ...{ currency: 'BTC', candles: noBars, deliveryUsd: new Map() },
        dvol: { resolutionMs: DAY_MS, openMs: days, open: values, high: values, low: values, close: values },
      },
    ],
    source: { kind: 'recorded-history', description: 'three days' },
    sizes: 'assumed',
  })

  it.each([
    { why: 'at the end of a day, when the next value is nearer', day: 1.99, known: [0.4] },
    { why: 'within a day, whose own value is dated at its start', day: 2.5, known: [0.4, 0.5] },
    { why: 'when a day has closed', day: 2, known: [0.4, 0.5] },
    { why: 'when all have', day: 3, known: [0.4, 0.5, 0.9] },
  ])('is known up to the last day that has closed, $why', ({ day, known }) => {
    const asked = { kind: 'dvol' as const, resolutionMs: DAY_MS, fromMs: dayMs(0), toMs: dayMs(9), nowMs: dayMs(day) }
    expect([...market.history('BTC', asked).close]).toEqual(known)
  })
})

describe('chance', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('draws intervals from the seed alone', () => {
    const run = runOf(randomBook({ seed: 3, days: 60 }))
    const once = JSON.stringify(summarise(run, CONTEXT))
    vi.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('ambient chance')
    })
    vi.spyOn(Date, 'now').mockImplementation(() => {
      throw new Error('ambient time')
    })
    expect(JSON.stringify(summarise(run, CONTEXT))).toBe(once)
  })

  it('does not take the best of a hundred worthless strategies for evidence', () => {
    const worthless = Array.from({ length: 100 }, (_, i) => autoregressive(0, 365, 500 + i).map((value) => value / 100))
    const sharpes = worthless.map((row) => periodSharpe(row)!)
    const best = worthless[sharpes.indexOf(Math.max(...sharpes))]!
    const book = weeklyBook(best)
    const alone = summarise(runOf({ book, notes: [] }), CONTEXT).underlyings.BTC!
    // Shown by itself it convinces.
    expect(alone.verdict.evidence).toBe('for')
    expect(dailyOverlay(book, 'coin')).toHaveLength(365)
    const among = summarise(runOf({ book, notes: [] }), { ...CONTEXT, trials: { BTC: worthless } }).underlyings.BTC!
    expect(among.overfit.dsr!).toBeLessThan(0.95)
    expect(among.verdict.evidence).toBe('none')
    expect(among.verdict.sentence).toMatch(/^No evidence that selling calls helped here/)
  })
})

/** A year in which the calls bring these shares of the deposit day by day: a call sold each week, bought back next day. */
function weeklyBook(shares: readonly number[]) {
  return handBook(10, [
    { day: 0 },
    ...shares.map((share, day) => {
      // A sale at the day's end and a purchase a moment later whose prices differ by what the day is to bring.
      const base = 0.5
      const [soldAt, boughtAt] = [base + 10 * share, base]
      const flow = { symbol: 'BTC-24DEC27-100000-C', feeCoin: 0 }
      return {
        day: day + 1,
        flows: [
          { ...flow, sizeCoin: -1, priceCoin: soldAt, decisionId: `sale-${day}` },
          { ...flow, sizeCoin: 1, priceCoin: boughtAt, decisionId: `purchase-${day}` },
        ],
      }
    }),
  ])
}

function* flowRows(rows: readonly BookRow[]) {
  for (const [i, row] of rows.slice(1).entries()) {
    const before = rows[i]
    if (before !== undefined && row.flows.length > 0) yield { before, row, flows: row.flows }
  }
}

/** The mark that a row gives a symbol, held after it or booked out in it. */
function markIn(row: BookRow, symbol: string): number {
  const held =
    row.options.find((option) => option.symbol === symbol) ?? row.flows.find((flow) => flow.symbol === symbol)
  if (held === undefined) throw new Error(`${symbol} is not in the row`)
  return held.markCoin
}
