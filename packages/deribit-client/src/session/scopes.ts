import { CcError } from '@cc/models'

/** How much a level lets one do. A level that is not known lets one do everything. */
const RANK: Readonly<Record<string, number>> = { none: 0, read: 1, read_write: 2 }

/** Say how long and from where, not what. */
const CONDITIONS = ['session', 'expires', 'ip']

/**
 * Holds what was granted against what was asked for: every right of it, and none beyond. A key that can do more than this
 * program needs is refused, so that nobody keeps one without knowing.
 *
 * https://docs.deribit.com/articles/access-scope
 *
 * @throws CcError `deribit/scope-mismatch`
 */
export function checkScopes(asked: readonly string[], granted: readonly string[]): void {
  const wanted = rightsOf(asked)
  const got = rightsOf(granted)
  const missing = [...wanted].filter(([area, { rank }]) => (got.get(area)?.rank ?? 0) < rank)
  const excess = [...got].filter(([area, { rank }]) => (wanted.get(area)?.rank ?? 0) < rank)
  if (missing.length === 0 && excess.length === 0) return
  const words = [
    ...(missing.length > 0 ? [`it lacks ${namesOf(missing)}`] : []),
    ...(excess.length > 0 ? [`it has ${namesOf(excess)}, which is not asked for`] : []),
  ]
  throw new CcError(`The API key does not fit: ${words.join(', and ')}. Make one with just: ${asked.join(' ')}.`, {
    code: 'deribit/scope-mismatch',
    recovery: 'halt',
    facts: { asked: asked.join(' '), missing: namesOf(missing), excess: namesOf(excess) },
  })
}

/** The words of a scope. */
export function scopesOf(scope: string): readonly string[] {
  return scope.split(/\s+/).filter((word) => word !== '')
}

type Right = { readonly rank: number; readonly name: string }

function rightsOf(scopes: readonly string[]): ReadonlyMap<string, Right> {
  const rights = new Map<string, Right>()
  for (const name of scopes) {
    const [area = '', level] = name.split(':')
    if (level === undefined || CONDITIONS.includes(area)) continue
    const rank = RANK[level] ?? Number.POSITIVE_INFINITY
    if (rank > (rights.get(area)?.rank ?? 0)) rights.set(area, { rank, name })
  }
  return rights
}

/** Scopes are named in errors only if they look like scopes. */
function namesOf(rights: readonly (readonly [string, Right])[]): string {
  return rights.map(([, { name }]) => (/^[a-z_]{1,32}:[a-z_]{1,32}$/.test(name) ? name : 'an unknown right')).join(' ')
}
