import { getEventListeners } from 'node:events'
import type { Clock } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'
import { silentLogger } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import {
  ANSWER,
  CANARY,
  callerForTest,
  completionBody,
  errorReply,
  fetchOf,
  isOverIn,
  jsonReply,
  providerForTest,
  REQUEST,
  responseBody,
} from './model-call.fixture.js'

const BYTES = REQUEST.instructions.length + REQUEST.input.length + JSON.stringify(REQUEST.schema).length + 500
const WORST_USD = (BYTES * 0.125 + 2_000 * 0.5) / 1e6
const TOLD_USD = (900 * 0.1 + 500 * 0.01 + 100 * 0.125 + 600 * 0.5) / 1e6
const USAGE = { inputTokens: 1_500, cachedTokens: 500, cacheWriteTokens: 100, outputTokens: 600 }
const QUICK = { deadlineMs: 400 }

const ok = () => jsonReply(responseBody())
const never = () => new Promise<Response>(() => {})

function lost(code: string): () => Response {
  return () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
  }
}

describe('a call', () => {
  it('gives the answer, what it took and what it cost', async () => {
    const { fetch, asked } = fetchOf(ok)
    const outcome = await callerForTest({ fetch }).call(REQUEST)
    expect(outcome).toEqual({
      attempts: [{ durationMs: expect.any(Number), status: 200, requestId: 'req_1', failure: null, problem: null }],
      model: 'gpt-6-luna-2026-09-22',
      usage: USAGE,
      costUsd: expect.closeTo(TOLD_USD, 12),
      text: ANSWER,
      failure: null,
    })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ url: 'https://models.example/v1/responses', body: { store: false } })
  })

  it('speaks chat completions where it is told to', async () => {
    const { fetch, asked } = fetchOf(() => jsonReply(completionBody()))
    const outcome = await callerForTest({ fetch }, { transport: 'chat', model: 'llama3.2' }).call(REQUEST)
    expect(outcome).toMatchObject({ text: ANSWER, failure: null, model: 'llama', costUsd: null })
    expect(asked[0]?.url).toBe('https://models.example/v1/chat/completions')
  })

  it('carries the key, a label and what the API needs, and nothing else', async () => {
    const { fetch, asked } = fetchOf(errorReply.bind(null, 500), ok)
    await callerForTest({ fetch }).call(REQUEST)
    expect(asked.map(({ headers }) => headers)).toEqual(
      [1, 2].map((number) => ({
        accept: 'application/json',
        authorization: `Bearer ${CANARY}`,
        'content-type': 'application/json',
        'user-agent': '@cc/policy-llm',
        'x-client-request-id': expect.stringMatching(new RegExp(`^cc:[0-9a-f]{32}:${number}$`)),
      })),
    )
  })

  it('sends the same bytes for the same request', async () => {
    const { fetch, asked } = fetchOf(ok)
    const caller = callerForTest({ fetch })
    await caller.call(REQUEST)
    await callerForTest({ fetch }).call({ ...REQUEST })
    expect(asked[0]?.init.body).toBe(asked[1]?.init.body)
  })
})

