import { describe, expect, it } from 'vitest'
import { CALL, candidateOf, DECISION_ID, marginOf, NOW_MS, open, positionOf, stateOf } from '../test/agent-state.js'
import { createRiskGate } from './gate.js'
import { riskLimitsSchema } from './options.js'
import { sellBounds, worstBuyPrice } from './worst-price.js'

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
    expect(sellBounds(candidateOf(CALL, market), collar, limits)?.worstCoin).toBe(priceCoin)
  })

  it.each([
    ['a bid below the collar', { bidPriceCoin: 0.0395, markPriceCoin: 0.05 }, undefined, 0.04, 1],
    ['a bid below the band', { bidPriceCoin: 0.01, markPriceCoin: 0.0102 }, band(0.0105, null), 0.0105, 1],
    ['a bid above the band', { bidPriceCoin: 0.01, markPriceCoin: 0.0102 }, band(null, 0.0095), 0.0085, 0.0095],
    ['a call dearer than its coin', { bidPriceCoin: 1.0005, markPriceCoin: 1 }, band(null, 2), 0.8, 1],
  ])('and bounds %s', (_, market, limits, minPriceCoin, maxPriceCoin) => {
    const offer = candidateOf(CALL, { askPriceCoin: market.bidPriceCoin + 0.0005, ...market })
    expect(sellBounds(offer, collar, limits)).toMatchObject({ minPriceCoin, maxPriceCoin })
    const request = {
      state: stateOf({ candidates: [offer] }),
      proposal: open(CALL, 0.5),
      nowMs: NOW_MS,
      decisionId: DECISION_ID,
    }
    const verdict = createRiskGate().review({ ...request, margins: [marginOf(CALL, 0.5, limits ?? {})] })
    expect(verdict.allowed ? [] : verdict.breaches).toContainEqual({
      code: 'price-outside-band',
      on: CALL,
      priceCoin: market.bidPriceCoin,
      minPriceCoin,
      maxPriceCoin,
    })
  })

  it('has none without a bid', () => {
    expect(sellBounds({ ...candidateOf(CALL), bidPriceCoin: null }, collar, undefined)).toBeUndefined()
  })
})

describe('a buy-back goes no higher than', () => {
  it.each([
    ['one tick above the ask', { askPriceCoin: 0.0105, markPriceCoin: 0.0102 }, 0.011],
    ['25 % above the mark, although the ask is higher', { askPriceCoin: 0.09, markPriceCoin: 0.05 }, 0.0625],
    ['three ticks above the mark', { askPriceCoin: 0.0009, markPriceCoin: 0.0001 }, 0.0004],
    ['three ticks, for a call worth nothing', { askPriceCoin: 0.0009, markPriceCoin: 0 }, 0.0003],
  ])('%s', (_, market, priceCoin) => {
    expect(worstBuyPrice(positionOf(CALL, -1, market), collar)).toBe(priceCoin)
  })

  it('a tick, where the collar leaves nothing', () => {
    const closed = riskLimitsSchema.parse({ collar: { buyTicks: 0, buyFraction: 0 } }).collar
    const worthless = positionOf(CALL, -1, { askPriceCoin: 0.0009, markPriceCoin: 0 })
    expect(worstBuyPrice(worthless, closed)).toBe(0.0001)
  })

  it('has none without an ask', () => {
    expect(worstBuyPrice(positionOf(CALL, -1, { askPriceCoin: null }), collar)).toBeUndefined()
  })
})
