/**
 * A copy of plain data: objects, lists and values, the latter as they are. It is what `structuredClone` makes of them, several
 * times sooner. Whatever else turns up inside (a date, an instance of a class, a function) is left to `structuredClone`,
 * which copies it as data or throws.
 *
 * Keys that are texts and items of lists are all that is taken, each read once, so that a getter has no second word (but in
 * an object with a key of its own that is called `__proto__`). A proxy is copied as what it shows; what stands in two
 * places becomes two copies.
 *
 * @throws DataCloneError for what cannot be data, such as a function; RangeError for a circle
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
