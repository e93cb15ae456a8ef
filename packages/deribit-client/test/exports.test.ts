import * as deribitClient from '@cc/deribit-client'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(deribitClient).sort()).toEqual([
    'chainQuotesOf',
    'channels',
    'createDeribitClient',
    'createDeribitPublicClient',
    'createDeribitPublicSocketClient',
    'createDeribitSocketClient',
    'createDeribitVenue',
    'createPrivateApi',
    'createPublicApi',
    'createResultReader',
    'createStreamVenue',
    'deribitOptionsSchema',
    'deribitSocketOptionsSchema',
    'isLocked',
    'lockOf',
    'openBook',
    'openUserEvents',
    'orderMethods',
    'privateMethods',
    'publicMethods',
    'readLimits',
    'streamVenueOptionsSchema',
  ])
})
