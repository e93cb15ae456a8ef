import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { absentParams, readQuery } from '../params.js'
import { connectionOf, createManualClock, createTestProtocol, type Envelope, NOW_MS } from '../protocol.fixture.js'

const recordings = inject('recordings')

describe('an envelope', () => {
  it('carries the id as it came, the result, and venue time in microseconds', async () => {
    const { dispatcher } = createTestProtocol()
    const on = connectionOf(1)
    for (const id of [5, 0, -1, 'abc', '']) {
      const text = await dispatcher.handleText(JSON.stringify({ jsonrpc: '2.0', id, method: 'public/get_time' }), on)
      const envelope: Envelope = JSON.parse(text)
      expect(envelope).toMatchObject({ jsonrpc: '2.0', id, result: NOW_MS, testnet: true })
      expect(envelope.usOut - envelope.usIn).toBe(envelope.usDiff)
      expect(envelope.usDiff).toBeGreaterThanOrEqual(0)
      expect(Math.floor(envelope.usIn / 1_000)).toBe(NOW_MS)
    }
  })

  it('never leaves the millisecond of the venue, however many come in it, and never goes back', async () => {
    const { call, clock } = createTestProtocol()
    let last = 0
    for (let i = 0; i < 1_500; i += 1) {
      const { usIn, usOut } = await call('public/nothing')
      expect(usIn).toBeGreaterThanOrEqual(last)
      expect(usOut).toBeGreaterThanOrEqual(usIn)
      expect(Math.floor(usOut / 1_000)).toBe(NOW_MS)
      last = usOut
    }
    clock.set(NOW_MS + 1)
    expect((await call('public/nothing')).usIn).toBe((NOW_MS + 1) * 1_000)
  })

  it('of a query has no id', async () => {
    const { dispatcher } = createTestProtocol()
    const call = { method: 'public/get_time', params: absentParams(), authorization: undefined }
    const { text, errorCode } = await dispatcher.answerCall(call, connectionOf(1))
    expect(Object.keys(JSON.parse(text))).toEqual(['jsonrpc', 'result', 'usIn', 'usOut', 'usDiff', 'testnet'])
    expect(errorCode).toBeNull()
  })

  it('has a result even where a method has none', async () => {
    expect(await createTestProtocol().call('public/nothing')).toMatchObject({ result: null })
  })
})

describe.runIf(recordings)('a failure that was recorded', () => {
  const recorded = (name: string): Envelope =>
    JSON.parse(readFileSync(join(recordings as string, 'fixtures', name), 'utf8'))
  const keys = (envelope: Envelope) => Object.keys(envelope).sort()

  it('of an unknown method has the same members and the same error', async () => {
    const { dispatcher } = createTestProtocol()
    const call = { method: 'public/nope', params: readQuery(''), authorization: undefined }
    const { text } = await dispatcher.answerCall(call, connectionOf(1))
    const theirs = recorded('mainnet-2026-10/error_method_not_found_http400.json')
    expect(keys(JSON.parse(text))).toEqual(keys(theirs))
    expect(JSON.parse(text).error).toEqual(theirs.error)
  })

  it('of a value that is too low has the same members and the same error', async () => {
    const { call } = createTestProtocol({ virtualTime: true })
    const theirs = recorded('testnet-2026/error_heartbeat_interval_too_small_testnet.json')
    const ours = await call('sim/advance_time', { by_ms: -1 })
    expect(keys(ours)).toEqual(keys(theirs))
    expect(ours.error).toEqual({ ...theirs.error, data: { reason: 'value must be >= 0', param: 'by_ms' } })
  })
})

