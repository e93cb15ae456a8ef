import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { absentParams } from '../params.js'
import {
  byCredentials,
  CREDENTIALS,
  connectionOf,
  createManualClock,
  createTestProtocol,
  NOW_MS,
} from '../protocol.fixture.js'
import { createApiKey } from './key.js'

type Tokens = { access_token: string; refresh_token: string; expires_in: number; scope: string; sid?: string }
type Protocol = ReturnType<typeof createTestProtocol>

const INVALID_TOKEN = { code: 13009, message: 'unauthorized', data: { reason: 'invalid_token' } }
const HERE = connectionOf(1)
const ELSEWHERE = connectionOf(2)

async function authenticate({ call }: Protocol, more: Record<string, unknown> = {}, on = HERE): Promise<Tokens> {
  return (await call('public/auth', byCredentials(more), on)).result as Tokens
}

const refreshing = (refresh_token: string, more: Record<string, unknown> = {}) => ({
  grant_type: 'refresh_token',
  refresh_token,
  ...more,
})

function sign(parts: readonly (string | number)[], secret = CREDENTIALS.clientSecret): string {
  return createHmac('sha256', secret).update(parts.join('\n')).digest('hex')
}

describe('public/auth by credentials', () => {
  it('answers as Deribit does', async () => {
    const tokens = await authenticate(createTestProtocol(), { state: 'mine' })
    expect(tokens).toEqual({
      access_token: expect.stringMatching(/^\d+\.[\w-]{43}$/),
      enabled_features: [],
      expires_in: 900,
      refresh_token: expect.stringMatching(/^\d+\.[\w-]{43}$/),
      scope: 'account:read_write connection mainaccount trade:read_write',
      state: 'mine',
      token_type: 'bearer',
    })
    expect(tokens.access_token).not.toBe(tokens.refresh_token)
  })

  it('gives the same tokens in the same order in every run, and never one twice', async () => {
    const [one, other] = [createTestProtocol(), createTestProtocol()]
    const first = await authenticate(one)
    expect(await authenticate(other)).toEqual(first)
    expect((await authenticate(one)).access_token).not.toBe(first.access_token)
  })

  it.each([
    [byCredentials({ client_secret: 'wrong' }), { code: 13004, message: 'invalid_credentials' }],
    [byCredentials({ client_id: 'wrong' }), { code: 13004, message: 'invalid_credentials' }],
    [byCredentials({ client_secret: '' }), { code: 13004 }],
    [byCredentials({ client_secret: 5 }), { code: -32602, data: { param: 'client_secret' } }],
    [
      byCredentials({ grant_type: 'password' }),
      { code: -32602, data: { param: 'grant_type', reason: 'invalid grant_type' } },
    ],
    [{}, { code: -32602, data: { param: 'grant_type' } }],
    [{ grant_type: 'client_credentials' }, { code: -32602, data: { param: 'client_id' } }],
    [byCredentials({ scope: 'everything' }), { code: -32602, data: { param: 'scope' } }],
    [undefined, { code: -32000, message: 'Missing params' }],
  ])('refuses %j', async (params, error) => {
    expect((await createTestProtocol().call('public/auth', params)).error).toMatchObject(error)
  })
})

