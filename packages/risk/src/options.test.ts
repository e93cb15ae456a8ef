import { expect, it } from 'vitest'
import { createRiskGate, type RiskLimitsInput, riskLimitsSchema } from './index.js'

it('has these defaults', () => {
  expect(riskLimitsSchema.parse({})).toEqual({
    maxMarginUsedPct: 60,
    maxMaintenancePct: 60,
    maxStressPct: 80,
    maxNetDeltaAbs: 0.8,
    maxExpiryExposure: 1,
    maxCoverage: 1,
    minEquityCoin: { BTC: 0, ETH: 0 },
    maxBalanceDropPct: 2,
    delta: { min: 0, max: 0.65 },
    dte: { min: 0, max: 100 },
    minMoneyness: 0,
    minTimeLeftMs: 3_600_000,
    maxDeliveryMs: 600_000,
    maxOrderCoin: { BTC: 5, ETH: 50 },
    maxOrderUsd: 1_000_000,
    minPriceCoin: 0.001,
    minNetPremiumUsd: 1,
    spread: { ticks: 3, fraction: 0.25 },
    collar: { sellTicks: 3, sellFraction: 0.2, buyTicks: 3, buyFraction: 0.25 },
    maxNetDebitCoin: 0.1,
    maxStateAgeMs: 120_000,
    maxClockErrorMs: 1_000,
    maxApprovalMs: 300_000,
    maxOpenOrders: 4,
    maxPositions: 25,
    maxDailyLossPct: 8,
    maxDrawdownPct: 20,
    crash: { dayChangePct: 8, dvolPoints: 10, forMs: 86_400_000 },
    minIvrv: null,
    cooldownMs: 1_800_000,
    maxSends: { perHour: 30, perDay: 100 },
    maxOpensPerDay: 10,
    maxRejectsInARow: 5,
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
  ['a stress that liquidates', { maxStressPct: 96 }],
  ['any delta at all', { delta: { max: 1.01 } }],
  ['a range the wrong way round', { delta: { min: 0.4, max: 0.3 } }],
  ['an expiry range the wrong way round', { dte: { min: 40, max: 30 } }],
  ['deep calls', { minMoneyness: -0.06 }],
  ['sales in the last minutes', { minTimeLeftMs: 599_999 }],
  ['a delivery that may never come', { maxDeliveryMs: 21_600_001 }],
  ['a balance that may fall by a tenth and more', { maxBalanceDropPct: 10.1 }],
  ['a clock of any time', { maxClockErrorMs: 5_001 }],
  ['any loss in a day', { maxDailyLossPct: 26 }],
  ['any drawdown', { maxDrawdownPct: 61 }],
  ['any crash', { crash: { dayChangePct: 31 } }],
  ['a crash that is over at once', { crash: { forMs: 3_599_999 } }],
  ['no time between opens', { cooldownMs: 59_999 }],
  ['too few sends for a roll', { maxSends: { perHour: 1 } }],
  ['sends without end', { maxSends: { perDay: 1_001 } }],
  ['opens without end', { maxOpensPerDay: 101 }],
  ['rejections without end', { maxRejectsInARow: 21 }],
  ['half a tick', { collar: { buyTicks: 0.5 } }],
  ['a limit that is no number', { maxNetDeltaAbs: Number.NaN }],
  ['a limit by another name', { coverageMax: 1 }],
])('refuses %s', (_, limits) => {
  expect(riskLimitsSchema.safeParse(limits).success).toBe(false)
  expect(() => createRiskGate(limits as RiskLimitsInput)).toThrow(Object.keys(limits)[0])
})
