import { parseSymbol } from '@cc/models'
import { deliveryFeeCoin, payoutCoin } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BookedFlow, BookRow, RunBook } from '../book/run-book.js'
import { attributionOf, equityOf, grossFlowCoin } from './attribution.js'
import { type BookFinding, checkBook } from './check-book.js'
import { randomBook } from './random-book.fixture.js'
import { callStories } from './stories.js'

const seeds = fc.integer({ min: 0, max: 2 ** 31 })
const books = seeds.map((seed) => randomBook({ seed, days: 45 }))

describe('checkBook', () => {
  it('finds nothing in accounts that were kept rightly, whatever they trade', () => {
    let deliveries = 0
    fc.assert(
      fc.property(books, ({ book }) => {
        deliveries += flowsOf(book).filter(({ kind }) => kind === 'delivery').length
        expect(checkBook(book)).toEqual([])
      }),
      { numRuns: 150 },
    )
    expect(deliveries).toBeGreaterThan(300)
  })

  it('finds a millionth of a coin that goes missing in any row after the first', () => {
    fc.assert(
      fc.property(books, fc.nat(), ({ book }, at) => {
        const row = 1 + (at % (book.rows.length - 1))
        const codes = codesOf(changeRow(book, row, (old) => ({ ...old, cashCoin: old.cashCoin - 1e-6 })))
        expect(codes).toContain('cash')
      }),
    )
  })

  const { book } = randomBook({ seed: 7, days: 45 })
  const trade = rowWith(book, (flow) => flow.kind === 'trade')
  const delivery = rowWith(book, (flow) => flow.kind === 'delivery' && flow.priceCoin > 0)
  const changes: { why: string; code: BookFinding['code']; row: number; change: (row: BookRow) => BookRow }[] = [
    {
      why: 'a deposit that is not there',
      code: 'start',
      row: 0,
      change: (row) => ({ ...row, cashCoin: row.cashCoin + 1 }),
    },
    { why: 'time that runs back', code: 'time-order', row: trade, change: (row) => ({ ...row, timeMs: 0 }) },
    {
      why: 'a fill booked at another index than its row',
      code: 'flow-moment',
      row: trade,
      change: ofFlow((flow) => ({ ...flow, indexUsd: flow.indexUsd + 1 })),
    },
    {
      why: 'a fee that is not taken from the cash',
      code: 'flow-cash',
      row: trade,
      change: ofFlow((flow) => ({ ...flow, feeCoin: flow.feeCoin + 1e-5 })),
    },
    {
      why: 'a fee above an eighth of the premium',
      code: 'fee-cap',
      row: trade,
      change: ofFlow((flow) => ({ ...flow, feeCoin: 0.13 * Math.abs(flow.sizeCoin) * flow.priceCoin })),
    },
    {
      why: 'a payout of another index',
      code: 'delivery-payout',
      row: delivery,
      change: ofFlow((flow) => ({ ...flow, priceCoin: flow.priceCoin * 1.001 })),
    },
    {
      why: 'a delivery an hour late',
      code: 'delivery-time',
      row: delivery,
      change: (row) => ({ ...row, timeMs: row.timeMs + 3_600_000 }),
    },
    {
      why: 'a position that nobody sold',
      code: 'position',
      row: 1,
      change: (row) => ({
        ...row,
        options: [...row.options, { symbol: 'BTC-25DEC26-200000-C', sizeCoin: -1, markCoin: 0.01, delta: 0.1 }],
      }),
    },
    {
      why: 'options that are not worth the sum of their marks',
      code: 'options-value',
      row: trade,
      change: (row) => ({ ...row, optionsCoin: row.optionsCoin + 1e-9 }),
    },
    {
      why: 'a call held long',
      code: 'long-option',
      row: 1,
      change: (row) => ({
        ...row,
        options: [{ symbol: 'BTC-25DEC26-200000-C', sizeCoin: 1, markCoin: 0, delta: 0.1 }],
      }),
    },
    {
      why: 'an option that outlives its expiry',
      code: 'after-expiry',
      row: 1,
      change: (row) => ({
        ...row,
        options: [{ symbol: 'BTC-1JAN26-90000-C', sizeCoin: -1, markCoin: 0, delta: 0 }],
      }),
    },
    { why: 'an index of NaN', code: 'not-a-number', row: 1, change: (row) => ({ ...row, indexUsd: Number.NaN }) },
    {
      why: 'a symbol of another kind',
      code: 'unknown-symbol',
      row: trade,
      change: ofFlow((flow) => ({ ...flow, symbol: 'BTC-PERPETUAL' })),
    },
  ]
  it.each(changes)('finds $why', ({ code, row, change }) => {
    expect(codesOf(changeRow(book, row, change))).toContain(code)
  })
})

