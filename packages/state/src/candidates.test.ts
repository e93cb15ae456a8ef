import { candidateOptionSchema } from '@cc/models'
import { black76, impliedVolatility, yearsBetween } from '@cc/pricing'
import { describe, expect, it } from 'vitest'
import { expiryIn, NOW_MS, option, quoteOf, tickerOf } from '../test/fake-venue.js'
import { CHAIN_MS, find, SPOT_USD, vol } from './candidates.fixture.js'

const call = option({ strikeUsd: 100_000, expiryMs: expiryIn(14) })
const DTE = 14 - 2 / 24

describe('a candidate', () => {
  const quote = quoteOf(call, { bidPriceCoin: 0.0123, askPriceCoin: 0.0128 })
  const terms = {
    forwardUsd: 90_000,
    strikeUsd: 100_000,
    expiryYears: yearsBetween(NOW_MS, call.expiryMs),
    kind: 'call' as const,
  }

  it('is priced at the bid after the fee, per coin', () => {
    const { candidates, rejectedCandidates } = find({ instruments: [call], quotes: [quote] })
    const { delta, netDelta, gamma, vega, theta } = black76({ ...terms, iv: 0.5 })
    const bidIv = impliedVolatility({ ...terms, priceUsd: 0.0123 * 90_000 })!
    const askIv = impliedVolatility({ ...terms, priceUsd: 0.0128 * 90_000 })!
    expect(rejectedCandidates).toEqual([])
    expect(candidates).toEqual([
      {
        instrument: call,
        dte: DTE,
        quotedMs: CHAIN_MS,
        quotedBy: 'chain',
        bidPriceCoin: 0.0123,
        askPriceCoin: 0.0128,
        bidSizeCoin: null,
        askSizeCoin: null,
        markPriceCoin: quote.markPriceCoin,
        markIv: 0.5,
        bidIv,
        askIv,
        forwardUsd: 90_000,
        ...{ delta, netDelta, gamma, vega, theta },
        moneyness: 10_000 / 90_000,
        netPremiumCoin: 0.0123 - 0.0003,
        netPremiumUsd: (0.0123 - 0.0003) * SPOT_USD,
        annualisedYieldPct: expect.closeTo(((0.012 * 365) / DTE) * 100, 9),
        spreadPct: expect.closeTo((0.0005 / 0.01255) * 100, 9),
        spreadIv: askIv - bidIv,
        spreadTicks: 1,
        openInterestCoin: 12,
        edgeCoin: null,
        initialMarginCoin: expect.closeTo(0.1 + quote.markPriceCoin, 15),
      },
    ])
    expect(candidateOptionSchema.parse(candidates[0])).toEqual(candidates[0])
  })

  it('has an edge over the forecast: the premium less what the call is worth at it', () => {
    const [candidate] = find({ instruments: [call], quotes: [quote], vol: vol({ forecastVol: 0.4 }) }).candidates
    expect(candidate?.edgeCoin).toBeCloseTo(0.012 - black76({ ...terms, iv: 0.4 }).priceCoin, 15)
  })

  it('pays a fee of an eighth of a small premium', () => {
    const [candidate] = find({
      instruments: [call],
      quotes: [quoteOf(call, { bidPriceCoin: 0.0008, askPriceCoin: 0.0009 })],
    }).candidates
    expect(candidate?.netPremiumCoin).toBeCloseTo(0.0007, 12)
  })

  it('takes nothing but its margin from the price of the mark', () => {
    const priced = (markPriceCoin: number) => {
      const [candidate] = find({
        instruments: [call],
        quotes: [{ ...quote, markPriceCoin }],
        vol: vol({ forecastVol: 0.4 }),
      }).candidates
      const { markPriceCoin: mark, initialMarginCoin, ...others } = candidate!
      return { mark, initialMarginCoin, others }
    }
    const [marked, unmarked] = [priced(0.02), priced(0)]
    expect(unmarked.others).toEqual(marked.others)
    expect(unmarked).toMatchObject({ mark: 0, initialMarginCoin: expect.closeTo(0.1, 15) })
    expect(marked).toMatchObject({ mark: 0.02, initialMarginCoin: expect.closeTo(0.12, 15) })
  })

  it('pays as a taker, and has a margin by its distance from the forward', () => {
    const near = option({ strikeUsd: 93_000, expiryMs: expiryIn(14), makerFeeRate: 0, takerFeeRate: 0.0004 })
    const [candidate] = find({
      instruments: [near],
      quotes: [quoteOf(near, { bidPriceCoin: 0.0255, askPriceCoin: 0.026, markPriceCoin: 0.0257 })],
      options: { deltaMax: 0.5 },
    }).candidates
    expect(candidate?.netPremiumCoin).toBe(0.0255 - 0.0004)
    expect(candidate?.initialMarginCoin).toBeCloseTo(0.15 - 3_000 / 90_000 + 0.0257, 15)
  })

  it('passes limits that are its own numbers', () => {
    const scene = { instruments: [call], quotes: [quote] }
    const [candidate] = find(scene).candidates
    const { delta, dte, netPremiumUsd, spreadIv, openInterestCoin } = candidate!
    const own = {
      ...{ deltaMin: delta, deltaMax: delta, dteMin: dte, dteMax: dte, moneynessMin: candidate!.moneyness },
      ...{ premiumMinUsd: netPremiumUsd, ivrvMin: 1.2 },
      liquidity: { maxSpreadTicks: 0, maxSpreadIv: spreadIv!, minOpenInterestCoin: openInterestCoin! },
    }
    expect(find({ ...scene, options: own }).candidates).toEqual([candidate])
  })

  it('may have one price for bid and ask', () => {
    const locked = quoteOf(call, { bidPriceCoin: 0.0125, askPriceCoin: 0.0125 })
    expect(find({ instruments: [call], quotes: [locked] }).candidates).toMatchObject([
      { spreadPct: 0, spreadIv: 0, spreadTicks: 0 },
    ])
  })
})

