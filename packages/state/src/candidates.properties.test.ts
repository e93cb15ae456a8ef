import {
  CANDIDATE_REJECTIONS,
  type ChainQuote,
  candidateOptionSchema,
  rejectedCallsSchema,
  type UnderlyingState,
} from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expiryIn, NOW_MS, option, quoteOf, tickerOf } from '../test/fake-venue.js'
import { basisOf, type Scene, vol } from './candidates.fixture.js'
import { findCandidates, shortlistOf } from './candidates.js'
import { explainCall } from './explain-call.js'
import { type StateOptions, stateOptionsSchema } from './options.js'

/** What may become of a price or volatility on its way here, in one case of ten. */
const broken = fc.constantFrom(null, Number.NaN, 0, 50)
const often = <T>(sound: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: sound })
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

/** How a quote differs from one around a mark at `iv`. */
const quoteChanges = fc.record({
  iv: between(0.3, 0.8),
  forwardUsd: between(85_000, 95_000),
  spread: between(0, 0.3),
  bidPriceCoin: often(broken),
  askPriceCoin: often(broken),
  markIv: often(broken),
  openInterestCoin: fc.option(between(0, 100)),
})
type QuoteChanges = typeof quoteChanges extends fc.Arbitrary<infer T> ? T : never

const listed = fc.record({
  days: fc.integer({ min: 0, max: 60 }),
  strikeUsd: fc.integer({ min: 80, max: 125 }).map((thousand) => thousand * 1_000),
  kind: fc.constantFrom('call', 'call', 'call', 'put'),
  state: often(fc.constantFrom('locked' as const, 'inactive' as const)).map((state) => state ?? 'open'),
  row: fc.option(quoteChanges, { freq: 9 }),
  ticker: fc.option(
    fc.record({ changes: quoteChanges, ageMs: between(0, 600), sizeCoin: fc.option(between(0.1, 20)) }),
    {
      freq: 9,
    },
  ),
})
const scenes = fc
  .record({
    rows: fc.uniqueArray(listed, {
      selector: ({ days, strikeUsd, kind }) => `${days} ${strikeUsd} ${kind}`,
      minLength: 5,
      maxLength: 30,
      size: 'max',
    }),
    hasTickers: fc.boolean(),
    ivrv: fc.option(between(0.5, 2)),
    forecastVol: fc.option(between(0.01, 10), { nil: undefined }),
  })
  .map(({ rows, hasTickers, ...expectation }): Scene => {
    const quoted = rows.map(({ days, strikeUsd, kind, state, row, ticker }) => {
      const instrument = option({ strikeUsd, kind, state, expiryMs: expiryIn(days) })
      return { instrument, row: row === null ? null : rowOf(instrument, row), ticker }
    })
    const tickers = quoted.map(({ instrument, ticker }) => {
      if (ticker === null) return { symbol: instrument.symbol, missing: 'venue/timeout' }
      const sizes = { bidSizeCoin: ticker.sizeCoin, askSizeCoin: ticker.sizeCoin }
      const timestampMs = NOW_MS - Math.round(ticker.ageMs)
      return tickerOf(rowOf(instrument, ticker.changes), { ...sizes, timestampMs })
    })
    return {
      instruments: quoted.map(({ instrument }) => instrument),
      quotes: quoted.flatMap(({ row }) => (row === null ? [] : [row])),
      tickers: hasTickers ? tickers : undefined,
      vol: vol(expectation),
    }
  })

function rowOf(
  instrument: Scene['instruments'][number],
  { iv, forwardUsd, spread, bidPriceCoin, askPriceCoin, markIv, openInterestCoin }: QuoteChanges,
): ChainQuote {
  const row = quoteOf(instrument, { iv, forwardUsd, openInterestCoin })
  return {
    ...row,
    bidPriceCoin: bidPriceCoin === undefined ? row.markPriceCoin * (1 - spread) : bidPriceCoin,
    askPriceCoin: askPriceCoin === undefined ? row.markPriceCoin * (1 + spread) : askPriceCoin,
    markIv: markIv === undefined ? iv : markIv,
  }
}

/** All that is a limit, each with a looser and a tighter value. */
const limits = {
  deltaMin: pair(0, 1),
  deltaMax: pair(1, 0),
  dteMin: pair(0, 60),
  dteMax: pair(60, 0),
  moneynessMin: pair(-0.2, 0.3),
  premiumMinUsd: pair(0, 2_000),
  ivrvMin: pair(0.1, 2),
  maxSpreadTicks: pair(30, 0),
  maxSpreadIv: pair(0.3, 0),
  minBidSizeCoin: pair(0, 20),
  minOpenInterestCoin: pair(0, 100),
}
type Limit = keyof typeof limits
const LIMITS = Object.keys(limits) as Limit[]

