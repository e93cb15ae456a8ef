import { Socket } from 'node:net'
import fc from 'fast-check'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type CassetteOptions,
  createCassetteFetch,
  secretInAnswer,
  type Tape,
  type TapedCall,
  type TapedEnd,
} from './cassette.js'

const PROMPT = 'a'.repeat(64)
const URL_ASKED = 'https://provider.test/v1/responses'

function memoryTape(promptHash = PROMPT): Tape & { calls: TapedCall[] } {
  const calls: TapedCall[] = []
  return {
    promptHash,
    calls,
    find: (key, occurrence) => calls.find((call) => call.key === key && call.occurrence === occurrence),
    append: (call) => void calls.push(call),
  }
}

/** Answers one after the other; a request too many is an error. */
function answering(...answers: (Response | Error)[]): { fetch: typeof fetch; asked: () => number } {
  let asked = 0
  return {
    asked: () => asked,
    fetch: async () => {
      const answer = answers[asked]
      asked += 1
      if (answer === undefined) throw new Error('nobody should be asked any more')
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}

const cassette = (options: Partial<CassetteOptions> & Pick<CassetteOptions, 'mode' | 'tape'>) =>
  createCassetteFetch({ promptHash: PROMPT, fetch: answering().fetch, ...options })
const post = (body: unknown, init: RequestInit = {}): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  ...init,
})
const seenOf = async (response: Response) => ({
  status: response.status,
  headers: Object.fromEntries(response.headers),
  body: await response.text(),
})

