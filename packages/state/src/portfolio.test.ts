import { type AccountSnapshot, type ChainQuote, EMPTY_MEMORY, type OptionInstrument } from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, expiryIn, NOW_MS, option, position, quoteOf, restingOrder } from '../test/fake-venue.js'
import { createDatumReader } from './datum.js'
import { viewMarket } from './market-view.js'
import { assemblePortfolio } from './portfolio.js'

const call = option({ strikeUsd: 100_000 })
const put = option({ strikeUsd: 80_000, kind: 'put' })
const NO_GREEKS = { delta: null, netDelta: null, gamma: null, vega: null, theta: null }

function assemble(
  changes: Partial<AccountSnapshot>,
  { instruments = [call, put], quotes }: { instruments?: OptionInstrument[]; quotes?: ChainQuote[] } = {},
) {
  const chain = { timestampMs: NOW_MS, quotes: quotes ?? instruments.map((instrument) => quoteOf(instrument)) }
  const market = viewMarket(instruments, { currency: 'BTC', ...chain }, NOW_MS)
  const data = createDatumReader()
  const portfolio = assemblePortfolio(account(changes), { market, spotUsd: 89_900, memory: EMPTY_MEMORY }, data)
  return { portfolio, missing: data.missing }
}

/** A short call beside its ask, as the state sees it. */
function short(averagePriceCoin: number | null, askPriceCoin: number | null, sizeCoin = -1) {
  return assemble(
    { positions: [{ ...position(call.symbol, sizeCoin), averagePriceCoin }] },
    { quotes: [quoteOf(call, { askPriceCoin })] },
  )
}

describe('a position', () => {
  it('carries its quotes, days, moneyness and local greeks', () => {
    const { portfolio, missing } = assemble({ positions: [position(call.symbol, -0.5)] })
    const quote = quoteOf(call)
    const expiryYears = yearsBetween(NOW_MS, call.expiryMs)
    const { delta, netDelta, gamma, vega, theta } = black76({
      forwardUsd: 90_000,
      strikeUsd: 100_000,
      expiryYears,
      iv: 0.5,
      kind: 'call',
    })
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
        delta,
        netDelta,
        gamma,
        vega,
        theta,
        dte: 14 - 2 / 24,
        moneyness: expect.closeTo(1 / 9, 12),
        inTheMoney: false,
        premiumCaptured: expect.any(Number),
      },
    ])
    expect(netDelta).toBeCloseTo(delta - quote.markPriceCoin, 12)
    expect(portfolio.optionsDeltaCoin).toBeCloseTo(-0.5 * delta, 12)
    expect(portfolio.optionsNetDeltaCoin).toBeCloseTo(-0.5 * netDelta, 12)
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

  it('that expires in a quarter of an hour has half its deltas, as half of its delivery price is known', () => {
    const expiring = option({ strikeUsd: 80_000, expiryMs: NOW_MS + 15 * 60_000 })
    const { portfolio } = assemble({ positions: [position(expiring.symbol, -2)] }, { instruments: [expiring] })
    expect(portfolio.positions[0]).toMatchObject({ delta: expect.closeTo(0.5, 9), inTheMoney: true })
    expect(portfolio.optionsDeltaCoin).toBeCloseTo(-1, 9)
    expect(portfolio.optionsNetDeltaCoin).toBeCloseTo(-80 / 90, 9)
  })

  it('that has expired and waits for delivery has no delta any more', () => {
    const expired = option({ strikeUsd: 80_000, expiryMs: expiryIn(0) })
    const { portfolio } = assemble({ positions: [position(expired.symbol, -1)] }, { instruments: [expired] })
    const none = { delta: 0, netDelta: 0, gamma: 0, vega: 0, theta: 0 }
    expect(portfolio.positions[0]).toMatchObject({ ...none, inTheMoney: true })
    expect(portfolio).toMatchObject({ optionsDeltaCoin: 0, optionsNetDeltaCoin: 0 })
  })

  it.each([
    { why: 'there is no mark IV', markIv: null, kept: null, reason: 'no mark IV' },
    { why: 'a mark IV of 0 is none', markIv: 0, kept: null, reason: 'mark IV 0 is outside 0.01..10' },
    { why: 'a mark IV of 5000 % is none of a coin', markIv: 50, kept: 50, reason: 'mark IV 50 is outside 0.01..10' },
  ])('has no greeks, and leaves those of the book unknown, where $why', ({ markIv, kept, reason }) => {
    const { portfolio, missing } = assemble(
      { positions: [position(call.symbol, -1), position(put.symbol, -1)] },
      { quotes: [quoteOf(call, { markIv }), quoteOf(put)] },
    )
    expect(portfolio.positions[1]).toMatchObject({ ...NO_GREEKS, markIv: kept, sizeCoin: -1 })
    expect(portfolio).toMatchObject({ optionsDeltaCoin: null, optionsNetDeltaCoin: null })
    expect(missing).toEqual([
      { datum: `positions.${call.symbol}.greeks`, reason },
      { datum: 'portfolio.optionsDeltaCoin', reason: `no delta of ${call.symbol}` },
      { datum: 'portfolio.optionsNetDeltaCoin', reason: `no delta of ${call.symbol}` },
    ])
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
      { datum: 'portfolio.optionsNetDeltaCoin', reason: `no delta of ${symbol}` },
    ])
  })

  it('in a future is no option business', () => {
    const { portfolio, missing } = assemble({ positions: [position('BTC-PERPETUAL', -0.3, 'future')] })
    expect(portfolio.otherPositions).toEqual([{ symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: -0.3 }])
    expect(portfolio).toMatchObject({ optionsDeltaCoin: 0, optionsNetDeltaCoin: 0 })
    expect(missing).toEqual([])
  })
})

