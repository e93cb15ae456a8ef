import { expect, it } from 'vitest'
import { createHourlyWorld, HOUR_MS } from './hourly-world.js'
import { createIndexPath, toCents } from './index-path.js'

const START_MS = Date.UTC(2026, 0, 2)
const world = createHourlyWorld({ seed: 3, startMs: START_MS })
const path = createIndexPath({ seed: 3, world })

it('passes through the hours of the world', () => {
  for (let hour = world.firstHour; hour < world.firstHour + 500; hour++) {
    expect(path.at('BTC', hour * HOUR_MS)).toBe(toCents(Math.exp(world.at('BTC', hour).logIndex)))
  }
})

it('moves from minute to minute as much as the hour says, across hours too', () => {
  for (const currency of ['BTC', 'ETH'] as const) {
    let realised = 0
    let expected = 0
    let across = 0
    for (let hour = world.firstHour; hour < world.firstHour + 2_000; hour++) {
      const { volatility, jump } = world.at(currency, hour)
      if (jump !== 0) continue
      expected += volatility ** 2 / 8_760
      const minutes = [...path.hour(currency, hour), path.at(currency, (hour + 1) * HOUR_MS)]
      minutes.slice(1).forEach((to, i) => {
        const squared = Math.log(to / minutes[i]!) ** 2
        realised += squared
        if (i === 59) across += squared
      })
    }
    expect(realised / expected).toBeCloseTo(1, 1)
    expect((60 * across) / expected).toBeGreaterThan(0.85)
    expect((60 * across) / expected).toBeLessThan(1.15)
  }
})

it('jumps in one minute, both currencies at once', () => {
  let jumps = 0
  for (let hour = world.firstHour; hour < world.firstHour + 9_600; hour++) {
    const { jump, jumpMinute } = world.at('BTC', hour)
    expect(world.at('ETH', hour).jump === 0).toBe(jump === 0)
    if (Math.abs(jump) < 0.015) continue
    jumps++
    const minutes = path.hour('BTC', hour)
    expect(Math.log(minutes[jumpMinute]! / minutes[jumpMinute - 1]!)).toBeCloseTo(jump, 2)
  }
  expect(jumps).toBeGreaterThan(2)
})

it('knows nothing before its 400 days', () => {
  expect(path.firstMs).toBe(START_MS - 400 * 24 * HOUR_MS)
  expect(() => path.at('BTC', path.firstMs - 1)).toThrow(RangeError)
})
