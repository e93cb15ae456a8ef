import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grantedScope, KEY_RIGHTS, readScopeWish, rightsOf } from './scope.js'

function granted(text: string | undefined, own = KEY_RIGHTS): string {
  const { rights, sessionName } = readScopeWish(text, own)
  return grantedScope(rights, sessionName)
}

describe('a scope that is asked for', () => {
  it.each([
    [undefined, 'account:read_write connection mainaccount trade:read_write'],
    ['', 'account:read_write connection mainaccount trade:read_write'],
    ['connection', 'account:read_write connection mainaccount trade:read_write'],
    ['account:read trade:read', 'account:read connection mainaccount trade:read'],
    ['trade:none account:read_write', 'account:read_write connection mainaccount'],
    ['account:none trade:none', 'connection mainaccount'],
    ['session:agent trade:read', 'account:read_write mainaccount session:agent trade:read'],
    ['wallet:read_write block_trade:read custody:read', 'account:read_write connection mainaccount trade:read_write'],
    ['ip:* ip:127.0.0.1', 'account:read_write connection mainaccount trade:read_write'],
  ])('%j is granted as %j', (asked, got) => {
    expect(granted(asked)).toBe(got)
  })

  it('may repeat what was granted', () => {
    const once = granted('session:a.b-c account:read')
    expect(granted(once)).toBe(once)
  })

  it('never widens what there is', () => {
    const level = fc.constantFrom('none', 'read', 'read_write')
    const area = fc.constantFrom('account', 'trade', 'wallet')
    const words = fc.array(
      fc.tuple(area, level).map(([a, l]) => `${a}:${l}`),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(words, words, (first, second) => {
        const own = readScopeWish(first.join(' '), KEY_RIGHTS).rights
        const { rights } = readScopeWish(second.join(' '), own)
        expect(rights & ~own).toBe(0)
        expect(own & ~KEY_RIGHTS).toBe(0)
      }),
    )
  })

  it.each([
    'trade:write',
    'trade',
    'trading:read',
    'session:',
    'session',
    'session:a b:c',
    'expires:0',
    'expires:-5',
    'expires:soon',
    'ip:10.0.0.1',
    'constructor:read',
    'mainaccount:read',
  ])('%s is refused', (text) => {
    expect(() => readScopeWish(text, KEY_RIGHTS)).toThrow('Invalid params')
  })

  it('may set how long the token lives, up to a year', () => {
    expect(readScopeWish('expires:60', KEY_RIGHTS).expiresSec).toBe(60)
    expect(readScopeWish('expires:99999999', KEY_RIGHTS).expiresSec).toBe(31_536_000)
    expect(readScopeWish('trade:read', KEY_RIGHTS).expiresSec).toBeNull()
  })
})

it('holds the right to read wherever it holds the right to write', () => {
  for (const area of ['account', 'trade', 'wallet'] as const) {
    const write = rightsOf(`${area}:read_write`)
    expect(write & rightsOf(`${area}:read`)).toBe(rightsOf(`${area}:read`))
    expect(rightsOf(`${area}:read`) & write).not.toBe(write)
  }
})
