import type { Scope } from '../method.js'
import { invalidParam } from '../rpc-error.js'

/** What a token may do: two bits for each area, to read and to write. */
export type Rights = number

/** What `scope` of `public/auth` asks for. */
export type ScopeWish = {
  readonly rights: Rights
  /** `null`: the token belongs to its connection. */
  readonly sessionName: string | null
  /** `null`: the life that tokens have by default. */
  readonly expiresSec: number | null
}

const AREAS = ['account', 'trade', 'wallet'] as const
type Area = (typeof AREAS)[number]
const SHIFTS: Readonly<Record<Area, number>> = { account: 0, trade: 2, wallet: 4 }

/** To write includes to read. */
const LEVELS = { none: 0, read: 1, read_write: 3 } as const
type Level = keyof typeof LEVELS

/** `account:read_write trade:read_write wallet:none`: what the one key of this server was made with. */
export const KEY_RIGHTS: Rights = rightsOf('account:read_write') | rightsOf('trade:read_write')

/** What a token needs for a method of this scope. */
export function rightsOf(scope: Scope): Rights {
  const [area, level] = scope.split(':') as [Area, Level]
  return LEVELS[level] << SHIFTS[area]
}

/**
 * Reads words such as `session:agent account:read trade:none expires:600`. An area that is named is narrowed, never
 * widened beyond `own`; one that is not named keeps what `own` has, as Deribit has `trade:none` to give it up. Areas that
 * the key does not have, block trades and the like, are passed over.
 * Source: https://docs.deribit.com/articles/access-scope
 *
 * @throws RpcError `Invalid params` for a word that is no scope, and for an address that nobody here can come from.
 */
export function readScopeWish(text: string | undefined, own: Rights): ScopeWish {
  let rights = own
  let sessionName: string | null = null
  let expiresSec: number | null = null
  for (const word of (text ?? '').split(' ').filter((each) => each !== '')) {
    const colon = word.indexOf(':')
    const name = colon === -1 ? word : word.slice(0, colon)
    const value = colon === -1 ? '' : word.slice(colon + 1)
    if (isArea(name) && isLevel(value)) {
      rights &= ~(LEVELS.read_write << SHIFTS[name]) | (LEVELS[value] << SHIFTS[name])
    } else if (name === 'session' && SESSION_NAME.test(value)) {
      sessionName = value
    } else if (name === 'expires' && /^\d{1,8}$/.test(value) && Number(value) > 0) {
      expiresSec = Math.min(Number(value), LONGEST_LIFE_SEC)
    } else if (!isPassedOver(name, value)) {
      throw invalidParam('scope', `invalid scope ${word.slice(0, 64)}`)
    }
  }
  return { rights, sessionName, expiresSec }
}

/** A scope as it is granted: words in alphabetical order, areas without any right left out. */
export function grantedScope(rights: Rights, sessionName: string | null): string {
  const words = ['mainaccount', sessionName === null ? 'connection' : `session:${sessionName}`]
  for (const area of AREAS) {
    const level = (rights >> SHIFTS[area]) & LEVELS.read_write
    if (level !== 0) words.push(`${area}:${level === LEVELS.read ? 'read' : 'read_write'}`)
  }
  return words.sort().join(' ')
}

const SESSION_NAME = /^[\w.-]{1,64}$/

/** A year, which is also what Deribit's own tokens live. */
const LONGEST_LIFE_SEC = 31_536_000

const FOREIGN_AREAS: readonly string[] = ['block_trade', 'block_rfq', 'custody']

function isArea(name: string): name is Area {
  return (AREAS as readonly string[]).includes(name)
}

function isLevel(value: string): value is Level {
  return Object.hasOwn(LEVELS, value)
}

/** Everybody comes from the loopback address, so an address that is another could never be used. */
function isPassedOver(name: string, value: string): boolean {
  if (name === 'ip') return value === '*' || value === '127.0.0.1'
  if (FOREIGN_AREAS.includes(name)) return isLevel(value)
  return (name === 'connection' || name === 'mainaccount') && value === ''
}
