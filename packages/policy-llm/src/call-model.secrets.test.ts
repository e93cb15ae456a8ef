import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { CANARY, callerForTest, errorReply, fetchOf, jsonReply, REQUEST, responseBody } from './model-call.fixture.js'

const ok = () => jsonReply(responseBody())

describe('the environment', () => {
  const variables = {
    OPENAI_API_KEY: 'sk-of-the-environment',
    OPENAI_ADMIN_KEY: 'sk-admin-of-the-environment',
    OPENAI_ORG_ID: 'org-of-the-environment',
    OPENAI_PROJECT_ID: 'proj-of-the-environment',
    OPENAI_BASE_URL: 'https://environment.example/v1',
    OPENAI_LOG: 'debug',
    OPENAI_CUSTOM_HEADERS: 'Authorization: Bearer of-the-environment\nX-Of-The-Environment: 1\nUser-Agent: environment',
  }
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))

  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })

  it.each(['responses', 'chat'] as const)('has no part in a request of the transport %s', async (transport) => {
    Object.assign(process.env, variables)
    const said: unknown[] = []
    const { debug, info, warn, error, log } = console
    Object.assign(
      console,
      Object.fromEntries(
        ['debug', 'info', 'warn', 'error', 'log'].map((name) => [name, (...words: unknown[]) => said.push(words)]),
      ),
    )
    try {
      const { fetch, asked } = fetchOf(() => errorReply(500), ok)
      await callerForTest({ fetch }, { transport }).call(REQUEST)
      expect(asked).toHaveLength(2)
      expect(JSON.stringify(asked)).not.toMatch(/environment/)
      expect(asked[0]?.headers.authorization).toBe(`Bearer ${CANARY}`)
      expect(said).toEqual([])
    } finally {
      Object.assign(console, { debug, info, warn, error, log })
    }
  })

  it('is named where the client cannot be built for it, and not repeated', async () => {
    process.env.OPENAI_CUSTOM_HEADERS = 'secret word: 1'
    const { attempts, failure, costUsd } = await callerForTest({ fetch: fetchOf(ok).fetch }).call(REQUEST)
    expect({ failure, costUsd }).toEqual({ failure: 'unexpected', costUsd: 0 })
    expect(attempts[0]?.problem).toMatch(/OPENAI_CUSTOM_HEADERS/)
    expect(attempts[0]?.problem).not.toMatch(/secret word/)
  })
})

describe('the key', () => {
  const echoes = {
    message: `you sent ${CANARY}`,
    code: CANARY,
    type: `Bearer ${CANARY}`,
    param: CANARY,
  }
  const echo = { 'x-request-id': CANARY }
  const text = JSON.stringify({ rationale: CANARY, other: Buffer.from(CANARY).toString('base64') })

  it.each<[string, () => Response | Promise<Response>]>([
    ['an error', () => errorReply(401, echoes, echo)],
    ['an error to be repeated', () => errorReply(500, echoes, echo)],
    ['a page', () => new Response(CANARY, { status: 503, headers: echo })],
    ['a body that is no JSON', () => new Response(`{${CANARY}`, { headers: { 'content-type': 'application/json' } })],
    ['a type of body', () => new Response('{}', { headers: { 'content-type': `text/${CANARY}` } })],
    [
      'an answer',
      () =>
        jsonReply(
          responseBody({
            model: CANARY,
            id: CANARY,
            output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
          }),
        ),
    ],
    [
      'what fetch throws',
      () => {
        throw new Error(`cannot send ${CANARY}`, { cause: new Error(CANARY) })
      },
    ],
  ])('comes back in nothing, though it was echoed in %s', async (_, reply) => {
    const told: unknown[] = []
    const tell = (...words: unknown[]) => void told.push(words)
    const logger = { debug: tell, info: tell, warn: tell, error: tell }
    const caller = callerForTest({ fetch: fetchOf(reply).fetch, logger })
    const outcome = await caller.call(REQUEST)
    const dumps = [
      JSON.stringify(outcome),
      inspect(caller, { showHidden: true, depth: null }),
      inspect(outcome),
      inspect(told, { depth: null }),
    ]
    for (const form of ['canary', Buffer.from(CANARY).toString('base64').slice(0, 24)]) {
      expect(dumps.join('\n')).not.toContain(form)
    }
  })
})
