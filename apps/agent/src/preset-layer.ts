import { type PresetLimits, type PresetName, presets } from '@cc/policy-rules'
import type { SettingLayer } from './setting-layers.js'
import type { SettingKey } from './settings-schema.js'

/** The limits that belong to a preset, as settings. Whatever is given elsewhere wins over them. */
export function presetLayer(name: PresetName): SettingLayer {
  const { limits } = presets[name]
  const origin = `preset ${name}`
  const entries = Object.entries(LIMIT_SETTINGS) as [keyof PresetLimits, SettingKey][]
  return { values: new Map(entries.map(([limit, key]) => [key, { value: limits[limit], origin }])), problems: [] }
}

const LIMIT_SETTINGS: Readonly<Record<keyof PresetLimits, SettingKey>> = {
  deltaMin: 'DELTA_MIN',
  deltaMax: 'DELTA_MAX',
  dteMin: 'DTE_MIN',
  dteMax: 'DTE_MAX',
  moneynessMin: 'MONEYNESS_MIN',
  maxSpreadTicks: 'MAX_SPREAD_TICKS',
  maxSpreadIv: 'MAX_SPREAD_IV',
  premiumMinUsd: 'PREMIUM_MIN_USD',
  maxNetDeltaAbs: 'MAX_NET_DELTA_ABS',
  maxExpiryExposure: 'MAX_EXPIRY_EXPOSURE',
  cooldownMin: 'COOLDOWN_MIN',
  crashDayChangePct: 'CRASH_DAY_CHANGE_PCT',
  crashDvolPoints: 'CRASH_DVOL_POINTS',
}
