import { parseSymbol } from '@cc/models'
import { expect, it } from 'vitest'
import { CALL, ETH_CALL } from '../test/agent-state.js'
import { mayBeCall, mayBeOf, partsOf } from './symbol-parts.js'

// First, while nothing else is kept.
it('keeps what it read of ten thousand symbols, and forgets all before it keeps one more', () => {
  const kept = partsOf(CALL)
  for (let i = 1; i < 10_000; i++) partsOf(`X-${i}`)
  expect(partsOf(CALL)).toBe(kept)
  partsOf('X-10000')
  expect(partsOf(CALL)).not.toBe(kept)
  expect(partsOf(CALL)).toEqual(kept)
})

it('reads a symbol as it is read anywhere, once and again', () => {
  for (const symbol of [CALL, ETH_CALL, 'calls', CALL, 'calls']) expect(partsOf(symbol)).toEqual(parseSymbol(symbol))
})

it('takes what cannot be read for a call, of any coin', () => {
  expect([CALL, 'BTC-23JAN26-80000-P', 'calls'].map(mayBeCall)).toEqual([true, false, true])
  expect([CALL, ETH_CALL, 'calls'].map((symbol) => mayBeOf('BTC', symbol))).toEqual([true, false, true])
})
