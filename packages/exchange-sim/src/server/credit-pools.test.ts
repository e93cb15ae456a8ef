import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCreditPools } from './credit-pools.js'
import type { CreditPool } from './method.js'

function burstOf(pool: CreditPool): number {
  const pools = createCreditPools()
  let calls = 0
  while (pools.charge(pool, 0) === 0) calls += 1
  return calls
}

describe('a full pool', () => {
  it.each([
    ['non-matching', 100],
    ['get-instruments', 50],
    ['transaction-log', 8],
    ['subscribe', 10],
    ['matching', 20],
    ['cancel-all', 20],
  ] as const)('%s takes %i calls at once', (pool, calls) => {
    expect(burstOf(pool)).toBe(calls)
  })

  it('leaves the other pools as they are', () => {
    const pools = createCreditPools()
    while (pools.charge('matching', 0) === 0);
    expect(pools.charge('cancel-all', 0)).toBe(0)
    expect(pools.charge('non-matching', 0)).toBe(0)
  })
})

describe('an empty pool', () => {
  it.each([
    ['non-matching', 50],
    ['get-instruments', 1_000],
    ['transaction-log', 1_000],
    ['subscribe', 300],
    ['matching', 200],
  ] as const)('%s says when the next call will do, and it does then, not a millisecond before', (pool, waitMs) => {
    const pools = createCreditPools()
    while (pools.charge(pool, 0) === 0);
    expect(pools.charge(pool, 0)).toBe(waitMs)
    expect(pools.charge(pool, waitMs - 1)).toBe(1)
    expect(pools.charge(pool, waitMs)).toBe(0)
  })
})

it('never lets more pass than it holds and has been filled with, whatever the times', () => {
  const pools = fc.constantFrom<CreditPool[]>('matching', 'non-matching')
  fc.assert(
    fc.property(pools, fc.array(fc.nat(400), { maxLength: 300 }), (pool, gapsMs) => {
      const credit = createCreditPools()
      const [burst, perSecond] = pool === 'matching' ? [20, 5] : [100, 20]
      let nowMs = 1_000_000
      let passed = 0
      for (const gapMs of gapsMs) {
        nowMs += gapMs
        if (credit.charge(pool, nowMs) === 0) passed += 1
        expect(passed).toBeLessThanOrEqual(burst + ((nowMs - 1_000_000) / 1_000) * perSecond + 1e-9)
      }
    }),
  )
})

it('is filled by no clock that goes back', () => {
  const pools = createCreditPools()
  while (pools.charge('matching', 10_000) === 0);
  expect(pools.charge('matching', 5_000)).toBeGreaterThan(0)
  expect(pools.charge('matching', 10_000)).toBeGreaterThan(0)
})
