import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  checkSviButterfly,
  checkSviCalendar,
  constantMaturityReading,
  dvolLike,
  fitSurface,
  parityForward,
  readSmileNodes,
  type SurfaceSlice,
  smilePoints,
  sviTotalVariance,
} from '@cc/pricing'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { chainFiles, median, type RecordedChain, readChains, readTable } from './surface-chains.js'

const recordings = inject('recordings') ?? ''

const PERIODS = [
  { period: '2021-06/07', currency: 'BTC', folder: 'deribit_btc_eod_2021_2022', start: 'BTC-2021' },
  { period: '2022-01/04', currency: 'BTC', folder: 'deribit_btc_eod_2021_2022', start: 'BTC-2022' },
  { period: '2026', currency: 'BTC', folder: 'deribit_chains_2026', start: 'BTC-202' },
  { period: '2026', currency: 'ETH', folder: 'deribit_chains_2026', start: 'ETH-202' },
] as const

const MEASURES = ['atmIv', 'riskReversal25', 'butterfly25', 'riskReversal10', 'butterfly10'] as const
const TENORS = [2, 7, 14, 30, 60, 90, 180, 270]

/** What one pass over the chains of a period finds. */
type Findings = {
  slices: number
  omitted: Record<string, number>
  butterflies: number
  crossings: number
  /** Distances from the middle in half-spreads, of every quote with a delta of 0.01 or more, chain by chain. */
  errors: number[][]
  /** Index less recorded DVOL, volatility points. */
  indexErrors: number[]
  /** Distances of the readings of marks from the recorded ones, by tenor and measure, and how often one lacks what the other has. */
  readingErrors: number[]
  readingMismatches: number
  /** What was read off marks, by tenor and measure: the average over the chains is theirs. */
  readings: Record<string, number[]>
  forwards: number
  /** Deribit's forward lies between those at which one sells and buys by parity. */
  forwardsWithin: number
}

describe.skipIf(recordings === '').each(PERIODS)(
  'the chains of $currency $period',
  ({ period, currency, folder, start }) => {
    let found: Findings

    beforeAll(() => {
      const dvolAt = dvolOf(currency)
      const readings = recordedReadings(period, currency)
      found = {
        ...{ slices: 0, omitted: {}, butterflies: 0, crossings: 0, errors: [], indexErrors: [] },
        ...{ readingErrors: [], readingMismatches: 0, readings: {}, forwards: 0, forwardsWithin: 0 },
      }
      for (const file of chainFiles(recordings, folder, start)) {
        for (const chain of readChains(file)) {
          studySurface(chain, found)
          studyReadings(chain, readings, found)
          const dvol = dvolAt(chain.atMs)
          const iv = dvol === undefined ? null : dvolLike(chain).iv
          if (dvol !== undefined) found.indexErrors.push(iv === null ? Number.NaN : 100 * iv - dvol)
        }
      }
    })

    it('have slices without butterflies and crossings, and next to none omitted for them', () => {
      expect(found).toMatchObject({ butterflies: 0, crossings: 0 })
      expect(found.omitted['no-arbitrage-free-fit'] ?? 0).toBeLessThanOrEqual(Math.ceil(found.slices / 1_000))
    })

    it('have slices within bid and ask', () => {
      expect(found.slices).toBeGreaterThan(500)
      const errors = found.errors.flat()
      expect(median(errors)).toBeLessThan(0.25)
      expect(errors.filter((error) => error <= 1).length / errors.length).toBeGreaterThan(0.93)
      // Chain by chain: where the spreads of months are a third of the usual ones, five parameters bend too little.
      const medians = found.errors.map(median)
      expect(medians.filter((error) => error <= 0.35).length / medians.length).toBeGreaterThan(0.97)
      const shares = found.errors.map((chain) => chain.filter((error) => error <= 1).length / chain.length)
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.8)
    })

    it('have an index next to DVOL', () => {
      expect(found.indexErrors.length).toBeGreaterThan(50)
      expect(found.indexErrors.some(Number.isNaN)).toBe(false)
      expect(median(found.indexErrors.map(Math.abs))).toBeLessThan(0.25)
    })

    it('have the at-the-money volatilities, risk reversals and butterflies that were read independently', () => {
      expect(found.readingErrors.length).toBeGreaterThan(1_500)
      expect(median(found.readingErrors)).toBeLessThan(1e-5)
      expect(found.readingErrors.filter((error) => error < 2e-4).length / found.readingErrors.length).toBeGreaterThan(
        0.98,
      )
      expect(found.readingMismatches).toBeLessThan(found.readingErrors.length / 500)
    })

    it('have the published averages by tenor', () => {
      const published = publishedAverages(period, currency)
      expect(published.length).toBeGreaterThanOrEqual(21)
      for (const { tenor, measure, average } of published) {
        const values = found.readings[`${tenor} ${measure}`] ?? []
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length
        expect(Math.abs(100 * mean - average), `${tenor} d ${measure}`).toBeLessThan(0.1)
      }
    })

    it('have the forward that Deribit gives within what the books leave by parity', () => {
      expect(found.forwards).toBeGreaterThan(500)
      expect(found.forwardsWithin / found.forwards).toBeGreaterThan(0.99)
    })
  },
)

