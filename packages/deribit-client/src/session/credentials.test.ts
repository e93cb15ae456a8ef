import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { readCredentials, signatureOf } from './credentials.js'

describe('signatureOf', () => {
  it('is what the documentation computes', () => {
    expect(signatureOf('AMANDASECRECT', { timestampMs: 1_576_074_319_000, nonce: '1iqt2wls' })).toBe(
      '56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1',
    )
  })
})

describe('readCredentials', () => {
  it('reads them, now or later', async () => {
    const credentials = { clientId: 'id', clientSecret: 'secret' }
    expect(await readCredentials(() => credentials)).toEqual(credentials)
    expect(await readCredentials(async () => credentials)).toEqual(credentials)
  })

  it.each([
    [{ clientId: '', clientSecret: 'hunter2' }, 'have no clientId, or one with spaces'],
    [{ clientId: 'my id', clientSecret: 'hunter2' }, 'have no clientId, or one with spaces'],
    [{ clientId: 'id', clientSecret: '' }, 'have no clientSecret, or one with spaces'],
    [{ clientId: 'id', clientSecret: 'hunter2\n' }, 'have no clientSecret, or one with spaces'],
    [{ clientId: 'id' }, 'have no clientSecret, or one with spaces'],
    [undefined, 'have no clientId, or one with spaces'],
  ])('refuses %j without repeating it', async (credentials, problem) => {
    const reading = readCredentials(() => credentials as never)
    await expect(reading).rejects.toMatchObject({
      message: `The credentials ${problem}.`,
      code: 'deribit/no-credentials',
      recovery: 'halt',
    })
    await expect(reading).rejects.not.toThrow('hunter2')
  })

  it('does not pass on what a source throws, which may hold them', async () => {
    const reading = readCredentials(() => {
      throw new Error('cannot parse {"clientSecret":"hunter2"}')
    })
    await expect(reading).rejects.toMatchObject({ message: 'The credentials could not be read.' })
    await expect(reading.catch((error) => error.cause)).resolves.toBeUndefined()
  })

  it('passes on an error that is meant to be read', async () => {
    const locked = new CcError('The key ring is locked.', { code: 'agent/locked', recovery: 'halt' })
    await expect(readCredentials(() => Promise.reject(locked))).rejects.toBe(locked)
  })
})
