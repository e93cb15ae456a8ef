import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { fail, never, opened, reply, resultOf, setUp, turn } from './connection.fixture.js'
import { noConnection } from './socket-errors.js'

describe('a connection', () => {
  it('begins with the first that asks', async () => {
    const { connection, triedAtMs, told, clock } = setUp()
    expect([connection.state(), connection.epoch(), triedAtMs.length]).toEqual(['idle', 0, 0])
    await connection.ready('public/ticker', never)
    expect([connection.state(), connection.epoch(), triedAtMs.length]).toEqual(['open', 1, 1])
    expect(told).toEqual(['open 1'])
    // The watch over its silence.
    expect(clock.sleepers()).toBe(1)
  })

  it('greets before anybody else may go', async () => {
    let greeted = () => {}
    const greeting = new Promise<void>((resolve) => {
      greeted = resolve
    })
    const { connection, ask, last } = setUp({}, { greet: () => greeting })
    const order: string[] = []
    const wait = (method: string) => connection.ready(method, never).then(() => void order.push(method))
    const all = Promise.all([wait('private/sell'), wait('public/auth'), wait('private/enable_cancel_on_disconnect')])
    await turn()
    expect(order).toEqual(['public/auth', 'private/enable_cancel_on_disconnect'])
    expect(connection.state()).toBe('greeting')
    expect(await ask(1, 'private/sell')).toEqual({ kind: 'not-sent', reason: 'not-connected', isUntrusted: false })
    void ask(2, 'public/auth')
    expect(last().sent).toHaveLength(1)
    greeted()
    await all
    expect(order.at(-1)).toBe('private/sell')
  })

  it('carries replies to whom they belong, in whatever order they come', async () => {
    const { ask, say, last, clock } = await opened()
    const [first, second] = [ask(1), ask(2)]
    clock.advance(5)
    say(reply(2, 'two'))
    say(reply(1, 'one'))
    expect(await first).toMatchObject({ kind: 'reply', status: 200, sentMs: 1_000_000, receivedMs: 1_000_005 })
    expect([resultOf(await first), resultOf(await second)]).toEqual(['one', 'two'])
    expect(last().sent[0]).toEqual({ jsonrpc: '2.0', id: 1, method: 'public/ticker', params: { a: 1 } })
  })

  it('puts the token of a private request into its parameters', async () => {
    const { connection, last } = await opened()
    void connection.send({ id: 1, method: 'private/sell', params: { a: 1 }, token: 'secret' }, never)
    expect(last().sent[0]?.params).toEqual({ a: 1, access_token: 'secret' })
  })

  it.each([
    ['twice', reply(1)],
    ['to nothing', reply(77)],
    ['to a name', reply('1')],
    ['to null, with an error', { jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'x' } }],
    ['without an id', { jsonrpc: '2.0', error: { code: 1 } }],
    ['of a new kind', { jsonrpc: '2.0', method: 'news', params: {} }],
    ['which is a heartbeat', { jsonrpc: '2.0', method: 'heartbeat', params: { type: 'heartbeat' } }],
    ['which is an odd heartbeat', { jsonrpc: '2.0', method: 'heartbeat' }],
    ['whose error is none', { jsonrpc: '2.0', id: 5, error: null }],
  ])('is not disturbed by a reply that comes %s', async (_, frame) => {
    const { ask, say, connection } = await opened()
    const asked = ask(1)
    say(reply(1, 'first'))
    say(frame)
    expect(resultOf(await asked)).toBe('first')
    expect(connection.state()).toBe('open')
  })

  it('lets go of a request whose time is up, and ignores its reply', async () => {
    const { ask, say, connection } = await opened()
    const controller = new AbortController()
    const asked = ask(1, 'public/ticker', controller.signal)
    controller.abort()
    expect(await asked).toEqual({ kind: 'no-answer', reason: 'aborted' })
    say(reply(1))
    expect(await ask(2, 'public/ticker', controller.signal)).toMatchObject({ kind: 'not-sent', reason: 'aborted' })
    expect(connection.state()).toBe('open')
  })

  it('passes on notifications', async () => {
    const { say, heard } = await opened()
    say({ jsonrpc: '2.0', method: 'subscription', params: { channel: 'ticker.X', data: [1] } })
    expect(heard).toEqual([['ticker.X', [1], 1_000_000]])
  })

  it('outlives a reader that fails', async () => {
    const failing = () => {
      throw new Error('reader')
    }
    const { say, ask, connection } = await opened({}, { onNotification: failing })
    connection.watch({ onLost: failing })
    say({ jsonrpc: '2.0', method: 'subscription', params: { channel: 'x', data: 1 } })
    const asked = ask(1)
    say(reply(1))
    expect(resultOf(await asked)).toBe(1)
    connection.renew('test')
    expect(connection.state()).toBe('waiting')
  })

  it('does not give up a socket that there is not yet', async () => {
    const { connection, refusals, triedAtMs } = setUp()
    refusals.push('hang')
    connection.start()
    connection.renew('unfit')
    await turn()
    expect([connection.state(), triedAtMs.length]).toEqual(['connecting', 1])
  })

  it('says that it is there when asked', async () => {
    const { say, last } = await opened()
    say({ jsonrpc: '2.0', method: 'heartbeat', params: { type: 'test_request' } })
    expect(last().sent).toMatchObject([{ method: 'public/test', params: {} }])
    say(reply(last().sent[0]?.id, { version: '1' }))
  })

  it.each([
    ['hello', 'malformed-frame (not-json)'],
    ['[]', 'malformed-frame (not-an-object)'],
    ['null', 'malformed-frame (not-an-object)'],
    ['{"method":"subscription"}', 'malformed-frame (no-channel)'],
    ['{"method":"subscription","params":{"channel":"x"}}', 'malformed-frame (no-channel)'],
  ])('does not go on after %s, of which nobody knows what it was', async (text, reason) => {
    const { say, ask, told, last } = await opened()
    const asked = ask(1)
    say(text)
    expect(await asked).toEqual({ kind: 'no-answer', reason })
    expect(told).toEqual(['open 1', `lost ${reason}`])
    expect(last().isOver).toBe(true)
  })
})

