import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { black76 } from './black76.js'
import { type ParityQuote, parityForward } from './parity-forward.js'

const YEARS = 30 / 365

function book(forwardUsd: number, strikeUsd: number, kind: 'call' | 'put', halfSpreadCoin = 0.0005): ParityQuote {
  const { priceCoin } = black76({ forwardUsd, strikeUsd, expiryYears: YEARS, iv: 0.5, kind })
  return { strikeUsd, kind, bidCoin: priceCoin - halfSpreadCoin, askCoin: priceCoin + halfSpreadCoin }
}
const chain = (forwardUsd: number, strikes = [50_000, 55_000, 60_000, 65_000, 70_000]) =>
  strikes.flatMap((strikeUsd) => [book(forwardUsd, strikeUsd, 'call'), book(forwardUsd, strikeUsd, 'put')])

it('finds the forward that the options were priced on, at the strike next to it', () => {
  fc.assert(
    fc.property(fc.double({ min: 53_000, max: 67_000, noNaN: true }), (forwardUsd) => {
      const parity = parityForward(chain(forwardUsd))
      expect(parity?.forwardUsd).toBeCloseTo(forwardUsd, 6)
      expect(Math.abs((parity?.strikeUsd ?? 0) - forwardUsd)).toBeLessThan(2_700)
      expect(parity?.strikes).toBe(5)
    }),
  )
})

it('says between which forwards the books leave no arbitrage', () => {
  const parity = parityForward(chain(60_700))
  expect(parity?.strikeUsd).toBe(60_000)
  const { priceCoin: call } = black76({
    forwardUsd: 60_700,
    strikeUsd: 60_000,
    expiryYears: YEARS,
    iv: 0.5,
    kind: 'call',
  })
  const { priceCoin: put } = black76({
    forwardUsd: 60_700,
    strikeUsd: 60_000,
    expiryYears: YEARS,
    iv: 0.5,
    kind: 'put',
  })
  expect(parity?.bidUsd).toBeCloseTo(60_000 / (1 - call + put + 0.001), 6)
  expect(parity?.askUsd).toBeCloseTo(60_000 / (1 - call + put - 0.001), 6)
})

it('does not care for the order', () => {
  expect(parityForward(chain(61_234).reverse())).toEqual(parityForward(chain(61_234)))
})

describe('a strike without both books', () => {
  it.each([
    ['no bid', { bidCoin: null }],
    ['a bid of 0', { bidCoin: 0 }],
    ['no ask', { askCoin: null }],
    ['a crossed book', { bidCoin: 0.5, askCoin: 0.4 }],
  ])('does not count: %s', (_, change) => {
    const quotes = chain(60_200).map((quote) =>
      quote.strikeUsd === 60_000 && quote.kind === 'put' ? { ...quote, ...change } : quote,
    )
    const parity = parityForward(quotes)
    expect(parity?.strikes).toBe(4)
    expect(parity?.strikeUsd).not.toBe(60_000)
    expect(parity?.forwardUsd).toBeCloseTo(60_200, 6)
  })

  it('leaves no forward if there is no other', () => {
    expect(parityForward([book(60_000, 60_000, 'call')])).toBeNull()
    expect(parityForward([])).toBeNull()
  })

  it('is no second row of it', () => {
    const stale = { ...book(50_000, 60_000, 'call'), kind: 'call' as const }
    expect(parityForward([...chain(60_200), stale])).toEqual(parityForward(chain(60_200)))
  })
})

it('takes no forward from a call worth a coin more than its put', () => {
  const absurd = { strikeUsd: 60_000, kind: 'call' as const, bidCoin: 1.2, askCoin: 1.3 }
  expect(parityForward([absurd, book(60_000, 60_000, 'put')])).toBeNull()
})

it.each([
  [{ strikeUsd: Number.NaN }, 'quotes[2]: strikeUsd'],
  [{ askCoin: Number.NaN }, 'quotes[2]: askCoin'],
  [{ bidCoin: -1 }, 'quotes[2]: bidCoin'],
])('names the row of %o', (change, named) => {
  const quotes = chain(60_000)
  quotes[2] = { ...(quotes[2] as ParityQuote), ...change }
  expect(() => parityForward(quotes)).toThrow(named)
})
