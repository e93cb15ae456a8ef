import { describe, expect, it } from 'vitest'
import { type Answer, good, inTurn, page, refusal } from './acts.fixture.js'
import { resultReply, tokenResult } from './replies.fixture.js'
import { createScriptedClient } from './scripted-client.fixture.js'

describe('a change', () => {
  const cancelling = (...answers: Answer[]) => createScriptedClient(inTurn('private/cancel_all', ...answers))

  it('answers like a read', async () => {
    const { client } = cancelling(good(3))
    expect((await client.private.cancelAll()).result).toBe(3)
  })

  it.each([
    ['a broken connection', () => ({ broken: 'ECONNRESET' }), 'deribit/no-answer'],
    ['silence', () => 'silence' as const, 'deribit/no-answer'],
    ['a page of a gateway', page(502), 'deribit/gateway-error'],
    ['text', () => ({ reply: 'hello' }), 'deribit/malformed-reply'],
    ['a redirect', page(307), 'deribit/malformed-reply'],
    ['13028', refusal(13028), 'deribit/temporarily-unavailable'],
    ['11094', refusal(11094), 'deribit/internal-server-error'],
    ['13888', refusal(13888), 'deribit/timed-out'],
    ['an unlisted number', refusal(4711), 'deribit/unlisted-error'],
    ['a result that is none', good('three'), 'deribit/unexpected-reply'],
  ] as const)('is sent once and has to be looked up after %s', async (_, act, code) => {
    const { client, exchange } = cancelling(act)
    await expect(client.private.cancelAll()).rejects.toMatchObject({ code, recovery: 'reconcile' })
    expect(exchange.receivedOf('private/cancel_all')).toHaveLength(1)
  })

  it.each([
    ['no connection', () => ({ refused: 'ECONNREFUSED' }), 'deribit/unreachable', 'retry'],
    ['10028', refusal(10028), 'deribit/too-many-requests', 'retry'],
    ['13009', refusal(13009), 'deribit/unauthorized', 'retry'],
    ['11044', refusal(11044), 'deribit/not-open-order', 'skip'],
    ['13021', refusal(13021), 'deribit/forbidden', 'halt'],
  ] as const)('is sent once and certainly was not done after %s', async (_, act, code, recovery) => {
    const { client, exchange } = cancelling(act, good(1))
    await expect(client.private.cancelAll()).rejects.toMatchObject({ code, recovery })
    expect(exchange.receivedOf('private/cancel_all').length).toBeLessThanOrEqual(1)
  })

  it('has a new token for the next call where its own was refused', async () => {
    const { client, exchange } = cancelling(refusal(13009), good(1))
    await expect(client.private.cancelAll()).rejects.toThrow()
    expect((await client.private.cancelAll()).result).toBe(1)
    expect(exchange.receivedOf('private/cancel_all').map(({ token }) => token)).toEqual(['access-0', 'access-2'])
  })

  it('hears its signal before it is sent, and not after', async () => {
    const { client, clock, exchange } = cancelling((request) => ({ reply: resultReply(request, 1), delayMs: 500 }))
    await expect(client.private.cancelAll({}, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
    expect(exchange.receivedOf('private/cancel_all')).toEqual([])
    const controller = new AbortController()
    const sent = client.private.cancelAll({}, { signal: controller.signal })
    void clock.sleep(100).then(() => controller.abort(new Error('too late')))
    expect((await sent).result).toBe(1)
  })

  it('has two seconds for its answer, however long it waited for a token', async () => {
    const slowly = { delayMs: 1_500 }
    const { client, clock } = createScriptedClient((request) => {
      if (request.method === 'public/auth') return { reply: resultReply(request, tokenResult()), ...slowly }
      return request.method === 'private/cancel_all' ? { reply: resultReply(request, 1), ...slowly } : undefined
    })
    expect((await client.private.cancelAll()).result).toBe(1)
    expect(clock.now()).toBe(1_003_000)
  })
})
