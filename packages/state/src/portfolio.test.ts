import {
  type AccountSnapshot,
  type AgentMemory,
  type ChainQuote,
  EMPTY_MEMORY,
  type OptionInstrument,
  type OrderReport,
  type UnresolvedIntent,
} from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, expiryIn, NOW_MS, option, position, quoteOf } from '../test/fake-venue.js'
import { assemblePortfolio, coverageOf } from './portfolio.js'
import { createDatumReader, listingsOf } from './readings.js'

const call = option({ strikeUsd: 100_000 })
const put = option({ strikeUsd: 80_000, kind: 'put' })

function assemble(
  changes: Partial<AccountSnapshot>,
  market: {
    instruments?: readonly OptionInstrument[]
    quotes?: readonly ChainQuote[]
  } = {},
) {
  const { instruments = [call, put] } = market
  const quotes = market.quotes ?? instruments.map((instrument) => quoteOf(instrument))
  const listings = listingsOf(instruments, { currency: 'BTC', timestampMs: NOW_MS, quotes }, NOW_MS)
  const data = createDatumReader()
  const portfolio = assemblePortfolio(account(changes), { listings, spotUsd: 89_900, memory: EMPTY_MEMORY }, data)
  return { portfolio, missing: data.missing }
}

describe('a position', () => {
  it('carries its quotes, days, moneyness and local delta', () => {
    const { portfolio, missing } = assemble({ positions: [position(call.symbol, -0.5)] })
    const quote = quoteOf(call)
    expect(portfolio.positions).toEqual([
      {
        instrument: call,
        sizeCoin: -0.5,
        averagePriceCoin: 0.01,
        markPriceCoin: quote.markPriceCoin,
        bidPriceCoin: quote.bidPriceCoin,
        askPriceCoin: quote.askPriceCoin,
        markIv: 0.5,
        forwardUsd: 90_000,
        delta: expect.closeTo(0.15142, 4),
        dte: 14 - 2 / 24,
        moneyness: expect.closeTo(1 / 9, 12),
        inTheMoney: false,
      },
    ])
    expect(portfolio.optionsDeltaCoin).toBeCloseTo(-0.5 * portfolio.positions[0]!.delta!, 12)
    expect(missing).toEqual([])
  })

  it.each([
    { instrument: option({ strikeUsd: 89_999 }), inTheMoney: true },
    { instrument: option({ strikeUsd: 90_000 }), inTheMoney: false },
    { instrument: option({ strikeUsd: 90_001, kind: 'put' }), inTheMoney: true },
    { instrument: option({ strikeUsd: 90_000, kind: 'put' }), inTheMoney: false },
  ])('of $instrument.symbol at a forward of 90 000 is in the money: $inTheMoney', ({ instrument, inTheMoney }) => {
    const { portfolio } = assemble({ positions: [position(instrument.symbol, -1)] }, { instruments: [instrument] })
    expect(portfolio.positions[0]?.inTheMoney).toBe(inTheMoney)
  })

  it('that has expired and waits for delivery has the delta of its payout', () => {
    const expired = option({ strikeUsd: 80_000, expiryMs: expiryIn(0) })
    const { portfolio } = assemble({ positions: [position(expired.symbol, -1)] }, { instruments: [expired] })
    expect(portfolio.positions[0]).toMatchObject({ delta: 1, inTheMoney: true })
  })

  it('without a mark IV has no delta, and leaves that of the book unknown', () => {
    const quotes = [quoteOf(call, { markIv: null })]
    const { portfolio, missing } = assemble({ positions: [position(call.symbol, -1)] }, { quotes })
    expect(portfolio.positions[0]?.delta).toBeNull()
    expect(portfolio.optionsDeltaCoin).toBeNull()
    expect(missing).toEqual([{ datum: 'portfolio.optionsDeltaCoin', reason: `no delta of ${call.symbol}` }])
  })

  it('of size 0 is dropped', () => {
    const { portfolio } = assemble({ positions: [position(call.symbol, 0), position('BTC-PERPETUAL', 0, 'future')] })
    expect(portfolio).toMatchObject({ positions: [], otherPositions: [] })
  })

  it.each([
    { symbol: 'BTC-26DEC25-90000-C', reason: 'the venue no longer lists it', quotes: [] },
    { symbol: 'BTC-STRANGE', reason: 'the venue no longer lists it', quotes: [] },
    { symbol: call.symbol, reason: 'the chain does not quote it', quotes: [] },
  ])('in $symbol is named missing and still committed where $reason', ({ symbol, reason, quotes }) => {
    const { portfolio, missing } = assemble({ positions: [position(symbol, -0.4)] }, { quotes })
    expect(portfolio.positions).toEqual([])
    expect(portfolio.otherPositions).toEqual([{ symbol, kind: 'option', sizeCoin: -0.4 }])
    expect(portfolio.coverage.committedCoin).toBe(0.4)
    expect(portfolio.optionsDeltaCoin).toBeNull()
    expect(missing).toEqual([
      { datum: `positions.${symbol}`, reason },
      { datum: 'portfolio.optionsDeltaCoin', reason: `no delta of ${symbol}` },
    ])
  })

  it('in a future is no option business', () => {
    const { portfolio, missing } = assemble({ positions: [position('BTC-PERPETUAL', -0.3, 'future')] })
    expect(portfolio.otherPositions).toEqual([{ symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: -0.3 }])
    expect(portfolio.optionsDeltaCoin).toBe(0)
    expect(missing).toEqual([])
  })
})

