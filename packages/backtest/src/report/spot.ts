/**
 * A value of a result together with the path that leads to it, such as `underlyings.BTC.calls.premiumKept`. Pages are
 * written from spots alone, so what stands on a page and where it is in the JSON cannot differ.
 */
export type Spot<T> = {
  /** Keys joined by dots; a dot or a backslash inside a key has a backslash before it. */
  readonly path: string
  readonly value: T
  at<K extends keyof T & (string | number)>(key: K): Spot<T[K]>
}

/** The spot of a whole result. Its path is empty. */
export function rootSpot<T>(value: T): Spot<T> {
  return spotOf('', value)
}

/** The spots of a list, in its order. */
export function listSpots<T>(list: Spot<readonly T[]>): readonly Spot<T>[] {
  return list.value.map((item, at) => spotOf(join(list.path, String(at)), item))
}

/** Key and spot of what a record holds, in the order of its keys; what is undefined is left out. */
export function recordSpots<T>(
  record: Spot<Readonly<Record<string, T | undefined>>>,
): readonly (readonly [string, Spot<T>])[] {
  return Object.entries(record.value).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, spotOf(join(record.path, key), value)] as const],
  )
}

function spotOf<T>(path: string, value: T): Spot<T> {
  return { path, value, at: (key) => spotOf(join(path, String(key)), value[key]) }
}

function join(path: string, key: string): string {
  const escaped = key.replace(/[\\.]/g, '\\$&')
  return path === '' ? escaped : `${path}.${escaped}`
}
