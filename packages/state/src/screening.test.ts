import { CANDIDATE_REJECTIONS, type CandidateRejection, type ChainQuote } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { expiryIn, NOW_MS, option, quoteOf, world } from '../test/fake-venue.js'
import { find, rejectionOf, vol } from './candidates.fixture.js'

const call = option({ strikeUsd: 100_000, expiryMs: expiryIn(14) })

describe('a rejection', () => {
  type Case = {
    reason: CandidateRejection
    instrument?: Partial<typeof call>
    quote?: (Partial<ChainQuote> & { iv?: number }) | null
    options?: Parameters<typeof find>[0]['options']
    limit?: number | null
    value: unknown
    key?: string
    why: string
  }
  const BTC_7JAN = 'BTC-7JAN26'
  it.each<Case>([
    { reason: 'not-open', instrument: { state: 'locked' }, value: 'locked', why: 'its book takes cancels only' },
    { reason: 'not-open', instrument: { state: 'inactive' }, value: 'inactive', why: 'it is not yet open' },
    {
      reason: 'not-open',
      instrument: { state: 'delivered', expiryMs: expiryIn(0) },
      value: 'delivered',
      why: 'it is delivered, before its days are looked at',
    },
    {
      reason: 'dte-too-short',
      instrument: { expiryMs: expiryIn(5) },
      limit: 5,
      value: 4.91667,
      key: BTC_7JAN,
      why: '4.9 days',
    },
    {
      reason: 'dte-too-short',
      instrument: { expiryMs: expiryIn(0) },
      limit: 5,
      value: -0.0833333,
      key: 'BTC-2JAN26',
      why: 'expired',
    },
    {
      reason: 'dte-too-long',
      instrument: { expiryMs: expiryIn(46) },
      limit: 45,
      value: 45.9167,
      key: 'BTC-17FEB26',
      why: '45.9 days',
    },
    { reason: 'not-quoted', quote: null, value: null, why: 'the chain has no row' },
    {
      reason: 'no-bid',
      quote: { bidPriceCoin: null, markIv: null },
      value: null,
      why: 'nobody bids, and nobody marks',
    },
    { reason: 'no-bid', quote: { bidPriceCoin: null, askPriceCoin: null }, value: null, why: 'the book is empty' },
    { reason: 'no-bid', quote: { bidPriceCoin: 0 }, value: null, why: 'a bid of 0 is none' },
    { reason: 'no-bid', quote: { bidPriceCoin: Number.NaN }, value: null, why: 'a bid of NaN is none' },
    { reason: 'no-ask', quote: { askPriceCoin: null }, value: null, why: 'nobody asks' },
    { reason: 'no-ask', quote: { askPriceCoin: Number.NaN }, value: null, why: 'an ask of NaN is none' },
    { reason: 'crossed', quote: { bidPriceCoin: 0.0135, askPriceCoin: 0.013 }, value: 0.0005, why: 'bid above ask' },
    { reason: 'no-iv', quote: { markIv: null }, value: null, why: 'the venue marks no volatility' },
    { reason: 'no-iv', quote: { markIv: Number.NaN }, value: null, why: 'the mark is NaN' },
    { reason: 'no-iv', quote: { markPriceCoin: Number.NaN }, value: null, why: 'the price of the mark is NaN' },
    {
      reason: 'no-iv',
      instrument: { strikeUsd: 60_000 },
      quote: { bidPriceCoin: 0.333, askPriceCoin: 0.34 },
      options: { moneynessMin: -1 },
      value: 0.333,
      why: 'it is bid below its intrinsic value',
    },
    {
      reason: 'no-iv',
      quote: { bidPriceCoin: 1.2, askPriceCoin: 1.3, markIv: 50 },
      value: 1.2,
      why: 'it is bid above the forward, and marked beyond all bounds',
    },
    { reason: 'iv-out-of-range', quote: { markIv: 50 }, value: 50, why: 'it is marked at 5000 %' },
    { reason: 'iv-out-of-range', quote: { markIv: 0 }, value: 0, why: 'it is marked at 0' },
    {
      reason: 'iv-out-of-range',
      quote: { bidPriceCoin: 0.999, askPriceCoin: 0.9995 },
      value: expect.closeTo(33.7, 0),
      why: 'no coin has the volatility of the bid',
    },
    {
      reason: 'in-the-money',
      instrument: { strikeUsd: 88_000 },
      limit: 0,
      value: -0.0222222,
      why: 'strike below forward',
    },
    {
      reason: 'in-the-money',
      instrument: { strikeUsd: 60_000 },
      quote: { bidPriceCoin: 0.333, askPriceCoin: 0.34 },
      limit: 0,
      value: -0.333333,
      why: 'it is bid below its intrinsic value, before its book is looked at',
    },
    {
      reason: 'in-the-money',
      instrument: { strikeUsd: 88_000 },
      quote: { bidPriceCoin: null, askPriceCoin: null, markIv: null },
      limit: 0,
      value: -0.0222222,
      why: 'nobody quotes it',
    },
    {
      reason: 'delta-too-low',
      instrument: { strikeUsd: 150_000 },
      quote: { bidPriceCoin: 0.0001, askPriceCoin: 0.0002 },
      limit: 0.1,
      value: expect.closeTo(0, 4),
      why: 'far out of the money',
    },
    {
      reason: 'delta-too-high',
      instrument: { strikeUsd: 90_000 },
      limit: 0.35,
      value: expect.closeTo(0.519, 3),
      why: 'at the money',
    },
    {
      reason: 'premium-too-small',
      quote: { bidPriceCoin: 0.00006, askPriceCoin: 0.0001 },
      limit: 5,
      value: 4.71975,
      why: '4.72 USD after the fee',
    },
    {
      reason: 'spread-too-wide',
      quote: { bidPriceCoin: 0.01, askPriceCoin: 0.014 },
      limit: 0.05,
      value: expect.closeTo(0.074, 3),
      why: '8 ticks, 7.4 vol points',
    },
    {
      reason: 'spread-too-wide',
      quote: { bidPriceCoin: 0.01, askPriceCoin: 1 },
      limit: 0.05,
      value: null,
      why: 'the ask is a whole coin',
    },
    {
      reason: 'open-interest-too-small',
      options: { liquidity: { minOpenInterestCoin: 12.5 } },
      limit: 12.5,
      value: 12,
      why: 'half a coin is missing',
    },
    {
      reason: 'open-interest-missing',
      quote: { openInterestCoin: null },
      options: { liquidity: { minOpenInterestCoin: 1 } },
      limit: 1,
      value: null,
      why: 'nobody tells',
    },
    {
      reason: 'open-interest-too-small',
      quote: { openInterestCoin: Number.NaN },
      options: { liquidity: { minOpenInterestCoin: 1 } },
      limit: 1,
      value: null,
      why: 'NaN is not enough',
    },
    { reason: 'ivrv-too-low', options: { ivrvMin: 1.25 }, limit: 1.25, value: 1.2, why: 'of the regime' },
  ])('is $reason where $why', ({ reason, instrument, quote, options, limit = null, value, key }) => {
    const listed = option({ strikeUsd: call.strikeUsd, expiryMs: call.expiryMs, ...instrument })
    const found = find({ instruments: [listed], quotes: quote === null ? [] : [quoteOf(listed, quote)], options })
    expect(found.candidates).toEqual([])
    expect(found.rejectedCandidates).toEqual([{ reason, count: 1, limit, values: { [key ?? listed.symbol]: value } }])
  })

  it.each([
    { expiryMs: expiryIn(0), why: 'has expired' },
    { expiryMs: NOW_MS, why: 'expires now' },
  ])('meets a call that $why even with no least number of days', ({ expiryMs }) => {
    const expired = option({ expiryMs })
    const found = find({ instruments: [expired], quotes: [quoteOf(expired)], options: { dteMin: 0 } })
    expect(found.rejectedCandidates).toMatchObject([{ reason: 'dte-too-short', count: 1, limit: 0 }])
  })

  it('is no-iv without a forward', () => {
    const found = find({
      instruments: [call],
      quotes: [{ ...quoteOf(call), bidPriceCoin: 0.007, forwardUsd: Number.NaN }],
    })
    expect(rejectionOf(found)).toMatchObject({ reason: 'no-iv', values: { [call.symbol]: 0.007 } })
  })

  it('is ivrv-missing where there is no ratio to judge, and neither where none is demanded', () => {
    const at = { instruments: [call], quotes: [quoteOf(call)], vol: vol({ ivrv: null }) }
    expect(rejectionOf(find({ ...at, options: { ivrvMin: 1 } }))).toEqual({
      reason: 'ivrv-missing',
      count: 1,
      limit: 1,
      values: { [call.symbol]: null },
    })
    expect(find(at).candidates).toHaveLength(1)
  })

  it('is what would keep the call in any regime, before the regime is judged', () => {
    const dear = quoteOf(call, { bidPriceCoin: 0.01, askPriceCoin: 0.014 })
    const found = find({ instruments: [call], quotes: [dear], options: { ivrvMin: 1.25 } })
    expect(rejectionOf(found).reason).toBe('spread-too-wide')
  })

  it('is listed in the order of reasons, with values by expiry, then strike, and one for all calls of an expiry', () => {
    const { instruments, quotes } = world()
    const found = find({ instruments: instruments.toReversed(), quotes, options: { dteMin: 20, deltaMin: 0.2 } })
    const order = found.rejectedCandidates.map(({ reason }) => reason)
    expect(order).toEqual(CANDIDATE_REJECTIONS.filter((reason) => order.includes(reason)))
    expect(found.rejectedCandidates).toMatchObject([
      { reason: 'dte-too-short', count: 8, values: { 'BTC-16JAN26': 13.9167 } },
      { reason: 'in-the-money', count: 6 },
      { reason: 'delta-too-low' },
      { reason: 'delta-too-high' },
    ])
    expect(Object.keys(found.rejectedCandidates[1]!.values)).toEqual([
      'BTC-30JAN26-70000-C',
      'BTC-30JAN26-80000-C',
      'BTC-30JAN26-86000-C',
      'BTC-13FEB26-70000-C',
      'BTC-13FEB26-80000-C',
      'BTC-13FEB26-86000-C',
    ])
  })
})

describe('the spread', () => {
  it.each([
    { bid: 0.01, ask: 0.0115, options: { maxSpreadIv: 0 }, passes: true, why: '3 ticks of 0.0005, whatever the noise' },
    { bid: 0.01, ask: 0.012, options: { maxSpreadIv: 0 }, passes: false, why: '4 ticks' },
    { bid: 0.01, ask: 0.012, options: {}, passes: true, why: '4 ticks, 4.4 vol points' },
    { bid: 0.0048, ask: 0.0055, options: { maxSpreadIv: 0 }, passes: true, why: '2 small ticks and a large one' },
    { bid: 0.0047, ask: 0.0055, options: { maxSpreadIv: 0 }, passes: false, why: '3 small ticks and a large one' },
  ])('of $why passes: $passes', ({ bid, ask, options: liquidity, passes }) => {
    const quote = quoteOf(call, { bidPriceCoin: bid, askPriceCoin: ask })
    const found = find({ instruments: [call], quotes: [quote], options: { liquidity } })
    expect(found.candidates).toHaveLength(passes ? 1 : 0)
    if (!passes) expect(rejectionOf(found).reason).toBe('spread-too-wide')
  })
})
