import { CcError } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accept } from './acts.fixture.js'
import { errorRowOf } from './error-table.js'
import { errorReply, resultReply, SELL, type SeenRequest } from './replies.fixture.js'
import { createScriptedClient } from './scripted-client.fixture.js'
import type { Act } from './scripted-exchange.fixture.js'

/** An exchange that accepts, an exchange that refuses, and everything between. */
const step = fc.oneof(
  fc.constant('accept' as const),
  fc.record({
    code: fc.constantFrom(13009, 10028, 13888, 11094, 10040, 10009, 4711, -32602),
    wait: fc.option(fc.double()),
  }),
  fc.record({
    reply: fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 30 })),
    status: fc.constantFrom(200, 302, 400, 429, 502),
  }),
  fc.constantFrom<Act>(
    'silence',
    { refused: 'ECONNREFUSED' },
    { broken: 'ECONNRESET' },
    { broken: 'EPIPE', delayMs: 2_500 },
  ),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function play(what: Step, request: SeenRequest): Act {
  if (what === 'accept') return accept(request)
  if (typeof what !== 'object' || !('code' in what)) return what
  return { reply: errorReply(request, { code: what.code, data: { wait: what.wait } }), status: 400 }
}

describe('whatever an exchange does', () => {
  it('sees an order at most once, and the order has an outcome', async () => {
    const before = fc.array(fc.option(step, { freq: 3 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(step, before, async (onOrder, others) => {
        const { client, exchange } = createScriptedClient((request, number) => {
          if (request.method === 'private/sell') return play(onOrder, request)
          const other = others[number]
          return other === undefined || other === null || other === 'accept' ? undefined : play(other, request)
        })
        const answer = await client.private.sell(SELL)
        const sent = exchange.receivedOf('private/sell').length
        const wasNotSent = answer.outcome === 'rejected' && answer.word === 'not_sent'
        expect(['accepted', 'rejected', 'unknown']).toContain(answer.outcome)
        expect(sent).toBe(wasNotSent ? 0 : 1)
        await client.close()
      }),
      { numRuns: 300 },
    )
  })

  it('sees a change at most once, and what fails after that has to be looked up', async () => {
    await fc.assert(
      fc.asyncProperty(step, async (onCancel) => {
        const { client, exchange } = createScriptedClient((request) => {
          if (request.method !== 'private/cancel_all') return undefined
          return onCancel === 'accept' ? { reply: resultReply(request, 1) } : play(onCancel, request)
        })
        const failure: unknown = await client.private.cancelAll().then(
          () => undefined,
          (error) => error,
        )
        const sent = exchange.receivedOf('private/cancel_all').length
        expect(sent).toBeLessThanOrEqual(1)
        const isCertain =
          failure === undefined ||
          sent === 0 ||
          (typeof onCancel === 'object' && 'code' in onCancel && errorRowOf(onCancel.code).order === 'rejected')
        if (!isCertain) expect(failure).toMatchObject({ recovery: 'reconcile' })
        await client.close()
      }),
      { numRuns: 200 },
    )
  })

  it('answers a read with a result or a CcError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        const { client } = createScriptedClient((request, number) => {
          const what = steps[number % steps.length] ?? 'silence'
          return what === 'accept' ? undefined : play(what, request)
        })
        const answer: unknown = await client.public.test().catch((error) => error)
        if (!CcError.isInstance(answer)) expect(answer).toMatchObject({ result: { version: '1.2.26' } })
        await client.close()
      }),
      { numRuns: 200 },
    )
  })
})
