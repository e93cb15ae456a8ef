import { CcError } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { silentLogger } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import type { WireAuth } from '../wire/platform.js'
import { signatureOf } from './credentials.js'
import { createSecrets } from './secrets.js'
import { createSession, type SessionOptions } from './session.js'

const CREDENTIALS = { clientId: 'client-id', clientSecret: 'client-secret' }
const never = new AbortController().signal

/** A session whose grants are answered by `answer`, one after the other. */
function setUp(
  answer: (params: Record<string, unknown>, number: number) => Partial<WireAuth> = () => ({}),
  options: Partial<SessionOptions> = {},
) {
  const clock = createVirtualClock({ startMs: 1_000_000 })
  const asked: Record<string, unknown>[] = []
  const secrets = createSecrets()
  const session = createSession(
    { auth: 'client_credentials', scope: 'account:read trade:read_write', ...options },
    {
      clock,
      logger: silentLogger,
      secrets,
      credentials: () => CREDENTIALS,
      serverTimeMs: async () => 1_700_000_000_000,
      async ask(_, params) {
        asked.push(params)
        await clock.sleep(10)
        return {
          access_token: `access-${asked.length}`,
          refresh_token: `refresh-${asked.length}`,
          expires_in: 900,
          scope: 'account:read trade:read_write session:x',
          token_type: 'bearer',
          ...answer(params, asked.length),
        }
      },
    },
  )
  return { clock, session, asked, secrets, grants: () => asked.map((params) => params.grant_type) }
}

const refused = (code: string, recovery: 'retry' | 'skip' | 'halt') => {
  throw new CcError('no', { code, recovery })
}

