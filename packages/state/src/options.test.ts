import { expect, it } from 'vitest'
import { stateOptionsSchema } from './options.js'

it('has a default for every option', () => {
  expect(stateOptionsSchema.parse({})).toEqual({
    underlyings: ['BTC', 'ETH'],
    deltaMin: 0.1,
    deltaMax: 0.35,
    dteMin: 5,
    dteMax: 45,
    moneynessMin: 0,
    premiumMinUsd: 5,
    liquidity: { maxSpreadTicks: 3, maxSpreadIv: 0.05, minBidSizeCoin: 0, minOpenInterestCoin: 0 },
    maxCandidates: 30,
    readTickers: true,
    volHorizonDays: 30,
  })
})

it.each([
  { options: { deltaMin: 0.4 }, says: 'deltaMin 0.4 must not be above deltaMax 0.35' },
  { options: { dteMin: 60 }, says: 'dteMin 60 must not be above dteMax 45' },
  { options: { deltaMax: 35 }, says: 'deltaMax' },
  { options: { underlyings: ['BTC', 'BTC'] }, says: 'underlyings must name each currency once' },
  { options: { underlyings: [] }, says: 'underlyings' },
  { options: { volHorizonDays: 0 }, says: 'volHorizonDays' },
  { options: { deltaMn: 0.1 }, says: 'deltaMn' },
])('refuses $options and says why', ({ options, says }) => {
  expect(() => stateOptionsSchema.parse(options)).toThrow(says)
})

it('takes a range of one value', () => {
  expect(stateOptionsSchema.parse({ deltaMin: 0.2, deltaMax: 0.2, dteMin: 7, dteMax: 7 })).toMatchObject({ dteMin: 7 })
})
