import { describe, expect, inject, it } from 'vitest'
import { normalsFrom, recordedHours } from './realised-volatility.fixture.js'
import { harForecast } from './realised-volatility-har.js'
import { realisedVariances } from './realised-volatility-variance.js'

const recordings = inject('recordings')

const TRUE = { intercept: 4e-4, daily: 0.35, weekly: 0.3, monthly: 0.2 }

describe('harForecast', () => {
  it('finds the coefficients of days that follow the model exactly, and continues them', () => {
    const days = simulateDays({ days: 120, noise: 0, seed: 3 })
    const forecast = harForecast({ dailyVariances: days, horizonDays: 1 })
    expect(forecast.coefficients.intercept / TRUE.intercept).toBeCloseTo(1, 6)
    expect(forecast.coefficients.daily).toBeCloseTo(TRUE.daily, 8)
    expect(forecast.coefficients.weekly).toBeCloseTo(TRUE.weekly, 7)
    expect(forecast.coefficients.monthly).toBeCloseTo(TRUE.monthly, 6)
    expect(forecast.rSquared).toBeCloseTo(1, 10)
    expect(forecast.dailyVariance / next(days)).toBeCloseTo(1, 10)
    expect(forecast.volatility).toBeCloseTo(Math.sqrt(365 * next(days)), 10)
    expect(forecast.n).toBe(120 - 29 - 1)
    expect(forecast.floored).toBe(false)
  })

  it.each([1, 2, 7, 12, 29, 30])('minimises the squared errors over a horizon of %i days', (horizonDays) => {
    const days = simulateDays({ days: 400, noise: 0.5, seed: 5 })
    const { coefficients, rSquared, n, dailyVariance } = harForecast({ dailyVariances: days, horizonDays })
    const rows = Array.from({ length: n }, (_, i) => regressorsAt(days, i + 29))
    const targets = rows.map((_, i) => meanOf(days.slice(i + 30, i + 30 + horizonDays)))
    expect(targets.length).toBe(400 - 29 - horizonDays)

    const fitted = rows.map((row) => predict(coefficients, row))
    const errors = targets.map((target, i) => target - (fitted[i] as number))
    for (const j of [0, 1, 2, 3] as const) {
      const product = sumOf(errors.map((error, i) => error * (rows[i]?.[j] as number)))
      const size = sumOf(errors.map((error, i) => Math.abs(error * (rows[i]?.[j] as number))))
      expect(Math.abs(product)).toBeLessThan(1e-11 * size)
    }
    const total = sumOf(targets.map((target) => (target - meanOf(targets)) ** 2))
    expect(rSquared).toBeCloseTo(1 - sumOf(errors.map((error) => error ** 2)) / total, 10)
    expect(dailyVariance / predict(coefficients, regressorsAt(days, 399))).toBeCloseTo(1, 10)
  })

  it('does not depend on the scale of the variances', () => {
    const days = simulateDays({ days: 200, noise: 0.5, seed: 9 })
    const forecast = harForecast({ dailyVariances: days, horizonDays: 5 })
    const scaled = harForecast({ dailyVariances: Float64Array.from(days, (day) => day * 1e6), horizonDays: 5 })
    expect(scaled.dailyVariance / forecast.dailyVariance / 1e6).toBeCloseTo(1, 10)
    expect(scaled.coefficients.daily).toBeCloseTo(forecast.coefficients.daily, 10)
    expect(scaled.coefficients.intercept / forecast.coefficients.intercept / 1e6).toBeCloseTo(1, 8)
  })

  it('forecasts no less than the least it has seen', () => {
    // Every spike is followed by the calmest of days, and the last spike is far above any other.
    const normal = normalsFrom(21)
    const days = Array.from(
      { length: 150 },
      (_, day) => (day % 2 === 0 ? 3e-3 : 1e-3) * (1 + 0.2 * Math.tanh(normal())),
    )
    days.push(3e-2)
    const { dailyVariance, volatility, floored, coefficients } = harForecast({ dailyVariances: days, horizonDays: 1 })
    expect(predict(coefficients, regressorsAt(days, 150))).toBeLessThan(0)
    expect(floored).toBe(true)
    expect(dailyVariance).toBeCloseTo(Math.min(...days.slice(30)), 15)
    expect(volatility).toBeCloseTo(Math.sqrt(365 * dailyVariance), 13)
  })

  it('takes the floor from the means over the horizon, not from single days or from 0', () => {
    const normal = normalsFrom(21)
    const days = Array.from(
      { length: 150 },
      (_, day) => (day % 2 === 0 ? 3e-3 : 1e-3) * (1 + 0.2 * Math.tanh(normal())),
    )
    days.push(6e-3)
    const { dailyVariance, floored, coefficients } = harForecast({ dailyVariances: days, horizonDays: 3 })
    const least = Math.min(...days.slice(30, -2).map((_, i) => meanOf(days.slice(i + 30, i + 33))))
    const fitted = predict(coefficients, regressorsAt(days, 150))
    expect(fitted).toBeGreaterThan(0)
    expect(fitted).toBeLessThan(least)
    expect(floored).toBe(true)
    expect(dailyVariance).toBeCloseTo(least, 15)
  })

  it('says that nothing was explained where the targets never varied', () => {
    const normal = normalsFrom(2)
    const days = Array.from({ length: 70 }, (_, day) => (day < 30 ? 1e-3 * (1.5 + Math.tanh(normal())) : 1e-3))
    const { rSquared, dailyVariance } = harForecast({ dailyVariances: days, horizonDays: 1 })
    expect(rSquared).toBeNull()
    expect(dailyVariance).toBeCloseTo(1e-3, 12)
  })

  it('needs 40 rows to fit', () => {
    const days = simulateDays({ days: 76, noise: 0.5, seed: 1 })
    expect(harForecast({ dailyVariances: days, horizonDays: 7 }).n).toBe(40)
    expect(() => harForecast({ dailyVariances: days.slice(1), horizonDays: 7 })).toThrow(
      new RangeError('harForecast: dailyVariances must hold at least 76 days, got 75'),
    )
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity])('refuses a horizon of %s days', (horizonDays) => {
    expect(() => harForecast({ dailyVariances: [], horizonDays })).toThrow(
      new RangeError(`harForecast: horizonDays must be an integer >= 1, got ${horizonDays}`),
    )
  })

  it.each([-1e-9, Number.NaN, Infinity])('refuses a variance of %s', (variance) => {
    const days = simulateDays({ days: 100, noise: 0.5, seed: 1 })
    days[42] = variance
    expect(() => harForecast({ dailyVariances: days, horizonDays: 1 })).toThrow(
      new RangeError(`harForecast: dailyVariances[42] must be a finite number >= 0, got ${variance}`),
    )
  })

  it.each([
    { why: 'no movement at all', of: () => 0 },
    { why: 'the same day for ever', of: () => 1.1e-3 },
    { why: 'two days in turn', of: (day: number) => (day % 2 === 0 ? 1e-3 : 2e-3) },
  ])('refuses $why', ({ of }) => {
    const dailyVariances = Array.from({ length: 100 }, (_, day) => of(day))
    expect(() => harForecast({ dailyVariances, horizonDays: 1 })).toThrow(/^harForecast: dailyVariances must vary/)
  })
})