describe('a request that is none', () => {
  it.each([
    ['garbage', 'hello', { code: -32700, message: 'Parse error' }],
    ['nothing', '', { code: -32700, message: 'Parse error' }],
    ['half of one', '{"jsonrpc":"2.0","id":1', { code: -32700, message: 'Parse error' }],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"public/test"}]', { code: -32600, message: 'Invalid Request' }],
    ['a number', '1', { code: -32600, message: 'Invalid Request' }],
    ['null', 'null', { code: -32600, message: 'Invalid Request' }],
    ['one without id', '{"jsonrpc":"2.0","method":"public/test"}', { code: -32600, message: 'Invalid Request' }],
    ['one with the id null', '{"id":null,"method":"public/test"}', { code: -32600, message: 'Invalid Request' }],
    ['one with an id of objects', '{"id":{},"method":"public/test"}', { code: -32600, message: 'Invalid Request' }],
    ['one without method', '{"jsonrpc":"2.0","id":1}', { code: -32600, message: 'Invalid Request' }],
    ['one of another version', '{"jsonrpc":"1.0","id":1,"method":"public/test"}', { code: -32600 }],
    ['one with positional parameters', '{"id":1,"method":"public/test","params":["a"]}', { code: -32602 }],
    ['one whose parameters are text', '{"id":1,"method":"public/test","params":"a"}', { code: -32602 }],
    ['one of an unknown method', '{"id":1,"method":"public/nope"}', { code: -32601, message: 'Method not found' }],
    ['one of a method that every object has', '{"id":1,"method":"constructor"}', { code: -32601 }],
    [
      'one over 32 kB',
      `{"id":1,"method":"public/test","params":{"a":"${'x'.repeat(32_768)}"}}`,
      { code: -32600, message: 'request entity too large' },
    ],
    [
      'one over 32 kB of wide characters',
      `{"id":1,"method":"public/test","params":{"a":"${'€'.repeat(11_000)}"}}`,
      { code: -32600, message: 'request entity too large' },
    ],
    ['a deep one', '['.repeat(30_000), { code: -32700 }],
    [
      'a deep one that ends',
      `{"id":1,"method":"public/test","params":{"a":${'['.repeat(15_000)}${']'.repeat(15_000)}}}`,
      undefined,
    ],
  ])('%s is told so', async (_name, text, error) => {
    const { dispatcher } = createTestProtocol()
    const envelope: Envelope = JSON.parse(await dispatcher.handleText(text, connectionOf(1)))
    if (error === undefined) expect(envelope.error).toBeUndefined()
    else expect(envelope.error).toMatchObject(error)
  })

  it('is known by its id where it has one', async () => {
    const { dispatcher } = createTestProtocol()
    const text = await dispatcher.handleText('{"id":"x","method":5}', connectionOf(1))
    expect(JSON.parse(text)).toMatchObject({ id: 'x', error: { code: -32600 } })
  })

  it('may leave the version out, and say null for no parameters', async () => {
    const { dispatcher } = createTestProtocol()
    const text = await dispatcher.handleText('{"id":1,"method":"public/test","params":null}', connectionOf(1))
    expect(JSON.parse(text)).toMatchObject({ result: { version: '1.2.26' } })
  })

  it('never throws and always answers, whatever JSON it is', async () => {
    const { dispatcher } = createTestProtocol()
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record(
          {
            jsonrpc: fc.constantFrom('2.0', 2),
            id: fc.jsonValue(),
            method: fc.constantFrom('public/echo', 'private/read', 'public/auth', '__proto__'),
            params: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((request) => JSON.stringify(request)),
    )
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const envelope: Envelope = JSON.parse(await dispatcher.handleText(text, connectionOf(1)))
        expect(envelope).toMatchObject({ jsonrpc: '2.0', testnet: true })
        expect('result' in envelope).toBe(!('error' in envelope))
      }),
      { numRuns: 500 },
    )
  })
})