describe('a listener', () => {
  it.each(['open', 'lost'] as const)(
    'may close the connection when it is %s, and the others hear it in order',
    async (when) => {
      const { connection, told, clock, last } = setUp()
      const others: string[] = []
      const close = () => void connection.close()
      connection.watch(when === 'open' ? { onOpen: close } : { onLost: close })
      connection.watch({
        onOpen: (epoch) => void others.push(`open ${epoch}`),
        onLost: (reason) => void others.push(`lost ${reason}`),
        onClosed: ({ code }) => void others.push(`closed ${code}`),
      })
      const waiting = connection.ready('private/sell', never).catch(({ code }) => code)
      await turn()
      if (when === 'lost') last().events.onEnd('ECONNRESET')
      await connection.close()
      expect(await waiting).toBe(when === 'open' ? 'deribit/closed' : undefined)
      expect(others).toEqual(['open 1', ...(when === 'lost' ? ['lost ECONNRESET'] : []), 'closed deribit/closed'])
      expect([others, clock.sleepers(), last().isOver]).toEqual([told, 0, true])
    },
  )

  it('may give up a connection as soon as it is open, and nobody is let go on it', async () => {
    const { connection, told, clock } = setUp()
    const others: string[] = []
    connection.watch({ onOpen: (epoch) => void (epoch === 1 && connection.renew('unfit')) })
    connection.watch({
      onOpen: (epoch) => void others.push(`open ${epoch}`),
      onLost: (reason) => void others.push(`lost ${reason}`),
    })
    let isReady = false
    const ready = connection.ready('private/sell', never).then(() => {
      isReady = true
    })
    await turn()
    expect([isReady, connection.state()]).toEqual([false, 'waiting'])
    clock.advance(250)
    await ready
    expect([connection.state(), connection.epoch()]).toEqual(['open', 2])
    expect(others).toEqual(['open 1', 'lost unfit', 'open 2'])
    expect(told).toEqual(others)
  })

  it('hears nothing after it has left, though that was in the midst of it', async () => {
    const { connection } = setUp()
    const heard: string[] = []
    let leave = () => {}
    connection.watch({ onOpen: () => leave() })
    leave = connection.watch({ onOpen: () => void heard.push('open') })
    await connection.ready('public/ticker', never)
    expect(heard).toEqual([])
  })
})

