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

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

it.each([
  ['maxMarginUsedPct', 0.999, 1, 100, 100.001],
  ['maxMaintenancePct', 0.999, 1, 100, 100.001],
  ['maxStressPct', 0.999, 1, 95, 95.001],
  ['maxNetDeltaAbs', -0.001, 0, 1, 1.001],
  ['maxExpiryExposure', 0, 0.001, 1, 1.001],
  ['maxCoverage', 0, 0.001, 1, 1.001],
  ['minEquityCoin.BTC', -0.001, 0, 1_000_000, 1_000_001],
  ['minEquityCoin.ETH', -0.001, 0, 1_000_000, 1_000_001],
  ['maxBalanceDropPct', 0.099, 0.1, 10, 10.001],
  ['delta.max', -0.001, 0, 1, 1.001],
  ['dte.max', 0, 0.001, 400, 400.001],
  ['minMoneyness', -0.051, -0.05, 1, 1.001],
  ['minTimeLeftMs', 599_999, 600_000, 30 * DAY_MS, 30 * DAY_MS + 1],
  ['maxDeliveryMs', 0, 1, 6 * HOUR_MS, 6 * HOUR_MS + 1],
  ['maxOrderCoin.BTC', 0, 0.1, 1_000_000, 1_000_001],
  ['maxOrderCoin.ETH', 0, 1, 1_000_000, 1_000_001],
  ['maxOrderUsd', 0, 1, 1e9, 1e9 + 1],
  ['minPriceCoin', -0.0001, 0, 0.1, 0.1001],
  ['minNetPremiumUsd', -0.001, 0, 1_000_000, 1_000_001],
  ['spread.ticks', 0, 1, 100, 101],
  ['spread.fraction', -0.001, 0, 1, 1.001],
  ['collar.sellTicks', -1, 0, 100, 101],
  ['collar.sellFraction', -0.001, 0, 0.999, 1],
  ['collar.buyTicks', -1, 0, 100, 101],
  ['collar.buyFraction', -0.001, 0, 1, 1.001],
  ['maxNetDebitCoin', -0.001, 0, 1, 1.001],
  ['maxStateAgeMs', 0, 1, HOUR_MS, HOUR_MS + 1],
  ['maxClockErrorMs', 0, 1, 5_000, 5_001],
  ['maxApprovalMs', 0, 1, 12 * HOUR_MS, 12 * HOUR_MS + 1],
  ['maxOpenOrders', 0, 1, 50, 51],
  ['maxPositions', 0, 1, 500, 501],
  ['maxDailyLossPct', 0.499, 0.5, 25, 25.001],
  ['maxDrawdownPct', 0.999, 1, 60, 60.001],
  ['crash.dayChangePct', 1.999, 2, 30, 30.001],
  ['crash.dvolPoints', 1.999, 2, 50, 50.001],
  ['crash.forMs', HOUR_MS - 1, HOUR_MS, 7 * DAY_MS, 7 * DAY_MS + 1],
  ['minIvrv', 0, 0.001, 5, 5.001],
  ['cooldownMs', 59_999, 60_000, 30 * DAY_MS, 30 * DAY_MS + 1],
  ['maxSends.perHour', 1, 2, 120, 121],
  ['maxSends.perDay', 1, 2, 1_000, 1_001],
  ['maxOpensPerDay', 0, 1, 100, 101],
  ['maxRejectsInARow', 0, 1, 20, 21],
])('takes %s of the whole of its range, and none beyond it', (name, beneath, least, most, above) => {
  const path = name.split('.')
  const parse = (value: number) =>
    riskLimitsSchema.safeParse(path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value))
  for (const value of [least, most]) expect(parse(value).data).toHaveProperty(path, value)
  for (const value of [beneath, above]) expect(parse(value).error?.issues[0]?.path).toEqual(path)
})

it.each([
  ['every delta', { delta: { min: 0, max: 1 } }],
  ['one delta', { delta: { min: 1, max: 1 } }],
  ['every expiry', { dte: { min: 0, max: 400 } }],
  ['one expiry', { dte: { min: 400, max: 400 } }],
  ['no cap on a debit, and no ratio of volatilities', { maxNetDebitCoin: null, minIvrv: null }],
])('takes %s', (_, limits) => {
  expect(riskLimitsSchema.parse(limits)).toMatchObject(limits)
})

it.each([
  [
    'that percent is meant where a fraction is given',
    { maxMarginUsedPct: 0.6 },
    { path: ['maxMarginUsedPct'], message: 'is in percent, 1 to 100: write 60 for 60 %, got 0.6' },
  ],
  [
    'how much percent is too much',
    { maxStressPct: 96 },
    { path: ['maxStressPct'], message: 'is in percent, 1 to 95, got 96' },
  ],
  [
    'that deltas are the wrong way round',
    { delta: { min: 0.4, max: 0.3 } },
    { path: ['delta'], message: 'min is above max' },
  ],
  ['that expiries are', { dte: { min: 40, max: 30 } }, { path: ['dte'], message: 'min is above max' }],
])('says %s', (_, limits, issue) => {
  expect(riskLimitsSchema.safeParse(limits).error?.issues).toMatchObject([issue])
})

it.each([
  ['more calls than coins', { maxCoverage: 1.0001 }],
  ['no calls at all', { maxCoverage: 0 }],
  ['more than all the margin', { maxMarginUsedPct: 101 }],
  ['a delta that could never bind', { maxNetDeltaAbs: 1.1 }],
  ['more than every coin on one expiry', { maxExpiryExposure: 1.1 }],
  ['a state of any age', { maxStateAgeMs: Number.POSITIVE_INFINITY }],
  ['an approval without end', { maxApprovalMs: 43_200_001 }],
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
