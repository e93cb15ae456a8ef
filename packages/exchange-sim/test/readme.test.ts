import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { simOptionsSchema } from '@cc/exchange-sim'
import { expect, it } from 'vitest'
import { describeReadmeExample, namesUnder } from '../../../vitest.readme.ts'
import { type ChannelName, parseChannelName } from '../src/server/streams/channel-name.js'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('lists every option, and no other', () => {
  expect(namesUnder(root, 'Options')).toEqual(Object.keys(simOptionsSchema.shape))
})

it('lists every error code that the sources throw, and no other', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n')
  const thrown = new Set([...sources.matchAll(/code: '(exchange-sim\/[a-z-]+)'/g)].map(([, code]) => code))
  expect(namesUnder(root, 'Errors').sort()).toEqual([...thrown].sort())
})

it('lists channels of every kind that is served, and none that is not', () => {
  const listed = namesUnder(root, 'Channels').map((name) => [name, parseChannelName(spelled(name))?.kind])
  expect(listed.filter(([, kind]) => kind === undefined)).toEqual([])
  expect([...new Set(listed.map(([, kind]) => kind))].sort()).toEqual(Object.keys(CHANNEL_KINDS).sort())
})

/** A channel as it would be asked for. */
function spelled(name: string): string {
  return name.replace(/\{(\w+)\}/g, (_, part: string) => EXAMPLES[part] ?? part)
}

const EXAMPLES: Readonly<Record<string, string>> = {
  instrument: 'BTC-9JAN26-80000-C',
  interval: '100ms',
  group: 'none',
  depth: '10',
  kind: 'option',
  currency: 'BTC',
  resolution: '60',
  index: 'btc_usd',
}

/** The compiler asks for a new kind here, and the test for its row. */
const CHANNEL_KINDS: Readonly<Record<ChannelName['kind'], true>> = {
  ticker: true,
  'incremental-ticker': true,
  book: true,
  'book-window': true,
  quote: true,
  perpetual: true,
  chart: true,
  'mark-prices': true,
  index: true,
  'volatility-index': true,
  'expiration-price': true,
  'instrument-state': true,
  'instrument-creation': true,
  'platform-state': true,
  'public-methods-state': true,
  announcements: true,
  trades: true,
  'user-orders': true,
  'user-trades': true,
  'user-changes': true,
  'user-portfolio': true,
  'user-silent': true,
}
