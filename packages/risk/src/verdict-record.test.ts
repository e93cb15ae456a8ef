import { verdictRecordSchema } from '@cc/models'
import { expect, it } from 'vitest'
import { CALL, close, LATER_CALL, NOW_MS, open, positionOf, roll, stateOf } from '../test/agent-state.js'
import { checkActionAllowed, verdictRecord } from './index.js'

it('keeps the legs of an approval by symbol, and its end', () => {
  const state = stateOf({ coveredCoin: 1.1, portfolio: { positions: [positionOf(CALL, -1)] } })
  const record = verdictRecord(checkActionAllowed(state, roll(CALL, LATER_CALL, 1)))
  expect(record).toEqual({
    allowed: true,
    expiresMs: NOW_MS + 300_000,
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
