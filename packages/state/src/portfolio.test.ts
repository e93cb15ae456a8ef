import type { AccountSnapshot, ChainQuote, OptionInstrument, UnresolvedIntent } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { account, expiryIn, NOW_MS, option, position, quoteOf } from '../test/fake-venue.js'
import { createDatumReader } from './datum.js'
import { listingsOf } from './listing.js'
import { assemblePortfolio } from './portfolio.js'

const call = option({ strikeUsd: 100_000 })
const put = option({ strikeUsd: 80_000, kind: 'put' })

function assemble(
  changes: Partial<AccountSnapshot>,
  market: {
    instruments?: readonly OptionInstrument[]
    quotes?: readonly ChainQuote[]
    unresolved?: readonly UnresolvedIntent[]
  } = {},
) {
  const { instruments = [call, put], unresolved = [] } = market
  const quotes = market.quotes ?? instruments.map((instrument) => quoteOf(instrument))
  const listings = listingsOf(instruments, { currency: 'BTC', timestampMs: NOW_MS, quotes }, NOW_MS)
  const data = createDatumReader()
  const portfolio = assemblePortfolio(account(changes), { listings, spotUsd: 89_900, unresolved }, data)
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
