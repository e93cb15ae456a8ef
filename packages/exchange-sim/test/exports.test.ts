import * as exchangeSim from '@cc/exchange-sim'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(exchangeSim).sort()).toEqual([
    'createRecordedMarket',
    'createSimVenue',
    'createSyntheticMarket',
    'parseRecordedChain',
    'simOptionsSchema',
  ])
})
