/** Throws a `RangeError` unless `value` is a finite number. */
export function requireFinite(where: string, field: string, value: number): void {
  if (!Number.isFinite(value)) reject(where, field, value, 'a finite number')
}

/** Throws a `RangeError` unless `value` is finite and above zero. */
export function requirePositive(where: string, field: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) reject(where, field, value, 'a finite number > 0')
}

/** Throws a `RangeError` unless `value` is finite and not below zero. */
export function requireNonNegative(where: string, field: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) reject(where, field, value, 'a finite number >= 0')
}

/** Throws a `RangeError` unless `value` is one of the two words: any other word would silently price the second. */
export function requireEither(where: string, field: string, value: string, words: readonly [string, string]): void {
  if (!words.includes(value)) reject(where, field, value, `'${words[0]}' or '${words[1]}'`)
}

function reject(where: string, field: string, value: unknown, expectation: string): never {
  throw new RangeError(`${where}: ${field} must be ${expectation}, got ${String(value)}`)
}
