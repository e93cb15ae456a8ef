import {
  EMPTY_MEMORY,
  type OptionInstrument,
  type OptionQuote,
  type UnderlyingState,
  underlyingStateSchema,
} from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  account,
  DAY_MS,
  DAY_OF_DVOL,
  dailyDvol,
  expiryIn,
  HOUR_MS,
  hourly,
  NOW_MS,
  option,
  position,
  quoteOf,
  readingsOf,
  tickerOf,
  world,
  YEAR_OF_DVOL,
  zigzag,
} from '../test/fake-venue.js'
import { assembleUnderlying, shortlist } from './assemble.js'
import type { Datum } from './datum.js'
import { explainCall } from './explain-call.js'
import { stateOptionsSchema } from './options.js'
import type { UnderlyingReadings } from './readings.js'

/** Expired, about to expire, and ahead. */
const LISTED = [0, 1, 7, 14, 28, 42, 100].flatMap((days) =>
  [70, 86, 94, 100, 106, 115].flatMap((thousand) =>
    (['call', 'put'] as const).map((kind) => option({ kind, strikeUsd: thousand * 1_000, expiryMs: expiryIn(days) })),
  ),
)

const often = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, fc.constantFrom(...others))

/** What a book, a mark, a listing can be while it is no error. */
const row = fc.record({
  isListed: often(true, false),
  isQuoted: often(true, false),
  state: often<OptionInstrument['state']>('open', 'inactive', 'locked', 'delivered'),
  book: often<'sound' | 'no-bid' | 'no-ask' | 'empty' | 'crossed' | 'wild'>(
    'sound',
    'no-bid',
    'no-ask',
    'empty',
    'crossed',
    'wild',
  ),
  markIv: often<number | null>(0.5, null, 0, 0.01, 10, 50),
  markPriceCoin: often<number | undefined>(undefined, 0, 2),
  openInterestCoin: often<number | null>(12, null, 0),
  ticker: often<'same' | 'none' | 'failed' | 'old'>('same', 'none', 'failed', 'old'),
  sizeCoin: often(0, -0.1, 0.3),
  averagePriceCoin: often<number | null>(0.01, null, 0),
})

const candles = fc.constantFrom<UnderlyingReadings['candles']>(
  { value: hourly(zigzag(24 * 100, 0.004)) },
  { value: hourly(zigzag(24 * 10, 0.004)) },
  { value: hourly(zigzag(24 * 100, 0)) },
  { value: hourly(zigzag(24 * 100, 0.004).with(-30, Number.NaN)) },
  { value: hourly(zigzag(24 * 100, 0.004), { untilMs: NOW_MS - 3 * DAY_MS }) },
  { value: { ...hourly([1, 2, 3]), openMs: [3, 2, 1] } },
  { value: { ...hourly([1, 2]), openMs: [0.5, Number.NaN] } },
  { value: hourly([]) },
  { missing: 'venue/no' },
)
const dvolHours = fc.constantFrom<UnderlyingReadings['dvolHours']>(
  { value: hourly(DAY_OF_DVOL, { kind: 'dvol' }) },
  { value: hourly([0.5, 0.51], { kind: 'dvol' }) },
  { value: hourly([0], { kind: 'dvol' }) },
  { value: hourly([0.5], { kind: 'dvol', untilMs: NOW_MS + HOUR_MS }) },
  { missing: 'venue/no' },
)
const dvolDays = fc.constantFrom<UnderlyingReadings['dvolDays']>(
  { value: dailyDvol(YEAR_OF_DVOL) },
  { value: dailyDvol(YEAR_OF_DVOL.slice(200)) },
  { missing: 'venue/no' },
)

const readings = fc
  .record({
    rows: fc.array(row, { minLength: LISTED.length, maxLength: LISTED.length }),
    ...{ candles, dvolHours, dvolDays },
    marginBalanceCoin: fc.constantFrom(2, 0, -1),
    hasTickers: fc.boolean(),
    others: fc.subarray([position('BTC-PERPETUAL', -0.2, 'future'), position('BTC-26DEC25-90000-C', -0.1)]),
  })
  .map(({ rows, marginBalanceCoin, hasTickers, others, ...histories }): UnderlyingReadings => {
    const entries = LISTED.map((instrument, at) => ({ instrument, ...(rows[at] as (typeof rows)[number]) }))
    const quotes = entries.flatMap(({ instrument, isQuoted, book, markIv, markPriceCoin, openInterestCoin }) => {
      const sound = quoteOf(instrument)
      const mark = { markIv, openInterestCoin, markPriceCoin: markPriceCoin ?? sound.markPriceCoin }
      return isQuoted ? [{ ...sound, ...BOOKS[book], ...mark }] : []
    })
    const tickers = new Map<string, Datum<OptionQuote>>()
    for (const { instrument, ticker } of entries) {
      const { symbol } = instrument
      const quote = quotes.find((each) => each.symbol === symbol)
      const timestampMs = ticker === 'old' ? NOW_MS - 9_000 : NOW_MS
      if (ticker === 'failed') tickers.set(symbol, { missing: 'venue/no' })
      else if (quote !== undefined && ticker !== 'none')
        tickers.set(symbol, { value: tickerOf(quote, { timestampMs }) })
    }
    const held = entries.flatMap(({ instrument: { symbol }, sizeCoin, averagePriceCoin }) =>
      sizeCoin === 0 ? [] : [{ ...position(symbol, sizeCoin), averagePriceCoin }],
    )
    return readingsOf(
      world({
        instruments: entries.flatMap(({ instrument, isListed, state }) => (isListed ? [{ ...instrument, state }] : [])),
        quotes,
        account: account({ positions: [...held, ...others], marginBalanceCoin, equityCoin: marginBalanceCoin }),
      }),
      { ...histories, tickers: hasTickers ? tickers : null },
    )
  })