function studySurface(chain: RecordedChain, found: Findings): void {
  const { slices, omitted } = fitSurface(chain.expiries)
  found.slices += slices.length
  for (const { reason } of omitted) found.omitted[reason] = (found.omitted[reason] ?? 0) + 1
  const errors: number[] = []
  found.errors.push(errors)
  let before: { slice: SurfaceSlice; from: number; to: number } | undefined
  for (const slice of slices) {
    const { expiryYears, quotes } = chain.expiries[slice.expiry] as RecordedChain['expiries'][number]
    const deviation = Math.sqrt(sviTotalVariance(slice.svi, 0))
    const listed = quotes.map(({ strikeUsd, forwardUsd }) => Math.log(strikeUsd / forwardUsd))
    const from = Math.min(-3 * deviation, Math.min(...listed) - 0.02)
    const to = Math.max(3 * deviation, Math.max(...listed) + 0.02)
    if (!checkSviButterfly(slice.svi, { from, to }).isFree) found.butterflies++
    if (before !== undefined) {
      const hull = { from: Math.min(from, before.from), to: Math.max(to, before.to) }
      if (!checkSviCalendar(before.slice.svi, slice.svi, hull).isFree) found.crossings++
    }
    before = { slice, from, to }
    for (const { logMoneyness, iv, halfSpreadIv, isDeep } of smilePoints({ expiryYears, quotes }).points) {
      const miss = Math.abs(Math.sqrt(sviTotalVariance(slice.svi, logMoneyness) / expiryYears) - iv)
      if (!isDeep) errors.push(miss / halfSpreadIv)
    }
  }
}

function studyReadings(
  { atMs, expiries }: RecordedChain,
  recorded: ReadonlyMap<string, number>,
  found: Findings,
): void {
  const readings = expiries.map(({ expiryYears, quotes }) => {
    const forwardUsd = median(quotes.map((quote) => quote.forwardUsd))
    const parity = parityForward(quotes)
    if (parity !== null) {
      found.forwards++
      if (forwardUsd >= parity.bidUsd && forwardUsd <= parity.askUsd) found.forwardsWithin++
    }
    const nodes = quotes
      .filter(({ strikeUsd, kind }) => strikeUsd >= forwardUsd === (kind === 'call'))
      .map(({ strikeUsd, markIv }) => ({ strikeUsd, iv: markIv }))
    return { expiryYears, ...readSmileNodes({ forwardUsd, expiryYears, nodes }) }
  })
  for (const tenor of TENORS) {
    const read = constantMaturityReading(tenor / 365, readings)
    for (const measure of MEASURES) {
      const reference = recorded.get(`${atMs} ${tenor} ${measure}`)
      const value = read[measure]
      if (value !== null) {
        const values = found.readings[`${tenor} ${measure}`] ?? []
        found.readings[`${tenor} ${measure}`] = values
        values.push(value)
      }
      if (reference === undefined || value === null) {
        if ((reference === undefined) !== (value === null)) found.readingMismatches++
      } else found.readingErrors.push(Math.abs(value - reference))
    }
  }
}

/** The independent readings of marks, by instant, tenor and measure. */
function recordedReadings(period: string, currency: string): Map<string, number> {
  const readings = new Map<string, number>()
  for (const row of readTable(join(recordings, 'data/calibration/iv_constant_maturity.csv.gz'))) {
    if (row.period !== period || row.ccy !== currency) continue
    const values = [row.atm, row.rr25, row.bf25, row.rr10, row.bf10]
    MEASURES.forEach((measure, i) => {
      if (values[i]) readings.set(`${Number(row.ts) * 1000} ${row.tenor_d} ${measure}`, Number(values[i]))
    })
  }
  return readings
}

/** Averages over the chains of a period in volatility points, from the table that describes the readings. */
function publishedAverages(period: string, currency: string): { tenor: number; measure: string; average: number }[] {
  const lines = readFileSync(join(recordings, 'data/calibration/README.md'), 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [, name, tenor, atmIv, , , riskReversal25, butterfly25] = line.split('|').map((cell) => cell.trim())
    if (name !== `${currency} ${period}` || !tenor?.endsWith(' d') || !riskReversal25?.includes('(')) return []
    return Object.entries({ atmIv, riskReversal25, butterfly25 }).map(([measure, cell]) => {
      return { tenor: Number.parseInt(tenor, 10), measure, average: Number.parseFloat(cell ?? '') }
    })
  })
}

/** DVOL at an instant: the hour's open until 2022, in 2026 the day's close for the last three and a half hours of it. */
function dvolOf(currency: string): (atMs: number) => number | undefined {
  const days = readTable(join(recordings, `data/dvol/${currency}_dvol_1d.csv.gz`))
  const closes = new Map(days.map(({ date, dvol }) => [date, Number(dvol)]))
  const hours = readTable(join(recordings, 'data/dvol/BTC_dvol_1h.csv.gz'))
  const opens = new Map(hours.map(({ ts, open }) => [Number(ts) * 1000, Number(open)]))
  return (atMs) => {
    if (atMs < Date.UTC(2023, 0, 1)) return opens.get(Math.floor(atMs / 3_600_000) * 3_600_000)
    return atMs % 86_400_000 < 20.5 * 3_600_000 ? undefined : closes.get(new Date(atMs).toISOString().slice(0, 10))
  }
}
