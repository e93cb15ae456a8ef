import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { BEHAVIOURS, type BehaviourName, createFakeProvider, type FakeProvider, type FakeScript } from './index.js'

/** An answer that is to come has not come by then: a busy machine may take its time. */
const HANGS_MS = 60_000

const SCHEMA = {
  type: 'object',
  properties: {
    choice: { type: 'string', enum: ['k3', 'q8', 'v1'] },
    reason_codes: { type: 'array', items: { type: 'string', enum: ['edge-positive'] } },
  },
}
const MENU = JSON.stringify({
  menu: {
    columns: ['id', 'action'],
    rows: [
      ['k3', 'OPEN'],
      ['q8', 'HOLD'],
      ['v1', 'OPEN'],
    ],
  },
})

describe('a fake provider', () => {
  const started: FakeProvider[] = []
  const start = async (script?: FakeScript) => {
    const provider = await createFakeProvider(script)
    started.push(provider)
    return provider
  }
  afterEach(async () => {
    await Promise.all(started.splice(0).map((provider) => provider.close()))
  })

  it('chooses the line that holds by itself', async () => {
    const provider = await start()
    expect(await choiceByResponses(provider)).toBe('q8')
    expect(await choiceByChat(provider)).toBe('q8')
  })

  it('chooses the first id where no line holds', async () => {
    const provider = await start()
    expect(await choiceByResponses(provider, { input: 'nothing to read' })).toBe('k3')
  })

  it('reads the ids out of the menu where no schema names them', async () => {
    const provider = await start({ choose: ({ ids }) => ids.join('+') })
    const { choices } = await clientOf(provider).chat.completions.create({
      model: 'local',
      messages: [{ role: 'user', content: MENU }],
      response_format: { type: 'json_object' },
    })
    expect(JSON.parse(choices[0]?.message.content ?? '').choice).toBe('k3+q8+v1')
    expect(provider.requests).toMatchObject([{ api: 'chat', format: 'json-object', model: 'local', holdId: 'q8' }])
  })

  it('chooses as its script says', async () => {
    const provider = await start({ choose: ({ ids }) => ids.at(-1) ?? '' })
    expect(await choiceByResponses(provider)).toBe('v1')
  })

  it('keeps what it was asked, with its headers', async () => {
    const provider = await start()
    await choiceByResponses(provider)
    expect(provider.requests).toMatchObject([
      {
        ...{ api: 'responses', method: 'POST', path: '/v1/responses', model: 'gpt-6-luna', format: 'json-schema' },
        ...{ ids: ['k3', 'q8', 'v1'], holdId: 'q8', reasonCodes: ['edge-positive'] },
        headers: { authorization: 'Bearer sk-fake' },
      },
    ])
  })

  it('does what is queued once, in turn, and then what always holds', async () => {
    const provider = await start({ next: ['status 500 once'] })
    provider.next('status 404 of a model')
    const statuses: unknown[] = []
    for (let call = 0; call < 4; call += 1)
      statuses.push(await choiceByResponses(provider).catch(({ status }) => status))
    expect(statuses).toEqual([500, 'q8', 404, 'q8'])

    provider.always('status 401')
    expect(await choiceByResponses(provider).catch(({ status }) => status)).toBe(401)
  })

  it('does what a play of the caller does', async () => {
    const provider = await start({ always: ({ response }) => void response.writeHead(418).end() })
    expect(await choiceByResponses(provider).catch(({ status }) => status)).toBe(418)
  })

  it('tells at its end what a play threw', async () => {
    const provider = await createFakeProvider({
      always: () => {
        throw new Error('the play is wrong')
      },
    })
    await expect(choiceByResponses(provider)).rejects.toThrow()
    await expect(provider.close()).rejects.toThrow('the play is wrong')
  })

  it('ends while requests hang', async () => {
    const provider = await createFakeProvider({ always: 'no answer' })
    const asked = choiceByResponses(provider).catch((error: unknown) => error)
    while (provider.requests.length === 0) await new Promise(setImmediate)
    await provider.close()
    expect(await asked).toBeInstanceOf(OpenAI.APIConnectionError)
  })

  it('has no two behaviours of one name', async () => {
    const groups = await Promise.all([
      import('./body-behaviours.js'),
      import('./chat-behaviours.js'),
      import('./responses-behaviours.js'),
      import('./status-behaviours.js'),
      import('./text-behaviours.js'),
      import('./wire-behaviours.js'),
    ])
    const names = groups.flatMap((group) => Object.values(group)).flatMap((table) => Object.keys(table))
    expect(names.toSorted()).toEqual(Object.keys(BEHAVIOURS).toSorted())
  })

  it.each<[BehaviourName, string]>([
    ['status 503 of a page', 'InternalServerError'],
    ['no credit left', 'RateLimitError'],
    ['reset at once', 'APIConnectionError'],
    ['reset in the body', 'TypeError'],
    ['frames of HTTP/2', 'APIConnectionError'],
    ['no answer', 'APIConnectionTimeoutError'],
    ['headers byte by byte', 'APIConnectionTimeoutError'],
    ['a page', 'TypeError'],
    ['a body that is cut off', 'SyntaxError'],
  ])('makes the real client throw: %s', async (name, thrown) => {
    const provider = await start({ always: name })
    const timeoutMs = thrown === 'APIConnectionTimeoutError' ? 500 : HANGS_MS
    const error: unknown = await choiceByResponses(provider, { timeoutMs }).catch((problem: unknown) => problem)
    expect(error?.constructor.name).toBe(thrown)
  })
})

function clientOf({ url }: FakeProvider, timeout = HANGS_MS): OpenAI {
  return new OpenAI({ apiKey: 'sk-fake', baseURL: url, maxRetries: 0, timeout })
}

async function choiceByResponses(
  provider: FakeProvider,
  { input = MENU, timeoutMs = HANGS_MS }: { input?: string; timeoutMs?: number } = {},
): Promise<unknown> {
  const { output_text } = await clientOf(provider, timeoutMs).responses.create({
    model: 'gpt-6-luna',
    input,
    text: { format: { type: 'json_schema', name: 'choice', strict: true, schema: SCHEMA } },
  })
  return JSON.parse(output_text).choice
}

async function choiceByChat(provider: FakeProvider): Promise<unknown> {
  const { choices } = await clientOf(provider).chat.completions.create({
    model: 'gpt-6-luna',
    messages: [
      { role: 'system', content: 'Choose.' },
      { role: 'user', content: MENU },
    ],
    response_format: { type: 'json_schema', json_schema: { name: 'choice', strict: true, schema: SCHEMA } },
  })
  return JSON.parse(choices[0]?.message.content ?? '').choice
}
