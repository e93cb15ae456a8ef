import { black76, yearsBetween } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equityOf, grossFlowCoin } from './attribution.js'
import { callFigures, chanceOfDelivery } from './call-figures.js'
import { dayMs, handBook, handNote, shortCall } from './hand-book.fixture.js'
import { randomBook } from './random-book.fixture.js'
import { callStories, rollDecisions } from './stories.js'

const NEAR = 'BTC-9JAN26-110000-C'
const FAR = 'BTC-30JAN26-115000-C'
const expiry = 8 + 8 / 24

describe('callStories', () => {
  it('tells one call of one decision, however many fills it took', () => {
    const book = handBook(10, [
      { day: 0 },
      {
        day: 1,
        flows: [{ symbol: NEAR, sizeCoin: -1, priceCoin: 0.01, decisionId: 'a' }],
        options: [shortCall(NEAR, 1, 0.01)],
      },
      {
        ...{ day: 1.1, indexUsd: 102_000, options: [shortCall(NEAR, 3, 0.012)] },
        flows: [{ symbol: NEAR, sizeCoin: -2, priceCoin: 0.012, decisionId: 'a' }],
      },
      { day: expiry, indexUsd: 105_000, options: [shortCall(NEAR, 3, 0, 0)] },
      {
        ...{ day: expiry, indexUsd: 105_000 },
        flows: [{ symbol: NEAR, sizeCoin: 3, priceCoin: 0, kind: 'delivery', feeCoin: 0, decisionId: null }],
      },
    ])
    const stories = callStories(book, [handNote('a')])
    expect(stories).toEqual([
      {
        ...{ symbol: NEAR, soldMs: dayMs(1), endedMs: dayMs(expiry), end: 'expired', sizeCoin: 3, strikeUsd: 110_000 },
        ...{ indexUsd: 100_000, delta: 0.25, dte: expect.closeTo(expiry - 1, 9), iv: 0.5 },
        ...{
          premiumCoin: expect.closeTo(0.034, 15),
          feesCoin: expect.closeTo(0.0009, 15),
          buybackCoin: 0,
          payoutCoin: 0,
        },
        ...{ pnlCoin: expect.closeTo(0.0331, 15) },
        // Each fill at its own index, not at the last one.
        ...{ pnlUsd: expect.closeTo((0.01 - 0.0003) * 100_000 + (0.024 - 0.0006) * 102_000, 8) },
        ...{ reasoning: 'because of a' },
      },
    ])
  })

  it('ends the oldest sale first and shares price and fee by size', () => {
    const book = handBook(10, [
      { day: 0 },
      {
        day: 1,
        flows: [{ symbol: FAR, sizeCoin: -1, priceCoin: 0.02, decisionId: 'a' }],
        options: [shortCall(FAR, 1, 0.02)],
      },
      {
        day: 2,
        flows: [{ symbol: FAR, sizeCoin: -2, priceCoin: 0.03, decisionId: 'b' }],
        options: [shortCall(FAR, 3, 0.03)],
      },
      {
        ...{ day: 3, options: [shortCall(FAR, 1, 0.01)] },
        flows: [{ symbol: FAR, sizeCoin: 2, priceCoin: 0.01, decisionId: 'c', feeCoin: 0.0008 }],
      },
      { day: 4, indexUsd: 90_000, options: [shortCall(FAR, 1, 0.005)] },
    ])
    const [first, second] = callStories(book, [])
    expect(first).toMatchObject({ end: 'bought-back', endedMs: dayMs(3), buybackCoin: 0.01, reasoning: '' })
    expect(first!.feesCoin).toBeCloseTo(0.0003 + 0.0004, 15)
    expect(second).toMatchObject({ end: 'open', endedMs: dayMs(4), sizeCoin: 2, buybackCoin: 0.01 })
    // What is open counts at its last mark.
    expect(second!.pnlCoin).toBeCloseTo(0.06 - 0.0006 - 0.0004 - 0.01 - 0.005, 15)
    expect(second!.pnlUsd).toBeCloseTo((0.06 - 0.0006) * 1e5 - (0.01 + 0.0004) * 1e5 - 0.005 * 90_000, 8)
  })

  it('tells a roll by the decision of its two legs, and a delivery by its payout', () => {
    const book = handBook(10, [
      { day: 0 },
      {
        day: 1,
        flows: [{ symbol: NEAR, sizeCoin: -1, priceCoin: 0.01, decisionId: 'a' }],
        options: [shortCall(NEAR, 1, 0.01)],
      },
      {
        ...{ day: 5, options: [shortCall(FAR, 1, 0.03)] },
        flows: [
          { symbol: NEAR, sizeCoin: 1, priceCoin: 0.02, decisionId: 'roll' },
          { symbol: FAR, sizeCoin: -1, priceCoin: 0.03, decisionId: 'roll' },
        ],
      },
      { day: 29 + 8 / 24, indexUsd: 120_000, options: [shortCall(FAR, 1, 5 / 120, 1)] },
      {
        ...{ day: 29 + 8 / 24, indexUsd: 120_000 },
        flows: [{ symbol: FAR, sizeCoin: 1, priceCoin: 5 / 120, kind: 'delivery', feeCoin: 0.00015, decisionId: null }],
      },
    ])
    expect(callStories(book, []).map(({ symbol, end }) => [symbol, end])).toEqual([
      [NEAR, 'rolled'],
      [FAR, 'delivered'],
    ])
    expect([...rollDecisions(book)]).toEqual(['roll'])
  })

  it('adds up to the overlay, whatever is traded', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const { book, notes } = randomBook({ seed, days: 45 })
        const stories = callStories(book, notes)
        const sum = stories.reduce((total, { pnlCoin }) => total + pnlCoin, 0)
        const overlay = equityOf(book.rows.at(-1)!) - book.depositCoin
        expect(Math.abs(sum - overlay)).toBeLessThanOrEqual(1e-12 * grossFlowCoin(book))
        expect(stories.map(({ soldMs }) => soldMs)).toEqual(stories.map(({ soldMs }) => soldMs).sort((a, b) => a - b))
      }),
      { numRuns: 150 },
    )
  })

  it.each([
    {
      why: 'a purchase of what was never sold',
      rows: [{ day: 1, flows: [{ symbol: NEAR, sizeCoin: 1, priceCoin: 0.01, decisionId: 'a' }] }],
      message: `${NEAR} must be sold before it is bought or delivered, got 1 too many`,
    },
    {
      why: 'a sale of what is no option',
      rows: [{ day: 1, flows: [{ symbol: 'BTC-PERPETUAL', sizeCoin: -1, priceCoin: 0.01, decisionId: 'a' }] }],
      message: 'symbol must be that of an option, got BTC-PERPETUAL',
    },
    {
      why: 'an open call without a mark',
      rows: [{ day: 1, flows: [{ symbol: NEAR, sizeCoin: -1, priceCoin: 0.01, decisionId: 'a' }] }],
      message: `${NEAR} must be in the last row`,
    },
  ])('refuses $why', ({ rows, message }) => {
    expect(() => callStories(handBook(10, [{ day: 0 }, ...rows]), [])).toThrow(message)
  })
})

