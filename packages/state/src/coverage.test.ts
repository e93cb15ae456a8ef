import { type AccountSnapshot, type AgentMemory, EMPTY_MEMORY, type UnresolvedIntent } from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { account, NOW_MS, option, position, restingOrder } from '../test/fake-venue.js'
import { coverageOf } from './coverage.js'
import { viewMarket } from './market-view.js'

const call = option({ strikeUsd: 100_000 })
const put = option({ strikeUsd: 80_000, kind: 'put' })
const market = viewMarket([call, put], { currency: 'BTC', timestampMs: NOW_MS, quotes: [] }, NOW_MS)

function sent(terms: Partial<UnresolvedIntent> = {}): UnresolvedIntent {
  return { label: 'cc-2', symbol: call.symbol, side: 'sell', sizeCoin: 0.5, validUntilMs: NOW_MS, ...terms }
}

function after(unresolved: readonly UnresolvedIntent[]): AgentMemory {
  return { ...EMPTY_MEMORY, unresolved }
}

it.each<{ why: string; changes: Partial<AccountSnapshot>; coveredCoin: number }>([
  { why: 'is cash', changes: {}, coveredCoin: 2 },
  { why: 'does not count the value of options', changes: { equityCoin: 1.5, optionsValueCoin: -0.5 }, coveredCoin: 2 },
  { why: 'loses what futures lose', changes: { futuresSessionPnlCoin: -0.5 }, coveredCoin: 1.5 },
  { why: 'gains nothing from what futures gain', changes: { futuresSessionPnlCoin: 0.5 }, coveredCoin: 2 },
  { why: 'leaves reserves out', changes: { reservedCoin: 0.25 }, coveredCoin: 1.75 },
  {
    why: 'leaves out coins that short futures take',
    changes: { positions: [position('BTC-PERPETUAL', -0.75, 'future')] },
    coveredCoin: 1.25,
  },
  {
    why: 'gains nothing from long futures',
    changes: { positions: [position('BTC-PERPETUAL', 0.75, 'future')] },
    coveredCoin: 2,
  },
  { why: 'is not below 0', changes: { balanceCoin: -1 }, coveredCoin: 0 },
])('cover $why', ({ changes, coveredCoin }) => {
  expect(coverageOf(account(changes), market, EMPTY_MEMORY)).toEqual({
    coveredCoin,
    committedCoin: 0,
    freeCoin: coveredCoin,
  })
})

it.each<{ why: string; changes: Partial<AccountSnapshot>; unresolved: UnresolvedIntent[]; committedCoin: number }>([
  { why: 'a short call', changes: { positions: [position(call.symbol, -0.5)] }, unresolved: [], committedCoin: 0.5 },
  { why: 'no short put', changes: { positions: [position(put.symbol, -0.5)] }, unresolved: [], committedCoin: 0 },
  { why: 'no long call', changes: { positions: [position(call.symbol, 0.5)] }, unresolved: [], committedCoin: 0 },
  {
    why: 'a short call that no longer lists',
    changes: { positions: [position('BTC-26DEC25-90000-C', -0.5)] },
    unresolved: [],
    committedCoin: 0.5,
  },
  {
    why: 'no short put that no longer lists',
    changes: { positions: [position('BTC-26DEC25-90000-P', -0.5)] },
    unresolved: [],
    committedCoin: 0,
  },
  {
    why: 'a short option that cannot be read',
    changes: { positions: [position('BTC-STRANGE', -0.5)] },
    unresolved: [],
    committedCoin: 0.5,
  },
  {
    why: 'the rest of a sell',
    changes: { openOrders: [restingOrder({ filledCoin: 0.25 })] },
    unresolved: [],
    committedCoin: 0.25,
  },
  {
    why: 'nothing of a sell that is told to be more than filled',
    changes: { positions: [position(call.symbol, -0.5)], openOrders: [restingOrder({ filledCoin: 0.75 })] },
    unresolved: [],
    committedCoin: 0.5,
  },
  { why: 'no buy', changes: { openOrders: [restingOrder({ side: 'buy' })] }, unresolved: [], committedCoin: 0 },
  {
    why: 'no sell of a put',
    changes: { openOrders: [restingOrder({ symbol: put.symbol })] },
    unresolved: [],
    committedCoin: 0,
  },
  {
    why: 'no order that has ended',
    changes: { openOrders: [restingOrder({ state: 'cancelled' })] },
    unresolved: [],
    committedCoin: 0,
  },
  { why: 'a sell of unknown outcome', changes: {}, unresolved: [sent()], committedCoin: 0.5 },
  { why: 'a buy of unknown outcome not', changes: {}, unresolved: [sent({ side: 'buy' })], committedCoin: 0 },
  {
    why: 'a sell of unknown outcome in what cannot be read',
    changes: {},
    unresolved: [sent({ symbol: 'STRANGE' })],
    committedCoin: 0.5,
  },
  { why: 'another currency not', changes: {}, unresolved: [sent({ symbol: 'ETH-16JAN26-4000-C' })], committedCoin: 0 },
  {
    why: 'a sell of unknown outcome once, where it turns out to rest',
    changes: { openOrders: [restingOrder({ label: 'cc-2' })] },
    unresolved: [sent()],
    committedCoin: 0.5,
  },
])('commits $why', ({ changes, unresolved, committedCoin }) => {
  expect(coverageOf(account(changes), market, after(unresolved))).toMatchObject({
    committedCoin,
    freeCoin: 2 - committedCoin,
  })
})

it('never frees less than nothing, nor more than the cash, and a further short call never frees coins', () => {
  const coins = fc.double({ min: -5, max: 5, noNaN: true })
  fc.assert(
    fc.property(
      fc.record({ balanceCoin: coins, futuresSessionPnlCoin: coins, reservedCoin: coins.map(Math.abs) }),
      fc.array(fc.tuple(fc.constantFrom(call.symbol, put.symbol, 'BTC-PERPETUAL'), coins)),
      fc.array(coins.map(Math.abs).filter((size) => size > 0)),
      fc.double({ min: 0.1, max: 5, noNaN: true }),
      (cash, held, sends, moreCoin) => {
        const positions = held.map(([symbol, size]) =>
          position(symbol, size, symbol === 'BTC-PERPETUAL' ? 'future' : 'option'),
        )
        const unresolved = sends.map((sizeCoin, at) => sent({ sizeCoin, label: `cc-${at}` }))
        const before = coverageOf(account({ ...cash, positions }), market, after(unresolved))
        expect(before.freeCoin).toBeGreaterThanOrEqual(0)
        expect(before.freeCoin).toBeLessThanOrEqual(Math.max(0, cash.balanceCoin))
        const more = account({ ...cash, positions: [...positions, position(call.symbol, -moreCoin)] })
        expect(coverageOf(more, market, after(unresolved)).freeCoin).toBeLessThanOrEqual(before.freeCoin)
      },
    ),
  )
})