describe('a recording', () => {
  it('answers in the replay as the recorded run was answered, retry headers included, and keeps no other header', async () => {
    const headers = {
      'content-type': 'application/json',
      'retry-after-ms': '150',
      'set-cookie': 'session=1',
      'openai-organization': 'org-1',
      'x-request-id': 'req-1',
    }
    const tape = memoryTape()
    const { fetch } = answering(new Response('{"error":1}', { status: 429, headers }), new Response('{"ok":1}'))
    const recording = cassette({ mode: 'record', tape, fetch })
    const recorded = [await recording(URL_ASKED, post({ a: 1 })), await recording(URL_ASKED, post({ a: 1 }))]
    const replaying = cassette({ mode: 'replay', tape })
    const replayed = [await replaying(URL_ASKED, post({ a: 1 })), await replaying(URL_ASKED, post({ a: 1 }))]
    const [first, second] = await Promise.all(replayed.map(seenOf))
    expect([first, second]).toEqual(await Promise.all(recorded.map(seenOf)))
    expect(first).toEqual({
      status: 429,
      headers: { 'content-type': 'application/json', 'retry-after-ms': '150' },
      body: '{"error":1}',
    })
    expect(tape.calls.map(({ occurrence }) => occurrence)).toEqual([1, 2])
  })

  it('holds nothing of what was asked, and no header of it', async () => {
    const tape = memoryTape()
    const { fetch } = answering(new Response('{}'))
    const headers = { authorization: 'Bearer canary-key', 'openai-project': 'canary-project' }
    await cassette({ mode: 'record', tape, fetch })(URL_ASKED, post({ input: 'canary-input' }, { headers }))
    expect(JSON.stringify(tape.calls)).not.toMatch(/canary/)
  })

  it.each<{ why: string; first: unknown; second: unknown; path?: string; same: boolean }>([
    {
      why: 'keys in another order',
      first: { a: 1, b: { c: 2, d: 3 } },
      second: { b: { d: 3, c: 2 }, a: 1 },
      same: true,
    },
    {
      why: 'another label',
      first: { a: 1, metadata: { run: '1' } },
      second: { a: 1, metadata: { run: '2' } },
      same: true,
    },
    {
      why: 'another cache key',
      first: { a: 1, prompt_cache_key: 'x' },
      second: { a: 1, service_tier: 'flex' },
      same: true,
    },
    { why: 'another user', first: { a: 1, safety_identifier: 'x' }, second: { a: 1 }, same: true },
    { why: 'a label deeper down', first: { a: { metadata: 1 } }, second: { a: { metadata: 2 } }, same: false },
    { why: 'another value', first: { a: 1 }, second: { a: 2 }, same: false },
    { why: 'another order of a list', first: { a: [1, 2] }, second: { a: [2, 1] }, same: false },
    { why: 'another path', first: { a: 1 }, second: { a: 1 }, path: '/v1/chat/completions', same: false },
    {
      why: 'another place of the same API',
      first: { a: 1 },
      second: { a: 1 },
      path: '/modelfarm/openai/responses',
      same: true,
    },
    { why: 'another host', first: { a: 1 }, second: { a: 1 }, path: '//other.test/v1/responses', same: true },
  ])('takes a call with $why for the same: $same', async ({ first, second, path = URL_ASKED, same }) => {
    const tape = memoryTape()
    await cassette({ mode: 'record', tape, fetch: answering(new Response('{}')).fetch })(URL_ASKED, post(first))
    const response = await cassette({ mode: 'replay', tape })(new URL(path, URL_ASKED), post(second))
    expect(response.status).toBe(same ? 200 : 404)
  })

  it('finds every call again, whatever the order of different ones', async () => {
    const bodies = fc.array(fc.record({ a: fc.integer({ min: 0, max: 3 }), b: fc.jsonValue() }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(bodies, async (asked) => {
        const tape = memoryTape()
        let count = 0
        const fetch = async () => new Response(String(count++))
        const recording = cassette({ mode: 'record', tape, fetch })
        const recorded = new Map<string, string[]>()
        for (const body of asked) {
          const text = await (await recording(URL_ASKED, post(body))).text()
          recorded.set(JSON.stringify(body), [...(recorded.get(JSON.stringify(body)) ?? []), text])
        }
        const replaying = cassette({ mode: 'replay', tape })
        const replayed = new Map<string, string[]>()
        for (const body of asked.toSorted((x, y) => x.a - y.a)) {
          const text = await (await replaying(URL_ASKED, post(body))).text()
          replayed.set(JSON.stringify(body), [...(replayed.get(JSON.stringify(body)) ?? []), text])
        }
        expect(Object.fromEntries(replayed)).toEqual(Object.fromEntries(recorded))
      }),
      { numRuns: 50 },
    )
  })

  it('is asked for what it lacks, and for nothing else, where it is added to', async () => {
    const tape = memoryTape()
    await cassette({ mode: 'record', tape, fetch: answering(new Response('old')).fetch })(URL_ASKED, post({ a: 1 }))
    const { fetch, asked } = answering(new Response('new'))
    const adding = cassette({ mode: 'auto', tape, fetch })
    expect(await (await adding(URL_ASKED, post({ a: 1 }))).text()).toBe('old')
    expect(await (await adding(URL_ASKED, post({ a: 1 }))).text()).toBe('new')
    expect(asked()).toBe(1)
    expect(tape.calls).toHaveLength(2)
  })

  it('is refused where it is of another standing text', () => {
    const tape = memoryTape('b'.repeat(64))
    expect(() => cassette({ mode: 'replay', tape })).toThrow(/b{64}, got a{64}/)
  })
})

describe('a connection that fails', () => {
  it('fails alike in recording and replay', async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' })
    const tape = memoryTape()
    const { fetch } = answering(new TypeError('fetch failed', { cause }))
    const recorded = await thrownBy(cassette({ mode: 'record', tape, fetch })(URL_ASKED, post({})))
    const replayed = await thrownBy(cassette({ mode: 'replay', tape })(URL_ASKED, post({})))
    for (const error of [recorded, replayed]) {
      expect(error).toBeInstanceOf(TypeError)
      expect(error).toMatchObject({ message: 'fetch failed', cause: { message: cause.message, code: 'ECONNREFUSED' } })
    }
  })

  it('in the middle of a body is a failure of the request', async () => {
    const stream = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })
    const tape = memoryTape()
    const { fetch } = answering(new Response(stream))
    await expect(cassette({ mode: 'record', tape, fetch })(URL_ASKED, post({}))).rejects.toThrow('terminated')
    await expect(cassette({ mode: 'replay', tape })(URL_ASKED, post({}))).rejects.toThrow('terminated')
  })

  it.each<{ why: string; fetch: typeof fetch }>([
    { why: 'ends with the signal', fetch: async (_, init) => rejectedBy(init?.signal) },
    { why: 'goes on for ever', fetch: () => new Promise(() => undefined) },
  ])('was given up and $why: replayed, it answers nothing until it is given up again', async ({ fetch }) => {
    const tape = memoryTape()
    const recorded = new AbortController()
    const recording = cassette({ mode: 'record', tape, fetch })(URL_ASKED, post({}, { signal: recorded.signal }))
    recorded.abort(new Error('too late'))
    await expect(recording).rejects.toThrow('too late')
    expect(tape.calls.map(({ end }) => end)).toEqual([{ kind: 'abort' } satisfies TapedEnd])

    const replayed = new AbortController()
    let settled = false
    const replaying = cassette({ mode: 'replay', tape })(URL_ASKED, post({}, { signal: replayed.signal }))
    replaying.catch(() => undefined).finally(() => (settled = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(false)
    replayed.abort(new Error('too late again'))
    await expect(replaying).rejects.toThrow('too late again')
  })

  it('is not counted where the signal was there first', async () => {
    const tape = memoryTape()
    const recording = cassette({ mode: 'record', tape, fetch: answering(new Response('1')).fetch })
    await expect(recording(URL_ASKED, post({}, { signal: AbortSignal.abort(new Error('stopped')) }))).rejects.toThrow()
    await recording(URL_ASKED, post({}))
    expect(tape.calls).toMatchObject([{ occurrence: 1, end: { kind: 'reply' } }])
  })
})

