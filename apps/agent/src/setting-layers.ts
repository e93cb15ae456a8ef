import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CcError } from '@cc/models'
import { parse as parseDotenv } from 'dotenv'
import { systemCodeOf, usageError } from './failure.js'
import { isSettingKey, SETTING_KEYS, SETTINGS, type SettingKey } from './settings-schema.js'

/**
 * What one place says: values not yet judged, and what is wrong with its keys. An origin is the place as people know
 * it: `environment`, `.env`, a file name, a flag.
 */
export type SettingLayer = {
  values: ReadonlyMap<SettingKey, { value: unknown; origin: string }>
  problems: readonly string[]
}

const CONFIG_FILE = 'ccagent.config.json'
const MAX_FILE_BYTES = 1_000_000

/** Settings that stand on the command line, as text by key with the flag's name. */
export function flagLayer(flags: Partial<Record<SettingKey, { flag: string; text: string }>>): SettingLayer {
  const values = new Map<SettingKey, { value: unknown; origin: string }>()
  for (const [key, given] of Object.entries(flags)) {
    if (isSettingKey(key)) values.set(key, { value: SETTINGS[key].fromText(given.text), origin: given.flag })
  }
  return { values, problems: [] }
}

/** The environment: other programs' keys are none of our business, but a slip of the pen in one of ours is. */
export function environmentLayer(
  environment: Readonly<Record<string, string | undefined>>,
  origin = 'environment',
): SettingLayer {
  const values = new Map<SettingKey, { value: unknown; origin: string }>()
  const problems: string[] = []
  for (const [key, text] of Object.entries(environment)) {
    if (text === undefined) continue
    if (!isSettingKey(key)) {
      const { word, edits } = nearest(key, SETTING_KEYS)
      if (edits <= allowedSlip(word)) problems.push(`${key} (${origin}) is no setting. Did you mean ${word}?`)
    } else if (text !== '' || SETTINGS[key].fallback !== undefined) {
      // Empty is the usual way to say "none", where there is no default that it could hide.
      values.set(key, { value: SETTINGS[key].fromText(text), origin })
    }
  }
  return { values, problems }
}

/** `.env` in the working folder, if there is one. It never reaches `process.env`. With a secret in it, it is its owner's alone. */
export function dotenvLayer(folder: string): SettingLayer {
  const path = join(folder, '.env')
  const text = readSmallFile(path, '.env')
  if (text === undefined) return { values: new Map(), problems: [] }
  const { values, problems } = environmentLayer(parseDotenv(text), '.env')
  return { values, problems: [...dotenvProblems(text), ...problems, ...openSecrets(path, [...values.keys()])] }
}

/** An empty secret has no value here: it is unset. */
function openSecrets(path: string, keys: readonly SettingKey[]): string[] {
  const key = keys.find((name) => SETTINGS[name].secret)
  const user = process.getuid?.()
  // Where there are no users, a mode says nothing.
  if (key === undefined || user === undefined) return []
  const { mode, uid } = statSync(path)
  if (user !== 0 && uid !== user) return [`.env holds ${key} and belongs to another user of this machine.`]
  return (mode & 0o077) === 0 ? [] : [`.env holds ${key}, and other users of this machine may read it: chmod 600 .env`]
}

/** dotenv passes over what it cannot read, and of a key that stands twice takes the last. */
function dotenvProblems(text: string): string[] {
  const problems: string[] = []
  const keys: string[] = []
  text.split(/\r?\n/).forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) return
    const key = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1]
    if (key === undefined) problems.push(`.env line ${index + 1} is not KEY=value.`)
    else if (!isSettingKey(key) && isSettingKey(key.toUpperCase()))
      problems.push(`${key} (.env) is written ${key.toUpperCase()}.`)
    else keys.push(key)
  })
  const twice = firstRepeated(keys)
  return twice === undefined ? problems : [...problems, `${twice} (.env) stands there twice.`]
}

/** The config file: every key must be a setting, and secrets are refused. */
export function configFileLayer(folder: string, named: string | undefined): SettingLayer {
  const origin = named ?? CONFIG_FILE
  const text = readSmallFile(resolve(folder, origin), origin)
  if (text === undefined) {
    if (named === undefined) return { values: new Map(), problems: [] }
    throw usageError(`--config ${named}: there is no such file.`)
  }
  const { value, problem } = parseStrictObject(text)
  if (problem !== undefined) throw usageError(`${origin}: ${problem}.`)
  const values = new Map<SettingKey, { value: unknown; origin: string }>()
  const problems: string[] = []
  for (const [key, entry] of Object.entries(value)) {
    if (!isSettingKey(key)) {
      const { word } = nearest(key.toUpperCase(), SETTING_KEYS)
      problems.push(`${JSON.stringify(key)} (${origin}) is no setting. The nearest is ${word}.`)
    } else if (SETTINGS[key].secret) {
      problems.push(`${key} (${origin}) is a secret: it belongs in the environment or in .env.`)
    } else {
      const isList = key === 'UNDERLYINGS' && typeof entry === 'string'
      values.set(key, { value: isList ? SETTINGS[key].fromText(entry) : entry, origin })
    }
  }
  return { values, problems }
}

/**
 * Reads a JSON object and, unlike `JSON.parse`, tells of keys that are written twice, where the last one
 * would silently win. Keys inside nested values are not looked at.
 */
export function parseStrictObject(
  text: string,
): { value: Record<string, unknown>; problem?: never } | { value?: never; problem: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { problem: `it is not JSON: ${firstLine(error)}${lineOf(text, error)}` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'it must be one JSON object, { "KEY": value, … }' }
  }
  const twice = firstRepeated(topLevelKeys(text))
  if (twice !== undefined) return { problem: `it has the key ${JSON.stringify(twice)} twice` }
  return { value: value as Record<string, unknown> }
}

/** The word of `words` with the fewest edits from `text`, and their number. Case counts. */
export function nearest(text: string, words: readonly string[]): { word: string; edits: number } {
  let best = { word: '', edits: Number.POSITIVE_INFINITY }
  for (const word of words) {
    const edits = editDistance(text, word)
    if (edits < best.edits) best = { word, edits }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
export function editDistance(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      next.push(
        Math.min(
          at(row, j) + 1,
          at(next, j - 1) + 1,
          at(row, j - 1) + same,
          swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = row
    row = next
  }
  return at(row, to.length)
}

// Two edits turn a short key into a common word: VENUE into VALUE.
function allowedSlip(key: string): number {
  return key.length <= 5 ? 1 : 2
}

function readSmallFile(path: string, shown: string): string | undefined {
  try {
    const { size } = statSync(path)
    if (size > MAX_FILE_BYTES) throw usageError(`${shown} is too large to be settings: ${size} bytes.`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    if (CcError.isInstance(error) || systemCodeOf(error) === undefined) throw error
    throw usageError(`${shown} cannot be read: ${(error as Error).message}.`)
  }
}

function topLevelKeys(text: string): string[] {
  const keys: string[] = []
  let depth = 0
  for (const [token, string, opening, closing] of text.matchAll(
    /("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|([{[])|([}\]])/g,
  )) {
    if (string !== undefined && depth === 1) keys.push(JSON.parse(token) as string)
    if (opening !== undefined) depth += 1
    if (closing !== undefined) depth -= 1
  }
  return keys
}

function firstRepeated(keys: readonly string[]): string | undefined {
  return keys.find((key, index) => keys.indexOf(key) !== index)
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

function lineOf(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  if (position === undefined || /line \d+/.test(String(error))) return ''
  return ` (line ${text.slice(0, Number(position)).split('\n').length})`
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
