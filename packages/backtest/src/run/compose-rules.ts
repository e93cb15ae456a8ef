import {
  createRulesPolicy,
  type Preset,
  type PresetName,
  presets,
  type RulesOptions,
  type RulesOptionsInput,
  rulesOptionsSchema,
} from '@cc/policy-rules'
import { type RiskLimits, type RiskLimitsInput, riskLimitsSchema } from '@cc/risk'
import { type StateOptions, type StateOptionsInput, stateOptionsSchema } from '@cc/state'
import type { BacktestWorld, Compose } from './compose.js'

/** A rules strategy: a preset, or none, and what is given over it. */
export type RulesStrategy = {
  preset?: PresetName
  /** Over those of the preset, group by group. */
  rules?: RulesOptionsInput
  /** Over those that belong to the preset and the screening. */
  limits?: RiskLimitsInput
  /** Which calls are candidates; risk sells within the same deltas, days, strikes and premiums. */
  screening?: Omit<StateOptionsInput, 'underlyings'>
  /** Default `coin`. */
  objective?: RulesOptions['objective']
  /** Largest sale per coin, in coin. Default: the deposit, so that premiums are not sold against. */
  sizeCoin?: Readonly<Partial<Record<'BTC' | 'ETH', number>>>
}

/**
 * Composes the agent of a rules strategy, as `ccagent` does for the same settings.
 *
 * @throws ZodError naming the option that is out of range, when the run begins.
 */
export function composeRules(strategy: RulesStrategy = {}): Compose {
  return (world) => {
    const { screening, limits, rules } = settingsOf(strategy, world)
    const { underlyings: _, ...screened } = screening
    return {
      policy: createRulesPolicy(rules),
      screening: screened,
      limits,
      configuration: { preset: strategy.preset ?? null, rules },
    }
  }
}

/** What is in force under a strategy. */
export function settingsOf(
  strategy: RulesStrategy,
  { underlyings, depositsCoin }: Pick<BacktestWorld, 'underlyings' | 'depositsCoin'>,
): { screening: StateOptions; limits: RiskLimits; rules: RulesOptions } {
  const preset = strategy.preset === undefined ? undefined : presets[strategy.preset]
  const screening = stateOptionsSchema.parse({
    ...(preset === undefined ? {} : screeningOf(preset)),
    ...strategy.screening,
    underlyings: [...underlyings],
  })
  const sizeCoin = Object.fromEntries(
    underlyings.flatMap((currency) => {
      const coin = strategy.sizeCoin?.[currency] ?? depositsCoin[currency] ?? 0
      return coin > 0 ? [[currency, coin]] : []
    }),
  )
  const limits = riskLimitsSchema.parse({
    ...limitsOf(screening),
    ...(preset === undefined ? {} : presetLimitsOf(preset)),
    maxOrderCoin: sizeCoin,
    ...strategy.limits,
  })
  return { screening, limits, rules: rulesOf(strategy, { preset, screening, limits, sizeCoin }) }
}

function screeningOf({ limits, maxCandidates }: Preset): Omit<StateOptionsInput, 'underlyings'> {
  const { deltaMin, deltaMax, dteMin, dteMax, moneynessMin, premiumMinUsd, maxSpreadTicks, maxSpreadIv } = limits
  return {
    ...{ deltaMin, deltaMax, dteMin, dteMax, moneynessMin, premiumMinUsd, maxCandidates },
    liquidity: { maxSpreadTicks, maxSpreadIv },
  }
}

/** What is a candidate may be sold. */
function limitsOf(screening: StateOptions): RiskLimitsInput {
  const { deltaMin, deltaMax, dteMin, dteMax, moneynessMin, premiumMinUsd, liquidity } = screening
  const standard = riskLimitsSchema.parse({})
  return {
    delta: { min: deltaMin, max: deltaMax },
    dte: { min: dteMin, max: dteMax },
    minMoneyness: Math.max(LEAST_MONEYNESS, moneynessMin),
    minNetPremiumUsd: premiumMinUsd,
    spread: { ticks: Math.min(MOST_TICKS, Math.max(standard.spread.ticks, Math.ceil(liquidity.maxSpreadTicks))) },
    // A run sells its deposit, however large: what a slipped digit would do is not asked of paper money.
    maxOrderUsd: MOST_USD,
  }
}

function presetLimitsOf({ limits }: Preset): RiskLimitsInput {
  const { maxNetDeltaAbs, maxExpiryExposure, cooldownMin, crashDayChangePct, crashDvolPoints } = limits
  return {
    maxNetDeltaAbs,
    maxExpiryExposure,
    cooldownMs: Math.round(cooldownMin * MINUTE_MS),
    crash: { dayChangePct: crashDayChangePct, dvolPoints: crashDvolPoints },
  }
}

function rulesOf(
  { rules = {}, objective = 'coin' }: RulesStrategy,
  given: {
    preset: Preset | undefined
    screening: StateOptions
    limits: RiskLimits
    sizeCoin: Readonly<Record<string, number>>
  },
): RulesOptions {
  const { preset, screening, limits, sizeCoin } = given
  const base: RulesOptionsInput = preset?.rules ?? { target: middleOf(screening) }
  return rulesOptionsSchema.parse({
    objective,
    target: { ...base.target, ...rules.target },
    writeWhen: {
      ...base.writeWhen,
      capFactor: limits.maxCoverage,
      cooldownMin: limits.cooldownMs / MINUTE_MS,
      calmHours: limits.crash.forMs / HOUR_MS,
      ...rules.writeWhen,
    },
    rollWhen: { ...base.rollWhen, ...rules.rollWhen },
    closeWhen: { ...base.closeWhen, ...rules.closeWhen },
    maxSizeCoin: { ...sizeCoin, ...rules.maxSizeCoin },
  })
}

/** What is aimed at in the middle of the candidates; of days the geometric one, as premium grows with the root of time. */
function middleOf({ deltaMin, deltaMax, dteMin, dteMax }: StateOptions): RulesOptionsInput['target'] {
  const leastDays = Math.max(dteMin, Math.min(1, dteMax / 2))
  return { delta: (deltaMin + deltaMax) / 2, dte: Math.sqrt(leastDays * dteMax) }
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** The ends of what risk takes for its settings. */
const LEAST_MONEYNESS = -0.05
const MOST_TICKS = 100
const MOST_USD = 1e9
