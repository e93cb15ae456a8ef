import { type ChainQuote, EMPTY_MEMORY, type VenueHistory } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  account,
  expiryIn,
  NOW_MS,
  option,
  quoteOf,
  readingsOf,
  tickerOf,
  type World,
  world,
} from '../test/fake-venue.js'
import { assembleUnderlying } from './assemble.js'
import { explainCall } from './explain-call.js'
import { type StateOptionsInput, stateOptionsSchema } from './options.js'
import type { UnderlyingReadings } from './readings.js'

const CALL = 'BTC-16JAN26-100000-C'
const sound = readingsOf()

function assemble(readings: UnderlyingReadings, options: StateOptionsInput = {}) {
  return assembleUnderlying(readings, { timeMs: NOW_MS, memory: EMPTY_MEMORY }, stateOptionsSchema.parse(options))
}

/** The world with another quote of {@link CALL}, judged by the chain alone. */
function withQuote(changes: Partial<ChainQuote>, options: StateOptionsInput = {}) {
  const quotes = world().quotes.map((quote) => (quote.symbol === CALL ? { ...quote, ...changes } : quote))
  return assemble(readingsOf(world({ quotes }), { tickers: null }), options)
}

describe('a quote that says nothing', () => {
  it('is told by explainCall, and costs its call alone', () => {
    const whole = withQuote({})
    expect(explainCall(whole, CALL).status).toBe('candidate')
    const broken = withQuote({ markIv: null })
    expect(broken.candidates).toHaveLength(whole.candidates.length - 1)
  })

  it.each<{ why: string; changes: Partial<ChainQuote>; reason: string }>([
    { why: 'a crossed book', changes: { bidPriceCoin: 0.008, askPriceCoin: 0.007 }, reason: 'crossed' },
    { why: 'no bid', changes: { bidPriceCoin: null }, reason: 'no-bid' },
    { why: 'no ask', changes: { askPriceCoin: null }, reason: 'no-ask' },
    { why: 'an empty book', changes: { bidPriceCoin: null, askPriceCoin: null }, reason: 'no-bid' },
    { why: 'no IV', changes: { markIv: null }, reason: 'no-iv' },
    { why: 'an IV of 0', changes: { markIv: 0 }, reason: 'iv-out-of-range' },
    { why: 'an IV of 5000 %', changes: { markIv: 50 }, reason: 'iv-out-of-range' },
  ])('is rejected for $why', ({ changes, reason }) => {
    expect(explainCall(withQuote(changes), CALL)).toMatchObject({ status: 'rejected', reason })
  })

  it('of a mark of 0 does not stand in the way, for nothing is sold at the mark', () => {
    expect(explainCall(withQuote({ markPriceCoin: 0 }), CALL).status).toBe('candidate')
  })

  it('in the zero greeks of a ticker is not listened to', () => {
    const zero = { delta: 0, gamma: 0, vega: 0, theta: 0, rho: 0 }
    const tickers = new Map(
      sound.chain.quotes.map((quote) => [quote.symbol, { value: tickerOf(quote, { greeks: zero }) }] as const),
    )
    expect(JSON.stringify(assemble({ ...sound, tickers }))).toBe(JSON.stringify(assemble(sound)))
  })
})

describe('an instrument', () => {
  const listed = (changes: Parameters<typeof option>[0], quoted = true): World => {
    const instrument = option({ strikeUsd: 101_000, ...changes })
    const { instruments, quotes } = world()
    return world({
      instruments: [...instruments, instrument],
      quotes: quoted ? [...quotes, quoteOf(instrument)] : quotes,
    })
  }

  it.each([
    { why: 'has expired', world: listed({ expiryMs: expiryIn(0) }), reason: 'dte-too-short' },
    { why: 'has not opened yet', world: listed({ state: 'inactive' }), reason: 'not-open' },
    { why: 'is listed before it is quoted', world: listed({}, false), reason: 'not-quoted' },
  ])('that $why is rejected', ({ world: around, reason }) => {
    const symbol = around.instruments.at(-1)?.symbol ?? ''
    const state = assemble(readingsOf(around, { tickers: null }))
    expect(explainCall(state, symbol)).toMatchObject({ status: 'rejected', reason })
  })
})

