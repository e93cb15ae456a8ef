import { describe, expect, it } from 'vitest'
import { createHourlyWorld } from './hourly-world.js'
import { dvolAt } from './surface.js'
import { WORLD } from './world-parameters.js'

const START_MS = Date.UTC(2026, 0, 2)
const DAYS = 900
const currencies = ['BTC', 'ETH'] as const

/** Ten worlds by the day: DVOL, log index and its changes; by the hour: changes of the log index. */
const worlds = Array.from({ length: 10 }, (_, seed) => {
  const world = createHourlyWorld({ seed, startMs: START_MS })
  const sideOf = (currency: 'BTC' | 'ETH') => {
    const hours = Array.from({ length: 24 * DAYS }, (_, hour) => world.at(currency, world.firstHour + hour))
    const daily = hours.filter((_, hour) => hour % 24 === 0)
    const dvol = daily.map((forces) => dvolAt(currency, forces))
    return {
      dvol,
      returns: changes(daily.map(({ logIndex }) => logIndex)),
      dvolChanges: changes(dvol.map(Math.log)),
      hourly: changes(hours.map(({ logIndex }) => logIndex)),
    }
  }
  return { BTC: sideOf('BTC'), ETH: sideOf('ETH') }
})

function changes(values: readonly number[]): readonly number[] {
  return values.slice(1).map((value, i) => value - values[i]!)
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!
/** Mean of a power of the distances from the mean. */
const moment = (values: readonly number[], power: number) => {
  const middle = mean(values)
  return mean(values.map((value) => (value - middle) ** power))
}
const correlation = (a: readonly number[], b: readonly number[]) => {
  const [middleA, middleB] = [mean(a), mean(b)]
  return mean(a.map((value, i) => (value - middleA) * (b[i]! - middleB))) / Math.sqrt(moment(a, 2) * moment(b, 2))
}

describe.each(currencies)('%s over 900 days of ten seeds', (currency) => {
  const sides = worlds.map((world) => world[currency])

  it('raises DVOL as the index falls: daily changes correlate by about −0.5', () => {
    const leverage = mean(sides.map(({ returns, dvolChanges }) => correlation(returns, dvolChanges)))
    expect(leverage).toBeGreaterThan(-0.6)
    expect(leverage).toBeLessThan(-0.35)
  })

  it('has the tails of 2024 to 2026: a kurtosis of daily returns of 6 to 8, days of more than 10 %', () => {
    const kurtosis = median(sides.map(({ returns }) => moment(returns, 4) / moment(returns, 2) ** 2))
    expect(kurtosis).toBeGreaterThan(5.5)
    expect(kurtosis).toBeLessThan(8.5)
    const large = sides.flatMap(({ returns }) => returns.filter((change) => Math.abs(Math.expm1(change)) > 0.1))
    const perYear = (large.length / (sides.length * DAYS)) * 365
    expect(perYear).toBeGreaterThan(currency === 'BTC' ? 0.7 : 2.5)
    expect(perYear).toBeLessThan(currency === 'BTC' ? 2 : 9)
  })

  it('realises a volatility below its IV: by 5 to 12 % in the median, by 10 % on about half of the days', () => {
    const ratios = sides.flatMap(({ dvol, hourly }) => {
      let sum = 0
      const squares = [0, ...hourly.map((change) => (sum += change * change))]
      return Array.from({ length: DAYS - 31 }, (_, i) => {
        const day = i + 30
        const variance = (squares[24 * day]! - squares[24 * i]!) / (30 / 365)
        return (dvol[day]! * WORLD[currency].atmOverDvol) / Math.sqrt(variance)
      })
    })
    expect(median(ratios)).toBeGreaterThan(1.05)
    expect(median(ratios)).toBeLessThan(1.12)
    const passing = ratios.filter((ratio) => ratio >= 1.1).length / ratios.length
    expect(passing).toBeGreaterThan(0.4)
    expect(passing).toBeLessThan(0.55)
  })

  it('keeps the usual level of IV through its jumps', () => {
    const atmIv = mean(sides.map(({ dvol }) => mean(dvol))) * WORLD[currency].atmOverDvol
    expect(Math.abs(atmIv / WORLD[currency].atmIv - 1)).toBeLessThan(0.05)
  })
})

it('moves both coins together: indices by 0.8, daily changes of DVOL by 0.75', () => {
  const indices = mean(worlds.map(({ BTC, ETH }) => correlation(BTC.hourly, ETH.hourly)))
  expect(Math.abs(indices - 0.8)).toBeLessThan(0.03)
  const dvols = mean(worlds.map(({ BTC, ETH }) => correlation(BTC.dvolChanges, ETH.dvolChanges)))
  expect(Math.abs(dvols - 0.75)).toBeLessThan(0.04)
})