describe('the ranking', () => {
  const later = option({ strikeUsd: 100_000, expiryMs: expiryIn(28) })
  const higher = option({ strikeUsd: 102_000, expiryMs: expiryIn(14) })
  const instruments = [call, higher, later]
  const quotes = [quoteOf(call), quoteOf(higher, { iv: 0.52 }), quoteOf(later, { iv: 0.56 })]
  const order = (found: ReturnType<typeof find>) => found.candidates.map(({ instrument }) => instrument.symbol)

  it('is by the volatility of the bid where there is no forecast', () => {
    expect(order(find({ instruments, quotes }))).toEqual([later.symbol, higher.symbol, call.symbol])
    // A mark decides nothing: the best marked one is bid for least.
    const flattered = [quoteOf(call, { markIv: 0.6 }), ...quotes.slice(1)]
    expect(order(find({ instruments, quotes: flattered }))).toEqual([later.symbol, higher.symbol, call.symbol])
  })

  it('is by edge per margin and day where there is one', () => {
    const { candidates } = find({ instruments, quotes, vol: vol({ forecastVol: 0.4 }) })
    const scores = candidates.map(({ edgeCoin, initialMarginCoin, dte }) => edgeCoin! / (initialMarginCoin * dte))
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(candidates.map(({ instrument }) => instrument.symbol)).toEqual([later.symbol, call.symbol, higher.symbol])
  })

  it('puts losses after all gains, the smaller in coin first, however much margin they tie up and for how long', () => {
    const dear = quoteOf(higher, { iv: 0.65 })
    const { candidates } = find({
      instruments,
      quotes: [quoteOf(call), dear, quoteOf(later)],
      vol: vol({ forecastVol: 0.6 }),
    })
    expect(candidates.map(({ instrument }) => instrument.symbol)).toEqual([higher.symbol, call.symbol, later.symbol])
    const [gain, smaller, larger] = candidates.map(({ edgeCoin }) => edgeCoin!) as [number, number, number]
    expect(gain).toBeGreaterThan(0)
    expect(smaller).toBeLessThan(0)
    expect(larger).toBeLessThan(smaller)
    // By margin and day the larger loss would be the smaller.
    const [, nearer, farther] = candidates.map((each) => each.edgeCoin! / (each.initialMarginCoin * each.dte))
    expect(farther).toBeGreaterThan(nearer!)
  })

  it('is by symbol between equals, whichever was judged first', () => {
    const twin = { ...call, symbol: 'BTC-16JAN26-100000-A' }
    const row = quoteOf(call)
    const scene = { instruments: [call, twin], quotes: [row, { ...row, symbol: twin.symbol }] }
    expect(order(find(scene))).toEqual([twin.symbol, call.symbol])
    const old = tickerOf(row, { timestampMs: CHAIN_MS - 1 })
    const fresh = tickerOf({ ...row, symbol: twin.symbol })
    expect(order(find({ ...scene, tickers: [old, fresh] }))).toEqual([twin.symbol, call.symbol])
  })

  it('leaves out what is below the cap, with its rank', () => {
    const found = find({ instruments, quotes, options: { maxCandidates: 1 } })
    expect(order(found)).toEqual([later.symbol])
    expect(found.rejectedCandidates).toEqual([
      { reason: 'below-the-cap', count: 2, limit: 1, values: { [higher.symbol]: 2, [call.symbol]: 3 } },
    ])
    expect(Object.keys(found.rejectedCandidates[0]!.values)).toEqual([call.symbol, higher.symbol])
  })

  it('is done anew after the tickers', () => {
    const dear = tickerOf(quoteOf(call, { iv: 0.6 }))
    const tickers = [dear, tickerOf(quotes[1]!), tickerOf(quotes[2]!)]
    expect(order(find({ instruments, quotes, tickers }))).toEqual([call.symbol, later.symbol, higher.symbol])
  })
})