describe('a market', () => {
  const { instruments, quotes } = world()
  const onlyPuts = <T extends { symbol: string }>(all: readonly T[]) =>
    all.filter(({ symbol }) => symbol.endsWith('-P'))

  it.each<{ why: string; market: Partial<World>; rejected: readonly object[]; smiles: string }>([
    { why: 'lists nothing', market: { instruments: [], quotes: [] }, rejected: [], smiles: 'no expiry has a smile' },
    {
      why: 'quotes nothing',
      market: { quotes: [] },
      rejected: [{ reason: 'not-quoted', count: 24 }],
      smiles: 'no expiry has a smile',
    },
    {
      why: 'has puts alone',
      market: { instruments: onlyPuts(instruments), quotes: onlyPuts(quotes) },
      rejected: [],
      smiles: 'no expiry has a smile',
    },
    {
      why: 'quotes puts alone',
      market: { quotes: onlyPuts(quotes) },
      rejected: [{ reason: 'not-quoted', count: 24 }],
      smiles: 'no expiry has a smile',
    },
  ])('that $why has no candidates, and no implied volatility', ({ market, rejected, smiles }) => {
    const state = assemble(readingsOf(world(market)))
    expect(state.candidates).toEqual([])
    expect(state.rejectedCandidates).toMatchObject(rejected)
    expect(state.rejectedCandidates).toHaveLength(rejected.length)
    expect(state.vol).toMatchObject({ atmIv: null, ivrv: null, expiries: [] })
    expect(state.missing).toContainEqual({ datum: 'vol.atmIv', reason: smiles })
  })
})

describe('an account', () => {
  it.each([
    { why: 'without a coin', balanceCoin: 0, equityUsd: 0 },
    { why: 'in debt', balanceCoin: -0.5, equityUsd: -0.5 * 89_900 },
  ])('$why covers nothing, and keeps its market', ({ balanceCoin, equityUsd }) => {
    const empty = account({
      balanceCoin,
      equityCoin: balanceCoin,
      marginBalanceCoin: balanceCoin,
      availableFundsCoin: 0,
    })
    const state = assemble(readingsOf(world({ account: empty })))
    expect(state.portfolio).toMatchObject({ equityUsd, marginUsedPct: null, coverage: { coveredCoin: 0, freeCoin: 0 } })
    expect(state.missing).toContainEqual({
      datum: 'portfolio.marginUsedPct',
      reason: `the margin balance is ${balanceCoin} coin`,
    })
    expect(state.candidates.length).toBeGreaterThan(2)
  })
})

describe('history', () => {
  const { candles } = world()
  const missingWith = (history: VenueHistory) => assemble({ ...sound, candles: { value: history } }).missing

  it('that is unsorted is missing, with its row', () => {
    const openMs = [...candles.openMs].with(5, candles.openMs[3] as number)
    expect(missingWith({ ...candles, openMs })).toContainEqual({
      datum: 'vol.realisedVol',
      reason: expect.stringContaining('openMs[5]'),
    })
  })

  it('with NaN in it costs the windows that hold it', () => {
    const close = [...candles.close].with(-24 * 40, Number.NaN)
    const names = missingWith({ ...candles, close }).map(({ datum }) => datum)
    expect(names).toContain('vol.realised.90d')
    expect(names).not.toContain('vol.realised.30d')
  })

  it('with a gap is counted, and too large a gap is missing', () => {
    const without = (from: number, to: number): VenueHistory => {
      const kept = (column: Iterable<number>) => [...column].filter((_, bar) => bar < from || bar >= to)
      const { openMs, open, high, low, close, ...rest } = candles
      return { ...rest, openMs: kept(openMs), open: kept(open), high: kept(high), low: kept(low), close: kept(close) }
    }
    const last = candles.openMs.length
    const { vol } = assemble({ ...sound, candles: { value: without(last - 50, last - 47) } })
    expect(vol.realised.map(({ missingBars }) => missingBars)).toEqual([3, 3, 3])
    expect(missingWith(without(last - 100, last - 48)).map(({ datum }) => datum)).toContain('vol.realised.7d')
  })
})
