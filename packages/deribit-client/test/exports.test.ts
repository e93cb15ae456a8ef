import { readFileSync } from 'node:fs'
import * as deribitClient from '@cc/deribit-client'
import { expect, it } from 'vitest'

const source = (path: string) => readFileSync(new URL(`../src/${path}`, import.meta.url), 'utf8')

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
    'createPublicArchive',
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

it('names the type of whatever a channel sends', () => {
  const sent = ['streams/public-channels.ts', 'streams/user-channels.ts'].flatMap(
    (path) => source(path).match(/\bWire[A-Z]\w+/g) ?? [],
  )
  const exported = new Set(source('index.ts').match(/\bWire[A-Z]\w+/g))
  expect(sent.length).toBeGreaterThan(20)
  expect(sent.filter((name) => !exported.has(name))).toEqual([])
})