describe('an access token', () => {
  it('is needed for what is private', async () => {
    const { call } = createTestProtocol()
    expect((await call('private/read')).error).toEqual(INVALID_TOKEN)
    expect((await call('private/read', { access_token: 'x' })).error).toEqual(INVALID_TOKEN)
    expect((await call('private/read', { access_token: 5 })).error).toMatchObject({ code: -32602 })
  })

  it('expires in venue time, to the millisecond', async () => {
    const protocol = createTestProtocol()
    const { access_token } = await authenticate(protocol)
    protocol.clock.set(NOW_MS + 899_999)
    expect((await protocol.call('private/read', { access_token })).error).toBeUndefined()
    protocol.clock.set(NOW_MS + 900_000)
    expect((await protocol.call('private/read', { access_token })).error).toEqual(INVALID_TOKEN)
  })

  it('lives as long as its scope asks for, and by default as the server is set', async () => {
    const protocol = createTestProtocol({ accessTokenSec: 30 })
    expect((await authenticate(protocol)).expires_in).toBe(30)
    const { access_token, expires_in } = await authenticate(protocol, { scope: 'expires:5' })
    expect(expires_in).toBe(5)
    protocol.clock.set(NOW_MS + 5_000)
    expect((await protocol.call('private/read', { access_token })).error).toEqual(INVALID_TOKEN)
  })

  it('does what its scope says and no more', async () => {
    const { call, token } = createTestProtocol()
    const access_token = await token('trade:read account:read')
    expect((await call('private/read', { access_token })).error).toBeUndefined()
    expect((await call('private/write', { access_token })).error).toMatchObject({ code: 13021, message: 'forbidden' })
    expect((await call('private/settings', { access_token })).error).toMatchObject({ code: 13021 })
    const all = await token('wallet:read_write')
    expect((await call('private/write', { access_token: all })).result).toBe('ok')
    expect((await call('private/withdraw', { access_token: all })).error).toMatchObject({ code: 13021 })
  })

  it('that is worth nothing keeps nobody from what is public', async () => {
    const { call } = createTestProtocol()
    expect((await call('public/get_time', { access_token: 'x' })).result).toBe(NOW_MS)
  })

  it('is good on any connection', async () => {
    const protocol = createTestProtocol()
    const { access_token, refresh_token } = await authenticate(protocol)
    expect((await protocol.call('private/read', { access_token }, ELSEWHERE)).error).toBeUndefined()
    expect((await protocol.call('public/auth', refreshing(refresh_token), ELSEWHERE)).error).toBeUndefined()
  })

  it('is good on its own connection alone where tokens are bound, unless it is of a session', async () => {
    const protocol = createTestProtocol({ bindTokens: true })
    const { call } = protocol
    const { access_token, refresh_token } = await authenticate(protocol)
    expect((await call('private/read', { access_token })).error).toBeUndefined()
    expect((await call('private/read', { access_token }, ELSEWHERE)).error).toEqual(INVALID_TOKEN)
    expect((await call('public/auth', refreshing(refresh_token), ELSEWHERE)).error).toEqual(INVALID_TOKEN)
    const ofSession = await authenticate(protocol, { scope: 'session:agent' })
    expect((await call('private/read', { access_token: ofSession.access_token }, ELSEWHERE)).error).toBeUndefined()
  })
})

describe('a refresh', () => {
  it('gives a new pair and ends the old one', async () => {
    const protocol = createTestProtocol()
    const old = await authenticate(protocol)
    const fresh = (await protocol.call('public/auth', refreshing(old.refresh_token))).result as Tokens
    expect(fresh.scope).toBe(old.scope)
    expect((await protocol.call('private/read', { access_token: fresh.access_token })).error).toBeUndefined()
    expect((await protocol.call('private/read', { access_token: old.access_token })).error).toEqual(INVALID_TOKEN)
    expect((await protocol.call('public/auth', refreshing(old.refresh_token))).error).toEqual(INVALID_TOKEN)
  })

  it('works after the access token has expired, and starts its life anew', async () => {
    const protocol = createTestProtocol()
    const old = await authenticate(protocol, { scope: 'expires:10' })
    protocol.clock.set(NOW_MS + 1_000_000)
    const fresh = (await protocol.call('public/auth', refreshing(old.refresh_token))).result as Tokens
    expect(fresh.expires_in).toBe(10)
    expect((await protocol.call('private/read', { access_token: fresh.access_token })).error).toBeUndefined()
  })

  it('can narrow, never widen', async () => {
    const protocol = createTestProtocol()
    const { refresh_token } = await authenticate(protocol, { scope: 'trade:read account:none' })
    const params = refreshing(refresh_token, { scope: 'trade:read_write account:read' })
    expect((await protocol.call('public/auth', params)).result).toMatchObject({
      scope: 'connection mainaccount trade:read',
    })
  })

  it('keeps the session', async () => {
    const protocol = createTestProtocol()
    const old = await authenticate(protocol, { scope: 'session:agent' })
    const fresh = (await protocol.call('public/auth', refreshing(old.refresh_token))).result as Tokens
    expect(fresh).toMatchObject({ sid: old.sid, scope: old.scope })
    expect(old.sid).toMatch(/^agent\./)
  })

  it('is not had for an access token', async () => {
    const protocol = createTestProtocol()
    const { access_token } = await authenticate(protocol)
    expect((await protocol.call('public/auth', refreshing(access_token))).error).toEqual(INVALID_TOKEN)
  })
})