describe('a call that fails', () => {
  it.each<[string, () => Response | Promise<Response>, string, number]>([
    ['an answer that is refused', () => jsonReply(responseBody({ status: 'failed' })), 'failed', 1],
    ['an answer that is cut off', () => jsonReply(responseBody({ status: 'incomplete' })), 'incomplete', 1],
    ['an answer without text', () => jsonReply(responseBody({ output: [] })), 'empty', 1],
    ['a body of null', () => jsonReply(null), 'bad-payload', 1],
    [
      'a body that is no JSON',
      () => new Response('{"id":', { headers: { 'content-type': 'application/json' } }),
      'bad-payload',
      1,
    ],
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'bad-payload', 1],
    ['JSON that says it is text', () => new Response(JSON.stringify(responseBody())), 'bad-payload', 1],
    ['an empty body', () => new Response('', { headers: { 'content-type': 'application/json' } }), 'bad-payload', 1],
    ['no body', () => new Response(null, { status: 204 }), 'bad-payload', 1],
    ['a body beyond all bounds', () => jsonReply(responseBody({ padding: 'x'.repeat(5_000_000) })), 'bad-payload', 1],
    ['400', () => errorReply(400), 'bad-request', 1],
    ['401', () => errorReply(401), 'auth', 1],
    ['404', () => errorReply(404, { code: 'model_not_found' }), 'model-gone', 1],
    ['a recording without the call', () => errorReply(404, { code: 'cassette_miss' }), 'replay-miss', 1],
    ['429 for want of credit', () => errorReply(429, { code: 'insufficient_quota' }), 'quota', 1],
    ['429', () => errorReply(429), 'rate-limited', 2],
    ['429 for two minutes', () => errorReply(429, {}, { 'retry-after': '120' }), 'rate-limited', 1],
    ['429 for good', () => errorReply(429, {}, { 'x-should-retry': 'false' }), 'rate-limited', 1],
    ['503 with a page', () => new Response('<html>', { status: 503 }), 'server', 2],
    ['408', () => errorReply(408), 'server', 2],
    ['409', () => errorReply(409), 'server', 2],
    ['a refused connection', lost('ECONNREFUSED'), 'connection', 2],
    ['a lost connection', lost('UND_ERR_SOCKET'), 'connection', 2],
    ['a fetch that gives nothing', () => undefined as unknown as Response, 'connection', 2],
    ['a fetch that gives a promise that fails with a word', () => Promise.reject('no'), 'connection', 2],
  ])('says why: %s', async (_, reply, failure, requests) => {
    const { fetch, asked } = fetchOf(reply)
    const outcome = await callerForTest({ fetch }, { deadlineMs: 10_000 }).call(REQUEST)
    expect(outcome).toMatchObject({ failure, text: null, model: expect.any(String) })
    expect(outcome.attempts.map((attempt) => attempt.failure)).toEqual(Array(requests).fill(failure))
    expect(asked).toHaveLength(requests)
  })

  it('is made once more, and no more, and then may be answered', async () => {
    const { fetch, asked } = fetchOf(() => errorReply(500, { message: 'Overloaded.' }), ok)
    const outcome = await callerForTest({ fetch }).call(REQUEST)
    expect(outcome).toMatchObject({
      failure: null,
      text: ANSWER,
      attempts: [
        { status: 500, requestId: 'req_1', failure: 'server', problem: 'InternalServerError: 500 Overloaded.' },
        { status: 200, failure: null },
      ],
    })
    expect(asked).toHaveLength(2)
  })

  it('is made once where that is what the options say', async () => {
    const { fetch, asked } = fetchOf(() => errorReply(500), ok)
    expect(await callerForTest({ fetch }, { maxAttempts: 1 }).call(REQUEST)).toMatchObject({ failure: 'server' })
    expect(asked).toHaveLength(1)
  })

  it('waits as long as the provider wants', async () => {
    const { fetch } = fetchOf(() => errorReply(429, {}, { 'retry-after-ms': '150' }), ok)
    const beganAt = performance.now()
    expect(await callerForTest({ fetch }, { deadlineMs: 5_000 }).call(REQUEST)).toMatchObject({ failure: null })
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(149)
  })
})

