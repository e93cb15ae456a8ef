import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse as parseDotenv } from 'dotenv'
import { systemCodeOf, usageError } from './failure.js'
import { nearest } from './nearest.js'
import { isSettingKey, SETTING_KEYS, SETTINGS, type SettingKey } from './settings-schema.js'
import { parseStrictObject } from './strict-json.js'

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
    } else if (!(SETTINGS[key].secret && text === '')) {
      // An empty secret is the usual way to say "none".
      values.set(key, { value: SETTINGS[key].fromText(text), origin })
    }
  }
  return { values, problems }
}

/** `.env` in the working folder, if there is one. It never reaches `process.env`. */
export function dotenvLayer(folder: string): SettingLayer {
  const text = readSmallFile(join(folder, '.env'), '.env')
  return environmentLayer(text === undefined ? {} : parseDotenv(text), '.env')
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
    if (systemCodeOf(error) === undefined) throw error
    throw usageError(`${shown} cannot be read: ${(error as Error).message}.`)
  }
}