describe('a session', () => {
  it('is one under its name, and the seventeenth ends the oldest', async () => {
    const protocol = createTestProtocol()
    const first = await authenticate(protocol, { scope: 'session:s1' })
    const again = await authenticate(protocol, { scope: 'session:s1' })
    expect(again.sid).toBe(first.sid)
    for (let i = 2; i <= 16; i += 1) await authenticate(protocol, { scope: `session:s${i}` })
    expect((await protocol.call('private/read', { access_token: first.access_token })).error).toBeUndefined()
    const last = await authenticate(protocol, { scope: 'session:s17' })
    for (const { access_token, refresh_token } of [first, again]) {
      expect((await protocol.call('private/read', { access_token })).error).toEqual(INVALID_TOKEN)
      expect((await protocol.call('public/auth', refreshing(refresh_token))).error).toEqual(INVALID_TOKEN)
    }
    expect((await protocol.call('private/read', { access_token: last.access_token })).error).toBeUndefined()
  })
})

it('keeps no more than ten thousand pairs', async () => {
  const protocol = createTestProtocol({ rateLimits: 'off' })
  const first = await authenticate(protocol)
  const second = await authenticate(protocol)
  for (let i = 2; i < 10_001; i += 1) await authenticate(protocol)
  expect((await protocol.call('private/read', { access_token: first.access_token })).error).toEqual(INVALID_TOKEN)
  expect((await protocol.call('private/read', { access_token: second.access_token })).error).toBeUndefined()
})

describe('public/auth by signature', () => {
  const params = (timestamp: number, { nonce = 'n', data = '', secret = CREDENTIALS.clientSecret } = {}) => ({
    grant_type: 'client_signature',
    client_id: CREDENTIALS.clientId,
    timestamp,
    nonce,
    data,
    signature: sign([timestamp, nonce, data], secret),
  })

  it("takes the signature of Deribit's documents", () => {
    const key = createApiKey(
      { clientId: 'AMANDA', clientSecret: 'AMANDASECRECT' },
      { clock: createManualClock(1_576_074_319_000) },
    )
    const hex = '56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1'
    const parts = ['1576074319000', '1iqt2wls', '']
    expect(() => key.requireSignature('AMANDA', { timestampMs: 1_576_074_319_000, parts, hex })).not.toThrow()
    expect(() =>
      key.requireSignature('AMANDA', { timestampMs: 1_576_074_319_000, parts: [...parts, 'x'], hex }),
    ).toThrow('unauthorized')
  })

  it('gives tokens, with data, without data, and over text as a query has it', async () => {
    const { call } = createTestProtocol()
    expect((await call('public/auth', params(NOW_MS))).result).toMatchObject({ token_type: 'bearer' })
    expect((await call('public/auth', params(NOW_MS, { data: 'more' }))).error).toBeUndefined()
    const { data: _, nonce: __, ...bare } = params(NOW_MS, { nonce: '' })
    expect((await call('public/auth', { ...bare, timestamp: String(NOW_MS) })).error).toBeUndefined()
  })

  it('is good for a minute, before and after', async () => {
    const { call } = createTestProtocol()
    expect((await call('public/auth', params(NOW_MS - 60_000))).error).toBeUndefined()
    expect((await call('public/auth', params(NOW_MS + 60_000))).error).toBeUndefined()
    expect((await call('public/auth', params(NOW_MS - 60_001))).error).toMatchObject({ code: 13009 })
    expect((await call('public/auth', params(NOW_MS + 60_001))).error).toMatchObject({ code: 13009 })
  })

  it('may be of the clock of the machine, where the server is given one', async () => {
    const wallClock = createManualClock(NOW_MS + 1e9)
    expect((await createTestProtocol().call('public/auth', params(wallClock.now()))).error).toMatchObject({
      code: 13009,
    })
    const { call } = createTestProtocol({}, { wallClock })
    expect((await call('public/auth', params(wallClock.now()))).error).toBeUndefined()
    expect((await call('public/auth', params(NOW_MS))).error).toBeUndefined()
    expect((await call('public/auth', params(NOW_MS + 5e8))).error).toMatchObject({ code: 13009 })
  })

  it('may come twice in one millisecond, as foreign clients send it', async () => {
    const { call } = createTestProtocol()
    expect((await call('public/auth', params(NOW_MS))).error).toBeUndefined()
    expect((await call('public/auth', params(NOW_MS))).error).toBeUndefined()
  })

  it('has to be right, and of this key', async () => {
    const { call } = createTestProtocol()
    expect((await call('public/auth', params(NOW_MS, { secret: 'guessed' }))).error).toMatchObject({
      code: 13009,
      data: { reason: 'invalid_signature' },
    })
    expect((await call('public/auth', { ...params(NOW_MS), client_id: 'other' })).error).toMatchObject({ code: 13004 })
  })
})

