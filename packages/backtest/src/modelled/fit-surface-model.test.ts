import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Currency } from '@cc/models'
import { describe, expect, inject, it } from 'vitest'
import type { ChainColumns, CoinSeries } from '../history/chain-columns.js'
import { openRecordedHistory } from '../history/recorded-history.js'
import { fitSurfaceModel } from './fit-surface-model.js'
import { ordinaryLeastSquares } from './least-squares.js'
import { DAY_MS, FIRST_MS, HOUR_MS, wanderingSeries } from './modelled.fixture.js'
import { createReconstructedMarket } from './reconstructed-market.js'
import { RECORDED_SURFACE } from './recorded-surface.js'
import { seriesOfHistory } from './series-of-history.js'
import { stepTimes } from './step-times.js'

describe('a fit of chains that the model made itself', () => {
  const series = wanderingSeries('BTC')
  const fromMs = FIRST_MS + 60 * DAY_MS
  const toMs = FIRST_MS + 250 * DAY_MS
  const everyMs = 18 * HOUR_MS
  const timesMs = stepTimes({ fromMs, toMs, everyMs })
  const market = createReconstructedMarket({
    coins: [{ series, model: RECORDED_SURFACE.BTC.model }],
    ...{ startMs: fromMs, everyMs, description: 'made by the model' },
    reach: { days: 400, deviations: 2 },
  })
  const fit = fitSurfaceModel([{ chain: columnsOf(timesMs), series }])
  const { model } = RECORDED_SURFACE.BTC

  function columnsOf(times: Float64Array): ChainColumns {
    const rows = [...times].map((timeMs) => {
      const options = new Map(market.instruments('BTC', timeMs).map((option) => [option.symbol, option]))
      return (market.chainRows?.('BTC', timeMs) ?? [])
        .map((quote) => ({ quote, option: options.get(quote.symbol) }))
        .flatMap(({ quote, option }) => (option === undefined ? [] : [{ quote, option }]))
        .toSorted((a, b) => a.option.expiryMs - b.option.expiryMs || a.option.strikeUsd - b.option.strikeUsd)
    })
    const all = rows.flat()
    const column = (value: (row: (typeof all)[number]) => number) => Float64Array.from(all, value)
    let first = 0
    return {
      currency: 'BTC',
      timeMs: times,
      indexUsd: times.map((timeMs) => market.indexUsd('BTC', timeMs)),
      firstRow: Uint32Array.from([0, ...rows.map(({ length }) => (first += length))]),
      expiryMs: column(({ option }) => option.expiryMs),
      strikeUsd: column(({ option }) => option.strikeUsd),
      isPut: Uint8Array.from(all, ({ option }) => (option.kind === 'put' ? 1 : 0)),
      bidCoin: column(({ quote }) => quote.bidPriceCoin ?? Number.NaN),
      askCoin: column(({ quote }) => quote.askPriceCoin ?? Number.NaN),
      markCoin: column(({ quote }) => quote.markPriceCoin),
      iv: column(({ quote }) => quote.markIv ?? Number.NaN),
      forwardUsd: column(({ quote }) => quote.forwardUsd),
      ...{ bidSizeCoin: column(() => 1), askSizeCoin: column(() => 1) },
      ...{ openInterestCoin: column(() => Number.NaN), volumeCoin: column(() => Number.NaN) },
    }
  }

  it('finds the coefficients again at the money, as far as interpolating between expiries lets it', () => {
    for (const node of [1, 2, 3, 4, 5]) {
      expect(fit.model.level[node]).toBeCloseTo(model.level[node] as number, 1.9)
      expect(fit.model.levelOfX[node]).toBeCloseTo(model.levelOfX[node] as number, 1.3)
      expect(fit.model.skew[node]).toBeCloseTo(model.skew[node] as number, 1.9)
      expect(fit.model.carry[node]).toBeCloseTo(model.carry[node] as number, 2.5)
    }
    expect(Math.abs(fit.model.skew10Per25 / model.skew10Per25 - 1)).toBeLessThan(0.1)
  })

  it('has an error of less than a vol point from five days on', () => {
    for (const { fromDays, atmRmse, premiumRatios } of fit.errors.filter((error) => error.fromDays >= 4)) {
      expect({ fromDays, isSmall: atmRmse < 1 }).toEqual({ fromDays, isSmall: true })
      expect(premiumRatios[25]).toBeCloseTo(1, 1)
    }
  })

  it('refuses a sample that tells too little', () => {
    const few = columnsOf(timesMs.slice(0, 5))
    expect(() => fitSurfaceModel([{ chain: few, series }])).toThrow(
      expect.objectContaining({ code: 'backtest/too-few-chains', facts: { days: 2, count: 5, expected: 30 } }),
    )
  })
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('a fit of the recorded chains', () => {
  const folder = join(recordings ?? '', 'data')

  it.each([
    ['BTC', { atm: [4.9, 3.3, 3], weekly25: [1.05, 1.15] }],
    ['ETH', { atm: [5.6, 2.8, 2.1], weekly25: [1.05, 1.15] }],
  ] as const)('is the surface of %s that ships, with the errors known of such a model', (currency, known) => {
    const history = openRecordedHistory({ folder, currencies: [currency] })
    const series = { ...seriesOfHistory(history, currency), dvol: dailyDvol(currency) }
    const chain = history.chains.get(currency) as ChainColumns
    const fit = fitSurfaceModel([{ chain, series }])
    const shipped = RECORDED_SURFACE[currency]
    expect(fit.snapshots).toBe(shipped.snapshots)
    for (const [name, row] of Object.entries(shipped.model)) {
      const found = [fit.model[name as keyof typeof fit.model]].flat()
      for (const [node, value] of [row].flat().entries()) expect(found[node]).toBeCloseTo(value as number, 5)
    }
    const rmse = fit.errors.slice(1, 4).map(({ atmRmse }) => atmRmse)
    known.atm.forEach((points, bucket) => {
      expect(Math.abs((rmse[bucket] as number) - points)).toBeLessThan(0.4)
    })
    const weekly = fit.rollErrors.find(({ fromDays }) => fromDays === 4)
    expect(weekly?.premiumRatios[25]).toBeGreaterThan(known.weekly25[0])
    expect(weekly?.premiumRatios[25]).toBeLessThan(known.weekly25[1])
  })

  function dailyDvol(currency: Currency): CoinSeries['dvol'] {
    const file = readFileSync(join(folder, 'dvol', `${currency}_dvol_1d.csv.gz`))
    const rows = gunzipSync(file)
      .toString()
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
    const close = Float64Array.from(rows, ([, dvol]) => Number(dvol) / 100)
    const openMs = Float64Array.from(rows, ([date]) => Date.parse(date ?? ''))
    return { resolutionMs: DAY_MS, openMs, open: close, high: close, low: close, close }
  }
})

it('solves least squares, and names a regressor that the others explain', () => {
  const rows = Array.from({ length: 50 }, (_, i) => [1, Math.sin(i), Math.cos(2 * i)])
  const targets = rows.map(([, a = 0, b = 0]) => 0.5 - 2 * a + 3 * b)
  const [first = 0, second = 0, third = 0] = ordinaryLeastSquares(rows, targets)
  expect([first, second, third].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([0.5, -2, 3])
  expect(() =>
    ordinaryLeastSquares(
      rows.map(([a = 0, b = 0]) => [a, b, a + b]),
      targets,
    ),
  ).toThrow(/regressor 2/)
  expect(() => ordinaryLeastSquares([[1, 2]], [1])).toThrow(/at least 2, got 1/)
})