describe('a method', () => {
  it('gets its parameters, without the token and untouched by __proto__', async () => {
    const { dispatcher } = createTestProtocol()
    const text = '{"id":1,"method":"public/echo","params":{"a":[1],"__proto__":{"x":1},"access_token":"t"}}'
    expect(await dispatcher.handleText(text, connectionOf(1))).toContain('"result":{"a":[1]')
    expect({}).not.toHaveProperty('x')
  })

  it('is told what it misses: one of its parameters, or all', async () => {
    const { call } = createTestProtocol()
    expect((await call('public/need', {})).error).toEqual({
      code: -32602,
      message: 'Invalid params',
      data: { reason: 'value is required', param: 'currency' },
    })
    expect((await call('public/need')).error).toEqual({ code: -32000, message: 'Missing params' })
  })

  it('finds an exchange that has reached the present', async () => {
    const { call, token, clock } = createTestProtocol()
    const access_token = await token()
    clock.set(NOW_MS + 5_000)
    expect((await call('private/read', { access_token })).result).toEqual([NOW_MS + 5_000, NOW_MS + 5_000])
  })

  it('may take its time', async () => {
    const { call } = createTestProtocol()
    expect(await call('public/later', { what: 'x' })).toMatchObject({ id: 7, result: 'x' })
    expect((await call('public/later', {})).error).toMatchObject({ code: -32602 })
  })

  it('that turns an order away says the word, the number and the limit, and the sentence beside it', async () => {
    expect((await createTestProtocol().call('public/rejected')).error).toEqual({
      code: 10007,
      message: 'price_too_high 0.0935',
      data: { reason: 'The price 1 is above the band.' },
    })
  })

  it.each(['public/broken', 'public/later_broken'])(
    '%s that fails is an error of the server, told to the log alone',
    async (method) => {
      const { call, lines } = createTestProtocol()
      expect((await call(method)).error).toEqual({ code: 11094, message: 'internal_server_error' })
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain('the vault is behind the painting')
      expect(lines[0]).toContain(method)
      expect(lines[0]).toContain('protocol.fixture')
      expect((await call('public/get_time')).result).toBe(NOW_MS)
    },
  )

  it('whose result is no JSON is an error of the server', async () => {
    const { call, lines } = createTestProtocol()
    expect((await call('public/unprintable')).error).toMatchObject({ code: 11094 })
    expect(lines).toHaveLength(1)
  })

  it.each([
    'public/hello',
    'public/set_heartbeat',
    'public/subscribe',
    'private/subscribe',
    'private/enable_cancel_on_disconnect',
    'private/logout',
  ])('%s is refused over HTTP: it belongs to a WebSocket', async (method) => {
    const { call } = createTestProtocol()
    expect((await call(method)).error).toEqual({ code: 10030, message: 'must_be_websocket_request' })
  })

  it.each([
    ['public/hello', 10030],
    ['public/set_heartbeat', 10030],
    ['public/disable_heartbeat', 10030],
    ['private/logout', 10030],
    ['private/enable_cancel_on_disconnect', 13009],
  ])('%s is refused where there is no socket at all', async (method, code) => {
    const { call } = createTestProtocol()
    expect((await call(method, {}, connectionOf(2, 'websocket'))).error).toMatchObject({ code })
  })

  it('has a name of its own', () => {
    const twice = { name: 'public/auth', pool: null, scope: null, handle: () => 'ok' } as const
    expect(() => createTestProtocol({}, { methods: [twice] })).toThrow('Two methods are called public/auth')
  })

  it('is counted, whether or not it succeeds; names that are none are not', async () => {
    const { call, dispatcher } = createTestProtocol()
    expect(dispatcher.counts()).toEqual({})
    await call('public/get_time')
    await call('public/get_time')
    await call('public/need')
    await call('public/nope')
    expect(dispatcher.counts()).toEqual({ 'public/get_time': 2, 'public/need': 1 })
  })
})

describe('the platform', () => {
  it('tells its time, its version and that nothing is locked', async () => {
    const { call } = createTestProtocol()
    expect((await call('public/get_time', {})).result).toBe(NOW_MS)
    expect((await call('public/test', {})).result).toEqual({ version: '1.2.26' })
    expect((await call('public/status', {})).result).toEqual({ locked: 'false' })
    expect((await call('public/test', { expected_result: 'exception' })).error).toMatchObject({ code: 10001 })
  })
})

describe('sim/advance_time', () => {
  it('does not exist where it was not asked for', async () => {
    expect((await createTestProtocol().call('sim/advance_time', { by_ms: 1 })).error).toMatchObject({ code: -32601 })
  })

  it('lets time pass by so much, or up to a moment, and takes the exchange along', async () => {
    const { call, token } = createTestProtocol({ virtualTime: true })
    expect((await call('sim/advance_time', { by_ms: 60_000 })).result).toEqual({ timestamp: NOW_MS + 60_000 })
    const toMs = NOW_MS + 86_400_000
    expect((await call('sim/advance_time', { to_timestamp: toMs })).result).toEqual({ timestamp: toMs })
    expect((await call('sim/advance_time', { to_timestamp: toMs })).result).toEqual({ timestamp: toMs })
    expect((await call('private/read', { access_token: await token() })).result).toEqual([toMs, toMs])
  })

  it('lets those who ask at once take turns', async () => {
    const { call } = createTestProtocol({ virtualTime: true })
    const answers = await Promise.all([1, 2, 3].map(() => call('sim/advance_time', { by_ms: 10 })))
    expect(answers.map(({ result }) => result)).toEqual([10, 20, 30].map((ms) => ({ timestamp: NOW_MS + ms })))
  })

  it.each([
    [{}, 'by_ms'],
    [{ by_ms: 1, to_timestamp: NOW_MS }, 'to_timestamp'],
    [{ by_ms: -1 }, 'by_ms'],
    [{ by_ms: 0.5 }, 'by_ms'],
    [{ by_ms: 367 * 86_400_000 }, 'by_ms'],
    [{ to_timestamp: NOW_MS - 1 }, 'to_timestamp'],
    [{ to_timestamp: Number.MAX_SAFE_INTEGER }, 'to_timestamp'],
  ])('refuses %j, and goes on', async (params, param) => {
    const { call } = createTestProtocol({ virtualTime: true })
    expect((await call('sim/advance_time', params)).error).toMatchObject({ code: -32602, data: { param } })
    expect((await call('sim/advance_time', { by_ms: 0 })).result).toEqual({ timestamp: NOW_MS })
  })
})

