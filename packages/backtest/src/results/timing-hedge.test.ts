import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributionOf, equityOf } from './attribution.js'
import { handBook, shortCall } from './hand-book.fixture.js'
import { randomBook } from './random-book.fixture.js'
import { hedgeTiming } from './timing-hedge.js'

const DAY_MS = 86_400_000
const CALL = 'BTC-27MAR26-100000-C'

describe('hedgeTiming', () => {
  // Two coins short: a premium-adjusted delta of 0.2 for a day, then of 0.5, then of 0.1.
  const book = handBook(10, [
    {
      ...{ day: 0, options: [shortCall(CALL, 2, 0.02, 0.22)] },
      flows: [{ symbol: CALL, sizeCoin: -2, priceCoin: 0.02, feeCoin: 0, decisionId: 'a' }],
    },
    { day: 1, indexUsd: 110_000, options: [shortCall(CALL, 2, 0.05, 0.55)] },
    { day: 2, indexUsd: 99_000, options: [shortCall(CALL, 2, 0.01, 0.11)] },
    { day: 3, indexUsd: 99_000, options: [shortCall(CALL, 2, 0.01, 0.11)] },
  ])
  // Day 1: −2·(0.2 − 0.5) coins. Day 2: the mean is 0.35, −2·(0.35 − 0.1) coins.
  const [first, second] = [0.6, -0.5]

  it('holds the delta of the calls at its mean so far, worked by hand', () => {
    const { hedgeCoin, feesCoin } = hedgeTiming(book)
    expect(hedgeCoin).toBeCloseTo(first * (1 - 110_000 / 99_000), 14)
    const traded = first + Math.abs(second - (first * 110_000) / 99_000) + Math.abs(second)
    expect(feesCoin).toBeCloseTo(0.0005 * traded, 14)
  })

  it('carries the hedge, its fees and its funding in the equity', () => {
    const funding = 0.0001
    const hedge = hedgeTiming(book, {
      feeRate: 0.001,
      fundingRate: (fromMs, toMs) => (funding * (toMs - fromMs)) / DAY_MS,
    })
    expect(hedge.fundingCoin).toBeCloseTo((first + second) * funding, 14)
    const change = equityOf(hedge.book.rows.at(-1)!) - equityOf(book.rows.at(-1)!)
    expect(change).toBeCloseTo(hedge.hedgeCoin - hedge.feesCoin - hedge.fundingCoin, 13)
    expect(hedge.feesCoin).toBeCloseTo(2 * hedgeTiming(book).feesCoin, 14)
  })

  it('trades nothing where nothing is short', () => {
    const { book: idle } = randomBook({ seed: 1, sellChance: 0 })
    expect(hedgeTiming(idle)).toEqual({ book: idle, hedgeCoin: 0, feesCoin: 0, fundingCoin: 0 })
  })

  it('takes most of the timing out of random books, free of cost, without seeing the mean of the whole', () => {
    let plain = 0
    let hedged = 0
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const { book: random } = randomBook({ seed, days: 120 })
        const { timing } = attributionOf(random).coin
        plain += timing ** 2
        hedged += (timing + hedgeTiming(random, { feeRate: 0 }).hedgeCoin) ** 2
      }),
      { numRuns: 60, seed: 4 },
    )
    expect(hedged).toBeLessThan(0.5 * plain)
  })
})
