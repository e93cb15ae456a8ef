import type { RulesOptionsInput } from '@cc/policy-rules'
import { type RiskLimits, riskLimitsSchema } from '@cc/risk'
import type { StateOptionsInput } from '@cc/state'
import type { Coins } from './flags.js'
import { limitRange } from './limit-range.js'
import type { SettingKey, SettingValues } from './settings-schema.js'

/** Settings that decide which calls are candidates. */
export const SCREENING_KEYS = [
  'DELTA_MIN',
  'DELTA_MAX',
  'DTE_MIN',
  'DTE_MAX',
  'PREMIUM_MIN_USD',
  'MAX_SPREAD_TICKS',
  'MAX_SPREAD_IV',
  'MIN_OPEN_INTEREST',
  'IVRV_MIN',
  'MIN_BID_SIZE',
] as const satisfies readonly SettingKey[]

/** Which calls count as candidates under these settings. */
export function screeningOf(settings: SettingValues): Omit<StateOptionsInput, 'underlyings'> {
  return {
    deltaMin: settings.DELTA_MIN,
    deltaMax: settings.DELTA_MAX,
    dteMin: settings.DTE_MIN,
    dteMax: settings.DTE_MAX,
    premiumMinUsd: settings.PREMIUM_MIN_USD,
    ...(settings.IVRV_MIN === undefined ? {} : { ivrvMin: settings.IVRV_MIN }),
    liquidity: {
      maxSpreadTicks: settings.MAX_SPREAD_TICKS,
      maxSpreadIv: settings.MAX_SPREAD_IV,
      minBidSizeCoin: settings.MIN_BID_SIZE,
      minOpenInterestCoin: settings.MIN_OPEN_INTEREST,
    },
  }
}

/** What the rules aim for under these settings. They propose nothing that risk would refuse for its size alone. */
export function policyOptionsOf(settings: SettingValues, maxSizeCoin: Coins): RulesOptionsInput {
  return { ...rulesTargets(settings), maxSizeCoin: riskLimitsOf(settings, maxSizeCoin).maxOrderCoin }
}

/** Settings that decide what risk allows, beside those of {@link SCREENING_KEYS}. */
export const LIMIT_KEYS = [
  'MAX_MARGIN_USED_PCT',
  'MAX_NET_DELTA_ABS',
  'MAX_EXPIRY_EXPOSURE',
  'MAX_DAILY_LOSS_PCT',
  'MAX_DRAWDOWN_PCT',
  'COOLDOWN_MIN',
  'MAX_OPENS_PER_DAY',
  'MONEYNESS_MIN',
  'MAX_ORDER_USD',
] as const satisfies readonly SettingKey[]

/**
 * What risk allows under these settings; `maxSizeCoin` is the largest sale, where one was named. `IVRV_MIN` is not among
 * them: it decides which calls are candidates at all.
 */
export function riskLimitsOf(settings: SettingValues, maxSizeCoin: Coins): RiskLimits {
  return riskLimitsSchema.parse({
    maxMarginUsedPct: settings.MAX_MARGIN_USED_PCT,
    maxNetDeltaAbs: settings.MAX_NET_DELTA_ABS,
    maxExpiryExposure: settings.MAX_EXPIRY_EXPOSURE,
    maxOrderCoin: maxSizeCoin,
    maxOrderUsd: settings.MAX_ORDER_USD,
    delta: { min: settings.DELTA_MIN, max: settings.DELTA_MAX },
    dte: { min: settings.DTE_MIN, max: settings.DTE_MAX },
    minMoneyness: settings.MONEYNESS_MIN,
    minNetPremiumUsd: settings.PREMIUM_MIN_USD,
    maxDailyLossPct: settings.MAX_DAILY_LOSS_PCT,
    maxDrawdownPct: settings.MAX_DRAWDOWN_PCT,
    cooldownMs: Math.round(settings.COOLDOWN_MIN * MINUTE_MS),
    maxOpensPerDay: settings.MAX_OPENS_PER_DAY,
    spread: { ticks: spreadTicks(settings) },
  })
}

const MINUTE_MS = 60_000

/** Where wider books are taken for candidates, the wider ones may be sold into. */
function spreadTicks({ MAX_SPREAD_TICKS }: SettingValues): number {
  const { min, max } = limitRange(SPREAD.shape.ticks)
  return Math.min(max, Math.max(min, SPREAD.parse({}).ticks, Math.ceil(MAX_SPREAD_TICKS)))
}

const SPREAD = riskLimitsSchema.shape.spread.unwrap()

/** The middle of the allowed range; of days the geometric one, as premium grows with the root of time. */
export function rulesTargets({ DELTA_MIN, DELTA_MAX, DTE_MIN, DTE_MAX }: SettingValues) {
  const leastDays = Math.max(DTE_MIN, Math.min(1, DTE_MAX / 2))
  return { deltaTarget: (DELTA_MIN + DELTA_MAX) / 2, dteTarget: Math.sqrt(leastDays * DTE_MAX) }
}
