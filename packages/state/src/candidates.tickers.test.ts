import { black76, impliedVolatility, yearsBetween } from '@cc/pricing'
import { describe, expect, it } from 'vitest'
import { expiryIn, NOW_MS, option, quoteOf, tickerOf } from '../test/fake-venue.js'
import { basisOf, CHAIN_MS, find, rejectionOf, vol } from './candidates.fixture.js'
import { shortlistOf } from './candidates.js'
import { stateOptionsSchema } from './options.js'

const call = option({ strikeUsd: 100_000, expiryMs: expiryIn(14) })
const quote = quoteOf(call)
const chain = { instruments: [call], quotes: [quote] }

describe('a ticker', () => {
  it('that says what the chain says changes nothing but who said it, when, and the sizes', () => {
    const forecast = vol({ forecastVol: 0.4 })
    const [byChain] = find({ ...chain, vol: forecast }).candidates
    const [byTicker] = find({ ...chain, vol: forecast, tickers: [tickerOf(quote)] }).candidates
    const read = { quotedBy: 'ticker', quotedMs: NOW_MS - 50, bidSizeCoin: 5, askSizeCoin: 7 }
    expect(byTicker).toEqual({ ...byChain, ...read })
  })

  it('brings its own book, mark, forward and open interest', () => {
    const ticker = tickerOf(quoteOf(call, { forwardUsd: 91_000, iv: 0.48, openInterestCoin: 13 }))
    const [candidate] = find({ ...chain, tickers: [ticker] }).candidates
    const terms = {
      forwardUsd: 91_000,
      strikeUsd: 100_000,
      expiryYears: yearsBetween(NOW_MS, call.expiryMs),
      kind: 'call',
    } as const
    expect(candidate).toMatchObject({
      bidPriceCoin: ticker.bidPriceCoin,
      askPriceCoin: ticker.askPriceCoin,
      markPriceCoin: ticker.markPriceCoin,
      markIv: 0.48,
      forwardUsd: 91_000,
      openInterestCoin: 13,
      bidIv: impliedVolatility({ ...terms, priceUsd: ticker.bidPriceCoin! * 91_000 }),
      delta: black76({ ...terms, iv: 0.48 }).delta,
    })
  })

  it.each([
    { greeks: { delta: 0, gamma: 0, vega: 0, theta: 0, rho: 0 }, why: 'are 0' },
    { greeks: { delta: 0.14, gamma: 0.00002, vega: 50, theta: -40, rho: 5 }, why: 'are rounded' },
    { greeks: null, why: 'are not there' },
  ])('whose greeks $why has those of its forward and volatility', ({ greeks }) => {
    const [byChain] = find(chain).candidates
    const [candidate] = find({ ...chain, tickers: [tickerOf(quote, { greeks })] }).candidates
    expect(candidate).toMatchObject({ delta: byChain?.delta, gamma: byChain?.gamma, theta: byChain?.theta })
  })

  it.each([
    { changes: { bidPriceCoin: null, bidSizeCoin: null }, reason: 'no-bid', value: null, why: 'the bid is gone' },
    { changes: { askPriceCoin: null, askSizeCoin: null }, reason: 'no-ask', value: null, why: 'the ask is gone' },
    { changes: { bidPriceCoin: 0.012, askPriceCoin: 0.0115 }, reason: 'crossed', value: 0.0005, why: 'it is crossed' },
    { changes: { markIv: null }, reason: 'no-iv', value: null, why: 'it is not marked' },
    { changes: { markIv: Number.NaN }, reason: 'no-iv', value: null, why: 'it is marked NaN' },
    { changes: { markIv: 0 }, reason: 'iv-out-of-range', value: 0, why: 'it is marked at 0' },
    { changes: { markIv: 50 }, reason: 'iv-out-of-range', value: 50, why: 'it is marked at 5000 %' },
    {
      changes: { forwardUsd: Number.NaN, bidPriceCoin: 0.007 },
      reason: 'no-iv',
      value: 0.007,
      why: 'it has no forward',
    },
    {
      changes: { forwardUsd: 101_000, bidPriceCoin: 0.04, askPriceCoin: 0.0405 },
      reason: 'in-the-money',
      value: -0.00990099,
      why: 'the forward has run',
    },
    { changes: { markIv: 1.5 }, reason: 'delta-too-high', value: expect.closeTo(0.4, 1), why: 'the mark has run' },
  ])('is judged in full: $reason where $why', ({ changes, reason, value }) => {
    const found = find({ ...chain, tickers: [tickerOf(quote, changes)] })
    expect(rejectionOf(found)).toMatchObject({ reason, count: 1, values: { [call.symbol]: value } })
  })

  it('with a mark price of 0 has a margin of its distance alone', () => {
    const [candidate] = find({ ...chain, tickers: [tickerOf(quote, { markPriceCoin: 0 })] }).candidates
    expect(candidate?.initialMarginCoin).toBeCloseTo(0.1, 15)
  })

  it.each([
    { tickers: [{ symbol: call.symbol, missing: 'deribit/timeout' }], value: 'deribit/timeout', why: 'failed' },
    { tickers: [], value: null, why: 'was not asked for' },
  ])('that $why leaves no candidate', ({ tickers, value }) => {
    const found = find({ ...chain, tickers })
    expect(rejectionOf(found)).toEqual({ reason: 'no-ticker', count: 1, limit: null, values: { [call.symbol]: value } })
  })

  it('of the time of the chain counts in full', () => {
    const ticker = tickerOf(quote, { timestampMs: CHAIN_MS, openInterestCoin: 99 })
    const [candidate] = find({ ...chain, tickers: [ticker] }).candidates
    const sizes = { bidSizeCoin: 5, askSizeCoin: 7 }
    expect(candidate).toMatchObject({ quotedBy: 'ticker', quotedMs: CHAIN_MS, openInterestCoin: 99, ...sizes })
  })

  const [cheaper, dearer] = [quote.bidPriceCoin! * 0.99, quote.askPriceCoin! * 1.01]
  it.each([
    { prices: {}, bidSizeCoin: 5, askSizeCoin: 7, why: 'both prices still stand' },
    { prices: { bidPriceCoin: cheaper }, bidSizeCoin: null, askSizeCoin: 7, why: 'the bid has moved since' },
    { prices: { askPriceCoin: dearer }, bidSizeCoin: 5, askSizeCoin: null, why: 'the ask has moved since' },
    {
      prices: { bidPriceCoin: cheaper, askPriceCoin: dearer },
      bidSizeCoin: null,
      askSizeCoin: null,
      why: 'both have moved since',
    },
    {
      prices: { bidPriceCoin: null, bidSizeCoin: null },
      bidSizeCoin: null,
      askSizeCoin: 7,
      why: 'nobody bid then',
    },
  ])('older than the chain gives sizes at prices of the chain, and nothing else: $why', ({ prices, ...sizes }) => {
    const { bidSizeCoin, askSizeCoin } = sizes
    const timestampMs = CHAIN_MS - 1
    const ticker = tickerOf(quote, { timestampMs, openInterestCoin: 99, markIv: 0.9, forwardUsd: 80_000, ...prices })
    const [byChain] = find(chain).candidates
    const [candidate] = find({ ...chain, tickers: [ticker] }).candidates
    expect(byChain).toMatchObject({ quotedBy: 'chain', quotedMs: CHAIN_MS, openInterestCoin: 12 })
    expect(candidate).toEqual({ ...byChain, bidSizeCoin, askSizeCoin })
  })

  it('in the last half hour has deltas by what of the delivery average is open, as the chain has', () => {
    const expiring = option({ strikeUsd: 90_050, expiryMs: NOW_MS + 15 * 60_000 })
    const row = quoteOf(expiring, { iv: 0.5 })
    const scene = { instruments: [expiring], quotes: [row], options: { dteMin: 0, premiumMinUsd: 0 } }
    const [byChain] = find(scene).candidates
    const [byTicker] = find({ ...scene, tickers: [tickerOf(row)] }).candidates
    const terms = { forwardUsd: 90_000, strikeUsd: 90_050, iv: 0.5, kind: 'call' } as const
    const whole = black76({ ...terms, expiryYears: yearsBetween(NOW_MS, expiring.expiryMs) })
    expect(byChain?.delta).toBeCloseTo(whole.delta / 2, 12)
    expect(byTicker).toMatchObject({ quotedBy: 'ticker', delta: byChain?.delta, netDelta: byChain?.netDelta })
  })
})

