import { rulesOptionsSchema } from '@cc/policy-rules'
import { isDryRun, type Settings } from './config.js'
import { EXIT } from './failure.js'
import { type Flags, settingsUnder } from './flags.js'
import type { Io } from './io.js'
import { policyOptionsOf } from './part-options.js'
import { SETTING_KEYS, SETTINGS, type SettingKey } from './settings-schema.js'

/**
 * `ccagent config print`: every setting in force with where it came from, and what the rules do under them. Of secrets,
 * whether they are set.
 */
export async function printConfig(flags: Flags, io: Io): Promise<number> {
  const settings = settingsUnder(flags, io)
  const rows = SETTING_KEYS.map((key) => ({ key, value: shown(key, settings), origin: settings.origins[key] }))
  const rules = rulesOptionsSchema.parse(policyOptionsOf(settings.values, flags.size ?? {}))
  io.stdout.write(flags.json ? asJson(rows, rules) : `${asTable(rows)}\nRules\n${asLines(rules)}`)
  return EXIT.done
}

type Row = { key: SettingKey; value: unknown; origin: string }

function shown(key: SettingKey, { values }: Settings): unknown {
  if (key === 'DRY_RUN') return isDryRun(values)
  const value = values[key]
  if (SETTINGS[key].secret) return value === undefined ? 'unset' : 'set'
  return value ?? null
}

function asJson(rows: readonly Row[], rules: object): string {
  const settings = Object.fromEntries(rows.map(({ key, value, origin }) => [key, { value, origin }]))
  return `${JSON.stringify({ schemaVersion: 1, settings, rules }, null, 2)}\n`
}

function asTable(rows: readonly Row[]): string {
  return table(rows.map(({ key, value, origin }) => [key, textOf(value), origin]))
}

/** Each option of the rules under its path: `target.delta`. */
function asLines(options: object): string {
  return table(leavesOf(options).map(({ path, value }) => [`  ${path}`, textOf(value)]))
}

function leavesOf(value: object, path: readonly string[] = []): { path: string; value: unknown }[] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
    typeof part === 'object' && part !== null
      ? leavesOf(part, [...path, name])
      : [{ path: [...path, name].join('.'), value: part }],
  )
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row.map((cell, column) => (column < row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell)).join('  '),
  )
  return `${lines.join('\n')}\n`
}

function textOf(value: unknown): string {
  if (value === null) return 'unset'
  return Array.isArray(value) ? value.join(',') : String(value)
}
