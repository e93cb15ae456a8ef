import { expect, it } from 'vitest'
import { createChance } from '../src/chaos/chance.ts'
import { drawDeath } from '../src/chaos/death.ts'
import { drawFaults, drawGap } from '../src/chaos/weather.ts'

const IDLE = { isRolling: false, isFlat: false }
const drawsOf = <T>(draw: (part: number) => T) => Array.from({ length: 500 }, (_, part) => draw(part))

it('the same seed draws the same, another seed or part something else', () => {
  const draw = (seed: number, part: number) => JSON.stringify(drawDeath(createChance(seed, part), IDLE))
  expect(drawsOf((part) => draw(7, part))).toEqual(drawsOf((part) => draw(7, part)))
  expect(new Set(drawsOf((part) => createChance(7, part).between(0, 1))).size).toBe(500)
  expect(new Set(drawsOf((seed) => createChance(seed).between(0, 1))).size).toBe(500)
})

it('lives end at every kind of moment, and those that roll mostly between the legs', () => {
  const kinds = new Set(drawsOf((part) => drawDeath(createChance(1, part), IDLE).after))
  const any = ['cancel', 'decision', 'first-decision', 'intent', 'memory', 'order', 'request', 'start']
  expect([...kinds].sort()).toEqual(any)
  const rolling = drawsOf((part) => drawDeath(createChance(1, part), { ...IDLE, isRolling: true }).after)
  expect(rolling.filter((after) => after === 'purchase' || after === 'sale').length).toBeGreaterThan(150)
})

it('nobody lives for a moment, for days, or until a call is to be rolled, never for less than none', () => {
  const gaps = drawsOf((part) => drawGap(createChance(1, part), { nowMs: 1_000, rollsMs: [5_000, 9_000] }))
  expect(new Set(gaps.filter(({ isRolling }) => isRolling).map(({ durationMs }) => durationMs))).toEqual(
    new Set([4_000, 8_000]),
  )
  const others = gaps.filter(({ isRolling }) => !isRolling).map(({ durationMs }) => durationMs)
  expect(Math.min(...others)).toBe(0)
  expect(Math.max(...others)).toBeGreaterThan(86_400_000)
  expect(drawGap(createChance(1), { nowMs: 0, rollsMs: [] }).isRolling).toBe(false)
})

it('orders and cancels go wrong in a third of the cases at most', () => {
  for (const { rates = [] } of drawsOf((part) => drawFaults(createChance(1, part)))) {
    for (const method of ['private/buy', 'private/sell', 'private/cancel']) {
      const all = rates.filter((rate) => rate.on === 'request' && rate.method === method)
      const probability = all.reduce((sum, rate) => sum + rate.probability, 0)
      expect(probability === 0 || Math.abs(probability - 0.35) < 1e-9).toBe(true)
    }
  }
})
