import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Black76Value, black76, type OptionKind, yearsBetween } from '@cc/pricing'
import { describe, expect, inject, it } from 'vitest'
import { chainFiles, median, readTable } from './surface-chains.js'

const recordings = inject('recordings') ?? ''
const vectors = () => JSON.parse(readFileSync(join(recordings, 'vectors/quant.json'), 'utf8'))
const kindOf = (letter: string): OptionKind => (letter === 'C' ? 'call' : 'put')

describe.skipIf(recordings === '')('black76', () => {
  it('matches the 60-digit vectors', () => {
    const { black76_mpmath60, black76_theta_extra } = vectors()
    for (const row of [...black76_mpmath60.rows, ...black76_theta_extra.rows]) {
      const value = black76({
        forwardUsd: row.F,
        strikeUsd: row.K,
        expiryYears: row.days / 365,
        iv: row.iv,
        kind: kindOf(row.type),
      })
      const wanted: Record<keyof Black76Value, string | undefined> = {
        priceUsd: row.usd,
        priceCoin: row.coin,
        delta: row.delta,
        gamma: row.gamma,
        vega: row.vegaPer1VolPt,
        theta: row.thetaDeribit,
        rho: row.rhoPer1Pct,
        netDelta: row.paDelta,
      }
      for (const [field, reference] of Object.entries(wanted)) {
        if (reference === undefined) continue
        const error = Math.abs(value[field as keyof Black76Value] / Number(reference) - 1)
        expect(error, field).toBeLessThanOrEqual(field.startsWith('price') ? 1e-13 : 1e-12)
      }
    }
  })

  it('shows the marks and greeks of published tickers, as far as their rounding goes', () => {
    const { rows } = vectors().deribit_tickers
    expect(rows).toHaveLength(6)
    for (const row of rows) {
      const [, day, strike, letter] = row.name.split('-')
      const value = black76({
        forwardUsd: row.F,
        strikeUsd: Number(strike),
        expiryYears: yearsBetween(row.timestamp, Date.parse(`${day.replace(/([A-Z]+)/, ' $1 20')} 08:00 UTC`)),
        iv: row.markIv / 100,
        kind: kindOf(letter),
      })
      // Tickers round forward and volatility too: most felt where theta is the whole value of a cheap option.
      const thetaLimit = value.theta === -value.priceUsd ? 2.4e-3 : 1.2e-4
      expect(Math.abs(value.priceCoin - row.mark), `${row.name} mark`).toBeLessThanOrEqual(5e-5)
      expect(Math.abs(value.delta - row.delta), `${row.name} delta`).toBeLessThanOrEqual(1e-5)
      expect(Math.abs(value.gamma - row.gamma), `${row.name} gamma`).toBeLessThanOrEqual(5.5e-6)
      expect(Math.abs(value.vega / row.vega - 1), `${row.name} vega`).toBeLessThanOrEqual(2e-4)
      expect(Math.abs(value.theta / row.theta - 1), `${row.name} theta`).toBeLessThanOrEqual(thetaLimit)
      expect(Math.abs(value.rho - row.rho), `${row.name} rho`).toBeLessThanOrEqual(
        Math.max(1e-5, 1.2e-4 * Math.abs(row.rho)),
      )
    }
  })

  it("matches Haug's published prices of options on futures", () => {
    const futures = readTable(join(recordings, 'data/reference_pricing/haug_european_values.csv')).filter(
      (row) => row.q === row.r,
    )
    expect(futures.length).toBeGreaterThan(0)
    for (const row of futures) {
      const { priceUsd } = black76({
        forwardUsd: Number(row.spot),
        strikeUsd: Number(row.strike),
        expiryYears: Number(row.t),
        iv: Number(row.vol),
        kind: row.type as OptionKind,
      })
      expect(Math.abs(priceUsd * Math.exp(-Number(row.r) * Number(row.t)) - Number(row.value))).toBeLessThan(1e-4)
    }
  })

  it("matches Haug's published deltas, gammas, vegas and rho, carried from the spot to the forward", () => {
    const toSpot: Record<string, (value: Black76Value, market: { toForward: number; discount: number }) => number> = {
      delta: ({ delta }, { toForward, discount }) => discount * toForward * delta,
      gamma: ({ gamma }, { toForward, discount }) => discount * toForward ** 2 * gamma,
      vega: ({ vega }, { discount }) => discount * 100 * vega,
      rho: ({ rho }, { discount }) => discount * 100 * rho,
    }
    let compared = 0
    for (const row of readTable(join(recordings, 'data/reference_pricing/haug_greeks.csv'))) {
      const greek = toSpot[row.greek as string]
      if (greek === undefined) continue
      const [expiryYears, rate, dividend] = [Number(row.t), Number(row.r), Number(row.q)]
      const toForward = Math.exp((rate - dividend) * expiryYears)
      const value = black76({
        forwardUsd: Number(row.spot) * toForward,
        strikeUsd: Number(row.strike),
        expiryYears,
        iv: Number(row.vol),
        kind: row.type as OptionKind,
      })
      const discount = Math.exp(-rate * expiryYears)
      expect(Math.abs(greek(value, { toForward, discount }) - Number(row.value)), row.greek).toBeLessThan(1e-4)
      compared++
    }
    expect(compared).toBe(7)
  })

  it("matches Jäckel's thousand cases", () => {
    for (const row of readTable(join(recordings, 'data/reference_pricing/lets_be_rational_black76_1000.csv'))) {
      const { priceUsd } = black76({
        forwardUsd: Number(row.F),
        strikeUsd: Number(row.K),
        expiryYears: Number(row.T),
        iv: Number(row.sigma),
        kind: row['q_call1_put-1'] === '1' ? 'call' : 'put',
      })
      expect(Math.abs(priceUsd - Number(row.black_undiscounted))).toBeLessThan(1e-9)
    }
  })

  it('agrees with 23,000 tickers of Deribit: marks, deltas and theta as they are shown', () => {
    const rows = readTable(join(recordings, 'data/deribit_full_greeks_samples/deribit_tickers_full_greeks.csv.gz'))
    const differences = rows.map((row) => {
      const value = tickerOf(row, { atMs: Number(row.ts_ms), iv: Number(row.mark_iv) / 100 })
      const relative = (greek: 'vega' | 'theta' | 'rho') =>
        Math.abs(value[greek] - Number(row[greek])) / Math.max(0.01, Math.abs(Number(row[greek])))
      return {
        mark: Math.abs(value.priceCoin - Number(row.mark)),
        delta: Math.abs(value.delta - Number(row.delta)),
        gamma: Math.abs(value.gamma - Number(row.gamma)),
        ...{ vega: relative('vega'), theta: relative('theta'), rho: relative('rho') },
      }
    })
    type Difference = (typeof differences)[number]
    const shareWithin = (field: keyof Difference, limit: number) =>
      differences.filter((difference) => difference[field] <= limit).length / differences.length

    expect(rows.length).toBeGreaterThan(23_000)
    // Marks are shown to 4 decimals: evenly spread, their rounding has a median of 2.5e-5.
    expect(median(differences.map(({ mark }) => mark))).toBeLessThan(4e-5)
    expect(shareWithin('delta', 5e-5)).toBeGreaterThanOrEqual(0.999)
    expect(shareWithin('delta', 5e-4)).toBe(1)
    expect(shareWithin('theta', 1e-2)).toBeGreaterThanOrEqual(0.999)
    expect(shareWithin('theta', 2e-3)).toBeGreaterThanOrEqual(0.995)
    expect(shareWithin('gamma', 1e-5)).toBeGreaterThanOrEqual(0.999)
    expect(shareWithin('vega', 5e-3)).toBeGreaterThanOrEqual(0.999)
    expect(shareWithin('rho', 5e-3)).toBeGreaterThanOrEqual(0.999)
  })

  it.each(['BTC', 'ETH'])('gives the out-of-the-money marks of the %s chains of 2026', (currency) => {
    const errors = chainFiles(recordings, 'deribit_chains_2026', currency).flatMap((file) =>
      readTable(file).flatMap((row) => {
        const isOutOfTheMoney = (row.cp === 'C') === Number(row.strike) >= Number(row.fwd)
        const atMs = Number(row.ts) * 1000
        if (!isOutOfTheMoney || !(Number(row.iv) > 0) || expiryMsOf(row) <= atMs) return []
        return [Math.abs(tickerOf(row, { atMs, iv: Number(row.iv) / 100 }).priceCoin - Number(row.mark))]
      }),
    )
    expect(errors.length).toBeGreaterThan(200_000)
    expect(median(errors)).toBeLessThan(3e-6)
  })
})

type Row = Record<string, string>

function tickerOf(row: Row, { atMs, iv }: { atMs: number; iv: number }): Black76Value {
  return black76({
    forwardUsd: Number(row.fwd),
    strikeUsd: Number(row.strike),
    expiryYears: yearsBetween(atMs, expiryMsOf(row)),
    iv,
    kind: kindOf(row.cp as string),
  })
}

function expiryMsOf({ expiry = '' }: Row): number {
  return Date.UTC(Number(expiry.slice(0, 4)), Number(expiry.slice(4, 6)) - 1, Number(expiry.slice(6, 8)), 8)
}
