import { nextPriceUp, roundPriceDown } from '@cc/pricing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { spreadTicksOf } from './spread-ticks.js'

const DERIBIT = { tickSizeCoin: 0.0001, tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }] }

it.each([
  { bid: 0.01, ask: 0.0115, ticks: 3, why: 'three large ticks, though 0.0115 − 0.01 is not 0.0015 in doubles' },
  { bid: 0.0012, ask: 0.0015, ticks: 3, why: 'three small ticks' },
  { bid: 0.0048, ask: 0.006, ticks: 4, why: 'two small ones up to the boundary and two large ones from it' },
  { bid: 0.0049, ask: 0.005, ticks: 1, why: 'a boundary is reached by the small tick' },
  { bid: 0.005, ask: 0.0055, ticks: 1, why: 'and left by the large one' },
  { bid: 0.01, ask: 0.01025, ticks: 0.5, why: 'half a tick off the grid' },
  { bid: 0.01, ask: 0.01, ticks: 0, why: 'no spread' },
  { bid: 0.0055, ask: 0.0049, ticks: -2, why: 'crossed' },
])('from $bid to $ask are $ticks ticks: $why', ({ bid, ask, ticks }) => {
  expect(spreadTicksOf({ bidPriceCoin: bid, askPriceCoin: ask }, DERIBIT)).toBe(ticks)
})

it('counts the steps that lead up the grid, whatever the order of its boundaries', () => {
  const upper = { abovePriceCoin: 0.05, tickSizeCoin: 0.001 }
  const rule = { ...DERIBIT, tickSteps: [upper, ...DERIBIT.tickSteps] }
  fc.assert(
    fc.property(fc.double({ min: 0.0001, max: 0.1, noNaN: true }), fc.integer({ min: 0, max: 60 }), (price, steps) => {
      const bidPriceCoin = roundPriceDown(price, rule)
      let askPriceCoin = bidPriceCoin
      for (let step = 0; step < steps; step++) askPriceCoin = nextPriceUp(askPriceCoin, rule)
      expect(spreadTicksOf({ bidPriceCoin, askPriceCoin }, rule)).toBe(steps)
    }),
  )
})
