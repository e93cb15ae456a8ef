import { usageError } from './failure.js'
import { presetLayer } from './preset-layer.js'
import { venueUrlProblem } from './setting-kinds.js'
import { configFileLayer, dotenvLayer, environmentLayer, flagLayer, type SettingLayer } from './setting-layers.js'
import { SETTING_KEYS, SETTINGS, type SettingKey, type SettingValues } from './settings-schema.js'

/** The settings in force, and where each came from. */
export type Settings = {
  values: SettingValues
  /** `--underlying`, `environment`, `.env`, the config file's name, `preset <name>`, or `default`. */
  origins: Readonly<Record<SettingKey, string>>
}

export type SettingSources = {
  flags: Parameters<typeof flagLayer>[0]
  environment: Readonly<Record<string, string | undefined>>
  /** Where `.env`, `ccagent.config.json` and relative paths are looked for. */
  folder: string
  configFile: string | undefined
  allowLoopback: boolean
}

/**
 * Reads all settings: flags, then environment, `.env`, config file, defaults. Every value is judged, also one
 * that another place overrides. Nothing is done and nobody is called.
 *
 * @throws CcError `agent/usage` with one line per thing that is wrong.
 */
export function readSettings({ flags, environment, folder, configFile, allowLoopback }: SettingSources): Settings {
  const files = [dotenvLayer(folder), configFileLayer(folder, configFile)]
  return settingsOf([flagLayer(flags), environmentLayer(environment), ...files], { allowLoopback })
}

/**
 * The settings of a log, but for what the environment says otherwise. Files have no say: a log is its own.
 *
 * @throws CcError `agent/usage` as {@link readSettings}
 */
export function readSettingsOver(log: SettingLayer, { environment }: Pick<SettingSources, 'environment'>): Settings {
  return settingsOf([environmentLayer(environment), log], { allowLoopback: true })
}

/** A preset comes after everything that was given, and before the defaults. */
function settingsOf(layers: readonly SettingLayer[], { allowLoopback }: { allowLoopback: boolean }): Settings {
  const problems = layers.flatMap((layer) => [...layer.problems, ...valueProblems(layer)])
  if (problems.length > 0) throw wrong(problems)

  const preset = givenIn(layers, 'PRESET')?.value
  const all = SETTINGS.PRESET.accepts(preset) ? [...layers, presetLayer(preset)] : layers
  const entries = SETTING_KEYS.map((key) => {
    const given = givenIn(all, key)
    return [key, given ?? { value: SETTINGS[key].fallback, origin: 'default' }] as const
  })
  const settings: Settings = {
    values: Object.fromEntries(entries.map(([key, { value }]) => [key, value])) as SettingValues,
    origins: Object.fromEntries(entries.map(([key, { origin }]) => [key, origin])) as Record<SettingKey, string>,
  }
  const conflicts = [...pairProblems(settings), ...addressProblems(layers, allowLoopback)]
  if (conflicts.length > 0) throw wrong(conflicts)
  return settings
}

/** The first layer that has a value wins. */
function givenIn(layers: readonly SettingLayer[], key: SettingKey) {
  return layers.find(({ values }) => values.has(key))?.values.get(key)
}

/** `DRY_RUN` in force: unset, the sim trades its paper money, and no order leaves for the testnet. */
export function isDryRun({ DRY_RUN, VENUE }: SettingValues): boolean {
  return DRY_RUN ?? VENUE !== 'sim'
}

function valueProblems({ values }: SettingLayer): string[] {
  return [...values].flatMap(([key, { value, origin }]) => {
    const kind = SETTINGS[key]
    if (kind.accepts(value)) return []
    const hint = kind.hint?.(value)
    const received = kind.secret || kind.mayHoldPassword ? key : `${key}=${shown(value)}`
    return [`${received} (${origin}): expected ${kind.expected}.${hint === undefined ? '' : ` ${hint}`}`]
  })
}

function pairProblems({ values, origins }: Settings): string[] {
  const pairs = [
    ['DELTA_MIN', 'DELTA_MAX'],
    ['DTE_MIN', 'DTE_MAX'],
  ] as const
  return pairs.flatMap(([min, max]) =>
    values[min] <= values[max]
      ? []
      : [`${min}=${values[min]} (${origins[min]}) is above ${max}=${values[max]} (${origins[max]}).`],
  )
}

// The value may hold a password, so only the problem is told.
function addressProblems(layers: readonly SettingLayer[], allowLoopback: boolean): string[] {
  return layers.flatMap(({ values }) => {
    const given = values.get('DERIBIT_BASE_URL')
    const problem = given && venueUrlProblem(String(given.value), { allowLoopback })
    if (problem === undefined) return []
    return [`DERIBIT_BASE_URL (${given?.origin}): expected ${SETTINGS.DERIBIT_BASE_URL.expected}; ${problem}.`]
  })
}

function wrong(problems: readonly string[]) {
  const [only] = problems
  if (problems.length === 1 && only !== undefined) return usageError(only)
  return usageError([`${problems.length} settings are wrong:`, ...problems].join('\n  '))
}

const MAX_SHOWN = 60

function shown(value: unknown): string {
  const text = textOf(Array.isArray(value) ? value.join(',') : value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : (JSON.stringify(value) ?? String(value))
}
