import { isDryRun, type Settings } from './config.js'
import { EXIT } from './failure.js'
import { type Flags, settingsUnder } from './flags.js'
import type { Io } from './io.js'
import { SETTING_KEYS, SETTINGS, type SettingKey } from './settings-schema.js'

/** `ccagent config print`: every setting in force with where it came from. Of secrets, whether they are set. */
export async function printConfig(flags: Flags, io: Io): Promise<number> {
  const settings = settingsUnder(flags, io)
  const rows = SETTING_KEYS.map((key) => ({ key, value: shown(key, settings), origin: settings.origins[key] }))
  io.stdout.write(flags.json ? asJson(rows) : asTable(rows))
  return EXIT.done
}

type Row = { key: SettingKey; value: unknown; origin: string }

function shown(key: SettingKey, { values }: Settings): unknown {
  if (key === 'DRY_RUN') return isDryRun(values)
  const value = values[key]
  if (SETTINGS[key].secret) return value === undefined ? 'unset' : 'set'
  return value ?? null
}

function asJson(rows: readonly Row[]): string {
  const settings = Object.fromEntries(rows.map(({ key, value, origin }) => [key, { value, origin }]))
  return `${JSON.stringify({ schemaVersion: 1, settings }, null, 2)}\n`
}

function asTable(rows: readonly Row[]): string {
  const texts = rows.map(({ key, value, origin }) => [key, textOf(value), origin] as const)
  const widths = [0, 1].map((column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)))
  const lines = texts.map(([key, value, origin]) => {
    const note = SETTINGS[key].notYetUsed ? `${origin}, not used by this version` : origin
    return `${key.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${note}`
  })
  return `${lines.join('\n')}\n`
}

function textOf(value: unknown): string {
  if (value === null) return 'unset'
  return Array.isArray(value) ? value.join(',') : String(value)
}