const moments = fc.constantFrom(NOW_MS, NOW_MS + 1, expiryIn(1), expiryIn(28), expiryIn(100) + DAY_MS)
const options = stateOptionsSchema.parse({ deltaMin: 0, deltaMax: 1, moneynessMin: -0.5, dteMin: 0, maxCandidates: 7 })

it('whatever the readings hold, the state is what its schema says, survives JSON, and explains every call', () => {
  fc.assert(
    fc.property(readings, moments, (read, timeMs) => {
      const state = assembleUnderlying(read, { timeMs, memory: EMPTY_MEMORY }, options)
      expect(underlyingStateSchema.parse(state)).toEqual(state)
      expect(JSON.parse(JSON.stringify(state))).toEqual(state)
      const calls = read.instruments.filter(({ kind }) => kind === 'call')
      const rejected = state.rejectedCandidates.reduce((sum, { count }) => sum + count, 0)
      expect(state.candidates.length + rejected).toBe(calls.length)
      for (const { symbol } of calls) expect(explainCall(state, symbol).status).not.toBe('not-listed')
      const wanted = shortlist(read, { timeMs }, options)
      for (const { instrument } of state.candidates) expect(wanted).toContain(instrument.symbol)
    }),
    { numRuns: 60 },
  )
})

it('whatever is missing is named, once, and nothing else', () => {
  fc.assert(
    fc.property(readings, moments, (read, timeMs) => {
      const state = assembleUnderlying(read, { timeMs, memory: EMPTY_MEMORY }, options)
      const named = state.missing.map(({ datum }) => datum)
      expect(named.toSorted()).toEqual([...new Set([...nullsOf(state), ...leftOutOf(state, read, timeMs)])].sort())
      for (const { reason } of state.missing) expect(reason).not.toBe('')
    }),
    { numRuns: 60 },
  )
})

const BOOKS = {
  sound: {},
  'no-bid': { bidPriceCoin: null },
  'no-ask': { askPriceCoin: null },
  empty: { bidPriceCoin: null, askPriceCoin: null },
  crossed: { bidPriceCoin: 0.02, askPriceCoin: 0.01 },
  wild: { bidPriceCoin: 0.0001, askPriceCoin: 3 },
}

/** Nulls that say all there is to say: no bid, no ask, no reading of a part whose data are named one by one. */
const PLAIN = new Set(
  [
    [
      'averagePriceCoin',
      'bidPriceCoin',
      'askPriceCoin',
      'markIv',
      'butterfly25',
      'bidSizeCoin',
      'askSizeCoin',
      'askIv',
    ],
    ['spreadIv', 'openInterestCoin', 'edgeCoin', 'tickers', 'candles', 'dvol'],
  ].flat(),
)

/** The names under which the nulls of a state are expected among the missing. */
function nullsOf({ dayChangePct, portfolio, vol, candidates, parts }: UnderlyingState): string[] {
  const { positions, openOrders: _, ...account } = portfolio
  const { expiries, tenors, ...others } = vol
  return [
    ...nullsIn({ dayChangePct }),
    ...nullsIn({ portfolio: account }),
    ...positions.flatMap(({ instrument: { symbol }, premiumCaptured, ...held }) => [
      ...(nullsIn(held).length > 0 ? [`positions.${symbol}.greeks`] : []),
      ...(premiumCaptured === null && held.sizeCoin < 0 ? [`positions.${symbol}.premiumCaptured`] : []),
    ]),
    ...nullsIn({ vol: others }),
    // The last close may be missing where its part is not: it is a figure of its own.
    ...(vol.dvol === null ? ['vol.dvol'] : []),
    ...expiries.flatMap(({ expiryMs, ...term }) => nullsIn({ [`vol.expiries.${dateOf(expiryMs)}`]: term })),
    ...tenors.flatMap(({ days, ...tenor }) => nullsIn({ [`vol.tenors.${days}d`]: tenor })),
    ...nullsIn({ candidates }),
    ...nullsIn({ parts }),
  ]
}

/** The names of what a list could hold and does not. */
function leftOutOf({ portfolio, vol }: UnderlyingState, { instruments }: UnderlyingReadings, timeMs: number): string[] {
  const gone = portfolio.otherPositions
    .filter(({ kind }) => kind === 'option')
    .map(({ symbol }) => `positions.${symbol}`)
  const windows = vol.tenors.filter(({ days }) => !vol.realised.some(({ windowDays }) => windowDays === days))
  const ahead = new Set(instruments.map(({ expiryMs }) => expiryMs).filter((expiryMs) => expiryMs > timeMs))
  for (const { expiryMs } of vol.expiries) ahead.delete(expiryMs)
  return [
    ...gone,
    ...windows.map(({ days }) => `vol.realised.${days}d`),
    ...[...ahead].map((expiryMs) => `vol.expiries.${dateOf(expiryMs)}`),
  ]
}

/** The paths of all nulls in a value but the plain ones. */
function nullsIn(value: object): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    if (inner === null) return PLAIN.has(name) ? [] : [name]
    return typeof inner === 'object' ? nullsIn(inner).map((path) => `${name}.${path}`) : []
  })
}

function dateOf(expiryMs: number): string {
  return new Date(expiryMs).toISOString().slice(0, 10)
}
