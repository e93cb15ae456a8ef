import { number, type SettingKind } from './setting-kinds.js'

/** One setting: how it is written, what it means, and what holds where nobody gave it. */
export type Setting<T, Fallback extends T | undefined = T | undefined> = SettingKind<T> & {
  meaning: string
  /** `undefined`: unset. */
  fallback: Fallback
}

/** Makes a setting of a kind. */
export function setting<T, Fallback extends T | undefined>(
  kind: SettingKind<T>,
  fallback: Fallback,
  meaning: string,
): Setting<T, Fallback> {
  return { ...kind, fallback, meaning }
}

/** A share or a Black-Scholes delta, 0 to 1. */
export function fraction(what: string, limits: { exclusiveMin?: true } = {}) {
  return number({ what, min: 0, max: 1, ...limits }, (value) =>
    value > 1 && value <= 100 ? `It is a fraction: ${value} % is ${plain(value / 100)}.` : undefined,
  )
}

/** A number without the noise of its binary form: 0.07 × 100 is 7.000000000000001. */
export function plain(value: number): string {
  return String(Number(value.toPrecision(12)))
}
