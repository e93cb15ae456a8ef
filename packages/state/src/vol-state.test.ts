import { type MissingDatum, type NumberColumn, type VenueHistory, type VolState, volStateSchema } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, DAY_OF_DVOL, dailyDvol, expiryIn, hourly, NOW_MS, YEAR_OF_DVOL } from '../test/fake-venue.js'
import { createDatumReader, type Datum } from './datum.js'
import { knownHistories } from './known-bars.js'
import { type MarketView, viewMarket } from './market-view.js'
import { FORWARD_USD, listed, marketOf, quoted, wavyBars } from './vol-state.fixture.js'
import { assembleVol } from './vol-state.js'

type Histories = Record<'candles' | 'dvolHours' | 'dvolDays', Datum<VenueHistory>>

const INSTRUMENTS = listed([3, 14, 28, 42, 91, 182])
/** Rises with time and falls with the strike. */
const QUOTES = quoted(
  INSTRUMENTS,
  ({ expiryMs, strikeUsd }) =>
    0.4 + 0.01 * Math.sqrt((expiryMs - NOW_MS) / DAY_MS) - 0.2 * Math.log(strikeUsd / FORWARD_USD),
)
const HISTORIES: Histories = {
  candles: { value: wavyBars(366) },
  dvolHours: { value: hourly(DAY_OF_DVOL, { kind: 'dvol' }) },
  dvolDays: { value: dailyDvol(YEAR_OF_DVOL) },
}

function assemble({
  market = marketOf(QUOTES),
  horizonDays = 30,
  ...histories
}: Partial<Histories> & { market?: MarketView; horizonDays?: number } = {}): {
  vol: VolState
  missing: readonly MissingDatum[]
} {
  const data = createDatumReader()
  const vol = assembleVol(knownHistories({ ...HISTORIES, ...histories }, NOW_MS), { market, horizonDays }, data)
  return { vol, missing: data.missing }
}

describe('volatility in the state', () => {
  it('is whole where nothing is missing, and what its schema says', () => {
    const { vol, missing } = assemble()
    expect(missing).toEqual([])
    expect(volStateSchema.parse(JSON.parse(JSON.stringify(vol)))).toEqual(vol)
    expect(vol.expiries).toHaveLength(6)
    expect(vol.tenors.map(({ days }) => days)).toEqual([7, 30, 90])
    expect(vol.realised.map(({ windowDays }) => windowDays)).toEqual([7, 30, 90])
    expect(vol.forecast).toMatchObject({ model: 'har-and-trailing' })
    expect(vol.ivRank).toMatchObject({ days: 365 })
  })

  it('is flat at all tenors where the smiles are', () => {
    const { vol } = assemble({ market: marketOf(quoted(INSTRUMENTS)) })
    const flat = {
      atmIv: expect.closeTo(0.5, 10),
      riskReversal25: expect.closeTo(0, 10),
      butterfly25: expect.closeTo(0, 10),
    }
    expect(vol.tenors).toMatchObject([flat, flat, flat])
    expect(vol.termSlope).toEqual({ front: expect.closeTo(0, 10), back: expect.closeTo(0, 10) })
  })

  it('is that of its horizon', () => {
    const { vol } = assemble({ horizonDays: 14 })
    expect(vol.tenors.map(({ days }) => days)).toEqual([7, 14, 30, 90])
    expect(vol.realised.map(({ windowDays }) => windowDays)).toEqual([7, 14, 30, 90])
    expect(vol.atmIv).toBe(vol.tenors[1]!.atmIv)
    expect(vol.realisedVol).toBe(vol.realised[1]!.closeToClose)
    expect(vol.ivrv).toBe(vol.atmIv! / vol.realisedVol!)
  })

  it('lies between the expiries beside a tenor in total variance, and steps from tenor to tenor', () => {
    const { vol } = assemble()
    const [near, far] = [vol.expiries[2]!, vol.expiries[3]!]
    const total = ({ atmIv, dte }: { atmIv: number | null; dte: number }) => atmIv! ** 2 * dte
    const share = (30 - near.dte) / (far.dte - near.dte)
    expect(vol.tenors[1]!.expiriesMs).toEqual([expiryIn(28), expiryIn(42)])
    expect(vol.atmIv).toBeCloseTo(Math.sqrt((total(near) + share * (total(far) - total(near))) / 30), 12)
    expect(vol.termSlope).toEqual({
      front: vol.tenors[1]!.atmIv! - vol.tenors[0]!.atmIv!,
      back: vol.tenors[2]!.atmIv! - vol.tenors[1]!.atmIv!,
    })
  })

  it('is that of the expiry itself where the tenor falls on it', () => {
    const timeMs = expiryIn(14) - 7 * DAY_MS
    const market = viewMarket(INSTRUMENTS, { currency: 'BTC', timestampMs: timeMs, quotes: QUOTES }, timeMs)
    const { vol } = assemble({ market })
    expect(vol.tenors[0]).toMatchObject({ expiriesMs: [expiryIn(14)], atmIv: vol.expiries[0]!.atmIv })
  })
})

