import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRecordedMarket, createSimVenue, parseRecordedChain } from '@cc/exchange-sim'
import { describeVenue } from '@cc/models/testing'
import { describe, inject } from 'vitest'

describeVenue('in memory', async () => createSimVenue({ seed: 1 }))
describeVenue('in memory, ETH', async () => createSimVenue({ seed: 2 }), 'ETH')

const recordings = inject('recordings')

describe.skipIf(recordings === null).each([
  ['BTC', '20251230T173115Z'],
  ['BTC', '20260226T094105Z'],
  ['ETH', '20251230T173115Z'],
  ['ETH', '20260226T094105Z'],
] as const)('over the recorded chain %s_%s', (currency, moment) => {
  const name = `${currency}_${moment}.json`
  describeVenue(
    name,
    async () => {
      const text = readFileSync(join(recordings ?? '', 'fixtures/chains', name), 'utf8')
      return createSimVenue({}, { market: createRecordedMarket([parseRecordedChain({ name, text })]) })
    },
    currency,
  )
})
