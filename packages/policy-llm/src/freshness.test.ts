import { describe, expect, it } from 'vitest'
import { type FreshnessDeps, stalenessOf } from './freshness.js'
import type { MenuAction } from './menu-item.js'
import { HELD, quoteOf, SALE, STATE } from './mind.fixture.js'

const OPEN: MenuAction = { action: 'OPEN_COVERED_CALL', params: { symbol: SALE, size: 1 } }
const CLOSE: MenuAction = { action: 'CLOSE_COVERED_CALL', params: { symbol: HELD, size: 1 } }
const ROLL: MenuAction = { action: 'ROLL_COVERED_CALL', params: { fromSymbol: HELD, toSymbol: SALE, size: 1 } }
const HOLD: MenuAction = { action: 'DO_NOTHING', params: {} }
const options = { maxStateAgeMs: 60_000, maxPriceMove: 0.1 }

/** Why an action would not be followed at an age, with these books; `undefined`: it would. */
async function whyOf(action: MenuAction, { ageMs = 1_000, books = {} }: World = {}) {
  const asked: string[] = []
  const deps: FreshnessDeps = {
    venueClock: { now: () => STATE.timeMs + ageMs },
    async quote(symbol) {
      asked.push(symbol)
      return quoteOf(symbol, books[symbol] ?? {})
    },
    bounded: (_, work) => work(),
  }
  const stale = await stalenessOf(action, STATE, { options, deps })
  return { why: stale?.why, asked }
}
type World = { ageMs?: number; books?: Record<string, Parameters<typeof quoteOf>[1]> }

describe('a choice', () => {
  it.each<{ why: string; action: MenuAction; world: World; stale: string | undefined }>([
    { why: 'the books are as they were', action: ROLL, world: {}, stale: undefined },
    { why: 'the state is just young enough', action: OPEN, world: { ageMs: 60_000 }, stale: undefined },
    { why: 'the state is too old', action: OPEN, world: { ageMs: 60_001 }, stale: 'state-too-old' },
    { why: 'nobody knows its age', action: OPEN, world: { ageMs: Number.NaN }, stale: 'state-too-old' },
    { why: 'it is to hold, of an old state', action: HOLD, world: { ageMs: 1e9 }, stale: undefined },
    { why: 'the bid fell just as far as it may', action: OPEN, world: bid(0.009), stale: undefined },
    { why: 'the bid fell further', action: OPEN, world: bid(0.0089), stale: 'bid-fell' },
    { why: 'the bid rose', action: OPEN, world: bid(0.02), stale: undefined },
    { why: 'the bid is gone', action: OPEN, world: bid(null), stale: 'no-bid' },
    { why: 'the bid is no number', action: OPEN, world: bid(Number.NaN), stale: 'bid-fell' },
    { why: 'the ask rose just as far as it may', action: CLOSE, world: ask(0.0055), stale: undefined },
    { why: 'the ask rose further', action: CLOSE, world: ask(0.0056), stale: 'ask-rose' },
    { why: 'the ask fell', action: CLOSE, world: ask(0.001), stale: undefined },
    { why: 'the ask is gone', action: CLOSE, world: ask(null), stale: 'no-ask' },
    { why: 'the bid of the new call of a roll fell', action: ROLL, world: bid(0.005), stale: 'bid-fell' },
    { why: 'the ask of the old call of a roll rose', action: ROLL, world: ask(0.01), stale: 'ask-rose' },
    {
      why: 'the book is of another call',
      action: OPEN,
      world: { books: { [SALE]: { symbol: HELD } } },
      stale: 'no-quote',
    },
    {
      why: 'its call is none of the state',
      action: { action: 'OPEN_COVERED_CALL', params: { symbol: 'BTC-27FEB26-100000-C', size: 1 } },
      world: {},
      stale: 'not-in-state',
    },
  ])('where $why: $stale', async ({ action, world, stale }) => {
    expect((await whyOf(action, world)).why).toBe(stale)
  })

  it('has the book of each call that it trades read, and no other', async () => {
    expect((await whyOf(ROLL)).asked).toEqual([HELD, SALE])
    expect((await whyOf(CLOSE)).asked).toEqual([HELD])
    expect((await whyOf(HOLD)).asked).toEqual([])
    expect((await whyOf(OPEN, { ageMs: 1e9 })).asked).toEqual([])
  })

  it('is judged by its age alone where no books can be read', async () => {
    const deps = { venueClock: { now: () => STATE.timeMs }, bounded: <T>(_: string, work: () => Promise<T>) => work() }
    expect(await stalenessOf(OPEN, STATE, { options, deps })).toBeUndefined()
  })

  it('is judged by its age again once the books are read', async () => {
    let nowMs = STATE.timeMs
    const deps: FreshnessDeps = {
      venueClock: { now: () => nowMs },
      async quote(symbol) {
        nowMs += 3_600_000
        return quoteOf(symbol)
      },
      bounded: (_, work) => work(),
    }
    expect((await stalenessOf(OPEN, STATE, { options, deps }))?.why).toBe('state-too-old')
  })
})

function bid(bidPriceCoin: number | null): World {
  return { books: { [SALE]: { bidPriceCoin } } }
}

function ask(askPriceCoin: number | null): World {
  return { books: { [HELD]: { askPriceCoin } } }
}