describe('the end of a call', () => {
  it.each<[string, () => Response | Promise<Response>]>([
    ['that never answers and takes no notice of an abort', never],
    [
      'whose body never ends',
      () => new Response(new ReadableStream(), { headers: { 'content-type': 'application/json' } }),
    ],
  ])('comes at its deadline, with a connection %s', async (_, reply) => {
    const { fetch } = fetchOf(reply)
    const calling = callerForTest({ fetch }, QUICK).call(REQUEST)
    expect(await isOverIn(2 * QUICK.deadlineMs, calling)).toBe(true)
    const outcome = await calling
    expect(outcome).toMatchObject({
      failure: 'deadline',
      text: null,
      usage: null,
      attempts: [{ failure: 'deadline', status: null, problem: expect.any(String) }],
    })
    expect(outcome.costUsd).toBeCloseTo(WORST_USD, 12)
  })

  it('aborts the request', async () => {
    let aborted = false
    const { fetch } = fetchOf(never)
    const watched: typeof globalThis.fetch = (input, init) => {
      init?.signal?.addEventListener('abort', () => {
        aborted = true
      })
      return fetch(input, init)
    }
    await callerForTest({ fetch: watched }, QUICK).call(REQUEST)
    expect(aborted).toBe(true)
  })

  it('comes when its caller wants no answer any more', async () => {
    const { fetch, asked } = fetchOf(never)
    const controller = new AbortController()
    const calling = callerForTest({ fetch }).call(REQUEST, controller.signal)
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
    controller.abort(new Error('the agent stops'))
    expect(await calling).toMatchObject({ failure: 'stopped', attempts: [{ failure: 'stopped' }] })
  })

  it('tells a caller whose own deadline has passed from a call whose has', async () => {
    const { fetch, asked } = fetchOf(never)
    const controller = new AbortController()
    const calling = callerForTest({ fetch }).call(REQUEST, controller.signal)
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
    controller.abort(
      Object.assign(new Error('late'), { code: 'models/deadline-passed', [Symbol.for('@cc/error')]: true }),
    )
    expect(await calling).toMatchObject({ failure: 'stopped' })
  })

  it('comes before a request where it is stopped already', async () => {
    const { fetch, asked } = fetchOf(ok)
    const outcome = await callerForTest({ fetch }).call(REQUEST, AbortSignal.abort())
    expect(outcome).toEqual({
      attempts: [],
      model: 'gpt-6-luna',
      usage: expect.objectContaining({ inputTokens: 0, outputTokens: 0 }),
      costUsd: 0,
      text: null,
      failure: 'stopped',
    })
    expect(asked).toHaveLength(0)
  })

  it('comes while it waits to ask again', async () => {
    const { fetch, asked } = fetchOf(() => errorReply(429, {}, { 'retry-after': '5' }), ok)
    const controller = new AbortController()
    const pausesMs: number[] = []
    const system = createSystemClock()
    const sleep: Clock['sleep'] = (durationMs, signal) => {
      pausesMs.push(durationMs)
      return system.sleep(durationMs, signal)
    }
    const calling = callerForTest({ fetch, clock: { ...system, sleep } }).call(REQUEST, controller.signal)
    while (!pausesMs.includes(5_000)) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    expect(await calling).toMatchObject({ failure: 'stopped', attempts: [{ failure: 'rate-limited' }] })
    expect(asked).toHaveLength(1)
  })

  it('leaves nothing unhandled behind, however late the connection fails', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    try {
      const late = () => new Promise<Response>((_, reject) => setTimeout(() => reject(new Error('late')), 120))
      const outcome = await callerForTest({ fetch: fetchOf(late).fetch }, { deadlineMs: 50 }).call(REQUEST)
      const before = structuredClone(outcome)
      await new Promise((resolve) => setTimeout(resolve, 150))
      expect(outcome).toEqual(before)
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', listen)
    }
  })
})

describe('many calls with one signal', () => {
  it('leave nothing at it', async () => {
    const { signal } = new AbortController()
    const caller = callerForTest({ fetch: fetchOf(ok).fetch })
    for (let i = 0; i < 50; i += 1) await caller.call(REQUEST, signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('whatever is wrong with what a caller is given', () => {
  it.each([
    [
      'the key',
      {
        provider: {
          ...providerForTest(),
          apiKey: () => {
            throw new Error('the vault has canary-0123456789')
          },
        },
      },
    ],
    ['the address', { provider: { ...providerForTest(), baseUrl: 'nowhere' } }],
    [
      'the time',
      {
        clock: {
          ...createSystemClock(),
          now: () => {
            throw new Error('no time')
          },
        },
      },
    ],
    ['sleep', { clock: { ...createSystemClock(), sleep: () => Promise.reject(new Error('no sleep')) } }],
  ])('%s: there is an outcome', async (_, deps) => {
    const outcome = await callerForTest({ fetch: fetchOf(ok).fetch, ...deps }).call(REQUEST)
    expect(outcome).toMatchObject({ failure: expect.any(String), text: null, model: 'gpt-6-luna' })
    expect(JSON.stringify(outcome)).not.toContain('canary')
  })

  it('the request: there is an outcome', async () => {
    const request = {
      ...REQUEST,
      schema: {
        toJSON: () => {
          throw new Error('no')
        },
      },
    }
    expect(await callerForTest({ fetch: fetchOf(ok).fetch }).call(request)).toMatchObject({ failure: 'unexpected' })
  })

  it('a logger that throws takes no answer away', async () => {
    const logger = {
      ...silentLogger,
      debug: () => {
        throw new Error('disk full')
      },
    }
    expect(await callerForTest({ fetch: fetchOf(ok).fetch, logger }).call(REQUEST)).toMatchObject({ text: ANSWER })
  })
})
