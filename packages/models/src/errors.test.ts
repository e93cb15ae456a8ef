import { describe, expect, it } from 'vitest'
import { CcError } from './errors.js'

describe('CcError', () => {
  it('carries code, recovery, facts and cause', () => {
    const cause = new Error('socket closed')
    const error = new CcError('No answer.', {
      code: 'deribit/outcome-unknown',
      recovery: 'reconcile',
      facts: { waitedMs: 3 },
      cause,
    })
    expect(error).toMatchObject({
      name: 'CcError',
      message: 'No answer.',
      code: 'deribit/outcome-unknown',
      recovery: 'reconcile',
    })
    expect(error.facts).toEqual({ waitedMs: 3 })
    expect(error.cause).toBe(cause)
  })

  it('has no facts and no cause unless given', () => {
    const error = new CcError('x', { code: 'a/b', recovery: 'skip' })
    expect(error.facts).toEqual({})
    expect('cause' in error).toBe(false)
  })

  it('is recognised by its marker, from another copy of the package too', () => {
    const foreign = Object.assign(new Error('x'), {
      [Symbol.for('@cc/error')]: true,
      code: 'a/b',
      recovery: 'halt',
      facts: {},
    })
    expect(CcError.isInstance(new CcError('x', { code: 'a/b', recovery: 'skip' }))).toBe(true)
    expect(CcError.isInstance(foreign)).toBe(true)
  })

  it.each([new Error('x'), null, undefined, 'CcError', { code: 'a/b', recovery: 'halt', name: 'CcError' }])(
    'does not take %s for one',
    (value) => {
      expect(CcError.isInstance(value)).toBe(false)
    },
  )
})