describe.skipIf(recordings === null)('harForecast on recorded data', () => {
  it.each(['BTC', 'ETH'] as const)('forecasts the coming week of %s better than the past week or mean does', (coin) => {
    const hours = recordedHours(recordings ?? '', coin, { from: '2023-04-01', to: '2026-01-01' })
    const { variance } = realisedVariances({
      closes: hours.close,
      openMs: hours.openMs,
      barMs: 3_600_000,
      returnsPerPeriod: 24,
    })
    const days = [...variance]
    const { coefficients, rSquared } = harForecast({ dailyVariances: days, horizonDays: 7 })
    const { intercept, daily, weekly, monthly } = coefficients
    const persistence = daily + weekly + monthly
    expect(intercept).toBeGreaterThan(0)
    expect(persistence).toBeGreaterThan(0.4)
    expect(persistence).toBeLessThan(0.9)
    expect(rSquared).toBeGreaterThan(0.1)

    // QLIKE (Patton 2011) punishes a forecast that is too low most, and is 0 for the right one.
    const loss = { har: 0, pastWeek: 0, mean: 0 }
    for (let known = days.length - 372; known <= days.length - 7; known++) {
      const past = days.slice(0, known)
      const coming = meanOf(days.slice(known, known + 7))
      const qlike = (forecast: number) => coming / forecast - Math.log(coming / forecast) - 1
      loss.har += qlike(harForecast({ dailyVariances: past, horizonDays: 7 }).dailyVariance)
      loss.pastWeek += qlike(meanOf(past.slice(-7)))
      loss.mean += qlike(meanOf(past))
    }
    expect(loss.har).toBeLessThan(loss.pastWeek)
    expect(loss.har).toBeLessThan(loss.mean)
  })
})

type Regressors = readonly [number, number, number, number]

/** Days of the model with these relative shocks, from 30 days at random. */
function simulateDays(world: { days: number; noise: number; seed: number }): number[] {
  const normal = normalsFrom(world.seed)
  const days = Array.from({ length: 30 }, () => 1e-3 * Math.exp(normal()))
  while (days.length < world.days) days.push(next(days) * Math.exp(world.noise * normal()))
  return days
}

function next(days: readonly number[]): number {
  return predict(TRUE, regressorsAt(days, days.length - 1))
}

function regressorsAt(days: readonly number[], day: number): Regressors {
  return [1, days[day] as number, meanOf(days.slice(day - 6, day + 1)), meanOf(days.slice(day - 29, day + 1))]
}

function predict(coefficients: typeof TRUE, [one, daily, weekly, monthly]: Regressors): number {
  return (
    coefficients.intercept * one +
    coefficients.daily * daily +
    coefficients.weekly * weekly +
    coefficients.monthly * monthly
  )
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
