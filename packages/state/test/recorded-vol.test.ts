import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { ChainQuote, Currency, VolState } from '@cc/models'
import { harForecast, recentVariances } from '@cc/pricing'
import { describe, expect, inject, it } from 'vitest'
import { createDatumReader } from '../src/datum.js'
import { knownBars } from '../src/known-bars.js'
import { type MarketView, viewMarket } from '../src/market-view.js'
import { readSmiles } from '../src/smiles.js'
import { forecastVol } from '../src/vol-forecast.js'
import { assembleVol } from '../src/vol-state.js'
import { DAY_MS, HOUR_MS } from './fake-venue.js'
import { readRecordedChain } from './recorded-chain.js'
import { readSnapshots } from './recorded-snapshots.js'

const recordings = inject('recordings')
const CURRENCIES = ['BTC', 'ETH'] as const

describe.skipIf(recordings === null).each([
  { file: 'BTC_20251230T173115Z', currency: 'BTC' },
  { file: 'ETH_20251230T173115Z', currency: 'ETH' },
  { file: 'BTC_20260226T094105Z', currency: 'BTC' },
  { file: 'ETH_20260226T094105Z', currency: 'ETH' },
] as const)('volatility of the recorded chain $file', ({ file, currency }) => {
  const view = () => {
    const { world, timeMs } = readRecordedChain(join(recordings ?? '', 'fixtures/chains', `${file}.json`))
    return viewMarket(world.instruments, { currency, timestampMs: timeMs, quotes: world.quotes }, timeMs)
  }

  it('is read off the books of all its expiries but the one about to expire', () => {
    const { smiles, unread } = readSmiles(view())
    expect(unread).toEqual([])
    expect(smiles.length).toBeGreaterThan(8)
    for (const { dte, source, reading } of smiles) {
      expect(reading.riskReversal25).not.toBeNull()
      if (dte > 1) expect(source).toBe('book')
    }
  })

  it('has all tenors, and puts dearer than calls', () => {
    const { tenors } = impliedOf(view())
    expect(tenors).toHaveLength(3)
    for (const { atmIv, riskReversal25, butterfly25 } of tenors) {
      expect(atmIv).toBeGreaterThan(0.3)
      expect(atmIv).toBeLessThan(0.9)
      expect(riskReversal25).toBeLessThan(0)
      expect(butterfly25).toBeGreaterThan(0)
    }
  })
})

describe.skipIf(recordings === null).each(CURRENCIES)('volatility of %s over a recorded month', (currency) => {
  const snapshots = recordings === null ? [] : marketsOf(currency, '2026-03', 12)

  it('agrees at each tenor with an independent reading of the marks', () => {
    const expected = new Map(
      rowsOf('calibration/iv_constant_maturity.csv.gz').map(([, coin, ts, days, atm]) => [
        `${coin} ${ts} ${days}`,
        atm,
      ]),
    )
    const differences: number[] = []
    for (const { timeMs, market } of snapshots) {
      for (const { days, atmIv } of impliedOf(market).tenors) {
        const atm = expected.get(`${currency} ${timeMs / 1000} ${days}`)
        if (atm !== undefined && atmIv !== null) differences.push(Math.abs(atmIv - Number(atm)))
      }
    }
    expect(differences.length).toBeGreaterThan(25)
    expect(meanOf(differences)).toBeLessThan(0.0015)
    expect(Math.max(...differences)).toBeLessThan(0.008)
  })

  it('is the same at the money by books and by marks, while marks flatter the calls', () => {
    const [atm, riskReversal]: [number[], number[]] = [[], []]
    for (const { market, withoutBids } of snapshots) {
      const marks = new Map(readSmiles(withoutBids).smiles.map((smile) => [smile.expiryMs, smile]))
      for (const { expiryMs, dte, source, reading } of readSmiles(market).smiles) {
        const mark = marks.get(expiryMs)
        if (source !== 'book' || mark === undefined || dte < 4 || dte > 100) continue
        expect(mark.source).toBe('mark')
        atm.push(mark.reading.atmIv - reading.atmIv)
        riskReversal.push((mark.reading.riskReversal25 as number) - (reading.riskReversal25 as number))
      }
    }
    expect(atm.length).toBeGreaterThan(50)
    expect(Math.abs(meanOf(atm))).toBeLessThan(0.001)
    expect(meanOf(riskReversal)).toBeGreaterThan(0.001)
  })
})

