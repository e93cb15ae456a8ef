import { expect, it } from 'vitest'
import { createRiskGate, type RiskLimitsInput, riskLimitsSchema } from './index.js'

it('has these defaults', () => {
  expect(riskLimitsSchema.parse({})).toEqual({
    maxMarginUsedPct: 60,
    maxNetDeltaAbs: 0.8,
    maxExpiryExposure: 1,
    maxCoverage: 1,
    maxStateAgeMs: 120_000,
    maxApprovalMs: 300_000,
    collar: { sellTicks: 3, sellFraction: 0.2, buyTicks: 3, buyFraction: 0.25 },
    maxOrderCoin: { BTC: 5, ETH: 50 },
    maxNetDebitCoin: null,
  })
  expect(riskLimitsSchema.parse({ collar: { sellTicks: 5 } }).collar).toMatchObject({ sellTicks: 5, sellFraction: 0.2 })
})

it('says that percent is meant where a fraction is given', () => {
  const { error } = riskLimitsSchema.safeParse({ maxMarginUsedPct: 0.6 })
  expect(error?.issues).toMatchObject([
    { path: ['maxMarginUsedPct'], message: 'is in percent, 1 to 100: write 60 for 60 %, got 0.6' },
  ])
})

it.each([
  ['more calls than coins', { maxCoverage: 1.0001 }],
  ['no calls at all', { maxCoverage: 0 }],
  ['more than all the margin', { maxMarginUsedPct: 101 }],
  ['a delta that could never bind', { maxNetDeltaAbs: 1.1 }],
  ['more than every coin on one expiry', { maxExpiryExposure: 1.1 }],
  ['a state of any age', { maxStateAgeMs: Number.POSITIVE_INFINITY }],
  ['an approval without end', { maxApprovalMs: 3_600_001 }],
  ['sales at any price', { collar: { sellFraction: 1 } }],
  ['half a tick', { collar: { buyTicks: 0.5 } }],
  ['a limit that is no number', { maxNetDeltaAbs: Number.NaN }],
  ['a limit by another name', { coverageMax: 1 }],
])('refuses %s', (_, limits) => {
  expect(riskLimitsSchema.safeParse(limits).success).toBe(false)
  expect(() => createRiskGate(limits as RiskLimitsInput)).toThrow(Object.keys(limits)[0])
})
