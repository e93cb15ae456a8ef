import { parseSymbol } from '@cc/models'
import { expect, it } from 'vitest'
import { CALL, ETH_CALL } from '../test/agent-state.js'
import { mayBeCall, mayBeOf, partsOf } from './symbol-parts.js'

it('reads a symbol as it is read anywhere, once and again, however many came by', () => {
  for (const symbol of [CALL, ETH_CALL, 'calls', CALL, 'calls']) expect(partsOf(symbol)).toEqual(parseSymbol(symbol))
  for (let i = 0; i < 10_001; i++) expect(partsOf(`X-${i}`)).toBeUndefined()
  expect(partsOf(CALL)).toEqual(parseSymbol(CALL))
})

it('takes what cannot be read for a call, of any coin', () => {
  expect([CALL, 'BTC-23JAN26-80000-P', 'calls'].map(mayBeCall)).toEqual([true, false, true])
  expect([CALL, ETH_CALL, 'calls'].map((symbol) => mayBeOf('BTC', symbol))).toEqual([true, false, true])
})