describe('what is missing of volatility', () => {
  const none = { missing: 'no history at this venue' }

  it('is named once, each with its reason', () => {
    const { vol, missing } = assemble({
      market: marketOf([]),
      candles: { value: hourly([]) },
      dvolHours: { missing: 'venue/timeout' },
      dvolDays: { value: dailyDvol(YEAR_OF_DVOL.slice(66)) },
    })
    const noSmile = 'no expiry has a smile'
    const noHistory = none.missing
    expect(Object.fromEntries(missing.map(({ datum, reason }) => [datum, reason]))).toEqual({
      'vol.atmIv': noSmile,
      'vol.realisedVol': noHistory,
      'vol.ivrv': noSmile,
      'vol.tenors.7d.atmIv': noSmile,
      'vol.tenors.7d.riskReversal25': noSmile,
      'vol.tenors.30d.atmIv': noSmile,
      'vol.tenors.30d.riskReversal25': noSmile,
      'vol.tenors.90d.atmIv': noSmile,
      'vol.tenors.90d.riskReversal25': noSmile,
      'vol.termSlope.front': noSmile,
      'vol.termSlope.back': noSmile,
      'vol.realised.7d': noHistory,
      'vol.realised.30d': noHistory,
      'vol.realised.90d': noHistory,
      'vol.ewma': noHistory,
      'vol.forecast': noHistory,
      'vol.dvol': 'venue/timeout',
      'vol.dvolDayChange': 'venue/timeout',
      'vol.ivRank': '300 of 365 daily closes',
    })
    expect(missing).toHaveLength(19)
    expect(volStateSchema.parse(vol)).toMatchObject({
      atmIv: null,
      ivrv: null,
      expiries: [],
      realised: [],
      ivRank: null,
    })
  })

  it('is a tenor before the first expiry or after the last: nothing is extrapolated', () => {
    const { vol, missing } = assemble({ market: marketOf(quoted(listed([14, 42]))) })
    expect(vol.tenors).toMatchObject([
      { days: 7, atmIv: null, riskReversal25: null, butterfly25: null, expiriesMs: [] },
      { days: 30, atmIv: expect.closeTo(0.5, 10) },
      { days: 90, atmIv: null, expiriesMs: [] },
    ])
    expect(missing).toEqual([
      { datum: 'vol.tenors.7d.atmIv', reason: 'no expiry with a smile is before 7 days' },
      { datum: 'vol.tenors.7d.riskReversal25', reason: 'no expiry with a smile is before 7 days' },
      { datum: 'vol.tenors.90d.atmIv', reason: 'no expiry with a smile is after 90 days' },
      { datum: 'vol.tenors.90d.riskReversal25', reason: 'no expiry with a smile is after 90 days' },
      { datum: 'vol.termSlope.front', reason: 'no expiry with a smile is before 7 days' },
      { datum: 'vol.termSlope.back', reason: 'no expiry with a smile is after 90 days' },
    ])
  })

  it('is the skew of a smile that does not reach, and of the tenors beside it', () => {
    const narrow = quoted(listed([28], [88_000, 90_000, 92_000]))
    const { vol, missing } = assemble({ market: marketOf([...quoted(listed([3, 14, 42, 182])), ...narrow]) })
    expect(vol.tenors[1]).toMatchObject({ atmIv: expect.closeTo(0.5, 10), riskReversal25: null, butterfly25: null })
    expect(missing).toEqual([
      {
        datum: 'vol.expiries.2026-01-30.riskReversal25',
        reason: 'its 3 volatilities do not reach 25 deltas on both sides',
      },
      {
        datum: 'vol.tenors.30d.riskReversal25',
        reason: 'an expiry beside it does not reach 25 deltas on both sides',
      },
    ])
  })

  it('is an expiry that gives no volatility', () => {
    const { vol, missing } = assemble({
      market: marketOf(QUOTES, ({ symbol }) =>
        symbol.includes('30JAN26') ? { bidPriceCoin: null, markIv: null } : {},
      ),
    })
    expect(vol.expiries).toHaveLength(5)
    expect(vol.tenors[1]!.expiriesMs).toEqual([expiryIn(14), expiryIn(42)])
    expect(missing).toEqual([
      { datum: 'vol.expiries.2026-01-30', reason: 'no volatility on both sides of its forward' },
    ])
  })

  it('is IVRV where the index stood still, and the forecast', () => {
    const { vol, missing } = assemble({ candles: { value: hourly(Array.from({ length: 2_400 }, () => 90_000)) } })
    expect(vol).toMatchObject({ realisedVol: 0, ivrv: null, forecast: null })
    expect(missing).toEqual([
      { datum: 'vol.ivrv', reason: 'the index did not move' },
      { datum: 'vol.forecast', reason: 'the index did not move' },
    ])
  })

  it('is what speaks of today where the candles end days ago, while a window bears that', () => {
    const { vol, missing } = assemble({ candles: { value: wavyBars(366, NOW_MS - 2 * DAY_MS) } })
    expect(vol.realised.map(({ windowDays }) => windowDays)).toEqual([30, 90])
    expect(vol.forecast).toEqual({ vol: vol.realisedVol, model: 'trailing', days: 30 })
    expect(missing).toEqual([
      { datum: 'vol.realised.7d', reason: '120 of 168 hourly bars' },
      { datum: 'vol.ewma', reason: 'the last bar closed at 2025-12-31T10:00:00.000Z' },
    ])
    expect(assemble({ candles: { value: wavyBars(366, NOW_MS - DAY_MS) } }).vol.ewma).not.toBeNull()
  })

  it('is all that comes from unsorted candles, and names the row', () => {
    const bars = wavyBars(100)
    const unsorted = { ...bars, openMs: [...bars.openMs].with(5, bars.openMs[4]!) }
    const { missing } = assemble({ candles: { value: unsorted } })
    expect(missing.map(({ datum }) => datum)).toEqual([
      'vol.realisedVol',
      'vol.ivrv',
      'vol.realised.7d',
      'vol.realised.30d',
      'vol.realised.90d',
      'vol.ewma',
      'vol.forecast',
    ])
    expect(new Set(missing.map(({ reason }) => reason))).toEqual(
      new Set([expect.stringMatching(/^openMs\[5\] must be an integer after that of the bar before/)]),
    )
  })
})

