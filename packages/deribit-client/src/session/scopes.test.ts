import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkScopes, scopesOf } from './scopes.js'

const asked = scopesOf('account:read trade:read_write')
const check = (granted: string) => () => checkScopes(asked, scopesOf(granted))

describe('checkScopes', () => {
  it.each([
    'account:read trade:read_write',
    'trade:read_write account:read',
    'connection mainaccount account:read trade:read_write',
    'session:cc-1 expires:600 ip:127.0.0.1 account:read trade:read_write',
    'account:read trade:read_write wallet:none block_trade:none',
  ])('takes %j', (granted) => {
    expect(check(granted)).not.toThrow()
  })

  it.each([
    ['', 'it lacks account:read trade:read_write'],
    ['trade:read_write', 'it lacks account:read'],
    ['account:read trade:read', 'it lacks trade:read_write'],
    ['account:none trade:read_write', 'it lacks account:read'],
    ['account:read_write trade:read_write', 'it has account:read_write, which is not asked for'],
    ['account:read trade:read_write wallet:read_write', 'it has wallet:read_write, which is not asked for'],
    ['account:read trade:read_write wallet:read', 'it has wallet:read, which is not asked for'],
    ['account:read trade:read_write block_trade:read_write', 'it has block_trade:read_write, which is not asked for'],
    ['account:read trade:read_write custody:read', 'it has custody:read, which is not asked for'],
    ['account:read trade:read_write account:admin', 'it has account:admin, which is not asked for'],
    [
      'account:read trade:read wallet:read',
      'it lacks trade:read_write, and it has wallet:read, which is not asked for',
    ],
  ])('refuses %j', (granted, problem) => {
    expect(check(granted)).toThrow(
      `The API key does not fit: ${problem}. Make one with just: account:read trade:read_write.`,
    )
    expect(check(granted)).toThrow(expect.objectContaining({ code: 'deribit/scope-mismatch', recovery: 'halt' }))
  })

  it('lets more be granted where more is asked for', () => {
    const more = scopesOf('account:read_write trade:read_write wallet:read')
    expect(() => checkScopes(more, [...more, 'mainaccount'])).not.toThrow()
  })

  it('names no scope that looks like something else', () => {
    const secret = 'T0ken.WithALotOf-Letters:x'
    expect(check(`account:read trade:read_write ${secret}`)).toThrow('it has an unknown right')
    expect(check(`account:read trade:read_write ${secret}`)).not.toThrow(secret)
  })

  it('takes what was asked for, whatever the order, and nothing that is one right more', () => {
    const right = fc.tuple(
      fc.constantFrom('account', 'trade', 'wallet', 'block_rfq'),
      fc.constantFrom('read', 'read_write'),
    )
    const rights = fc.uniqueArray(right, { selector: ([area]) => area }).map((all) => all.map((one) => one.join(':')))
    fc.assert(
      fc.property(rights, (all) => {
        checkScopes(all, all.toReversed())
        expect(() => checkScopes(all, [...all, 'future_area:read'])).toThrow()
        for (const missing of all)
          expect(() =>
            checkScopes(
              all,
              all.filter((one) => one !== missing),
            ),
          ).toThrow()
      }),
    )
  })
})
