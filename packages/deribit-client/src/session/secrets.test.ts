import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createSecrets } from './secrets.js'

describe('createSecrets', () => {
  it('knows what it keeps, inside of other text too', () => {
    const secrets = createSecrets()
    secrets.keep('hunter2')
    expect(secrets.isIn('my hunter2!')).toBe(true)
    expect(secrets.isIn('hunter')).toBe(false)
  })

  it('does not take nothing for a secret', () => {
    const secrets = createSecrets()
    secrets.keep('')
    expect(secrets.isIn('anything')).toBe(false)
  })

  it('forgets the oldest of very many, and keeps those that are named again', () => {
    const secrets = createSecrets()
    for (let i = 0; i < 200; i += 1) {
      secrets.keep('hunter2')
      secrets.keep(`token-${i}-`)
    }
    expect(secrets.isIn('token-0-')).toBe(false)
    expect(secrets.isIn('token-199-')).toBe(true)
    expect(secrets.isIn('hunter2')).toBe(true)
  })

  it('does not show what it keeps', () => {
    const secrets = createSecrets()
    secrets.keep('hunter2')
    expect(inspect(secrets, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain('hunter2')
    expect(JSON.stringify(secrets)).not.toContain('hunter2')
  })
})
