import type { OptionQuote } from '@cc/models'
import { roundPriceDown, roundPriceUp } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextOrder, pegTerms } from './next-order.js'
import {
  closeLeg,
  createScriptedBroker,
  DECISION_ID,
  NEAR,
  openLeg,
  RUN_ID,
  START_MS,
} from './scripted-broker.fixture.js'

const quote = (bidPriceCoin: number | null, askPriceCoin: number | null): OptionQuote => ({
  ...{ symbol: NEAR.symbol, bidPriceCoin, askPriceCoin, bidSizeCoin: 1, askSizeCoin: 1, markPriceCoin: 0.0035 },
  ...{ markIv: 0.5, forwardUsd: 90_000, indexUsd: 90_000, openInterestCoin: 1, volumeCoin: 1, timestampMs: 0 },
  ...{ greeks: null, minPriceCoin: null, maxPriceCoin: null },
})
const rests = { postOnly: true, timeInForce: 'good-til-cancelled' }
const crosses = { postOnly: false, timeInForce: 'immediate-or-cancel' }

describe('pegTerms', () => {
  it('walks a sale from the mid down to the bid, rounding up', () => {
    const at = (peg: number) => pegTerms(openLeg(), quote(0.003, 0.0041), { peg, pegs: 3 })
    expect(at(0)).toEqual({ priceCoin: 0.0036, ...rests })
    expect(at(1)).toEqual({ priceCoin: 0.0033, ...rests })
    expect(at(2)).toEqual({ priceCoin: 0.003, ...crosses })
  })

  it('walks a purchase from the mid up to the ask, rounding down', () => {
    const at = (peg: number) => pegTerms(closeLeg(), quote(0.003, 0.0041), { peg, pegs: 3 })
    expect(at(0)).toEqual({ priceCoin: 0.0035, ...rests })
    expect(at(1)).toEqual({ priceCoin: 0.0038, ...rests })
    expect(at(2)).toEqual({ priceCoin: 0.0041, ...crosses })
  })

  it('rests at the worst price where the book is beyond it, and does not cross', () => {
    const leg = openLeg({ worstPriceCoin: 0.0038 })
    expect(pegTerms(leg, quote(0.003, 0.004), { peg: 0, pegs: 3 })).toEqual({ priceCoin: 0.0038, ...rests })
    expect(pegTerms(leg, quote(0.003, 0.004), { peg: 2, pegs: 3 })).toBeUndefined()
  })

  it('buys at the worst price where that is on the grid', () => {
    const leg = closeLeg({ worstPriceCoin: 0.0033 })
    expect(pegTerms(leg, quote(0.003, 0.0041), { peg: 0, pegs: 3 })).toEqual({ priceCoin: 0.0033, ...rests })
  })

  it('takes the next tick where the worst price is a tick with float noise', () => {
    const sale = pegTerms(openLeg({ worstPriceCoin: 0.004000000000000001 }), quote(0.003, 0.004), { peg: 0, pegs: 3 })
    expect(sale).toMatchObject({ priceCoin: 0.0041 })
    const purchase = pegTerms(closeLeg({ worstPriceCoin: 0.02499999999999999 }), quote(0.03, 0.04), { peg: 0, pegs: 3 })
    expect(purchase).toMatchObject({ priceCoin: 0.0245 })
  })

  it('crosses at once with a single peg, and where there is no opposite quote to make a mid', () => {
    expect(pegTerms(openLeg(), quote(0.003, 0.004), { peg: 0, pegs: 1 })).toEqual({ priceCoin: 0.003, ...crosses })
    expect(pegTerms(openLeg(), quote(0.003, null), { peg: 0, pegs: 3 })).toEqual({ priceCoin: 0.003, ...crosses })
  })

  it('has no price without anybody to trade with, nor a purchase below one tick', () => {
    expect(pegTerms(openLeg(), quote(null, 0.004), { peg: 0, pegs: 3 })).toBeUndefined()
    expect(pegTerms(closeLeg(), quote(0.003, null), { peg: 0, pegs: 3 })).toBeUndefined()
    expect(pegTerms(closeLeg({ worstPriceCoin: 0.00005 }), quote(0.003, 0.004), { peg: 0, pegs: 3 })).toBeUndefined()
  })

  describe('inside the price band of the venue', () => {
    const banded = (minPriceCoin: number | null, maxPriceCoin: number | null) => ({
      ...quote(0.003, 0.0041),
      ...{ minPriceCoin, maxPriceCoin },
    })
    const [first, last] = [
      { peg: 0, pegs: 3 },
      { peg: 2, pegs: 3 },
    ]

    it.each([
      { what: 'a sale above it', leg: openLeg(), band: banded(null, 0.0034), priceCoin: 0.0034 },
      { what: 'a sale above it, off its ticks', leg: openLeg(), band: banded(null, 0.00345), priceCoin: 0.0034 },
      { what: 'a sale below it', leg: openLeg(), band: banded(0.0039, null), priceCoin: 0.0039 },
      { what: 'a sale below it, off its ticks', leg: openLeg(), band: banded(0.00385, null), priceCoin: 0.0039 },
      { what: 'a purchase above it', leg: closeLeg(), band: banded(null, 0.0033), priceCoin: 0.0033 },
      { what: 'a purchase below it', leg: closeLeg(), band: banded(0.0037, null), priceCoin: 0.0037 },
      { what: 'a purchase below it, off its ticks', leg: closeLeg(), band: banded(0.00365, null), priceCoin: 0.0037 },
    ])('$what rests at its edge', ({ leg, band, priceCoin }) => {
      expect(pegTerms(leg, band, first)).toEqual({ priceCoin, ...rests })
    })

    it.each([
      { what: 'a sale', leg: openLeg({ worstPriceCoin: 0.0035 }), band: banded(null, 0.0034) },
      { what: 'a purchase', leg: closeLeg({ worstPriceCoin: 0.0035 }), band: banded(0.0036, null) },
    ])('$what has no price where the band lies beyond its worst', ({ leg, band }) => {
      expect(pegTerms(leg, band, first)).toBeUndefined()
      expect(pegTerms(leg, band, last)).toBeUndefined()
    })

    it.each([
      { what: 'a sale', leg: openLeg({ worstPriceCoin: 0.0034 }), band: banded(null, 0.0034), priceCoin: 0.0034 },
      { what: 'a purchase', leg: closeLeg({ worstPriceCoin: 0.0036 }), band: banded(0.0036, null), priceCoin: 0.0036 },
    ])('$what rests where the band begins at its worst', ({ leg, band, priceCoin }) => {
      expect(pegTerms(leg, band, first)).toEqual({ priceCoin, ...rests })
    })

    it.each([
      { what: 'a sale to a bid above it', leg: openLeg(), band: banded(null, 0.0025), priceCoin: 0.0025 },
      { what: 'a sale to a bid at its top', leg: openLeg(), band: banded(null, 0.003), priceCoin: 0.003 },
      { what: 'a sale to a bid at its foot', leg: openLeg(), band: banded(0.003, null), priceCoin: 0.003 },
      { what: 'a purchase of an ask below it', leg: closeLeg(), band: banded(0.0045, null), priceCoin: 0.0045 },
      { what: 'a purchase of an ask at its top', leg: closeLeg(), band: banded(null, 0.0041), priceCoin: 0.0041 },
      { what: 'a purchase of an ask at its foot', leg: closeLeg(), band: banded(0.0041, null), priceCoin: 0.0041 },
    ])('$what crosses at $priceCoin', ({ leg, band, priceCoin }) => {
      expect(pegTerms(leg, band, last)).toEqual({ priceCoin, ...crosses })
    })

    it.each([
      { what: 'a sale to a bid below it', leg: openLeg(), band: banded(0.0031, null) },
      { what: 'a purchase of an ask above it', leg: closeLeg(), band: banded(null, 0.004) },
    ])('$what does not cross', ({ leg, band }) => {
      expect(pegTerms(leg, band, last)).toBeUndefined()
    })
  })

  it('takes no notice of the mark, wherever it lies', () => {
    for (const leg of [openLeg(), closeLeg()]) {
      for (const peg of [0, 1, 2]) {
        const book = quote(0.003, 0.0041)
        const terms = pegTerms(leg, book, { peg, pegs: 3 })
        for (const markPriceCoin of [0, 0.0029, 0.005]) {
          expect(pegTerms(leg, { ...book, markPriceCoin }, { peg, pegs: 3 })).toEqual(terms)
        }
      }
    }
  })

  it('is on the tick, between the book and the worst price, and inside the band', () => {
    const ticks = fc.integer({ min: 1, max: 400 })
    const tickPrice = ticks.map((count) => roundPriceUp(count * 0.0001, NEAR))
    fc.assert(
      fc.property(
        fc.record({ bid: ticks, spread: ticks, worst: fc.double({ min: 1e-5, max: 0.05, noNaN: true }) }),
        fc.record({ minPriceCoin: fc.option(tickPrice), maxPriceCoin: fc.option(tickPrice) }),
        fc.record({ peg: fc.nat(9), pegs: fc.integer({ min: 1, max: 10 }) }),
        fc.boolean(),
        ({ bid, spread, worst }, band, step, sells) => {
          const bidCoin = roundPriceUp(bid * 0.0001, NEAR)
          const askCoin = roundPriceUp((bid + spread) * 0.0001 + 0.0005, NEAR)
          const leg = sells ? openLeg({ worstPriceCoin: worst }) : closeLeg({ worstPriceCoin: worst })
          const terms = pegTerms(leg, { ...quote(bidCoin, askCoin), ...band }, step)
          if (terms === undefined) return
          const { priceCoin } = terms
          expect(roundPriceDown(priceCoin, NEAR)).toBe(priceCoin)
          expect(sells ? priceCoin >= worst : priceCoin <= worst).toBe(true)
          const { minPriceCoin, maxPriceCoin } = band
          expect(priceCoin).toBeGreaterThanOrEqual(minPriceCoin ?? 0)
          expect(priceCoin).toBeLessThanOrEqual(maxPriceCoin ?? 1)
          // It never gives away more than the touch, unless the venue's band makes it.
          if (sells) expect(priceCoin).toBeGreaterThanOrEqual(Math.min(bidCoin, maxPriceCoin ?? 1))
          else expect(priceCoin).toBeLessThanOrEqual(Math.max(askCoin, minPriceCoin ?? 0))
          expect(terms.postOnly).toBe(terms.timeInForce === 'good-til-cancelled')
        },
      ),
    )
  })
})

describe('nextOrder', () => {
  const next = ({ restCoin = 1, expiresMs = START_MS + 60_000 }: { restCoin?: number; expiresMs?: number }) => {
    const { ports } = createScriptedBroker()
    const options = { runId: RUN_ID, pegs: 3, validForMs: 3_000 }
    return nextOrder(ports, options, { leg: openLeg(), decisionId: DECISION_ID, expiresMs, peg: 1, restCoin })
  }

  it('is of the smallest size where no more is left, and none below it', async () => {
    expect(await next({ restCoin: 0.1 })).toMatchObject({ sizeCoin: 0.1, label: 'cc-abcdef01-cafe0123-o-2' })
    expect(await next({ restCoin: 0.19 })).toMatchObject({ sizeCoin: 0.1 })
    expect(await next({ restCoin: 0.09 })).toBeUndefined()
    expect(await next({ restCoin: -0.1 })).toBeUndefined()
  })

  it('is one as long as the venue must begin it before the approval ends', async () => {
    expect(await next({ expiresMs: START_MS + 3_000 })).toMatchObject({ validUntilMs: START_MS + 3_000 })
    expect(await next({ expiresMs: START_MS + 2_999 })).toBeUndefined()
  })
})
