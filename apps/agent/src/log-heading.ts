import type { RecordOptionsInput } from '@cc/logging'
import manifest from '../package.json' with { type: 'json' }
import { CASSETTE_KEYS } from './policy-plan.js'
import type { RunPlan } from './run-plan.js'
import { SETTING_KEYS, SETTINGS, type SettingKey, type SettingValues } from './settings-schema.js'

/** What opens each file of a log, and what may stand in none of its lines. */
export type LogHeading = Pick<RecordOptionsInput, 'runId' | 'codeVersion' | 'configuration'> & {
  secrets: readonly { name: string; value: string }[]
}

/**
 * The heading of a run: all that was settled before its first cycle, without secrets. Where the log lies is left out, so
 * that equal runs have equal logs.
 */
export function headingOf({ settings, maxSizeCoin, runForMs, dryRun, exchange }: RunPlan, runId: string): LogHeading {
  const world =
    exchange.kind === 'simulated'
      ? {
          market: exchange.world.market.source.description,
          startMs: exchange.world.market.startMs,
          depositCoin: exchange.depositsCoin,
        }
      : { host: exchange.host }
  return {
    runId,
    codeVersion: manifest.version,
    configuration: { ...plainSettings(settings), DRY_RUN: dryRun, ...world, maxSizeCoin, runForMs: runForMs ?? null },
    secrets: secretsOf(settings),
  }
}

/** The settings as JSON has them, without secrets and places. */
function plainSettings(settings: SettingValues): Record<string, string | number | boolean | string[] | null> {
  const shown = SETTING_KEYS.filter((key) => !PLACES.includes(key) && !SETTINGS[key].secret)
  return Object.fromEntries(shown.map((key) => [key, plain(settings[key])]))
}

/** Where files lie: of no interest to what a run comes to. */
const PLACES: readonly SettingKey[] = ['LOG_DIR', ...CASSETTE_KEYS]

function plain(value: SettingValues[SettingKey]): string | number | boolean | string[] | null {
  return typeof value === 'object' ? [...value] : (value ?? null)
}

/** What a person gave as a secret. Shorter ones would be found in ordinary text, and are no keys of any exchange. */
export function secretsOf(settings: Partial<SettingValues>): LogHeading['secrets'] {
  return SETTING_KEYS.flatMap((key: SettingKey) => {
    const value = settings[key]
    return SETTINGS[key].secret && typeof value === 'string' && value.length >= LEAST_SECRET_LENGTH
      ? [{ name: key, value }]
      : []
  })
}

const LEAST_SECRET_LENGTH = 8