describe('a session', () => {
  it('signs in with the first token that is asked for, in a session that every connection may use', async () => {
    const { session, asked } = setUp()
    expect(session.scopes()).toEqual([])
    expect(await session.token(never)).toBe('access-1')
    expect(asked).toEqual([
      {
        grant_type: 'client_credentials',
        client_id: 'client-id',
        client_secret: 'client-secret',
        scope: 'account:read trade:read_write session:cc-lfls',
      },
    ])
    expect(session.scopes()).toEqual(['account:read', 'trade:read_write', 'session:x'])
  })

  it.each(['account:read trade:read_write session:mine', 'connection account:read trade:read_write'])(
    'leaves the session to a scope that names one: %s',
    async (scope) => {
      const { session, asked } = setUp(() => ({ scope }), { scope })
      await session.token(never)
      expect(asked[0]).toMatchObject({ scope })
    },
  )

  it('signs in once for all who ask at a time', async () => {
    const { session, asked } = setUp()
    const tokens = await Promise.all([session.token(never), session.token(never), session.token(never)])
    expect(tokens).toEqual(['access-1', 'access-1', 'access-1'])
    expect(asked).toHaveLength(1)
  })

  it('proves the secret without sending it', async () => {
    const { session, asked } = setUp(undefined, { auth: 'client_signature' })
    await session.token(never)
    const { timestamp, nonce, signature, ...rest } = asked[0] as { timestamp: number; nonce: string; signature: string }
    expect(rest).toEqual({
      grant_type: 'client_signature',
      client_id: 'client-id',
      data: '',
      scope: 'account:read trade:read_write session:cc-lfls',
    })
    expect(timestamp).toBe(1_700_000_000_000)
    expect(signature).toBe(signatureOf('client-secret', { timestampMs: timestamp, nonce }))
    expect(JSON.stringify(asked)).not.toContain('client-secret')
  })

  it('never uses a nonce twice', async () => {
    const { session, asked } = setUp(undefined, { auth: 'client_signature' })
    session.refuse(await session.token(never))
    await session.token(never)
    expect(asked[0]?.nonce).not.toBe(asked[1]?.nonce)
  })

  it('renews the token at four fifths of its life, whatever its life', async () => {
    const { clock, session, asked, grants } = setUp((_, number) => ({ expires_in: number === 1 ? 100 : 1_000 }))
    await session.token(never)
    await clock.sleep(79_000)
    expect(await session.token(never)).toBe('access-1')
    await clock.sleep(1_000)
    expect(await session.token(never)).toBe('access-2')
    expect(grants()).toEqual(['client_credentials', 'refresh_token'])
    expect(asked[1]).toEqual({ grant_type: 'refresh_token', refresh_token: 'refresh-1' })
    await clock.sleep(799_000)
    expect(await session.token(never)).toBe('access-2')
    await clock.sleep(1_000)
    expect(await session.token(never)).toBe('access-3')
  })

  it('signs in anew, once, where the renewal fails', async () => {
    const { clock, session, grants } = setUp((_, number) =>
      number === 2 ? refused('deribit/unauthorized', 'retry') : {},
    )
    await session.token(never)
    await clock.sleep(800_000)
    expect(await session.token(never)).toBe('access-3')
    expect(grants()).toEqual(['client_credentials', 'refresh_token', 'client_credentials'])
  })

  it('does not sign in anew where the renewal says to stop', async () => {
    const { clock, session, grants } = setUp((_, number) => (number === 2 ? refused('deribit/forbidden', 'halt') : {}))
    await session.token(never)
    await clock.sleep(800_000)
    await expect(session.token(never)).rejects.toMatchObject({ code: 'deribit/forbidden' })
    expect(grants()).toEqual(['client_credentials', 'refresh_token'])
  })

  it('signs in anew where the refresh token is refused as credentials would be', async () => {
    const { clock, session, grants } = setUp((_, number) =>
      number === 2 ? refused('deribit/invalid-credentials', 'halt') : {},
    )
    await session.token(never)
    await clock.sleep(800_000)
    await session.token(never)
    expect(grants()).toEqual(['client_credentials', 'refresh_token', 'client_credentials'])
  })

  it('signs in anew after its token was refused, and does not renew what is refused', async () => {
    const { session, grants } = setUp()
    session.refuse(await session.token(never))
    expect(await session.token(never)).toBe('access-2')
    expect(grants()).toEqual(['client_credentials', 'client_credentials'])
  })

  it('is not shaken by the refusal of an older token', async () => {
    const { session, asked } = setUp()
    session.refuse(await session.token(never))
    await session.token(never)
    session.refuse('access-1')
    expect(await session.token(never)).toBe('access-2')
    expect(asked).toHaveLength(2)
  })

  it('stops after three refused tokens within ten minutes, and goes on later', async () => {
    const { clock, session, asked } = setUp()
    for (let i = 0; i < 3; i += 1) session.refuse(await session.token(never))
    await expect(session.token(never)).rejects.toMatchObject({
      code: 'deribit/auth-loop',
      recovery: 'halt',
      facts: { signIns: 3 },
    })
    expect(asked).toHaveLength(3)
    await clock.sleep(600_000)
    expect(await session.token(never)).toBe('access-4')
  })

  it('counts sign-ins that the exchange refuses', async () => {
    const { session, asked } = setUp(() => refused('deribit/invalid-credentials', 'halt'))
    for (let i = 0; i < 3; i += 1) {
      await expect(session.token(never)).rejects.toMatchObject({ code: 'deribit/invalid-credentials' })
    }
    await expect(session.token(never)).rejects.toMatchObject({ code: 'deribit/auth-loop' })
    expect(asked).toHaveLength(3)
  })

  it('counts sign-ins whose proof is refused', async () => {
    const { session } = setUp(() => refused('deribit/unauthorized', 'retry'))
    for (let i = 0; i < 3; i += 1)
      await expect(session.token(never)).rejects.toMatchObject({ code: 'deribit/unauthorized' })
    await expect(session.token(never)).rejects.toMatchObject({ code: 'deribit/auth-loop' })
  })

  it.each([
    ['loses', 'deribit/no-answer', 'retry'],
    ['damages', 'deribit/malformed-reply', 'skip'],
    ['changes', 'deribit/unexpected-reply', 'skip'],
    ['or the exchange delays (13888)', 'deribit/timed-out', 'skip'],
  ] as const)('does not count sign-ins that the network %s', async (_why, code, recovery) => {
    const { session } = setUp((_, number) => (number <= 5 ? refused(code, recovery) : {}))
    for (let i = 0; i < 5; i += 1) await expect(session.token(never)).rejects.toMatchObject({ code })
    expect(await session.token(never)).toBe('access-6')
  })

  it('does not count renewals', async () => {
    const { clock, session, grants } = setUp(() => ({ expires_in: 10 }))
    for (let i = 0; i < 8; i += 1) {
      await session.token(never)
      await clock.sleep(8_000)
    }
    expect(new Set(grants().slice(1))).toEqual(new Set(['refresh_token']))
  })

  it('is told to each new connection, however good its token is, by renewing it', async () => {
    const { session, grants, clock } = setUp()
    expect(session.renewAtMs()).toBeUndefined()
    await session.signOn(never)
    expect(session.renewAtMs()).toBe(clock.now() + 720_000)
    await session.signOn(never)
    expect(await session.token(never)).toBe('access-2')
    expect(grants()).toEqual(['client_credentials', 'refresh_token'])
  })

  it('does not take lost connections for refusals, however many', async () => {
    const { session, asked } = setUp((params, number) =>
      params.grant_type === 'refresh_token' && number > 1 ? refused('deribit/invalid-token', 'skip') : {},
    )
    for (let i = 0; i < 10; i += 1) await session.signOn(never)
    expect(asked).toHaveLength(19)
    expect(await session.token(never)).toBe('access-19')
  })

  it('counts a token once that several requests were refused for', async () => {
    const { session } = setUp()
    const token = await session.token(never)
    for (let i = 0; i < 5; i += 1) session.refuse(token)
    expect(await session.token(never)).toBe('access-2')
  })

  it.each([
    ['account:read trade:read_write wallet:read_write', { excess: 'wallet:read_write' }],
    ['account:read trade:read', { missing: 'trade:read_write' }],
  ])('does not use a token with the scopes %s', async (scope, facts) => {
    const { session, asked } = setUp(() => ({ scope }))
    await expect(session.token(never)).rejects.toMatchObject({ code: 'deribit/scope-mismatch', facts })
    await expect(session.token(never)).rejects.toMatchObject({ code: 'deribit/scope-mismatch' })
    expect(asked).toHaveLength(2)
    expect(session.scopes()).toEqual([])
  })

  it('lets one who is stopped go, and signs in for the others', async () => {
    const { session, asked } = setUp()
    const controller = new AbortController()
    const stopped = session.token(controller.signal)
    const other = session.token(never)
    controller.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
    expect(await other).toBe('access-1')
    expect(asked).toHaveLength(1)
  })

  it('keeps credentials, tokens and signatures for secrets', async () => {
    const { session, secrets, asked } = setUp(undefined, { auth: 'client_signature' })
    await session.token(never)
    for (const secret of ['client-id', 'client-secret', 'access-1', 'refresh-1', String(asked[0]?.signature)]) {
      expect(secrets.isIn(secret)).toBe(true)
    }
  })
})
