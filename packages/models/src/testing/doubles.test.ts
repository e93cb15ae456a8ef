import { describe, expect, it } from 'vitest'
import { call } from '../call.fixture.js'
import { createMemoryHalt, createMemoryJournal, createMemoryStore, orderForTest } from './doubles.js'

const terms = {
  label: 'cc-test-1',
  side: 'sell',
  sizeCoin: 1,
  priceCoin: 0.01,
  postOnly: true,
  reduceOnly: false,
  timeInForce: 'good-til-cancelled',
  validUntilMs: 1,
} as const

describe('the doubles', () => {
  it('journal: an intent is unfinished until its outcome', async () => {
    const journal = createMemoryJournal()
    const intent = {
      kind: 'intent',
      timeMs: 1,
      decisionId: 'cafe0123',
      leg: 'open',
      terms: { ...terms, symbol: call.symbol },
    } as const
    await journal.append(intent)
    expect(await journal.unfinished()).toEqual([intent])
    expect(await journal.since(1)).toEqual([{ intent, outcome: null }])
    const outcome = {
      kind: 'outcome',
      timeMs: 2,
      label: terms.label,
      outcome: 'absent',
      orderId: null,
      filledCoin: 0,
    } as const
    await journal.append(outcome)
    expect(await journal.unfinished()).toEqual([])
    expect(await journal.since(1)).toEqual([{ intent, outcome }])
    expect(await journal.since(2)).toEqual([])
  })

  it('store: keeps copies', async () => {
    const store = createMemoryStore()
    const value = { a: [1] }
    await store.save('k', value)
    value.a.push(2)
    expect(await store.load('k')).toEqual({ a: [1] })
    expect(await store.load('other')).toBeUndefined()
  })

  it('halt: latches and tells', async () => {
    const halt = createMemoryHalt()
    expect(halt.read()).toEqual({ halted: false })
    await halt.latch('drill')
    expect(halt.read()).toEqual({ halted: true, reason: 'drill' })
    expect(halt.signal.aborted).toBe(true)
  })

  it('orderForTest: cuts what it is asked for, and says why it cannot', () => {
    expect(orderForTest(call, terms).terms).toEqual({ ...terms, symbol: call.symbol })
    expect(() => orderForTest(call, { ...terms, side: 'buy', reduceOnly: false })).toThrow('must be reduceOnly')
  })
})
