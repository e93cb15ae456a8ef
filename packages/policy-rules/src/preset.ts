import type { RulesOptionsInput } from './options.js'

/** Names of the strategies that ship. */
export const PRESET_NAMES = [
  'bxm',
  'bxmd',
  'bxy',
  'bxmw',
  'weekly-10-delta',
  'weekly-25-delta',
  'monthly-50-delta',
  'always-atm',
] as const
export type PresetName = (typeof PRESET_NAMES)[number]

/**
 * What a preset demands of the parts around the rules: which calls are candidates, and what risk allows. Shares and deltas
 * are ratios 0..1, `moneynessMin` is strike / forward − 1.
 */
export type PresetLimits = {
  deltaMin: number
  deltaMax: number
  dteMin: number
  dteMax: number
  moneynessMin: number
  /** Widest book to sell into: ticks, or volatility (ask IV − bid IV); what is within one of them is taken. */
  maxSpreadTicks: number
  maxSpreadIv: number
  /** Least premium after the fee, USD per coin. */
  premiumMinUsd: number
  /** Absolute delta of the option book over covered coins. */
  maxNetDeltaAbs: number
  /** Share of covered coins that may be short on one expiry. */
  maxExpiryExposure: number
  /** Minutes between two sales of one coin. */
  cooldownMin: number
  /** Move of the index within a day, percent, and rise of the volatility index, points, from which on nothing is sold for a while. */
  crashDayChangePct: number
  crashDvolPoints: number
}

/** A published strategy as settings: what the rules do, and the limits that belong to it. */
export type Preset = {
  name: PresetName
  /** One sentence: what it sells, when, and until when it holds. */
  description: string
  /** Who published it, and where the rule can be read. */
  source: string
  rules: RulesOptionsInput
  limits: PresetLimits
  /** Candidates of one coin that must be looked at: more than a chain has inside the limits, or the right call might be cut off. */
  maxCandidates: number
}
