import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equityOf } from './attribution.js'
import { handBook, shortCall } from './hand-book.fixture.js'
import { monthsOf } from './months.js'
import { overlayFall } from './overlay-fall.js'
import { randomBook } from './random-book.fixture.js'
import { costSensitivity } from './sensitivity.js'

const CALL = 'BTC-27FEB26-110000-C'

describe('costSensitivity', () => {
  const at = (rows: ReturnType<typeof costSensitivity>, spread: number, fee: number) =>
    rows.find(({ spreadFactor, feeFactor }) => spreadFactor === spread && feeFactor === fee)!

  it('gives the overlay itself for the costs that were paid, where fills were at the touch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const { book } = randomBook({ seed, days: 40 })
        const grid = costSensitivity(book)
        expect(grid).toHaveLength(12)
        expect(at(grid, 1, 1).overlayCoin).toBeCloseTo(equityOf(book.rows.at(-1)!) - book.depositCoin, 11)
      }),
    )
  })

  it('never does better under higher costs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const grid = costSensitivity(randomBook({ seed, days: 40 }).book)
        for (const { spreadFactor, feeFactor, overlayCoin } of grid) {
          for (const dearer of grid) {
            if (dearer.spreadFactor < spreadFactor || dearer.feeFactor < feeFactor) continue
            expect(dearer.overlayCoin).toBeLessThanOrEqual(overlayCoin + 1e-12)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('prices a sale at the middle less half-spreads, fees after their cap', () => {
    const book = handBook(10, [
      { day: 0 },
      {
        ...{ day: 1, indexUsd: 90_000, options: [shortCall(CALL, 2, 0.01)] },
        flows: [{ symbol: CALL, sizeCoin: -2, priceCoin: 0.01, decisionId: 'a', bidCoin: 0.01, askCoin: 0.012 }],
      },
    ])
    const grid = costSensitivity(book)
    expect(at(grid, 0, 0).overlayCoin).toBeCloseTo(2 * (0.011 - 0.01), 14)
    expect(at(grid, 0.5, 1).overlayCoin).toBeCloseTo(2 * (0.0105 - 0.0003 - 0.01), 14)
    expect(at(grid, 2, 2).overlayCoin).toBeCloseTo(2 * (0.009 - 0.0006 - 0.01), 14)
    expect(at(grid, 2, 2).overlayUsd).toBeCloseTo(at(grid, 2, 2).overlayCoin * 90_000, 9)
  })

  it('keeps the price of a fill without a touch, sells for nothing at worst, and takes no fee of nothing', () => {
    const sale = { symbol: CALL, sizeCoin: -1, priceCoin: 0.0002, decisionId: 'a', feeCoin: 0.000025 }
    const bookOf = (touch: { bidCoin: number | null; askCoin: number | null }) =>
      handBook(10, [{ day: 0 }, { day: 1, flows: [{ ...sale, ...touch }], options: [shortCall(CALL, 1, 0)] }])
    const none = costSensitivity(bookOf({ bidCoin: null, askCoin: 0.001 }))
    expect(at(none, 0, 0).overlayCoin).toBeCloseTo(0.0002, 15)
    expect(at(none, 2, 0).overlayCoin).toBeCloseTo(0.0002, 15)
    const wide = costSensitivity(bookOf({ bidCoin: 0.0002, askCoin: 0.001 }))
    expect(at(wide, 2, 2).overlayCoin).toBe(0)
  })
})

describe('overlayFall', () => {
  it('judges the calls by the coins they cost, whatever the coins did', () => {
    const book = handBook(10, [
      { day: 0, indexUsd: 100_000 },
      {
        ...{ day: 0.5, indexUsd: 50_000, options: [shortCall(CALL, 2, 0.01)] },
        flows: [{ symbol: CALL, sizeCoin: -2, priceCoin: 0.02, feeCoin: 0, decisionId: 'a' }],
      },
      { day: 1.5, indexUsd: 80_000, options: [shortCall(CALL, 2, 0.06)] },
      { day: 2.5, indexUsd: 90_000, options: [shortCall(CALL, 2, 0.07)] },
      { day: 3.5, indexUsd: 70_000, options: [shortCall(CALL, 2, 0.01)] },
    ])
    const day = (n: number) => Date.UTC(2026, 0, 1 + n)
    const fall = overlayFall(book)
    expect(fall.worstDayCoin).toBeCloseTo(-0.1, 14)
    expect(fall.worstDayShare).toBeCloseTo(-0.01, 14)
    expect(fall.maxDrawdownCoin).toBeCloseTo(-0.12, 14)
    expect(fall.maxDrawdownShare).toBeCloseTo(-0.012, 14)
    expect([fall.worstDayMs, fall.drawdownFromMs, fall.drawdownLowMs]).toEqual([day(1), day(1), day(3)])
    expect(fall.drawdownToMs).toBe(day(3) + 43_200_000)
  })
})

describe('monthsOf', () => {
  it('cuts at 00:00 UTC of the first, and adds up to the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const { book } = randomBook({ seed, days: 70 })
        const months = monthsOf(book)
        expect(months.map(({ month }) => month)).toEqual(['2026-01', '2026-02', '2026-03'])
        const last = book.rows.at(-1)!
        const overlay = months.reduce((sum, { overlayCoin }) => sum + overlayCoin, 0)
        const held = months.reduce((growth, { heldReturnUsd }) => growth * (1 + heldReturnUsd), 1)
        const grown = months.reduce((growth, { returnUsd }) => growth * (1 + returnUsd!), 1)
        expect(overlay).toBeCloseTo(equityOf(last) - book.depositCoin, 11)
        expect(held).toBeCloseTo(last.indexUsd / book.rows[0]!.indexUsd, 11)
        expect(grown).toBeCloseTo((held * equityOf(last)) / book.depositCoin, 11)
      }),
      { numRuns: 30 },
    )
  })

  it('counts a premium in the month of its sale, that of the very end in the last', () => {
    const sale = (decisionId: string) => ({ symbol: CALL, sizeCoin: -1, priceCoin: 0.01, feeCoin: 0, decisionId })
    const book = handBook(10, [
      { day: 0 },
      { day: 30, flows: [sale('a')], options: [shortCall(CALL, 1, 0.01)] },
      { day: 31, flows: [sale('b'), sale('c')], options: [shortCall(CALL, 3, 0.01)] },
    ])
    expect(monthsOf(book)).toEqual([
      {
        month: '2026-01',
        overlayCoin: expect.closeTo(0, 12),
        returnUsd: expect.closeTo(0, 12),
        heldReturnUsd: 0,
        premiumCoin: expect.closeTo(0.03, 14),
      },
    ])
  })
})
