import { describe, expect, it } from 'vitest'
import { CALL, candidateOf, positionOf } from '../test/agent-state.js'
import { riskLimitsSchema } from './options.js'
import { worstBuyPrice, worstSellPrice } from './worst-price.js'

const { collar } = riskLimitsSchema.parse({})
const band = (minPriceCoin: number | null, maxPriceCoin: number | null) => ({ minPriceCoin, maxPriceCoin })

describe('a sale goes no lower than', () => {
  it.each([
    ['one tick below the bid', { bidPriceCoin: 0.01, markPriceCoin: 0.0102 }, undefined, 0.0095],
    ['a finer tick below a bid on the boundary', { bidPriceCoin: 0.005, markPriceCoin: 0.005 }, undefined, 0.0049],
    ['20 % below the mark', { bidPriceCoin: 0.04, markPriceCoin: 0.05 }, undefined, 0.04],
    ['three ticks below the mark', { bidPriceCoin: 0.0007, markPriceCoin: 0.001 }, undefined, 0.0007],
    ['a tick', { bidPriceCoin: 0.0001, markPriceCoin: 0.0001 }, undefined, 0.0001],
    ['the band of the venue', { bidPriceCoin: 0.01, markPriceCoin: 0.0102 }, band(0.00997, null), 0.01],
  ])('%s', (_, market, limits, priceCoin) => {
    expect(worstSellPrice(candidateOf(CALL, market), collar, limits)).toEqual({ priceCoin, breaches: [] })
  })

  it.each([
    ['a bid below the collar', { bidPriceCoin: 0.0395, markPriceCoin: 0.05 }, undefined],
    ['a bid below the band', { bidPriceCoin: 0.01, markPriceCoin: 0.0102 }, band(0.0105, null)],
    ['a bid above the band', { bidPriceCoin: 0.01, markPriceCoin: 0.0102 }, band(null, 0.0095)],
    ['a call dearer than its coin', { bidPriceCoin: 1.0005, markPriceCoin: 1 }, undefined],
  ])('refuses %s', (_, market, limits) => {
    expect(worstSellPrice(candidateOf(CALL, market), collar, limits).breaches).toMatchObject([
      { code: 'price-outside-band', on: CALL, priceCoin: market.bidPriceCoin },
    ])
  })

  it('has none without a bid', () => {
    expect(worstSellPrice({ ...candidateOf(CALL), bidPriceCoin: null }, collar, undefined)).toEqual({
      priceCoin: undefined,
      breaches: [{ code: 'no-quote', on: CALL, side: 'bid' }],
    })
  })
})

describe('a buy-back goes no higher than', () => {
  it.each([
    ['one tick above the ask', { askPriceCoin: 0.0105, markPriceCoin: 0.0102 }, 0.011],
    ['25 % above the mark, although the ask is higher', { askPriceCoin: 0.09, markPriceCoin: 0.05 }, 0.0625],
    ['three ticks above the mark', { askPriceCoin: 0.0009, markPriceCoin: 0.0001 }, 0.0004],
    ['three ticks, for a call worth nothing', { askPriceCoin: 0.0009, markPriceCoin: 0 }, 0.0003],
  ])('%s', (_, market, priceCoin) => {
    expect(worstBuyPrice(positionOf(CALL, -1, market), collar)).toEqual({ priceCoin, breaches: [] })
  })

  it('a tick, where the collar leaves nothing', () => {
    const closed = riskLimitsSchema.parse({ collar: { buyTicks: 0, buyFraction: 0 } }).collar
    const worthless = positionOf(CALL, -1, { askPriceCoin: 0.0009, markPriceCoin: 0 })
    expect(worstBuyPrice(worthless, closed)).toEqual({ priceCoin: 0.0001, breaches: [] })
  })

  it('has none without an ask', () => {
    expect(worstBuyPrice(positionOf(CALL, -1, { askPriceCoin: null }), collar)).toEqual({
      priceCoin: undefined,
      breaches: [{ code: 'no-quote', on: CALL, side: 'ask' }],
    })
  })
})