describe('callFigures', () => {
  const book = handBook(10, [
    { day: 0, marginUsedPct: 0 },
    {
      ...{ day: 1, options: [shortCall(NEAR, 2, 0.011)], marginUsedPct: 20 },
      flows: [
        {
          ...{ symbol: NEAR, sizeCoin: -2, priceCoin: 0.01, decisionId: 'a', markCoin: 0.011 },
          ...{ bidCoin: 0.01, askCoin: 0.0104, delta: 0.2 },
        },
      ],
    },
    {
      ...{ day: 5, options: [shortCall(FAR, 2, 0.03)], marginUsedPct: 30 },
      flows: [
        { symbol: NEAR, sizeCoin: 2, priceCoin: 0.02, decisionId: 'roll' },
        { symbol: FAR, sizeCoin: -2, priceCoin: 0.03, decisionId: 'roll', delta: 0.4 },
      ],
    },
    { day: 29 + 8 / 24, indexUsd: 120_000, options: [shortCall(FAR, 2, 5 / 120, 1)] },
    {
      ...{ day: 29 + 8 / 24, indexUsd: 120_000 },
      flows: [{ symbol: FAR, sizeCoin: 2, priceCoin: 5 / 120, kind: 'delivery', feeCoin: 0.0003, decisionId: null }],
    },
    { day: 40, indexUsd: 120_000 },
  ])
  const notes = [handNote('a', { ivrv: { BTC: 1 } }), handNote('roll', { ivrv: { BTC: 1.4 } })]
  const figures = callFigures(book, callStories(book, notes), notes)

  it('sums premiums, fees, buybacks and payouts, and the share of the premium that was kept', () => {
    const [premium, fees, buyback, payout] = [0.08, 0.0006 * 3 + 0.0003, 0.04, 10 / 120]
    expect(figures.premiumCoin).toBeCloseTo(premium, 14)
    expect(figures.premiumUsd).toBeCloseTo(8_000, 8)
    expect(figures.feesCoin).toBeCloseTo(fees, 14)
    expect(figures.buybackCoin).toBeCloseTo(buyback, 14)
    expect(figures.payoutCoin).toBeCloseTo(payout, 14)
    expect(figures.premiumKept).toBeCloseTo((premium - fees - buyback - payout) / premium, 12)
    expect(figures.upsideForgoneCoin).toBeCloseTo((2 * (120_000 - 115_000)) / 120_000, 12)
  })

  it('counts a roll once as a roll and its new call once as a sale', () => {
    expect([figures.sales, figures.rolls]).toEqual([2, 1])
    expect(figures.rollCreditCoin).toBeCloseTo(2 * (0.03 - 0.02) - 0.0012, 14)
  })

  it('measures time, size and what was expected', () => {
    const shortDays = 28 + 8 / 24
    expect(figures.timeUncovered).toBeCloseTo(1 - shortDays / 40, 12)
    expect(figures.grossYield).toBeCloseTo(0.08 / ((2 * shortDays) / 365), 12)
    expect(figures.turnover).toBeCloseTo(6 / 10 / (40 / 365), 12)
    expect(figures.averageDelta).toBeCloseTo(0.3, 12)
    expect(figures.averageDte).toBeCloseTo((expiry - 1 + 24 + 8 / 24) / 2, 9)
    expect(figures.averageIvrv).toBeCloseTo(1.2, 12)
    expect([figures.winRate, figures.assignmentRate]).toEqual([0, 1])
    expect(figures.marginUsedP95Pct).toBeCloseTo(29, 12)
  })

  it('holds fills against the middle where there was one, and against the mark', () => {
    expect(figures.fillAgainstMidBps).toBeCloseTo((-0.0002 / 0.01) * 1e4, 8)
    expect(figures.fillAgainstMarkBps).toBeCloseTo((-0.002 / 0.08) * 1e4, 8)
  })

  it('says in volatility what a fill gave against the middle: the price that Black-76 gives so much less of it', () => {
    const { timeMs, indexUsd: forwardUsd } = { timeMs: dayMs(1), indexUsd: 100_000 }
    const expiryYears = yearsBetween(timeMs, dayMs(expiry))
    const priced = (iv: number) => black76({ forwardUsd, strikeUsd: 110_000, expiryYears, iv, kind: 'call' })
    const [middle, fill] = [priced(0.5), priced(0.499)]
    const sale = handBook(10, [
      { day: 0 },
      {
        ...{ day: 1, options: [shortCall(NEAR, 1, middle.priceCoin)] },
        flows: [
          {
            ...{ symbol: NEAR, sizeCoin: -1, priceCoin: fill.priceCoin, decisionId: 'a', delta: middle.delta },
            ...{ bidCoin: middle.priceCoin - 0.0005, askCoin: middle.priceCoin + 0.0005 },
          },
        ],
      },
    ])
    expect(callFigures(sale, callStories(sale, []), []).fillAgainstMidIv).toBeCloseTo(-0.001, 5)
  })

  it('expects of a call what its delta and its volatility say: N(d2)', () => {
    // 60,000 forward, 66,000 strike, 30 days, 55 %: N(d1) .2995786, d2 = d1 − .55·√(30/365) = −.6833.
    const chance = chanceOfDelivery({ delta: 0.2995786428693113, iv: 0.55, dte: 30 })
    expect(chance).toBeCloseTo(0.2472109011414994, 12)
    expect(chanceOfDelivery({ delta: 0.3, iv: null, dte: 30 })).toBeNull()
  })

  it('states nothing of an account that never sold', () => {
    const idle = callFigures(handBook(10, [{ day: 0 }, { day: 9 }]), [], [])
    expect(idle).toMatchObject({ sales: 0, premiumCoin: 0, premiumKept: null, grossYield: null, winRate: null })
    expect(idle).toMatchObject({ assignmentRate: null, expectedAssignmentRate: null, timeUncovered: 1, turnover: 0 })
    expect(idle).toMatchObject({
      averageDelta: null,
      averageIvrv: null,
      fillAgainstMidBps: null,
      marginUsedP95Pct: null,
    })
  })
})
