import { readFileSync } from 'node:fs'
import { formatSymbol, parseSymbol } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { listedExpiries, strikeLadder } from './option-listing.js'

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

describe('strikes', () => {
  it.each([
    ['BTC', 88_500, 4, 1_000, 'a daily'],
    ['BTC', 88_500, 22, 1_000, 'a weekly'],
    ['BTC', 88_500, 365, 2_000, 'a year'],
    ['ETH', 2_970, 4, 25, 'a daily'],
    ['ETH', 2_970, 22, 50, 'a weekly'],
    ['ETH', 2_160, 365, 100, 'a year'],
  ] as const)(
    'steps %s at %d over %d days by %d at the money, as Deribit does for %s',
    (currency, spot, days, step, _why) => {
      const strikes = strikeLadder(currency, spot, days)
      const above = strikes.findIndex((strike) => strike > spot)
      expect(strikes[above]! - strikes[above - 1]!).toBe(step)
    },
  )

  it('surrounds the spot with 4 to 80 ascending strikes, coarser further out', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('BTC' as const, 'ETH' as const),
        fc.double({ min: 300, max: 1_000_000, noNaN: true }),
        fc.double({ min: 4, max: 372, noNaN: true }),
        (currency, spot, days) => {
          const strikes = strikeLadder(currency, spot, days)
          expect(strikes.length).toBeGreaterThanOrEqual(4)
          expect(strikes.length).toBeLessThanOrEqual(80)
          expect(strikes[0]!).toBeGreaterThan(0)
          expect(strikes[0]!).toBeLessThan(spot)
          expect(strikes.at(-1)!).toBeGreaterThan(spot)
          strikes.slice(1).forEach((strike, i) => {
            expect(strike).toBeGreaterThan(strikes[i]!)
          })
        },
      ),
      // Four days ahead, where the step has just become coarser, there are four.
      {
        examples: [
          ['BTC', 1428.44, 4],
          ['BTC', 287_328, 4],
        ],
      },
    )
  })
})