/** Two values, the looser first, between the loosest and the tightest, mostly near the loosest: something is to pass. */
function pair(loosest: number, tightest: number): fc.Arbitrary<[number, number]> {
  return fc
    .tuple(between(0, 1), between(0, 1))
    .map(
      ([a, b]) => [Math.min(a, b), Math.max(a, b)].map((t) => loosest + t * (tightest - loosest)) as [number, number],
    )
}

/** Options as they are after parsing but for their checks of one limit against another, which a chance pair fails. */
function optionsOf(values: Partial<Record<Limit, number>>, maxCandidates = 1_000): StateOptions {
  const defaults = stateOptionsSchema.parse({
    deltaMin: 0,
    deltaMax: 1,
    dteMin: 0,
    dteMax: 60,
    moneynessMin: -1,
    premiumMinUsd: 0,
  })
  const { maxSpreadTicks, maxSpreadIv, minBidSizeCoin, minOpenInterestCoin, ...others } = values
  const liquidity = { maxSpreadTicks, maxSpreadIv, minBidSizeCoin, minOpenInterestCoin }
  const given = Object.fromEntries(Object.entries(liquidity).filter(([, value]) => value !== undefined))
  return { ...defaults, ...others, maxCandidates, liquidity: { ...defaults.liquidity, ...given } }
}
const anyLimits = fc.record(limits, { requiredKeys: [] })
const choose = (pairs: Partial<Record<Limit, [number, number]>>, at: 0 | 1) =>
  Object.fromEntries(Object.entries(pairs).map(([limit, values]) => [limit, values[at]])) as Partial<
    Record<Limit, number>
  >
const caps = fc.integer({ min: 1, max: 20 })

function symbolsOf(scene: Scene, options: StateOptions): string[] {
  return findCandidates(basisOf(scene), options).candidates.map(({ instrument }) => instrument.symbol)
}

describe('candidates and rejections together', () => {
  it('are all listed calls, each explained once', () => {
    fc.assert(
      fc.property(scenes, anyLimits, caps, (scene, pairs, cap) => {
        const found = findCandidates(basisOf(scene), optionsOf(choose(pairs, 0), cap))
        const calls = scene.instruments.filter(({ kind }) => kind === 'call')
        const counted = found.rejectedCandidates.reduce((sum, { count }) => sum + count, 0)
        expect(found.candidates.length + counted).toBe(calls.length)

        const explained = calls.map(({ symbol }) => explainCall(found as UnderlyingState, symbol))
        const ranks = explained.flatMap((explanation) => (explanation.status === 'candidate' ? [explanation.rank] : []))
        expect(ranks.toSorted((a, b) => a - b)).toEqual(found.candidates.map((_, place) => place + 1))
        for (const { reason, count, limit } of found.rejectedCandidates) {
          const same = explained.filter((each) => each.status === 'rejected' && each.reason === reason)
          expect(same).toHaveLength(count)
          expect(same.every((each) => each.status === 'rejected' && each.limit === limit)).toBe(true)
        }
        expect(explained.some(({ status }) => status === 'not-listed')).toBe(false)
      }),
    )
  })

  it('are as the schemas say, in the order of reasons, and the same after JSON', () => {
    fc.assert(
      fc.property(scenes, anyLimits, (scene, pairs) => {
        const found = findCandidates(basisOf(scene), optionsOf(choose(pairs, 0)))
        const read = JSON.parse(JSON.stringify(found)) as typeof found
        expect(read).toEqual(found)
        expect(read.candidates.map((candidate) => candidateOptionSchema.parse(candidate))).toEqual(found.candidates)
        expect(read.rejectedCandidates.map((calls) => rejectedCallsSchema.parse(calls))).toEqual(
          found.rejectedCandidates,
        )
        const places = found.rejectedCandidates.map(({ reason }) => CANDIDATE_REJECTIONS.indexOf(reason))
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
      }),
    )
  })

  it('come best first', () => {
    fc.assert(
      fc.property(scenes, anyLimits, (scene, pairs) => {
        const { candidates } = findCandidates(basisOf(scene), optionsOf(choose(pairs, 0)))
        if (scene.vol?.forecast == null) {
          expectFalling(candidates.map(({ bidIv }) => bidIv))
          return
        }
        const gains = candidates.filter(({ edgeCoin }) => edgeCoin! > 0)
        const losses = candidates.filter(({ edgeCoin }) => edgeCoin! <= 0)
        expect(candidates).toEqual([...gains, ...losses])
        expectFalling(gains.map(({ edgeCoin, initialMarginCoin, dte }) => edgeCoin! / (initialMarginCoin * dte)))
        expectFalling(losses.map(({ edgeCoin }) => edgeCoin!))
      }),
    )
  })

  it('do not depend on the order in which anything was read', () => {
    const shuffled = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: all.length })
    const twice = scenes.chain((scene) =>
      fc
        .record({
          instruments: shuffled(scene.instruments),
          quotes: shuffled(scene.quotes),
          tickers: scene.tickers === undefined ? fc.constant(undefined) : shuffled(scene.tickers),
        })
        .map((order): [Scene, Scene] => [scene, { ...scene, ...order }]),
    )
    fc.assert(
      fc.property(twice, anyLimits, caps, ([scene, other], pairs, cap) => {
        const options = optionsOf(choose(pairs, 0), cap)
        const found = findCandidates(basisOf(scene), options)
        expect(JSON.stringify(findCandidates(basisOf(other), options))).toBe(JSON.stringify(found))
        expect(shortlistOf(basisOf(other), options)).toEqual(shortlistOf(basisOf(scene), options))
      }),
    )
  })
})