describe('credentials in the header', () => {
  const uri = '/api/v2/private/read?currency=BTC'
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  async function readWith(header: string, { body = '', verb = 'GET', protocol = createTestProtocol() } = {}) {
    const authorization = { header, verb, uri, body }
    const call = { method: 'private/read', params: absentParams(), authorization }
    return JSON.parse((await protocol.dispatcher.answerCall(call, HERE)).text)
  }

  function signed({ ts = NOW_MS, nonce = 'n', verb = 'GET', at = uri, body = '' } = {}): string {
    const sig = sign([ts, nonce, verb, at, body, ''])
    return `deri-hmac-sha256 id=${CREDENTIALS.clientId},ts=${ts},sig=${sig},nonce=${nonce}`
  }

  it('may be a token', async () => {
    const protocol = createTestProtocol()
    const token = await protocol.token()
    expect(await readWith(`Bearer ${token}`, { protocol })).toHaveProperty('result')
    expect(await readWith(`bearer ${token}`, { protocol })).toHaveProperty('result')
    expect((await readWith('Bearer x', { protocol })).error).toEqual(INVALID_TOKEN)
  })

  it('may be those of the key', async () => {
    const { clientId, clientSecret } = CREDENTIALS
    expect(await readWith(basic(`${clientId}:${clientSecret}`))).toHaveProperty('result')
    for (const wrong of [`${clientId}:x`, `x:${clientSecret}`, clientId, '', ':']) {
      expect((await readWith(basic(wrong))).error).toMatchObject({ code: 13004 })
    }
  })

  it('may be a signature over method, path and query, and body', async () => {
    expect(await readWith(signed())).toHaveProperty('result')
    expect(await readWith(signed({ verb: 'POST', body: '{"a":1}' }), { verb: 'POST', body: '{"a":1}' })).toHaveProperty(
      'result',
    )
    const reordered = signed().replace(/ (.*)$/, (_, fields: string) => ` ${fields.split(',').reverse().join(', ')}`)
    expect(await readWith(reordered)).toHaveProperty('result')
  })

  it.each([
    ['of another path', signed({ at: '/api/v2/private/read?currency=ETH' })],
    ['of another method', signed({ verb: 'POST' })],
    ['of another body', signed({ body: 'x' })],
    ['that is too old', signed({ ts: NOW_MS - 60_001 })],
    ['without a timestamp', signed().replace(/ts=\d+/, 'ts=')],
    ['without anything', 'deri-hmac-sha256'],
    ['of another kind', 'Digest x'],
    ['that is nothing', ''],
  ])('are refused as a signature %s', async (_why, header) => {
    expect((await readWith(header)).error.code).toBeOneOf([13009, 13004])
  })

  it('count as those of the account for what is public', async () => {
    const { dispatcher, token, call } = createTestProtocol()
    const authorization = { header: `Bearer ${await token()}`, verb: 'GET', uri, body: '' }
    const publicCall = { method: 'public/get_time', params: absentParams(), authorization }
    for (let i = 0; i < 100; i += 1) await dispatcher.answerCall(publicCall, HERE)
    expect((await dispatcher.answerCall(publicCall, HERE)).errorCode).toBe(10028)
    expect((await call('public/get_time')).error).toBeUndefined()
  })
})

it('shows neither tokens nor the secret in logs, in errors or in what it is made of', async () => {
  const protocol = createTestProtocol()
  const tokens = await authenticate(protocol, { scope: 'session:agent' })
  const { access_token, refresh_token } = tokens
  const answers = [
    await protocol.call('public/broken', { access_token, client_secret: CREDENTIALS.clientSecret }),
    await protocol.call('private/withdraw', { access_token }),
    await protocol.call('public/auth', byCredentials({ client_id: 'x' })),
    await protocol.call('public/auth', byCredentials({ scope: 'x', refresh_token })),
    await protocol.call('public/nope', { access_token }),
  ]
  const shown = [
    JSON.stringify(answers),
    JSON.stringify(protocol.lines),
    inspect(protocol.dispatcher, { depth: 20, showHidden: true }),
    JSON.stringify(protocol.dispatcher),
  ].join()
  expect(protocol.lines).toHaveLength(1)
  for (const secret of [access_token, refresh_token, CREDENTIALS.clientSecret]) expect(shown).not.toContain(secret)
})