describe('the premium captured by a short call', () => {
  it.each([
    { why: 'after both fees', averagePriceCoin: 0.01, askPriceCoin: 0.002, captured: 1 - 0.00225 / 0.0097 },
    {
      why: 'with the cap of the fee',
      averagePriceCoin: 0.001,
      askPriceCoin: 0.0001,
      captured: 1 - 0.0001125 / 0.000875,
    },
    {
      why: 'as a loss where the ask has risen',
      averagePriceCoin: 0.01,
      askPriceCoin: 0.02,
      captured: 1 - 0.0203 / 0.0097,
    },
  ])('is counted $why', ({ averagePriceCoin, askPriceCoin, captured }) => {
    const { portfolio, missing } = short(averagePriceCoin, askPriceCoin)
    expect(portfolio.positions[0]?.premiumCaptured).toBeCloseTo(captured, 12)
    expect(missing).toEqual([])
  })

  it.each([
    { averagePriceCoin: null, askPriceCoin: 0.002, reason: 'its average price is not known' },
    { averagePriceCoin: 0, askPriceCoin: 0.002, reason: 'its average price is 0' },
    { averagePriceCoin: 0.01, askPriceCoin: null, reason: 'nobody offers it' },
  ])('is missing where $reason', ({ averagePriceCoin, askPriceCoin, reason }) => {
    const { portfolio, missing } = short(averagePriceCoin, askPriceCoin)
    expect(portfolio.positions[0]?.premiumCaptured).toBeNull()
    expect(missing).toEqual([{ datum: `positions.${call.symbol}.premiumCaptured`, reason }])
  })

  it('is no matter of a long one', () => {
    const { portfolio, missing } = short(0.01, null, 1)
    expect(portfolio.positions[0]?.premiumCaptured).toBeNull()
    expect(missing).toEqual([])
  })

  it('is below 1, and falls as the ask rises', () => {
    const price = fc.double({ min: 0.0001, max: 0.5, noNaN: true })
    fc.assert(
      fc.property(price, price, price, (averagePriceCoin, aCoin, bCoin) => {
        const at = (askCoin: number) => short(averagePriceCoin, askCoin).portfolio.positions[0]?.premiumCaptured ?? NaN
        expect(at(Math.max(aCoin, bCoin))).toBeLessThanOrEqual(at(Math.min(aCoin, bCoin)))
        expect(at(aCoin)).toBeLessThan(1)
      }),
    )
  })
})

describe('the account', () => {
  it('is passed on, with equity in USD at the index and margin in percent', () => {
    const { portfolio } = assemble({ equityCoin: 1.9, marginBalanceCoin: 2, initialMarginCoin: 0.3 })
    expect(portfolio).toMatchObject({ equityCoin: 1.9, equityUsd: 1.9 * 89_900, marginUsedPct: 15 })
  })

  it('holds no −0, which JSON would not keep', () => {
    const { portfolio } = assemble({ deltaTotalCoin: -0, equityCoin: -0, initialMarginCoin: -0 })
    expect(JSON.parse(JSON.stringify(portfolio))).toEqual(portfolio)
  })

  it('has no margin share without a margin balance', () => {
    const { portfolio, missing } = assemble({ marginBalanceCoin: 0 })
    expect(portfolio.marginUsedPct).toBeNull()
    expect(missing).toEqual([{ datum: 'portfolio.marginUsedPct', reason: 'the margin balance is 0 coin' }])
  })

  it('stands in one order, whatever order the venue gave it in', () => {
    const later = option({ strikeUsd: 90_000, expiryMs: expiryIn(28) })
    const instruments = [later, put, call]
    const positions = [
      position('BTC-PERPETUAL', -0.3, 'future'),
      position('BTC-27MAR26', 0.1, 'future'),
      ...instruments.map(({ symbol }, at) => position(symbol, -(0.1 + at * 0.2))),
    ]
    const openOrders = [2, 1, 3].map((at) =>
      restingOrder({ orderId: `${at}`, createdMs: NOW_MS - (at % 2), sizeCoin: at / 10 }),
    )
    const { portfolio } = assemble({ positions, openOrders }, { instruments })
    expect(portfolio.positions.map(({ instrument }) => instrument.symbol)).toEqual(
      [put, call, later].map(({ symbol }) => symbol),
    )
    expect(portfolio.otherPositions.map(({ symbol }) => symbol)).toEqual(['BTC-27MAR26', 'BTC-PERPETUAL'])
    expect(portfolio.openOrders.map(({ orderId }) => orderId)).toEqual(['1', '3', '2'])
    fc.assert(
      fc.property(shuffled(positions), shuffled(openOrders), (held, resting) => {
        expect(assemble({ positions: held, openOrders: resting }, { instruments }).portfolio).toEqual(portfolio)
      }),
      { numRuns: 30 },
    )
  })
})

function shuffled<T>(values: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(values, { minLength: values.length })
}
