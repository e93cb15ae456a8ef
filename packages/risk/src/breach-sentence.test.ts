import { expect, it } from 'vitest'
import { breachSentence } from './breach-sentence.js'

it.each([
  [
    { code: 'coverage-exceeded', on: 'BTC', neededCoin: 1, coveredCoin: 0.99999999 } as const,
    'BTC: short calls would need 1 coins, and 0.99999999 may cover them.',
  ],
  [
    { code: 'margin-exceeded', on: 'BTC', marginUsedPct: 61.23456, maxPct: 60 } as const,
    'BTC: 61.2346 % of the margin balance would be used, more than 60 %.',
  ],
  [
    { code: 'margin-exceeded', on: 'ETH', marginUsedPct: null, maxPct: 60 } as const,
    'ETH: there would be no margin balance left.',
  ],
  [
    { code: 'state-stale', on: 'BTC', part: 'index', ageMs: -6_000, maxAgeMs: 120_000 } as const,
    'BTC: index is 6000 ms in the future.',
  ],
  [
    { code: 'price-outside-band', on: 'X', priceCoin: 0.1 + 0.2, minPriceCoin: null, maxPriceCoin: 0.2 } as const,
    'X: a price of 0.3 is outside any to 0.2.',
  ],
  [
    { code: 'expiry-exposure-exceeded', on: 'BTC', expiryMs: Date.UTC(2026, 0, 23, 8), exposure: 1.1, max: 1 } as const,
    'BTC: 1.1 of the covered coins would be short on 2026-01-23, more than 1.',
  ],
])('says the numbers of $code', (breach, sentence) => {
  expect(breachSentence(breach)).toBe(sentence)
})
