import { describe, expect, it } from 'vitest'
import { accept, refusal } from './acts.fixture.js'
import { errorReply, INSTRUMENT, placedResult, resultReply, SELL, type SeenRequest } from './replies.fixture.js'
import { createScriptedClient, createSellingClient } from './scripted-client.fixture.js'
import type { Act } from './scripted-exchange.fixture.js'

describe('sending an order', () => {
  it('is accepted with the order and its trades, having asked for the grid, the time and a token', async () => {
    const { client, methods, sold } = createSellingClient(accept)
    const answer = await client.private.sell(SELL)
    expect(answer).toMatchObject({ outcome: 'accepted', order: { order_id: '146062', label: SELL.label }, trades: [] })
    expect(methods()).toEqual(['public/get_instrument', 'public/auth', 'private/sell'])
    expect(sold()[0]?.params).toEqual(SELL)
  })

  it('asks for nothing that is known', async () => {
    const { client, methods } = createSellingClient(accept)
    await client.private.sell(SELL)
    await client.private.sell({ ...SELL, label: 'second' })
    expect(methods().slice(3)).toEqual(['private/sell'])
  })

  it('takes the grid from a listing', async () => {
    const setUp = createScriptedClient((request) => {
      if (request.method === 'private/sell') return accept(request)
      return request.method === 'public/get_instruments' ? { reply: resultReply(request, [INSTRUMENT]) } : undefined
    })
    await setUp.client.public.getInstruments({ currency: 'BTC' })
    await setUp.client.private.sell(SELL)
    expect(setUp.exchange.receivedOf('public/get_instrument')).toEqual([])
  })

  it('sends exact decimals where the numbers are noisy', async () => {
    const { client, sold } = createSellingClient(accept)
    const answer = await client.private.sell({ ...SELL, price: 0.1 * 0.15, amount: 0.1 + 0.2 })
    expect(answer.outcome).toBe('accepted')
    expect(sold()[0]?.params).toMatchObject({ price: 0.015, amount: 0.3 })
  })

  it('is unknown where somebody who hears of its reply fails', async () => {
    const grown: (request: SeenRequest) => Act = (request) => ({
      reply: resultReply(request, placedResult(request.params, { grown: 1 })),
    })
    const onDrift = () => {
      throw new Error('a bug of theirs')
    }
    const { client, sold } = createSellingClient(grown, {}, { onDrift })
    expect(await client.private.sell(SELL)).toEqual({ outcome: 'unknown', reason: 'deribit/unexpected-reply' })
    expect(sold()).toHaveLength(1)
  })

  it('is rejected with the word and the number of Deribit', async () => {
    const { client } = createSellingClient(refusal(11054, { message: 'post_only_reject' }))
    expect(await client.private.sell(SELL)).toEqual({
      outcome: 'rejected',
      word: 'post_only_reject',
      number: 11054,
      message: 'Deribit refused private/sell: the post-only order would trade at once (11054 post_only_reject).',
    })
  })

  it.each([10009, 10028, 10041, 10047, 11051, 13009, 13021, 13666, -32602])(
    'is certainly rejected by %i',
    async (code) => {
      const { client, sold } = createSellingClient(refusal(code))
      expect(await client.private.sell(SELL)).toMatchObject({ outcome: 'rejected', number: code })
      expect(sold()).toHaveLength(1)
    },
  )

  it.each([
    [13888, 'deribit/timed-out'],
    [11094, 'deribit/internal-server-error'],
    [13028, 'deribit/temporarily-unavailable'],
    [10040, 'deribit/retry'],
    [10050, 'deribit/lock-time-exceeded'],
    [10001, 'deribit/error'],
    [-32603, 'deribit/internal-error'],
    [4711, 'deribit/unlisted-error'],
  ])('is unknown after %i', async (code, reason) => {
    const { client, sold } = createSellingClient(refusal(code))
    expect(await client.private.sell(SELL)).toEqual({ outcome: 'unknown', reason })
    expect(sold()).toHaveLength(1)
  })

  it.each<[string, (request: SeenRequest) => Act, string]>([
    ['a broken connection', () => ({ broken: 'ECONNRESET' }), 'deribit/no-answer (ECONNRESET)'],
    ['silence', () => 'silence', 'deribit/no-answer (deadline)'],
    [
      'an answer that is too late',
      (request) => ({ ...(accept(request) as object), delayMs: 2_500 }) as Act,
      'deribit/no-answer (deadline)',
    ],
    ['a page of a gateway', () => ({ reply: '<html>', status: 502 }), 'deribit/gateway-error (502)'],
    ['a page without status', () => ({ reply: '<html>' }), 'deribit/malformed-reply (it is not JSON)'],
    ['a redirect', () => ({ reply: '', status: 302 }), 'deribit/malformed-reply (it is a redirect)'],
    [
      'another id',
      ({ id, params }) => ({ reply: resultReply({ id: id + 1 }, placedResult(params)) }),
      'deribit/malformed-reply (its id is not the one of the request)',
    ],
    [
      'no order',
      (request) => ({ reply: resultReply(request, { trades: [] }) }),
      'deribit/unexpected-reply (result.order)',
    ],
    [
      'another label',
      (request) => ({ reply: resultReply(request, placedResult({ ...request.params, label: 'x' })) }),
      'deribit/reply-mismatch (label)',
    ],
    [
      'another price',
      (request) => ({ reply: resultReply(request, placedResult({ ...request.params, price: 0.0125 })) }),
      'deribit/reply-mismatch (price)',
    ],
    [
      'another unit',
      (request) => ({ reply: resultReply(request, placedResult({ ...request.params, amount: 3 })) }),
      'deribit/reply-mismatch (amount)',
    ],
    [
      'another network',
      (request) => ({ reply: resultReply(request, placedResult(request.params), { testnet: false }) }),
      'deribit/wrong-network',
    ],
  ])('is unknown after %s', async (_, answer, reason) => {
    const { client, sold } = createSellingClient(answer)
    expect(await client.private.sell(SELL)).toEqual({ outcome: 'unknown', reason })
    expect(sold()).toHaveLength(1)
  })

  it('is not sent where nobody is reached', async () => {
    const { client, sold } = createSellingClient(() => ({ refused: 'ECONNREFUSED' }))
    expect(await client.private.sell(SELL)).toEqual({
      outcome: 'rejected',
      word: 'not_sent',
      number: null,
      message: 'private/sell could not be sent: Deribit was not reached (ECONNREFUSED).',
    })
    expect(sold()).toEqual([])
  })

  it('is not sent where the limiter cannot let it go in time', async () => {
    const { client, sold, clock } = createSellingClient(accept, { orderTimeoutMs: 300 })
    for (let i = 0; i < 5; i += 1) await client.private.sell({ ...SELL, label: `order-${i}` })
    expect(await client.private.sell(SELL)).toMatchObject({
      outcome: 'rejected',
      word: 'not_sent',
      message: 'The next request of the matching pool may go in 400 ms, which is too late for this one.',
    })
    expect(sold()).toHaveLength(5)
    expect(clock.now()).toBe(1_000_000)
  })

  it('leaves room for cancels after any number of orders', async () => {
    const { client, clock } = createSellingClient(accept, { orderTimeoutMs: 1 })
    for (let i = 0; i < 12; i += 1) await client.private.sell({ ...SELL, label: `order-${i}` })
    const cancels = await Promise.all(
      [1, 2, 3, 4, 5].map(() => client.private.cancelAllByCurrency({ currency: 'BTC' }).catch((error) => error.code)),
    )
    expect(cancels).toEqual(Array(5).fill('deribit/method-not-found'))
    expect(clock.now()).toBe(1_000_000)
  })

  it('is not sent where no token is to be had', async () => {
    const { client, sold } = createSellingClient(
      accept,
      {},
      { credentials: () => ({ clientId: '', clientSecret: '' }) },
    )
    expect(await client.private.sell(SELL)).toMatchObject({
      outcome: 'rejected',
      word: 'not_sent',
      message: 'The credentials have no clientId, or one with spaces.',
    })
    expect(sold()).toEqual([])
  })

  it('is not sent where the sign-in takes too long', async () => {
    const setUp = createScriptedClient((request) => (request.method === 'public/auth' ? 'silence' : undefined))
    expect(await setUp.client.private.sell(SELL)).toMatchObject({ outcome: 'rejected', word: 'not_sent' })
    expect(setUp.clock.now()).toBe(1_002_000)
    expect(setUp.exchange.receivedOf('private/sell')).toEqual([])
  })

  it('is not sent where it would be begun too late after all', async () => {
    const slow = createScriptedClient((request, number) => {
      if (request.method === 'private/sell') return accept(request)
      return request.method === 'public/auth'
        ? {
            reply: resultReply(request, {
              access_token: `a${number}`,
              refresh_token: 'r',
              expires_in: 900,
              scope: 'account:read trade:read_write',
              token_type: 'bearer',
            }),
            delayMs: 500,
          }
        : undefined
    })
    expect(await slow.client.private.sell({ ...SELL, valid_until: SELL.valid_until - 2_800 })).toEqual({
      outcome: 'rejected',
      word: 'not_sent',
      number: null,
      message: 'private/sell waited past its valid_until.',
    })
    expect(slow.exchange.receivedOf('private/sell')).toEqual([])
  })

  it('has a new token for the next order where its own was refused', async () => {
    let orders = 0
    const { client, sold } = createSellingClient((request) => {
      orders += 1
      return orders === 1 ? refusal(13009)(request) : accept(request)
    })
    expect(await client.private.sell(SELL)).toMatchObject({ outcome: 'rejected', word: 'unauthorized' })
    expect(await client.private.sell({ ...SELL, label: 'second' })).toMatchObject({ outcome: 'accepted' })
    expect(new Set(sold().map(({ token }) => token)).size).toBe(2)
  })

  it.each([10043, 10021, 10026, 10002])('asks for the grid anew after %i', async (code) => {
    const { client, exchange } = createSellingClient(refusal(code))
    await client.private.sell(SELL)
    await client.private.sell({ ...SELL, label: 'second' })
    expect(exchange.receivedOf('public/get_instrument')).toHaveLength(2)
  })

  it('throws what is wrong with the order itself, before anything of it is sent', async () => {
    const { client, exchange, sold } = createSellingClient(accept)
    await expect(client.private.sell({ ...SELL, label: 'ça' })).rejects.toMatchObject({ facts: { field: 'label' } })
    await expect(client.private.sell({ ...SELL, type: 'market' as 'limit' })).rejects.toMatchObject({
      code: 'deribit/invalid-params',
      facts: { field: 'type' },
    })
    expect(exchange.received).toEqual([])
    await expect(client.private.sell({ ...SELL, price: 0.0122 })).rejects.toMatchObject({
      code: 'deribit/off-grid',
      facts: { field: 'price', value: 0.0122, below: 0.012, above: 0.0125 },
    })
    await expect(client.private.sell({ ...SELL, valid_until: SELL.valid_until - 4_000 })).rejects.toMatchObject({
      facts: { field: 'valid_until' },
    })
    expect(sold()).toEqual([])
  })

  it('does not take a refusal of the exchange for a fault that it found itself', async () => {
    const setUp = createScriptedClient((request) =>
      request.method === 'public/get_instrument'
        ? { reply: errorReply(request, { code: -32602 }), status: 400 }
        : undefined,
    )
    expect(await setUp.client.private.sell(SELL)).toMatchObject({ outcome: 'rejected', word: 'not_sent' })
  })

  it('hears its signal before it is sent, and not after', async () => {
    const { client, clock, sold } = createSellingClient(
      (request) => ({ ...(accept(request) as object), delayMs: 500 }) as Act,
    )
    await expect(client.private.sell(SELL, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
    expect(sold()).toEqual([])
    const controller = new AbortController()
    const sending = client.private.sell(SELL, { signal: controller.signal })
    void clock.sleep(100).then(() => controller.abort(new Error('too late')))
    expect(await sending).toMatchObject({ outcome: 'accepted' })
  })

  it('changes an order by its id, and compares the answer', async () => {
    const edit = {
      order_id: '146062',
      amount: 0.3,
      price: 0.012,
      post_only: true,
      reject_post_only: true,
      reduce_only: false,
      valid_until: SELL.valid_until,
    }
    const setUp = createScriptedClient((request) => {
      if (request.method !== 'private/edit') return undefined
      return { reply: resultReply(request, placedResult(SELL, { order_id: request.params.order_id })) }
    })
    expect(await setUp.client.private.edit(edit)).toMatchObject({ outcome: 'accepted' })
    expect(await setUp.client.private.edit({ ...edit, price: 0.0125 })).toMatchObject({
      reason: 'deribit/reply-mismatch (price)',
    })
  })
})