describe('the account', () => {
  it('is passed on, with equity in USD at the index and margin in percent', () => {
    const { portfolio } = assemble({ equityCoin: 1.9, marginBalanceCoin: 2, initialMarginCoin: 0.3 })
    expect(portfolio).toMatchObject({ equityCoin: 1.9, equityUsd: 1.9 * 89_900, marginUsedPct: 15 })
  })

  it('has no margin share without a margin balance', () => {
    const { portfolio, missing } = assemble({ marginBalanceCoin: 0 })
    expect(portfolio.marginUsedPct).toBeNull()
    expect(missing).toEqual([{ datum: 'portfolio.marginUsedPct', reason: 'the margin balance is 0 coin' }])
  })
})

const instruments = new Map([call, put].map((instrument) => [instrument.symbol, instrument]))

function resting(terms: Partial<OrderReport> = {}): OrderReport {
  return {
    symbol: call.symbol,
    side: 'sell',
    sizeCoin: 0.5,
    priceCoin: 0.02,
    orderId: '1',
    label: 'cc-1',
    state: 'open',
    filledCoin: 0,
    averagePriceCoin: null,
    postOnly: false,
    reduceOnly: false,
    createdMs: NOW_MS,
    updatedMs: NOW_MS,
    cancelReason: null,
    ...terms,
  }
}

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
  expect(coverageOf(account(changes), instruments, EMPTY_MEMORY)).toEqual({
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
    changes: { openOrders: [resting({ filledCoin: 0.25 })] },
    unresolved: [],
    committedCoin: 0.25,
  },
  { why: 'no buy', changes: { openOrders: [resting({ side: 'buy' })] }, unresolved: [], committedCoin: 0 },
  {
    why: 'no sell of a put',
    changes: { openOrders: [resting({ symbol: put.symbol })] },
    unresolved: [],
    committedCoin: 0,
  },
  {
    why: 'no order that has ended',
    changes: { openOrders: [resting({ state: 'cancelled' })] },
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
    changes: { openOrders: [resting({ label: 'cc-2' })] },
    unresolved: [sent()],
    committedCoin: 0.5,
  },
])('commits $why', ({ changes, unresolved, committedCoin }) => {
  expect(coverageOf(account(changes), instruments, after(unresolved))).toMatchObject({
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
        const before = coverageOf(account({ ...cash, positions }), instruments, after(unresolved))
        expect(before.freeCoin).toBeGreaterThanOrEqual(0)
        expect(before.freeCoin).toBeLessThanOrEqual(Math.max(0, cash.balanceCoin))
        const more = account({ ...cash, positions: [...positions, position(call.symbol, -moreCoin)] })
        expect(coverageOf(more, instruments, after(unresolved)).freeCoin).toBeLessThanOrEqual(before.freeCoin)
      },
    ),
  )
})
