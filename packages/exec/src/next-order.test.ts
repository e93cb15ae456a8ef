import type { OptionQuote } from '@cc/models'
import { roundPriceDown, roundPriceUp } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pegTerms } from './next-order.js'
import { closeLeg, NEAR, openLeg } from './scripted-broker.fixture.js'

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

  it('is on the tick, between the book and the worst price, and never better than the mid allows', () => {
    const ticks = fc.integer({ min: 1, max: 400 })
    fc.assert(
      fc.property(
        fc.record({ bid: ticks, spread: ticks, worst: fc.double({ min: 1e-5, max: 0.05, noNaN: true }) }),
        fc.record({ peg: fc.nat(9), pegs: fc.integer({ min: 1, max: 10 }) }),
        fc.boolean(),
        ({ bid, spread, worst }, step, sells) => {
          const bidCoin = roundPriceUp(bid * 0.0001, NEAR)
          const askCoin = roundPriceUp((bid + spread) * 0.0001 + 0.0005, NEAR)
          const leg = sells ? openLeg({ worstPriceCoin: worst }) : closeLeg({ worstPriceCoin: worst })
          const terms = pegTerms(leg, quote(bidCoin, askCoin), step)
          if (terms === undefined) return
          const { priceCoin } = terms
          expect(roundPriceDown(priceCoin, NEAR)).toBe(priceCoin)
          expect(sells ? priceCoin >= worst : priceCoin <= worst).toBe(true)
          expect(sells ? priceCoin >= bidCoin : priceCoin <= askCoin).toBe(true)
          expect(terms.postOnly).toBe(terms.timeInForce === 'good-til-cancelled')
        },
      ),
    )
  })
})