describe('the size at the bid', () => {
  const options = { liquidity: { minBidSizeCoin: 5 } }
  it.each([
    { changes: { bidSizeCoin: 5 }, why: 'just enough' },
    { changes: { timestampMs: CHAIN_MS - 1 }, why: 'told before the chain, at the price that it still has' },
  ])('that is $why passes', ({ changes }) => {
    expect(find({ ...chain, tickers: [tickerOf(quote, changes)], options }).candidates).toHaveLength(1)
  })

  const old = { timestampMs: CHAIN_MS - 1 }
  it.each([
    { changes: { bidSizeCoin: 4.9 }, reason: 'bid-size-too-small', value: 4.9, why: 'too small' },
    { changes: { ...old, bidSizeCoin: 4.9 }, reason: 'bid-size-too-small', value: 4.9, why: 'too small by then' },
    { changes: { bidSizeCoin: null }, reason: 'bid-size-missing', value: null, why: 'not told' },
    {
      changes: { ...old, bidPriceCoin: quote.bidPriceCoin! * 0.99 },
      reason: 'bid-size-missing',
      value: null,
      why: 'told before the chain, at another price',
    },
  ])('that is $why is $reason', ({ changes, reason, value }) => {
    const found = find({ ...chain, tickers: [tickerOf(quote, changes)], options })
    expect(rejectionOf(found)).toEqual({ reason, count: 1, limit: 5, values: { [call.symbol]: value } })
  })

  it('is missing where no tickers are read', () => {
    expect(rejectionOf(find({ ...chain, options })).reason).toBe('bid-size-missing')
  })
})

describe('the shortlist', () => {
  const strikes = [98_000, 99_000, 100_000, 101_000]
  const instruments = strikes.map((strikeUsd) => option({ strikeUsd, expiryMs: expiryIn(14) }))
  const quotes = instruments.map((instrument, at) => quoteOf(instrument, { iv: 0.5 + at / 100 }))
  const shortlist = (options = {}) => shortlistOf(basisOf({ instruments, quotes }), stateOptionsSchema.parse(options))

  it('is what the chain alone would make candidates, best first', () => {
    const symbols = find({ instruments, quotes }).candidates.map(({ instrument }) => instrument.symbol)
    expect(symbols).toHaveLength(4)
    expect(shortlist()).toEqual(symbols)
  })

  it('ends at the cap', () => {
    expect(shortlist({ maxCandidates: 2 })).toEqual(shortlist().slice(0, 2))
  })

  it('does not ask for sizes that no chain has', () => {
    expect(shortlist({ liquidity: { minBidSizeCoin: 5 } })).toEqual(shortlist())
  })

  it('wants no tickers where the regime lets nothing pass', () => {
    expect(shortlist({ ivrvMin: 1.3 })).toEqual([])
  })
})