describe('a limit', () => {
  it.each(LIMITS)('%s, when tightened, adds no candidate while the cap is not reached', (limit) => {
    fc.assert(
      fc.property(scenes, anyLimits, limits[limit], (scene, pairs, [looser, tighter]) => {
        const others = choose(pairs, 0)
        const before = symbolsOf(scene, optionsOf({ ...others, [limit]: looser }))
        const after = symbolsOf(scene, optionsOf({ ...others, [limit]: tighter }))
        expect(before).toEqual(expect.arrayContaining(after))
      }),
    )
  })

  it('on how many, when tightened, keeps the best of the others by the chain, and adds none', () => {
    fc.assert(
      fc.property(scenes, anyLimits, caps, caps, (scene, pairs, a, b) => {
        const [lower, higher] = [Math.min(a, b), Math.max(a, b)]
        const [few, many] = [lower, higher].map((cap) => optionsOf(choose(pairs, 0), cap)) as [
          StateOptions,
          StateOptions,
        ]
        expect(symbolsOf(scene, many)).toEqual(expect.arrayContaining(symbolsOf(scene, few)))
        expect(shortlistOf(basisOf(scene), few)).toEqual(shortlistOf(basisOf(scene), many).slice(0, lower))
      }),
    )
  })

  it('is kept by every candidate', () => {
    fc.assert(
      fc.property(scenes, anyLimits, caps, (scene, pairs, cap) => {
        const options = optionsOf(choose(pairs, 0), cap)
        const { liquidity } = options
        const { candidates } = findCandidates(basisOf(scene), options)
        expect(candidates.length).toBeLessThanOrEqual(cap)
        for (const candidate of candidates) {
          expect(candidate.instrument).toMatchObject({ state: 'open', kind: 'call' })
          expect(candidate.delta).toBeGreaterThanOrEqual(options.deltaMin)
          expect(candidate.delta).toBeLessThanOrEqual(options.deltaMax)
          expect(candidate.dte).toBeGreaterThanOrEqual(options.dteMin)
          expect(candidate.dte).toBeLessThanOrEqual(options.dteMax)
          expect(candidate.moneyness).toBeGreaterThanOrEqual(options.moneynessMin)
          expect(candidate.netPremiumUsd).toBeGreaterThanOrEqual(options.premiumMinUsd)
          const isTight =
            candidate.spreadTicks! <= liquidity.maxSpreadTicks || candidate.spreadIv! <= liquidity.maxSpreadIv
          expect(isTight).toBe(true)
          if (liquidity.minBidSizeCoin > 0)
            expect(candidate.bidSizeCoin).toBeGreaterThanOrEqual(liquidity.minBidSizeCoin)
          if (liquidity.minOpenInterestCoin > 0) {
            expect(candidate.openInterestCoin).toBeGreaterThanOrEqual(liquidity.minOpenInterestCoin)
          }
          if (options.ivrvMin !== undefined) expect(scene.vol?.ivrv).toBeGreaterThanOrEqual(options.ivrvMin)
          expect(candidate.askPriceCoin).toBeGreaterThanOrEqual(candidate.bidPriceCoin)
        }
      }),
    )
  })
})

function expectFalling(values: readonly number[]): void {
  expect(values).toEqual(values.toSorted((a, b) => b - a))
}

it('judges a ticker that repeats its row of the chain as the row itself', () => {
  fc.assert(
    fc.property(scenes, anyLimits, (scene, pairs) => {
      const options = optionsOf({ ...choose(pairs, 0), minBidSizeCoin: 0 })
      const byChain = findCandidates(basisOf({ ...scene, tickers: undefined }), options)
      const tickers = scene.quotes.map((row) => tickerOf(row))
      const byTicker = findCandidates(basisOf({ ...scene, tickers }), options)
      const read = { quotedBy: 'ticker', quotedMs: NOW_MS - 50, bidSizeCoin: 5, askSizeCoin: 7 }
      expect(byTicker.candidates).toEqual(byChain.candidates.map((candidate) => ({ ...candidate, ...read })))
      expect(byTicker.rejectedCandidates).toEqual(byChain.rejectedCandidates)
    }),
  )
})