describe('accounting identities', () => {
  it('changes equity over any interval by what was booked and by the marks, to 1e-12 of the gross flow', () => {
    fc.assert(
      fc.property(books, fc.nat(), fc.nat(), ({ book }, a, b) => {
        const [from, to] = [a % book.rows.length, b % book.rows.length].sort((x, y) => x - y) as [number, number]
        const first = book.rows[from]!
        const last = book.rows[to]!
        const booked = book.rows.slice(from + 1, to + 1).flatMap((row) => row.flows)
        const flows = booked.reduce((sum, { sizeCoin, priceCoin, feeCoin }) => sum - sizeCoin * priceCoin - feeCoin, 0)
        const marks = markedCoin(last) - markedCoin(first)
        const error = equityOf(last) - equityOf(first) - flows - marks
        expect(Math.abs(error)).toBeLessThanOrEqual(1e-12 * grossFlowCoin(book))
      }),
      { numRuns: 300 },
    )
  })

  it('gives a call held to expiry its premium less fee, payout and delivery fee', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { book, notes } = randomBook({ seed, days: 45, buyChance: 0, rollChance: 0 })
        const delivered = new Map(
          flowsOf(book).flatMap((flow) => (flow.kind === 'delivery' ? [[flow.symbol, flow.indexUsd]] : [])),
        )
        for (const story of callStories(book, notes)) {
          if (story.end === 'open') continue
          const deliveryUsd = delivered.get(story.symbol) as number
          const payout = payoutCoin({ kind: 'call', strikeUsd: parseSymbol(story.symbol)!.strikeUsd, deliveryUsd })
          const tradeFees = flowsOf(book)
            .filter((flow) => flow.symbol === story.symbol && flow.timeMs >= story.soldMs && flow.decisionId !== null)
            .filter((flow) => flow.decisionId === decisionOf(book, story.symbol, story.soldMs))
            .reduce((sum, { feeCoin }) => sum + feeCoin, 0)
          const { sizeCoin, premiumCoin } = story
          const deliveryFee = deliveryFeeCoin({ sizeCoin, payoutCoin: payout, daily: false })
          expect(story.pnlCoin).toBeCloseTo(premiumCoin - tradeFees - sizeCoin * payout - deliveryFee, 12)
        }
      }),
    )
  })
})

describe('attributionOf', () => {
  it('adds up exactly in coin and in USD, whatever is traded', () => {
    fc.assert(
      fc.property(books, ({ book }) => {
        const { coin, usd } = attributionOf(book)
        const gross = grossFlowCoin(book)
        const highestUsd = Math.max(...book.rows.map((row) => row.indexUsd))
        const partsOf = ({ passive, timing, shortVol, trading }: typeof coin) => passive + timing + shortVol + trading
        expect(Math.abs(partsOf(coin) - coin.total)).toBeLessThanOrEqual(1e-12 * gross)
        expect(Math.abs(partsOf(usd) - usd.total)).toBeLessThanOrEqual(1e-12 * gross * highestUsd)
      }),
      { numRuns: 300 },
    )
  })

  it('takes all of an account that holds its coins for passive, in USD, and nothing in coin', () => {
    const { book } = randomBook({ seed: 1, sellChance: 0 })
    const { coin, usd } = attributionOf(book)
    expect(coin).toEqual({ passive: 0, timing: 0, shortVol: 0, trading: 0, total: 0, meanDelta: null })
    expect(usd.passive).toBeCloseTo(usd.total, 6)
    expect([usd.timing, usd.shortVol, usd.trading]).toEqual([0, 0, 0])
  })

  it('splits one step by the formulas, worked by hand', () => {
    const option = { symbol: 'BTC-27MAR26-100000-C', sizeCoin: -2, markCoin: 0.02, delta: 0.3 }
    const start = { timeMs: 0, indexUsd: 80_000, cashCoin: 10.04, optionsCoin: -0.04, marginUsedPct: null, flows: [] }
    const book: RunBook = {
      currency: 'BTC',
      depositCoin: 10,
      rows: [
        { ...start, options: [option] },
        { ...start, timeMs: 1, indexUsd: 88_000, optionsCoin: -0.09, options: [{ ...option, markCoin: 0.045 }] },
      ],
    }
    const { coin, usd } = attributionOf(book)
    // n − q·Δ̄ = 10.04 − 0.6 coins over 8,000 USD; the call went from 1,600 to 3,960 USD, of which 0.3 · 8,000 is delta.
    expect(usd.passive).toBeCloseTo(9.44 * 8_000, 8)
    expect(usd.timing).toBe(0)
    expect(usd.shortVol).toBeCloseTo(-2 * (3_960 - 1_600 - 2_400), 8)
    const x = 1 - 80_000 / 88_000
    expect(coin.passive).toBeCloseTo(-2 * 0.28 * x, 15)
    expect(coin.shortVol).toBeCloseTo(-2 * (0.025 - 0.28 * x), 15)
    expect([usd.meanDelta, coin.meanDelta]).toEqual([0.3, expect.closeTo(0.28, 12)])
  })

  it('names an option that is gone without a booking', () => {
    const { book } = randomBook({ seed: 7, days: 45 })
    const quiet = book.rows.findIndex((row) => row.flows.length === 0 && row.options.length > 0)
    const broken = changeRow(book, quiet, (row) => ({ ...row, options: [] }))
    expect(() => attributionOf(broken)).toThrow(/must be in the row/)
  })
})

const flowsOf = (book: RunBook) => book.rows.flatMap((row) => row.flows)
const markedCoin = (row: BookRow) => row.options.reduce((sum, { sizeCoin, markCoin }) => sum + sizeCoin * markCoin, 0)
const codesOf = (book: RunBook) => checkBook(book).map(({ code }) => code)

function rowWith(book: RunBook, holds: (flow: BookedFlow) => boolean): number {
  return book.rows.findIndex((row) => row.flows.some(holds))
}

function changeRow(book: RunBook, at: number, change: (row: BookRow) => BookRow): RunBook {
  return { ...book, rows: book.rows.map((row, i) => (i === at ? change(row) : row)) }
}

function ofFlow(change: (flow: BookedFlow) => BookedFlow): (row: BookRow) => BookRow {
  return (row) => ({ ...row, flows: row.flows.map(change) })
}

function decisionOf(book: RunBook, symbol: string, soldMs: number): string | null {
  return flowsOf(book).find((flow) => flow.symbol === symbol && flow.timeMs === soldMs)?.decisionId ?? null
}
