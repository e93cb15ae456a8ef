import * as deribitClient from '@cc/deribit-client'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(deribitClient).sort()).toEqual([
    'chainQuotesOf',
    'createDeribitClient',
    'createDeribitPublicClient',
    'createDeribitVenue',
    'createPrivateApi',
    'createPublicApi',
    'createResultReader',
    'deribitOptionsSchema',
    'isLocked',
    'lockOf',
    'orderMethods',
    'privateMethods',
    'publicMethods',
    'readLimits',
  ])
})
