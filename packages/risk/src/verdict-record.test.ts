import { verdictRecordSchema } from '@cc/models'
import { expect, it } from 'vitest'
import { CALL, close, LATER_CALL, NOW_MS, open, positionOf, roll, stateOf } from '../test/agent-state.js'
import { breachSentence, checkActionAllowed, verdictRecord } from './index.js'

it('keeps the legs of an approval by symbol, its debit and its end', () => {
  const state = stateOf({ coveredCoin: 1.1, portfolio: { positions: [positionOf(CALL, -1)] } })
  const record = verdictRecord(checkActionAllowed(state, roll(CALL, LATER_CALL, 1), { maxNetDebitCoin: 0.002 }))
  expect(record).toEqual({
    allowed: true,
    maxNetDebitCoin: 0.002,
    expiresMs: NOW_MS + 300_000,
    maxOrders: 24,
    legs: [
      { leg: 'close', symbol: CALL, side: 'buy', maxSizeCoin: 1, worstPriceCoin: 0.011, reduceOnly: true },
      { leg: 'open', symbol: LATER_CALL, side: 'sell', maxSizeCoin: 1, worstPriceCoin: 0.0095, reduceOnly: false },
    ],
  })
  expect(verdictRecordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record)
})

it('keeps the breaches and sentences of a refusal', () => {
  const record = verdictRecord(checkActionAllowed(stateOf(), close(CALL, 0.5)))
  expect(record).toEqual({
    allowed: false,
    breaches: [{ code: 'position-missing', on: CALL, sizeCoin: 0.5, heldCoin: 0 }],
    reasons: [`${CALL}: 0.5 cannot be bought back, 0 is short.`],
  })
  expect(verdictRecordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record)
  expect(verdictRecord(checkActionAllowed(stateOf(), open('calls', 1)))).toMatchObject({
    breaches: [{ code: 'symbol-unknown', on: 'calls' }],
  })
})

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
