/**
 * The copy that `structuredClone` makes, several times sooner where there is nothing but plain objects, lists and
 * values. Whatever else turns up inside (a date, an instance of a class, a function) is left to `structuredClone`, which
 * copies it as data or throws. Each property is read once, so that a getter has no second word; of a list its items alone
 * are taken.
 *
 * @throws DataCloneError for what cannot be data, such as a function.
 */
export function plainCopyOf<T>(value: T): T {
  return copyOf(value) as T
}

function copyOf(value: unknown): unknown {
  switch (typeof value) {
    case 'object':
      return value === null ? null : copyOfObject(value)
    case 'function':
    case 'symbol':
      return structuredClone(value)
    default:
      return value
  }
}

function copyOfObject(value: object): unknown {
  if (Array.isArray(value)) return copyOfList(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return structuredClone(value)
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    // To set this one would change what the copy inherits.
    if (key === '__proto__') return structuredClone(value)
    copy[key] = copyOf((value as Record<string, unknown>)[key])
  }
  return copy
}

function copyOfList(list: readonly unknown[]): unknown[] {
  const copy: unknown[] = []
  for (let index = 0; index < list.length; index += 1) copy.push(copyOf(list[index]))
  return copy
}