describe('credit pools', () => {
  it('let a stranger call a hundred times at once, and tell it when to come back', async () => {
    const { call, clock } = createTestProtocol()
    for (let i = 0; i < 100; i += 1) expect((await call('public/get_time')).error).toBeUndefined()
    expect((await call('public/get_time')).error).toEqual({
      code: 10028,
      message: 'too_many_requests',
      data: { wait: 0.05 },
    })
    // Another connection has pools of its own, and so has another kind of method.
    expect((await call('public/get_time', {}, connectionOf(2))).error).toBeUndefined()
    expect((await call('public/need', { currency: 'BTC' })).error).toBeUndefined()
    clock.set(NOW_MS + 50)
    expect((await call('public/get_time')).error).toBeUndefined()
  })

  it('are those of the account on all its connections, for orders twenty at once and five a second', async () => {
    const { call, token, clock } = createTestProtocol()
    const access_token = await token()
    for (let i = 0; i < 20; i += 1) {
      expect((await call('private/write', { access_token }, connectionOf(i))).result).toBe('ok')
    }
    expect((await call('private/write', { access_token })).error).toMatchObject({ code: 10028, data: { wait: 0.2 } })
    expect((await call('private/settings', { access_token })).result).toBe('ok')
    clock.set(NOW_MS + 1_000)
    for (let i = 0; i < 5; i += 1) expect((await call('private/write', { access_token })).result).toBe('ok')
    expect((await call('private/write', { access_token })).error).toMatchObject({ code: 10028 })
  })

  it('are those of the account for public methods too, once it says who it is', async () => {
    const { call, token } = createTestProtocol()
    const access_token = await token()
    for (let i = 0; i < 100; i += 1) await call('public/get_time', { access_token }, connectionOf(i))
    expect((await call('public/get_time', { access_token })).error).toMatchObject({ code: 10028 })
    expect((await call('private/read', { access_token })).error).toMatchObject({ code: 10028 })
    expect((await call('public/get_time')).error).toBeUndefined()
  })

  it('cost nothing to whoever may not call', async () => {
    const { call, token } = createTestProtocol()
    for (let i = 0; i < 200; i += 1) expect((await call('private/write')).error).toMatchObject({ code: 13009 })
    expect((await call('private/write', { access_token: await token() })).result).toBe('ok')
  })

  it('fill by the clock of the machine where time is virtual', async () => {
    const wallClock = createManualClock()
    const { call } = createTestProtocol({ virtualTime: true }, { wallClock })
    for (let i = 0; i < 100; i += 1) await call('public/get_time')
    expect((await call('public/get_time')).error).toMatchObject({ code: 10028, data: { wait: 0.05 } })
    wallClock.set(NOW_MS + 50)
    expect((await call('public/get_time')).error).toBeUndefined()
    expect((await call('public/get_time')).error).toMatchObject({ code: 10028 })
  })

  it('fill by the venue alone where its time passes', async () => {
    const wallClock = createManualClock()
    const { call } = createTestProtocol({}, { wallClock })
    for (let i = 0; i < 100; i += 1) await call('public/get_time')
    wallClock.set(NOW_MS + 60_000)
    expect((await call('public/get_time')).error).toMatchObject({ code: 10028 })
  })

  it('can be off', async () => {
    const { call } = createTestProtocol({ rateLimits: 'off' })
    for (let i = 0; i < 300; i += 1) expect((await call('public/get_time')).error).toBeUndefined()
  })
})
