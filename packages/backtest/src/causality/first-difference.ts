/** Where two values of JSON differ first, in the order of the first one's fields, and what stands there. */
export type Difference = { path: string; before: unknown; after: unknown }

/** Finds the first difference of two values of plain data; `undefined` where there is none. */
export function firstDifference(before: unknown, after: unknown, path = ''): Difference | undefined {
  if (Object.is(before, after)) return undefined
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) {
    return { path, before: before ?? null, after: after ?? null }
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const where = Array.isArray(before) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    const found = firstDifference(before[name], after[name], where)
    if (found !== undefined) return found
  }
  return undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
