import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorReply, placedResult, resultReply, SELL, type SeenRequest, tokenResult } from './replies.fixture.js'
import { createScriptedClient } from './scripted-client.fixture.js'
import type { Act } from './scripted-exchange.fixture.js'
import { visible } from './visible.fixture.js'

const CLIENT_ID = 'canary-client-id'
const CLIENT_SECRET = 'canary-client-secret'
const ACCESS = 'canary-access-token'
const REFRESH = 'canary-refresh-token'

const grant = (request: SeenRequest, overrides: object = {}): Act => ({
  reply: resultReply(request, tokenResult({ access_token: ACCESS, refresh_token: REFRESH, ...overrides })),
})

/** What an exchange, a gateway or a library may do with what it was sent: repeat it in every place. */
const LEAKS: Readonly<Record<string, (request: SeenRequest, sent: string) => Act | undefined>> = {
  nothing: () => undefined,
  'a page': (_, sent) => ({ reply: `<html>${sent}</html>`, status: 502 }),
  'text that is no JSON': (_, sent) => ({ reply: `{"jsonrpc":"2.0", ${sent}` }),
  'a message': (request, sent) => ({ reply: errorReply(request, { code: 13009, message: sent }), status: 401 }),
  'the limit of a message': (request, sent) => ({
    reply: errorReply(request, { code: 10007, message: `price_too_high ${sent}` }),
  }),
  'a reason': (request) => ({
    reply: errorReply(request, { code: -32602, data: { reason: request.token, param: request.token } }),
  }),
  'a reason with a secret in it': (request) => ({
    reply: errorReply(request, {
      code: -32602,
      data: { reason: `bad ${request.token ?? request.params.client_secret}`, param: request.params.client_secret },
    }),
  }),
  'data of an unlisted number': (request, sent) => ({
    reply: errorReply(request, { code: 4711, message: sent, data: sent }),
  }),
  'a result of another kind': (request, sent) => ({ reply: resultReply(request, sent) }),
  'fields of a result': (request, sent) => ({ reply: resultReply(request, { version: 7, order: sent, echo: sent }) }),
  'an id': (request, sent) => ({ reply: resultReply(request, {}, { id: sent }) }),
  'the network': (request) => ({ reply: resultReply(request, ACCESS, { testnet: false }) }),
  'a header': (request, sent) => ({
    reply: resultReply(request, {}),
    status: 302,
    headers: { location: sent, 'x-echo': sent },
  }),
  'an order of another label': (request) => ({ reply: resultReply(request, placedResult(SELL, { label: ACCESS })) }),
  'a broken connection': () => ({ broken: 'ECONNRESET' }),
  'no connection': () => ({ refused: 'ECONNREFUSED' }),
  silence: () => 'silence',
  'granted scopes': (request) => grant(request, { scope: `${ACCESS}:read_write account:read trade:read_write` }),
  'a token that is none': (request) => grant(request, { access_token: { token: ACCESS } }),
  'a life that is none': (request) => grant(request, { expires_in: ACCESS }),
  'a token that ends at once': (request) => grant(request, { expires_in: 0 }),
}

describe('secrets', () => {
  const leak = fc.constantFrom(...Object.keys(LEAKS))
  const modes = fc.record({
    auth: fc.constantFrom('client_credentials' as const, 'client_signature' as const),
    strict: fc.boolean(),
    leaks: fc.array(leak, { maxLength: 8 }),
    sourceFails: fc.boolean(),
  })

  it('are in nothing that a client shows, throws, answers or logs, whatever happens to its requests', async () => {
    await fc.assert(
      fc.asyncProperty(modes, async ({ auth, strict, leaks, sourceFails }) => {
        const shown: unknown[] = []
        let asked = 0
        const { client, exchange, logged } = createScriptedClient(
          (request, number) => {
            const act = LEAKS[leaks[number] ?? 'nothing']?.(request, JSON.stringify(request))
            return act ?? (request.method === 'public/auth' ? grant(request) : undefined)
          },
          { auth, strict, timeoutMs: 2_000, readRetries: 1 },
          {
            onDrift: (drift) => shown.push(drift),
            credentials() {
              asked += 1
              if (sourceFails && asked === 1) throw new Error(`cannot read ${CLIENT_SECRET}`)
              return { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
            },
          },
        )
        const calls = [
          () => client.open(),
          () => client.public.test(),
          () => client.private.getOpenOrders(),
          () => client.private.cancelAll(),
          () => client.private.sell(SELL),
        ]
        for (const call of calls) shown.push(await call().catch((error) => error))
        shown.push(client, logged)
        await client.close()

        const signatures = exchange.received.flatMap(({ params }) => params.signature ?? [])
        const text = shown.map(visible).join('\n')
        for (const secret of [CLIENT_ID, CLIENT_SECRET, ACCESS, REFRESH, ...signatures]) {
          expect(text).not.toContain(secret)
        }
      }),
      { numRuns: 150 },
    )
  })

  it.each(Object.keys(LEAKS))('are in nothing where the exchange repeats them in %s', async (name) => {
    for (const at of ['public/auth', 'private/get_open_orders', 'private/cancel_all', 'private/sell']) {
      const { client, logged } = createScriptedClient(
        (request) => {
          const act = request.method === at ? LEAKS[name]?.(request, JSON.stringify(request)) : undefined
          return act ?? (request.method === 'public/auth' ? grant(request) : undefined)
        },
        { timeoutMs: 2_000, readRetries: 0 },
        { credentials: () => ({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }) },
      )
      const shown: unknown[] = [client, logged]
      for (const call of [client.private.getOpenOrders, client.private.cancelAll]) {
        shown.push(await call().catch((error: unknown) => error))
      }
      shown.push(await client.private.sell(SELL).catch((error) => error))
      const text = shown.map(visible).join('\n')
      for (const secret of [CLIENT_ID, CLIENT_SECRET, ACCESS, REFRESH]) expect(text).not.toContain(secret)
    }
  })

  it.each([false, true])('are in no path where a reply names a field by them: strict %s', async (strict) => {
    const drifts: unknown[] = []
    const { client } = createScriptedClient(
      (request) => {
        if (request.method === 'public/auth') return grant(request)
        return { reply: resultReply(request, { version: '1', [ACCESS]: 1 }) }
      },
      { strict },
      { onDrift: (drift) => drifts.push(drift) },
    )
    await client.open()
    const answer = await client.public.test().then(
      () => 'understood',
      (error) => visible(error),
    )
    expect(drifts).toEqual(strict ? [] : [{ method: 'public/test', path: 'result.?', kind: 'unknown-field' }])
    expect(answer).toContain(strict ? 'result.?' : 'understood')
    expect(answer).not.toContain(ACCESS)
  })

  it('would be found in what this looks at', () => {
    const error = new Error('outer', {
      cause: Object.assign(new Error('inner'), { headers: { authorization: ACCESS } }),
    })
    expect(visible(error)).toContain(ACCESS)
  })
})
