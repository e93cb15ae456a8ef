import type { UnderlyingState } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { expiryIn, option, quoteOf } from '../test/fake-venue.js'
import { find, type Scene } from './candidates.fixture.js'
import { explainCall } from './explain-call.js'

describe('an explanation', () => {
  const instruments = [
    option({ strikeUsd: 100_000 }),
    option({ strikeUsd: 102_000 }),
    option({ strikeUsd: 150_000 }),
    option({ strikeUsd: 100_000, expiryMs: expiryIn(90) }),
    option({ strikeUsd: 105_000, expiryMs: expiryIn(90), state: 'locked' }),
    option({ strikeUsd: 100_000, kind: 'put' }),
  ]
  const scene = {
    instruments,
    quotes: instruments.map((instrument) => quoteOf(instrument, { iv: instrument.strikeUsd / 200_000 })),
  }

  it.each([
    { symbol: 'BTC-16JAN26-102000-C', explanation: { status: 'candidate', rank: 1 }, why: 'the best' },
    { symbol: 'BTC-16JAN26-100000-C', explanation: { status: 'candidate', rank: 2 }, why: 'the next' },
    {
      symbol: 'BTC-16JAN26-150000-C',
      explanation: { status: 'rejected', reason: 'delta-too-low', limit: 0.1, value: 0.000319043 },
      why: 'rejected for its own number',
    },
    {
      symbol: 'BTC-2APR26-100000-C',
      explanation: { status: 'rejected', reason: 'dte-too-long', limit: 45, value: 89.9167 },
      why: 'rejected with its expiry',
    },
    {
      symbol: 'BTC-2APR26-105000-C',
      explanation: { status: 'rejected', reason: 'not-open', limit: null, value: 'locked' },
      why: 'rejected before its expiry',
    },
    { symbol: 'BTC-16JAN26-101000-C', explanation: { status: 'not-listed' }, why: 'a strike that is not listed' },
    { symbol: 'BTC-16JAN26-100000-P', explanation: { status: 'not-listed' }, why: 'a put' },
    { symbol: 'BTC-2APR26-100000-P', explanation: { status: 'not-listed' }, why: 'a put of a rejected expiry' },
    { symbol: 'ETH-16JAN26-4000-C', explanation: { status: 'not-listed' }, why: 'a call of another coin' },
    { symbol: 'BTC-2APR26', explanation: { status: 'not-listed' }, why: 'an expiry' },
    { symbol: 'constructor', explanation: { status: 'not-listed' }, why: 'no symbol at all' },
    { symbol: '', explanation: { status: 'not-listed' }, why: 'nothing' },
  ])('of $why: $symbol', ({ symbol, explanation }) => {
    expect(explainCall(stateOf(scene), symbol)).toEqual(explanation)
  })
})

/** As it is read back from a record. */
function stateOf(scene: Scene): UnderlyingState {
  return JSON.parse(JSON.stringify(find(scene))) as UnderlyingState
}
