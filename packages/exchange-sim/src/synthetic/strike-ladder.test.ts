import fc from 'fast-check'
import { expect, it } from 'vitest'
import { strikeLadder } from './strike-ladder.js'

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

it('surrounds the spot with 5 to 80 ascending strikes, coarser further out', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('BTC' as const, 'ETH' as const),
      fc.double({ min: 300, max: 1_000_000, noNaN: true }),
      fc.double({ min: 4, max: 372, noNaN: true }),
      (currency, spot, days) => {
        const strikes = strikeLadder(currency, spot, days)
        expect(strikes.length).toBeGreaterThanOrEqual(5)
        expect(strikes.length).toBeLessThanOrEqual(80)
        expect(strikes[0]!).toBeGreaterThan(0)
        expect(strikes[0]!).toBeLessThan(spot)
        expect(strikes.at(-1)!).toBeGreaterThan(spot)
        strikes.slice(1).forEach((strike, i) => {
          expect(strike).toBeGreaterThan(strikes[i]!)
        })
      },
    ),
  )
})