describe('volatility in the state, whatever comes', () => {
  it('does not hang on the order of instruments and quotes', () => {
    const expected = JSON.stringify(assemble())
    const mixed = <T>(values: readonly T[]) => fc.shuffledSubarray([...values], { minLength: values.length })
    fc.assert(
      fc.property(mixed(INSTRUMENTS), mixed(QUOTES), (instruments, quotes) => {
        const market = viewMarket(instruments, { currency: 'BTC', timestampMs: NOW_MS, quotes }, NOW_MS)
        expect(JSON.stringify(assemble({ market }))).toBe(expected)
      }),
      { numRuns: 20 },
    )
  })

  it('does not look ahead: bars that close later change nothing, even broken ones', () => {
    const expected = JSON.stringify(assemble())
    const price = fc.oneof(fc.double({ min: 1, max: 1e6, noNaN: true }), fc.constantFrom(Number.NaN, 0, -1))
    const later = (history: VenueHistory) =>
      fc.array(fc.tuple(fc.integer({ min: 1, max: 400 * DAY_MS }), price), { maxLength: 5 }).map((bars) => {
        const openMs = bars.map(([aheadMs]) => NOW_MS - history.resolutionMs + aheadMs)
        const prices = bars.map(([, each]) => each)
        const extended = (column: Iterable<number>) => [...column, ...prices]
        return {
          ...history,
          openMs: [...history.openMs, ...openMs],
          open: extended(history.open),
          high: extended(history.high),
          low: extended(history.low),
          close: extended(history.close),
        }
      })
    const historyIn = (datum: Datum<VenueHistory>) => (datum as { value: VenueHistory }).value
    fc.assert(
      fc.property(
        later(historyIn(HISTORIES.candles)),
        later(historyIn(HISTORIES.dvolHours)),
        later(historyIn(HISTORIES.dvolDays)),
        (candles, dvolHours, dvolDays) => {
          const found = assemble({
            candles: { value: candles },
            dvolHours: { value: dvolHours },
            dvolDays: { value: dvolDays },
          })
          expect(JSON.stringify(found)).toBe(expected)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('names every null, and names nothing twice', () => {
    const gappy = fc.record({
      candleRows: fc.constantFrom(0, 100, 700, 2_100, 366 * 24),
      dvolRows: fc.constantFrom(0, 300, 366),
      expiries: fc.subarray([3, 14, 28, 42, 91, 182]),
      silent: fc.constantFrom('C', 'P', 'none', '-'),
      horizonDays: fc.integer({ min: 1, max: 365 }),
    })
    fc.assert(
      fc.property(gappy, ({ candleRows, dvolRows, expiries, silent, horizonDays }) => {
        const bars = valuesFrom(wavyBars(366), candleRows)
        const { vol, missing } = assemble({
          market: marketOf(quoted(listed(expiries)), ({ symbol }) =>
            symbol.endsWith(silent) || silent === '-' ? { bidPriceCoin: null, markIv: null } : {},
          ),
          candles: { value: bars },
          dvolDays: { value: dailyDvol(YEAR_OF_DVOL.slice(0, dvolRows)) },
          horizonDays,
        })
        volStateSchema.parse(vol)
        const names = missing.map(({ datum }) => datum)
        expect(new Set(names).size).toBe(names.length)
        expect(names.toSorted()).toEqual(nullsOf(vol, expiries).toSorted())
      }),
      { numRuns: 60 },
    )
  })
})

/** The last rows of a history. */
function valuesFrom(history: VenueHistory, rows: number): VenueHistory {
  const last = (column: NumberColumn) => column.slice(column.length - rows)
  const { openMs, open, high, low, close } = history
  return { ...history, openMs: last(openMs), open: last(open), high: last(high), low: last(low), close: last(close) }
}

/** Names of all that is null in it or has been left out. */
function nullsOf(vol: VolState, expiries: readonly number[]): string[] {
  const names = (
    ['atmIv', 'realisedVol', 'ivrv', 'ewma', 'forecast', 'dvol', 'dvolDayChange', 'ivRank'] as const
  ).filter((name) => vol[name] === null) as string[]
  for (const name of ['front', 'back'] as const) if (vol.termSlope[name] === null) names.push(`termSlope.${name}`)
  for (const { days, atmIv, riskReversal25, butterfly25 } of vol.tenors) {
    if (atmIv === null) names.push(`tenors.${days}d.atmIv`)
    if (riskReversal25 === null) names.push(`tenors.${days}d.riskReversal25`)
    expect(butterfly25 === null).toBe(riskReversal25 === null)
    if (!vol.realised.some(({ windowDays }) => windowDays === days)) names.push(`realised.${days}d`)
  }
  for (const days of expiries) {
    const expiryMs = expiryIn(days)
    const date = new Date(expiryMs).toISOString().slice(0, 10)
    const term = vol.expiries.find((each) => each.expiryMs === expiryMs)
    if (term === undefined) names.push(`expiries.${date}`)
    else if (term.riskReversal25 === null) names.push(`expiries.${date}.riskReversal25`)
  }
  return names.map((name) => `vol.${name}`)
}
