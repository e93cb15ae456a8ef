import { createTextRedactor } from '@cc/logging'
import type { Io } from './io.js'
import { secretsOf } from './log-heading.js'
import { dotenvLayer, environmentLayer, type SettingLayer } from './setting-layers.js'
import { SETTINGS, type SettingKey, type SettingValues } from './settings-schema.js'

/**
 * The settings that stand in the environment or in `.env` and are fit for use, one by one: whatever else is wrong there.
 * For what has to work, or to keep a secret, where settings as a whole are not taken.
 */
export function looseSettings({ env, folder }: Pick<Io, 'env' | 'folder'>): Partial<SettingValues> {
  const layers = [environmentLayer(env), dotenvOf(folder)]
  const values: Partial<Record<SettingKey, unknown>> = {}
  for (const [key, { value }] of layers.flatMap((layer) => [...layer.values])) {
    if (SETTINGS[key].accepts(value)) values[key] ??= value
  }
  return values as Partial<SettingValues>
}

/** Takes every secret that is known here out of what is printed, also where the settings are refused. */
export function redactorOf(io: Pick<Io, 'env' | 'folder'>): (text: string) => string {
  try {
    return createTextRedactor(secretsOf(looseSettings(io)))
  } catch {
    // A secret that is part of its own mark cannot be taken out: nothing is told at all.
    return () => '[redacted]\n'
  }
}

function dotenvOf(folder: string): SettingLayer {
  try {
    return dotenvLayer(folder)
  } catch {
    return { values: new Map(), problems: [] }
  }
}
