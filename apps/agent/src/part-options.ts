import type { LlmOptionsInput } from '@cc/policy-llm'
import { presets, type RulesOptionsInput } from '@cc/policy-rules'
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
  'MONEYNESS_MIN',
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
    moneynessMin: settings.MONEYNESS_MIN,
    premiumMinUsd: settings.PREMIUM_MIN_USD,
    ...(settings.IVRV_MIN === undefined ? {} : { ivrvMin: settings.IVRV_MIN }),
    liquidity: {
      maxSpreadTicks: settings.MAX_SPREAD_TICKS,
      maxSpreadIv: settings.MAX_SPREAD_IV,
      minBidSizeCoin: settings.MIN_BID_SIZE,
      minOpenInterestCoin: settings.MIN_OPEN_INTEREST,
    },
    ...(settings.PRESET === undefined ? {} : { maxCandidates: presets[settings.PRESET].maxCandidates }),
  }
}

/** Settings that decide what the rules do, beside those of {@link SCREENING_KEYS} and {@link LIMIT_KEYS}. */
export const RULE_KEYS = [
  'PRESET',
  'OBJECTIVE',
  'TAKE_PROFIT',
  'CLOSE_DELTA',
  'ROLL_DTE',
  'ROLL_DELTA',
  'ROLL_MAX_DEBIT',
  'CLOSE_IF_NO_ROLL',
  'WRITE_ON',
  'IV_PERCENTILE_MIN',
] as const satisfies readonly SettingKey[]

/**
 * What the rules aim for and do under these settings: those of the preset, where there is one, and what else is given over
 * them. They propose nothing that risk would refuse for its size alone.
 */
export function policyOptionsOf(settings: SettingValues, maxSizeCoin: Coins): RulesOptionsInput {
  const { PRESET, TAKE_PROFIT, CLOSE_DELTA, ROLL_DTE, ROLL_DELTA, ROLL_MAX_DEBIT, CLOSE_IF_NO_ROLL } = settings
  const { WRITE_ON, IV_PERCENTILE_MIN } = settings
  const limits = riskLimitsOf(settings, maxSizeCoin)
  const rules: RulesOptionsInput = PRESET === undefined ? { target: rulesTargets(settings) } : presets[PRESET].rules
  return {
    ...rules,
    objective: settings.OBJECTIVE,
    writeWhen: {
      ...rules.writeWhen,
      ...(WRITE_ON === undefined ? {} : { green: WRITE_ON !== 'red', red: WRITE_ON !== 'green' }),
      ...(IV_PERCENTILE_MIN === undefined ? {} : { minIvPercentile: IV_PERCENTILE_MIN }),
      capFactor: settings.MAX_COVERAGE,
      cooldownMin: settings.COOLDOWN_MIN,
      calmHours: limits.crash.forMs / HOUR_MS,
    },
    rollWhen: {
      ...rules.rollWhen,
      ...(ROLL_DTE === undefined ? {} : { dte: ROLL_DTE }),
      ...(ROLL_DELTA === undefined ? {} : { delta: ROLL_DELTA }),
      ...(ROLL_MAX_DEBIT === undefined ? {} : { creditOnly: false, maxDebit: ROLL_MAX_DEBIT }),
      ...(CLOSE_IF_NO_ROLL === undefined ? {} : { closeIfUnableToRoll: CLOSE_IF_NO_ROLL }),
    },
    closeWhen: {
      ...rules.closeWhen,
      ...(TAKE_PROFIT === undefined ? {} : { pnl: TAKE_PROFIT }),
      ...(CLOSE_DELTA === undefined ? {} : { delta: CLOSE_DELTA }),
    },
    maxSizeCoin: limits.maxOrderCoin,
  }
}

/** How a model is asked under these settings. */
export function modelOptionsOf(settings: SettingValues): LlmOptionsInput {
  return {
    mode: settings.LLM_MODE,
    fallback: settings.LLM_FALLBACK,
    model: settings.LLM_MODEL_NAME,
    transport: settings.LLM_TRANSPORT,
    answerFormat: settings.LLM_ANSWER_FORMAT,
    deadlineMs: Math.round(settings.LLM_DEADLINE_SEC * SECOND_MS),
    objective: settings.OBJECTIVE,
    // Longer than any call may take, and shorter than risk takes a state for.
    maxStateAgeMs: 90 * SECOND_MS,
    budget: {
      callsPerHour: settings.LLM_MAX_CALLS_PER_HOUR,
      usdPerCall: settings.LLM_MAX_USD_PER_CALL,
      usdPerDay: settings.LLM_MAX_USD_PER_DAY,
    },
  }
}

const SECOND_MS = 1_000

/** Settings that decide what risk allows, beside those of {@link SCREENING_KEYS}. */
export const LIMIT_KEYS = [
  'MAX_MARGIN_USED_PCT',
  'MAX_NET_DELTA_ABS',
  'MAX_EXPIRY_EXPOSURE',
  'MAX_DAILY_LOSS_PCT',
  'MAX_DRAWDOWN_PCT',
  'COOLDOWN_MIN',
  'MAX_OPENS_PER_DAY',
  'CRASH_DAY_CHANGE_PCT',
  'CRASH_DVOL_POINTS',
  'MAX_COVERAGE',
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
    maxCoverage: settings.MAX_COVERAGE,
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
    crash: { dayChangePct: settings.CRASH_DAY_CHANGE_PCT, dvolPoints: settings.CRASH_DVOL_POINTS },
    spread: { ticks: spreadTicks(settings) },
  })
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Where wider books are taken for candidates, the wider ones may be sold into. */
function spreadTicks({ MAX_SPREAD_TICKS }: SettingValues): number {
  const { min, max } = limitRange(SPREAD.shape.ticks)
  return Math.min(max, Math.max(min, SPREAD.parse({}).ticks, Math.ceil(MAX_SPREAD_TICKS)))
}

const SPREAD = riskLimitsSchema.shape.spread.unwrap()

/** The middle of the allowed range; of days the geometric one, as premium grows with the root of time. */
export function rulesTargets({ DELTA_MIN, DELTA_MAX, DTE_MIN, DTE_MAX }: SettingValues) {
  const leastDays = Math.max(DTE_MIN, Math.min(1, DTE_MAX / 2))
  return { delta: (DELTA_MIN + DELTA_MAX) / 2, dte: Math.sqrt(leastDays * DTE_MAX) }
}
