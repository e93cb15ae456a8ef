import { readFileSync } from 'node:fs'
import { formatSymbol, parseSymbol } from '@cc/models'
import { describe, expect, inject, it } from 'vitest'
import { listedExpiries } from './expiry-listing.js'

const recordings = inject('recordings')
const expiriesAt = (time: string) =>
  listedExpiries(Date.parse(time)).map(
    (expiryMs) => formatSymbol({ currency: 'BTC', expiryMs, strikeUsd: 1, kind: 'call' }).split('-')[1],
  )

it.each([
  ['2026-05-20T07:00Z', '20MAY26 21MAY26 22MAY26 23MAY26 29MAY26 5JUN26 26JUN26 31JUL26 25SEP26 25DEC26 26MAR27'],
  ['2025-12-30T17:31Z', '31DEC25 1JAN26 2JAN26 3JAN26 9JAN26 16JAN26 30JAN26 27FEB26 27MAR26 26JUN26 25SEP26 25DEC26'],
  [
    '2026-02-26T09:41Z',
    '27FEB26 28FEB26 1MAR26 2MAR26 6MAR26 13MAR26 20MAR26 27MAR26 24APR26 29MAY26 26JUN26 25SEP26 25DEC26',
  ],
])('lists at %s what Deribit listed', (time, expiries) => {
  expect(expiriesAt(time)).toEqual(expiries.split(' '))
})

it('drops an expiry and lists the daily four days on at 08:00 UTC', () => {
  const before = expiriesAt('2026-05-20T07:59:59.999Z')
  const after = expiriesAt('2026-05-20T08:00Z')
  expect(before.filter((expiry) => !after.includes(expiry))).toEqual(['20MAY26'])
  expect(after.filter((expiry) => !before.includes(expiry))).toEqual(['24MAY26'])
})

it.each([
  ['2026-01-01T09:18Z', '23JAN26', 'a weekly, 22 days ahead'],
  ['2026-01-29T09:34Z', '24APR26', 'a monthly, with the expiry of January'],
  ['2026-03-26T09:55Z', '26MAR27', 'a quarterly, with that of a year before'],
])('lists on the Thursday %s the expiry %s: %s', (time, expiry) => {
  expect(expiriesAt(time)).toContain(expiry)
  expect(expiriesAt(time.replace(/T.*/, 'T07:59Z'))).not.toContain(expiry)
})

describe.skipIf(recordings === null)('against recorded chains', () => {
  it.each(['BTC_20251230T173115Z', 'ETH_20251230T173115Z', 'BTC_20260226T094105Z', 'ETH_20260226T094105Z'])(
    'lists the expiries of %s',
    (name) => {
      const chain = JSON.parse(readFileSync(`${recordings}/fixtures/chains/${name}.json`, 'utf8'))
      const recorded = new Set<number | undefined>(
        chain.rows.map((row: { instrument_name: string }) => parseSymbol(row.instrument_name)?.expiryMs),
      )
      expect(new Set(listedExpiries(Date.parse(chain.collected_at)))).toEqual(recorded)
    },
  )
})
