import * as exchangeSim from '@cc/exchange-sim'
import * as server from '@cc/exchange-sim/server'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(exchangeSim).sort()).toEqual([
    'ChainRow',
    'createDayPricing',
    'createOptionListing',
    'createRecordedMarket',
    'createSimVenue',
    'createSyntheticMarket',
    'greeksOf',
    'listOption',
    'parseRecordedChain',
    'priceAbove',
    'priceBand',
    'priceBelow',
    'simOptionsSchema',
    'statedIv',
    'usualLean',
    'usualSpreads',
  ])
})

it('exports these names under /server and no others', () => {
  expect(Object.keys(server).sort()).toEqual([
    'createFaultPlan',
    'createSimProtocol',
    'createSimServer',
    'faultPlanSchema',
    'readFaultPlan',
    'simServerOptionsSchema',
  ])
})