describe.skipIf(recordings === null).each(CURRENCIES)('the forecast of %s over recorded years', (currency) => {
  const weeks = recordings === null ? [] : forecastsOf(currency)

  it('loses less, on average, than either of the two that it is the mean of', () => {
    expect(weeks.length).toBeGreaterThan(350)
    const lossOf = (name: 'forecast' | 'har' | 'trailing') =>
      meanOf(weeks.map((week) => qlike(week.realised, week[name])))
    expect(lossOf('forecast')).toBeLessThan(lossOf('har'))
    expect(lossOf('forecast')).toBeLessThan(lossOf('trailing'))
  })

  it('lies above what follows by 2 to 3 vol points, HAR by more, the trailing volatility by less than one', () => {
    const biasOf = (name: 'forecast' | 'har' | 'trailing') => meanOf(weeks.map((week) => week[name] - week.realised))
    expect(biasOf('forecast')).toBeGreaterThan(0.02)
    expect(biasOf('forecast')).toBeLessThan(0.03)
    expect(biasOf('har')).toBeGreaterThan(0.03)
    expect(Math.abs(biasOf('trailing'))).toBeLessThan(0.01)
  })
})

type Week = { forecast: number; har: number; trailing: number; realised: number }

/** Each week's forecast of 30 days from the year before it, HAR and the trailing volatility alone, and what came. */
function forecastsOf(currency: Currency): Week[] {
  const bars = closesOf(currency)
  const weeks: Week[] = []
  for (let now = 24 * 365 + 1; now + 24 * 30 <= bars.close.length; now += 24 * 7) {
    const closes = bars.close.slice(now - 24 * 365 - 1, now)
    const trailing = volOf(closes.slice(-24 * 30 - 1))
    const realised = volOf(bars.close.slice(now - 1, now + 24 * 30))
    const openMs = bars.openMs.slice(now - 24 * 365 - 1, now)
    const history = { kind: 'candles', currency, resolutionMs: HOUR_MS, openMs, close: closes } as const
    const timeMs = (openMs.at(-1) as number) + HOUR_MS
    const value = { ...history, open: closes, high: closes, low: closes }
    const found = forecastVol(knownBars({ value }, { timeMs, resolutionMs: HOUR_MS }), {
      horizonDays: 30,
      trailing: { value: trailing },
    })
    if ('missing' in found) throw new Error(found.missing)
    weeks.push({ forecast: found.value.vol, har: harOf(closes, openMs), trailing, realised })
  }
  return weeks
}

function harOf(closes: readonly number[], openMs: readonly number[]): number {
  const dailyVariances = recentVariances({ closes, openMs, barMs: HOUR_MS, returnsPerPeriod: 24, leastReturns: 22 })
  return harForecast({ dailyVariances, horizonDays: 30 }).volatility
}

function impliedOf(market: MarketView): VolState {
  const none = { missing: 'not asked for' }
  return assembleVol(
    { candles: none, dvolHours: none, dvolDays: none },
    { market, horizonDays: 30 },
    createDatumReader(),
  )
}

/** The market of every so many-th chain of a month, and the same without a bid. */
function marketsOf(currency: Currency, month: string, every: number) {
  const path = join(recordings ?? '', `data/deribit_chains_2026/${currency}-${month}.csv.gz`)
  return readSnapshots(path, currency, every).map(({ timeMs, instruments, quotes }) => {
    const view = (change: Partial<ChainQuote>) => {
      const changed = quotes.map((quote) => ({ ...quote, ...change }))
      return viewMarket(instruments, { currency, timestampMs: timeMs, quotes: changed }, timeMs)
    }
    return { timeMs, market: view({}), withoutBids: view({ bidPriceCoin: null }) }
  })
}

/** Hourly closes since 2018; hours in which the exchange was down are flat. */
function closesOf(currency: Currency): { openMs: number[]; close: number[] } {
  const rows = rowsOf(`spot_hourly/${currency}USDT_binance_spot_1h.csv.gz`).filter(
    ([ts]) => Number(ts) * 1000 >= Date.UTC(2018, 0, 1),
  )
  return { openMs: rows.map(([ts]) => Number(ts) * 1000), close: rows.map((row) => Number(row[4])) }
}

function rowsOf(path: string): string[][] {
  const text = gunzipSync(readFileSync(join(recordings ?? '', 'data', path))).toString()
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
}

/** Zero-mean volatility of hourly closes. */
function volOf(closes: readonly number[]): number {
  const squares = closes.slice(1).map((close, row) => Math.log(close / (closes[row] as number)) ** 2)
  return Math.sqrt((meanOf(squares) * 365 * DAY_MS) / HOUR_MS)
}

/** Patton's loss of a variance forecast: 0 where it is right, and robust to noise in what was realised. */
function qlike(realised: number, forecast: number): number {
  const ratio = (realised / forecast) ** 2
  return ratio - Math.log(ratio) - 1
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
