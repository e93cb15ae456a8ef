import { type Guard, guardOf } from './guard.js'
import { stepTo } from './reply-path.js'
import type { Shape } from './shape.js'

/** Looks through a value that its guard accepted. */
export type UnknownFieldSearch = (value: unknown) => void

/**
 * Searches a reply for fields that neither its schema reads nor Deribit was known to send, and calls `found` with the path
 * of each, `result[].new_field`, the first time that it is met: a field found once is known from then on, unless `found`
 * throws. At most a hundred are found in one place: names without end are no protocol.
 *
 * Rows of a reply have the same fields in the same order, so an object is first compared with the one before it.
 */
export function unknownFieldSearch(shape: Shape, found: (path: string) => void): UnknownFieldSearch {
  return searchIn(shape, 'result', found) ?? (() => undefined)
}

function searchIn(shape: Shape, path: string, found: (path: string) => void): UnknownFieldSearch | undefined {
  switch (shape.kind) {
    case 'absent-or':
    case 'null-or': {
      const search = searchIn(shape.inner, path, found)
      return search && ((value) => value != null && search(value))
    }
    case 'list': {
      const search = searchIn(shape.item, `${path}[]`, found)
      return search && ((value) => (value as unknown[]).forEach(search))
    }
    case 'map': {
      const search = searchIn(shape.value, `${path}.*`, found)
      return search && ((value) => Object.values(value as object).forEach(search))
    }
    case 'object':
      return searchObject(shape, path, found)
    case 'either':
      return searchEither(shape.options, path, found)
    default:
      return undefined
  }
}

function searchObject(
  { fields, unread }: Shape & { kind: 'object' },
  path: string,
  found: (path: string) => void,
): UnknownFieldSearch {
  const known = new Set([...fields.keys(), ...unread])
  const mostKnown = known.size + 100
  const inner = [...fields].flatMap(([name, field]) => {
    const search = searchIn(field, `${path}.${name}`, found)
    return search === undefined ? [] : [{ name, search }]
  })
  let lastSeen: readonly string[] = []

  return (value) => {
    if (!hasJust(lastSeen, value as object)) {
      const names = Object.keys(value as object)
      for (const name of names) {
        if (known.has(name) || known.size >= mostKnown) continue
        found(`${path}${stepTo(name)}`)
        known.add(name)
      }
      lastSeen = names
    }
    for (const { name, search } of inner) search((value as Record<string, unknown>)[name])
  }
}

function searchEither(options: readonly Shape[], path: string, found: (path: string) => void) {
  const searches: { accepts: Guard; search: UnknownFieldSearch | undefined }[] = options.map((option) => ({
    accepts: guardOf(option),
    search: searchIn(option, path, found),
  }))
  if (searches.every(({ search }) => search === undefined)) return undefined
  return (value: unknown) => searches.find(({ accepts }) => accepts(value))?.search?.(value)
}

/** Whether the fields of an object are these, in this order. Names are compared by identity, far cheaper than looked up. */
function hasJust(names: readonly string[], value: object): boolean {
  let index = 0
  for (const name in value) if (name !== names[index++]) return false
  return index === names.length
}