describe('a connection that is closed', () => {
  it('for good, where another try would go no better', async () => {
    const wrong = new CcError('wrong', { code: 'deribit/invalid-credentials', recovery: 'halt' })
    const { connection, clock, told, last, ask } = setUp({}, { greet: () => Promise.reject(wrong) })
    await expect(connection.ready('private/sell', never)).rejects.toBe(wrong)
    await expect(connection.ready('public/auth', never)).rejects.toBe(wrong)
    expect(await ask(1)).toMatchObject({ kind: 'not-sent', reason: 'closed' })
    expect([connection.state(), last().isOver, told]).toEqual(['closed', true, [`closed ${wrong.code}`]])
    clock.advance(100_000)
    await turn()
    expect([connection.epoch(), clock.sleepers()]).toEqual([0, 0])
    await connection.close()
  })

  it.each(['idle', 'connecting', 'greeting', 'open', 'waiting'] as const)('while it is %s', async (state) => {
    const { connection, clock, refusals, told } = setUp(
      {},
      state === 'greeting' ? { greet: () => new Promise(() => {}) } : {},
    )
    if (state === 'connecting') refusals.push('hang')
    if (state === 'waiting') refusals.push(noConnection('ECONNREFUSED'))
    if (state !== 'idle') connection.start()
    await turn()
    expect(connection.state()).toBe(state)
    const waiting = connection.ready('public/ticker', never).catch(({ code }) => code)
    if (state === 'idle') await turn()
    await connection.close()
    expect(['deribit/closed', undefined]).toContain(await waiting)
    expect(connection.state()).toBe('closed')
    expect(told.at(-1)).toBe('closed deribit/closed')
    expect(told.some((what) => what.startsWith('lost'))).toBe(false)
    expect(clock.sleepers()).toBe(0)
    await expect(connection.ready('public/ticker', never)).rejects.toMatchObject({ code: 'deribit/closed' })
    connection.start()
    connection.renew('x')
    expect(connection.state()).toBe('closed')
  })

  it('waits for the answers to what was sent, and sends no more', async () => {
    const { connection, ask, say, last } = await opened()
    const asked = ask(1)
    const closing = connection.close()
    let isClosed = false
    void closing.then(() => {
      isClosed = true
    })
    expect(await ask(2)).toMatchObject({ kind: 'not-sent', reason: 'closed' })
    await turn()
    expect([isClosed, last().isOver]).toEqual([false, false])
    say(reply(1, 'done'))
    expect(resultOf(await asked)).toBe('done')
    await closing
    expect(last().isOver).toBe(true)
  })

  it.each(['fails', 'opens'] as const)(
    'waits for a socket that is being opened, and keeps none that still %s',
    async (how) => {
      let letGo = () => {}
      let isDestroyed = how === 'fails'
      const { connection, told } = setUp(
        {},
        {
          openSocket: (_, signal) =>
            new Promise((resolve, reject) => {
              const destroy = () => {
                isDestroyed = true
              }
              letGo = () => (how === 'fails' ? reject(signal.reason) : resolve({ send: fail, destroy }))
            }),
        },
      )
      connection.start()
      let isClosed = false
      const closing = connection.close().then(() => {
        isClosed = true
      })
      await turn()
      expect([isClosed, told]).toEqual([false, ['closed deribit/closed']])
      letGo()
      await closing
      expect([isDestroyed, connection.epoch()]).toEqual([true, 0])
    },
  )

  it('does not outlive its socket', async () => {
    const { connection, ask, last, triedAtMs, told } = await opened()
    const asked = ask(1)
    const closing = connection.close()
    last().events.onEnd('ECONNRESET')
    expect(await asked).toEqual({ kind: 'no-answer', reason: 'ECONNRESET' })
    await closing
    expect([triedAtMs.length, told]).toEqual([1, ['open 1', 'closed deribit/closed']])
  })
})

it('lets go of those who wait when their time is up', async () => {
  const { connection, refusals } = setUp()
  refusals.push('hang')
  const controller = new AbortController()
  const waiting = connection.ready('private/sell', controller.signal)
  controller.abort(new Error('too late'))
  await expect(waiting).rejects.toThrow('too late')
  await expect(connection.ready('private/sell', controller.signal)).rejects.toThrow('too late')
})
