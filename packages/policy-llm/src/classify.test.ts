import { CcError } from '@cc/models'
import fc from 'fast-check'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { ZodError } from 'zod'
import { classify } from './classify.js'
import { FALLBACK_REASONS } from './fallback-reason.js'
import { CANARY } from './model-call.fixture.js'

const RUNNING = { deadlinePassed: false, stopped: false }

function replied(status: number, error: object = {}, headers: Record<string, string> = {}): Error {
  return OpenAI.APIError.generate(status, { error: { message: 'No.', ...error } }, undefined, new Headers(headers))
}

function coded(code: string): Error {
  return Object.assign(new Error(`it says ${code}`), { code })
}

describe('classify', () => {
  it.each([
    [400, 'bad-request'],
    [401, 'auth'],
    [402, 'quota'],
    [403, 'auth'],
    [404, 'model-gone'],
    [408, 'server'],
    [409, 'server'],
    [410, 'model-gone'],
    [413, 'bad-request'],
    [422, 'bad-request'],
    [429, 'rate-limited'],
    [500, 'server'],
    [503, 'server'],
    [529, 'server'],
    [304, 'connection'],
  ])('calls a reply of %d %s', (status, reason) => {
    expect(classify(replied(status), RUNNING)).toMatchObject({ reason, status })
  })

  it.each<[string, unknown, string]>([
    ['429 for want of credit', replied(429, { code: 'insufficient_quota' }), 'quota'],
    ['429 of that type', replied(429, { type: 'insufficient_quota', code: null }), 'quota'],
    ['404 of a recording', replied(404, { code: 'cassette_miss' }), 'replay-miss'],
    ['422 of a recording', replied(422, { code: 'cassette_miss' }), 'replay-miss'],
    ['a refused connection', new OpenAI.APIConnectionError({ cause: coded('ECONNREFUSED') }), 'connection'],
    ['a connection that failed for no reason', new OpenAI.APIConnectionError({}), 'connection'],
    ["the client's timeout", new OpenAI.APIConnectionTimeoutError(), 'timeout'],
    [
      'a timeout before there was a connection',
      Object.assign(new OpenAI.APIConnectionTimeoutError(), { cause: coded('UND_ERR_CONNECT_TIMEOUT') }),
      'connection',
    ],
    ['a timeout of the headers', new TypeError('fetch failed', { cause: coded('UND_ERR_HEADERS_TIMEOUT') }), 'timeout'],
    ['a body that breaks off', new TypeError('terminated'), 'connection'],
    ['a socket that closes', new TypeError('terminated', { cause: coded('UND_ERR_SOCKET') }), 'connection'],
    ['a reply that is no HTTP', new TypeError('fetch failed', { cause: coded('HPE_INVALID_CONSTANT') }), 'connection'],
    ['a failed fetch', new TypeError('fetch failed'), 'connection'],
    ['a body that cannot be unpacked', new TypeError('terminated', { cause: coded('Z_DATA_ERROR') }), 'bad-payload'],
    ['an abort of nobody', new DOMException('aborted', 'AbortError'), 'timeout'],
    ['a body that is no JSON', new SyntaxError('Unexpected token'), 'bad-payload'],
    ['a body of another shape', new TypeError('rsp.output is not iterable'), 'bad-payload'],
    ['an answer of another form', new ZodError([]), 'bad-payload'],
    ['a client that is not there', coded('ERR_MODULE_NOT_FOUND'), 'unexpected'],
    ['an address that is none', Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' }), 'unexpected'],
    ['an error of ours', new CcError('No.', { code: 'models/sleep-in-hold', recovery: 'halt' }), 'unexpected'],
    ['a bug', new RangeError('Invalid array length'), 'unexpected'],
    ['a word', 'no', 'unexpected'],
    ['nothing', undefined, 'unexpected'],
    ['null', null, 'unexpected'],
    ['an object without a prototype', Object.create(null), 'unexpected'],
  ])('calls %s what it is', (_, error, reason) => {
    expect(classify(error, RUNNING)).toMatchObject({ reason })
  })

  it('says first that the call is stopped, and then that its time is up', () => {
    expect(classify(replied(500), { deadlinePassed: true, stopped: true })).toMatchObject({ reason: 'stopped' })
    expect(classify(replied(500), { deadlinePassed: true, stopped: false })).toMatchObject({
      reason: 'deadline',
      status: 500,
      repeatable: false,
    })
  })

  it.each([
    ['a lost connection', new OpenAI.APIConnectionError({}), true],
    ['429', replied(429), true],
    ['429 for want of credit', replied(429, { code: 'insufficient_quota' }), false],
    ['429 that is not to be repeated', replied(429, {}, { 'x-should-retry': 'false' }), false],
    ['500', replied(500), true],
    ['500 that is not to be repeated', replied(500, {}, { 'x-should-retry': 'false' }), false],
    ['400', replied(400, {}, { 'x-should-retry': 'true' }), false],
    ['a timeout', new OpenAI.APIConnectionTimeoutError(), false],
    [
      'a redirect',
      new OpenAI.APIConnectionError({
        cause: new CcError('No.', { code: 'policy-llm/redirect-refused', recovery: 'skip' }),
      }),
      false,
    ],
    ['an unreadable reply', new SyntaxError('no'), false],
  ])('lets %s be asked again: %s, %s', (_, error, repeatable) => {
    expect(classify(error, RUNNING).repeatable).toBe(repeatable)
  })

  it.each([
    ['401', replied(401), false],
    ['429', replied(429), false],
    ['500', replied(500), true],
    ['408', replied(408), true],
    ['a refused connection', new OpenAI.APIConnectionError({ cause: coded('ECONNREFUSED') }), false],
    ['a connection that broke', new OpenAI.APIConnectionError({ cause: coded('ECONNRESET') }), true],
    ['an unreadable reply', new SyntaxError('no'), true],
  ])('takes %s for something that may have to be paid: %s, %s', (_, error, billable) => {
    expect(classify(error, RUNNING).billable).toBe(billable)
  })

  it('tells class, message, causes and request id, without secrets, on one line', () => {
    const error = new OpenAI.APIConnectionError({
      message: `Connection error\nwith ${CANARY}`,
      cause: new Error(`Headers.append: "Bearer ${CANARY}" is invalid`, { cause: coded('ECONNRESET') }),
    })
    const { problem } = classify(error, { ...RUNNING, secrets: [CANARY] })
    expect(problem).toBe(
      'APIConnectionError: Connection error with [redacted] <- Error: Headers.append: "Bearer [redacted]" is invalid <- Error: it says ECONNRESET',
    )
    const told = classify(replied(500, { message: 'x'.repeat(1_000) }, { 'x-request-id': `req ${CANARY}` }), {
      ...RUNNING,
      secrets: [CANARY],
    })
    expect(told.problem).toHaveLength(300)
    expect(told.requestId).toBe('req [redacted]')
  })

  it('ends with causes that go in a circle', () => {
    const error = new Error('one')
    error.cause = new Error('two', { cause: error })
    expect(classify(error, RUNNING).problem).toBe('Error: one <- Error: two')
  })

  it('takes what cannot even be read', () => {
    const trap = new Proxy(new Error('trap'), {
      get() {
        throw new Error('no')
      },
    })
    expect(classify(trap, RUNNING)).toMatchObject({ reason: 'unexpected', problem: expect.any(String) })
    expect(classify(trap, { ...RUNNING, deadlinePassed: true })).toMatchObject({ reason: 'deadline' })
  })

  it('never throws, and always has a reason and a short problem', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }), (thrown) => {
        const { reason, problem } = classify(thrown, RUNNING)
        expect(FALLBACK_REASONS).toContain(reason)
        expect(problem.length).toBeLessThanOrEqual(300)
      }),
    )
  })
})