it('of an answer that holds a secret keeps only that there was one, and is an error both times', async () => {
  const plain = memoryTape()
  const append: Tape['append'] = (call) => {
    if (JSON.stringify(call).includes('canary')) throw secretInAnswer()
    plain.append(call)
  }
  const tape = { ...plain, append }
  const secret = expect.objectContaining({ code: 'policy-llm/cassette-secret' })
  const recording = cassette({ mode: 'record', tape, fetch: answering(new Response('you sent canary')).fetch })
  await expect(recording(URL_ASKED, post({}))).rejects.toThrow(secret)
  await expect(cassette({ mode: 'replay', tape })(URL_ASKED, post({}))).rejects.toThrow(secret)
  expect(plain.calls.map(({ end }) => end)).toEqual([{ kind: 'secret' }])
})

it('tells of a tape that cannot be written to', async () => {
  const tape: Tape = {
    ...memoryTape(),
    append() {
      throw new Error('the disk is full')
    },
  }
  const recording = cassette({ mode: 'record', tape, fetch: answering(new Response('{}')).fetch })
  await expect(recording(URL_ASKED, post({}))).rejects.toThrow('the disk is full')
})

it('keeps no more of a body than a client takes', async () => {
  let pulls = 0
  const chunk = new Uint8Array(1024 * 1024).fill(32)
  const endless = new ReadableStream({
    pull(controller) {
      pulls += 1
      controller.enqueue(chunk)
    },
  })
  const tape = memoryTape()
  const recording = cassette({ mode: 'record', tape, fetch: answering(new Response(endless)).fetch })
  const text = await (await recording(URL_ASKED, post({}))).text()
  expect(text.length).toBeGreaterThan(4 * 1024 * 1024)
  expect(pulls).toBeLessThan(10)
})

describe('a replay through the real client', () => {
  const { connect } = Socket.prototype
  beforeEach(() => {
    Socket.prototype.connect = () => {
      throw new Error('a replay opens no socket')
    }
  })
  afterEach(() => {
    Socket.prototype.connect = connect
  })

  it('needs no socket, and gives the recorded answer', async () => {
    const reply = { id: 'resp_1', status: 'completed', output: [], usage: null }
    const tape = memoryTape()
    const request = { model: 'm', input: '{"a":1}' }
    const recorded = await clientWith(
      cassette({ mode: 'record', tape, fetch: answering(Response.json(reply)).fetch }),
    ).responses.create(request)
    const replayed = await clientWith(cassette({ mode: 'replay', tape })).responses.create(request)
    expect(JSON.stringify(replayed)).toBe(JSON.stringify(recorded))
  })

  it('says of a call that was never made that the recording lacks it', async () => {
    const asking = clientWith(cassette({ mode: 'replay', tape: memoryTape() })).responses.create({ model: 'm' })
    await expect(asking).rejects.toMatchObject({ status: 404, code: 'cassette_miss' })
  })

  it('is what this suite forbids sockets for: without a recording the client would open one', async () => {
    const bare = new OpenAI({ apiKey: 'k', baseURL: 'http://127.0.0.1:41999/v1', maxRetries: 0 })
    await expect(bare.responses.create({ model: 'm' })).rejects.toMatchObject({
      cause: { cause: { message: 'a replay opens no socket' } },
    })
  })
})

function clientWith(fetch: typeof globalThis.fetch): OpenAI {
  return new OpenAI({ apiKey: 'k', baseURL: 'https://provider.test/v1', maxRetries: 0, fetch })
}

function rejectedBy(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
