import { black76, yearsBetween } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { optionOf, START_MS } from './exchange.fixture.js'
import { impliedIv } from './implied-iv.js'

const DAY_MS = 86_400_000

describe('impliedIv', () => {
  it('gives back the IV that a price was made with', () => {
    fc.assert(
      fc.property(
        fc.record({
          kind: fc.constantFrom('call' as const, 'put' as const),
          strikeUsd: fc.double({ min: 0.6, max: 1.6, noNaN: true }).map((ratio) => Math.round(80_000 * ratio)),
          days: fc.double({ min: 0.2, max: 360, noNaN: true }),
          iv: fc.double({ min: 0.1, max: 3, noNaN: true }),
        }),
        ({ kind, strikeUsd, days, iv }) => {
          const expiryMs = START_MS + Math.round(days * DAY_MS)
          const forwardUsd = 80_000
          const priced = { forwardUsd, strikeUsd, expiryYears: yearsBetween(START_MS, expiryMs), kind }
          const { priceCoin, vega } = black76({ ...priced, iv })
          // Where a cent of price says nothing about the IV there is nothing to give back.
          fc.pre(vega > 0.01)
          const option = optionOf({ kind, strikeUsd, expiryMs })
          const implied = impliedIv(option, { priceCoin, forwardUsd, atMs: START_MS })
          expect(Math.abs((implied ?? Number.NaN) / iv - 1)).toBeLessThan(1e-7)
        },
      ),
    )
  })

  it.each([
    { why: 'a call at its intrinsic value', option: optionOf({ strikeUsd: 60_000 }), priceCoin: 0.25 },
    { why: 'a put below it', option: optionOf({ strikeUsd: 100_000, kind: 'put' }), priceCoin: 0.2 },
    { why: 'a call that costs more than its coin', option: optionOf(), priceCoin: 1.1 },
    { why: 'a put that costs more than its strike', option: optionOf({ kind: 'put' }), priceCoin: 1.2 },
    { why: 'an option at its end', option: optionOf({ expiryMs: START_MS }), priceCoin: 0.02 },
    { why: 'an option past its end', option: optionOf({ expiryMs: START_MS - 1 }), priceCoin: 0.02 },
    { why: 'a price that takes more than 2,000 %', option: optionOf({ expiryMs: START_MS + 60_000 }), priceCoin: 0.02 },
  ])('knows none of $why', ({ option, priceCoin }) => {
    expect(impliedIv(option, { priceCoin, forwardUsd: 80_000, atMs: START_MS })).toBeNull()
  })
})
