import { CcError } from '@cc/models'
import { silentLogger } from '@cc/models/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createManualClock } from '../manual-clock.fixture.js'
import type { Delivery } from '../transport/transport.js'
import { type ConnectionDeps, type ConnectionOptions, createConnection } from './connection.js'
import { noConnection } from './socket-errors.js'
import type { WireSocketEvents } from './wire-socket.js'

const never = new AbortController().signal

type FakeSocket = { readonly sent: Record<string, unknown>[]; readonly events: WireSocketEvents; isOver: boolean }

/** A connection over sockets that a test plays, on a clock that it moves. `open` may refuse. */
function setUp(options: Partial<ConnectionOptions> = {}, deps: Partial<ConnectionDeps> = {}) {
  const clock = createManualClock()
  const sockets: FakeSocket[] = []
  const triedAtMs: number[] = []
  const told: string[] = []
  const heard: unknown[] = []
  const refusals: (CcError | 'hang')[] = []
  const connection = createConnection(
    { openTimeoutMs: 5_000, silenceMs: 30_000, reconnectMinMs: 250, reconnectMaxMs: 4_000, ...options },
    {
      clock,
      logger: silentLogger,
      random: () => 0,
      greet: async () => {},
      onNotification: (channel, data, receivedMs) => void heard.push([channel, data, receivedMs]),
      async openSocket(events, signal) {
        triedAtMs.push(clock.now())
        const refusal = refusals.shift()
        if (refusal === 'hang') {
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        } else if (refusal !== undefined) throw refusal
        const socket: FakeSocket = { sent: [], events, isOver: false }
        sockets.push(socket)
        return {
          send(text) {
            if (socket.isOver) return false
            socket.sent.push(JSON.parse(text))
            return true
          },
          destroy() {
            socket.isOver = true
          },
        }
      },
      ...deps,
    },
  )
  connection.watch({
    onOpen: (epoch) => void told.push(`open ${epoch}`),
    onLost: (reason) => void told.push(`lost ${reason}`),
    onClosed: ({ code }) => void told.push(`closed ${code}`),
  })
  onTestFinished(() => {
    sockets.at(-1)?.events.onEnd('test-over')
    return connection.close()
  })
  return {
    clock,
    connection,
    sockets,
    triedAtMs,
    told,
    heard,
    refusals,
    last: () => sockets.at(-1) as FakeSocket,
    ask: (id: number, method = 'public/ticker', signal = never) =>
      connection.send({ id, method, params: { a: 1 } }, signal),
    say: (frame: unknown) => sockets.at(-1)?.events.onText(typeof frame === 'string' ? frame : JSON.stringify(frame)),
  }
}

/** Lets everything happen that needs no time. */
async function turn(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve()
}

async function opened(options: Partial<ConnectionOptions> = {}, deps: Partial<ConnectionDeps> = {}) {
  const made = setUp(options, deps)
  await made.connection.ready('public/ticker', never)
  return made
}

const reply = (id: unknown, result: unknown = id) => ({ jsonrpc: '2.0', id, result })
const resultOf = (delivery: Delivery) =>
  delivery.kind === 'reply' ? (delivery.body as { json: { result: unknown } }).json.result : delivery

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

describe('a connection that is lost', () => {
  it('tells all who wait for a reply, and connects again', async () => {
    const { ask, last, told, clock, connection, say } = await opened()
    const asked = [ask(1), ask(2)]
    last().events.onEnd('ECONNRESET')
    expect(await Promise.all(asked)).toEqual(Array(2).fill({ kind: 'no-answer', reason: 'ECONNRESET' }))
    expect(await ask(3)).toMatchObject({ kind: 'not-sent', reason: 'not-connected' })
    const ready = connection.ready('public/ticker', never)
    await turn()
    expect(connection.state()).toBe('waiting')
    clock.advance(250)
    await ready
    expect(connection.epoch()).toBe(2)
    expect(told).toEqual(['open 1', 'lost ECONNRESET', 'open 2'])
    const again = ask(4)
    say(reply(4))
    expect(resultOf(await again)).toBe(4)
  })

  it('hears nothing of a socket that is over', async () => {
    const { sockets, clock, connection, heard, told } = await opened()
    connection.renew('book')
    clock.advance(0)
    sockets[0]?.events.onText('{"method":"subscription","params":{"channel":"x","data":1}}')
    sockets[0]?.events.onText('nonsense')
    sockets[0]?.events.onEnd('late')
    expect([heard, told]).toEqual([[], ['open 1', 'lost book']])
  })

  it('pauses longer each time, up to a bound, and anew once a connection has held', async () => {
    const { clock, refusals, triedAtMs, connection, last } = setUp()
    refusals.push(...Array.from({ length: 6 }, () => noConnection('ECONNREFUSED')))
    connection.start()
    for (let i = 0; i < 6; i += 1) {
      await turn()
      clock.advance(4_000)
    }
    await turn()
    expect(connection.state()).toBe('open')
    last().events.onEnd('soon')
    await turn()
    clock.advance(3_999)
    await turn()
    expect(connection.state()).toBe('waiting')
    clock.advance(1)
    await turn()
    expect(connection.state()).toBe('open')
    clock.advance(10_000)
    last().events.onEnd('later')
    await turn()
    clock.advance(250)
    await turn()
    expect(connection.state()).toBe('open')
    expect(triedAtMs).toHaveLength(9)
  })

  it.each([
    [0, [250, 500, 1_000, 2_000, 4_000, 4_000]],
    [0.999_999, [126, 251, 501, 1_001, 2_001, 2_001]],
  ])('takes a random part off its pauses: %d', async (random, pauses) => {
    const { clock, refusals, triedAtMs, connection } = setUp({}, { random: () => random })
    refusals.push(...Array.from({ length: 7 }, () => noConnection('ECONNREFUSED')))
    connection.start()
    for (const pauseMs of pauses) {
      await turn()
      const tries = triedAtMs.length
      clock.advance(pauseMs - 1)
      await turn()
      expect(triedAtMs).toHaveLength(tries)
      clock.advance(1)
      await turn()
      expect(triedAtMs).toHaveLength(tries + 1)
    }
  })

  it.each([
    [{ code: 10_028, message: 'too_many_requests', data: { wait: 7 } }, 7_000],
    [{ code: 10_028, message: 'too_many_requests' }, 1_000],
    [{ code: 10_028, message: 'too_many_requests', data: { wait: -1 } }, 1_000],
  ])('leaves the exchange alone after too many requests: %j', async (error, restMs) => {
    const { clock, say, ask, last, triedAtMs } = await opened()
    const asked = ask(1)
    say({ jsonrpc: '2.0', id: 1, error })
    expect((await asked).kind).toBe('reply')
    last().events.onEnd('closed-1000')
    await turn()
    clock.advance(restMs - 1)
    await turn()
    expect(triedAtMs).toHaveLength(1)
    clock.advance(1)
    await turn()
    expect(triedAtMs).toHaveLength(2)
  })

  it('gives up a socket on which nothing comes', async () => {
    const { clock, say, told } = await opened()
    clock.advance(29_999)
    await turn()
    say({ jsonrpc: '2.0', method: 'heartbeat', params: { type: 'heartbeat' } })
    clock.advance(29_999)
    await turn()
    expect(told).toEqual(['open 1'])
    clock.advance(1)
    await turn()
    expect(told).toEqual(['open 1', 'lost silent'])
  })

  it('trusts no frame that it finds after it was suspended', async () => {
    const jumping = createManualClock()
    let jumpMs = 0
    const clock = { ...jumping, now: () => jumping.now() + jumpMs }
    const { say, heard, told } = await opened({}, { clock })
    jumpMs = 60_000
    say({ jsonrpc: '2.0', method: 'subscription', params: { channel: 'x', data: 1 } })
    expect([heard, told]).toEqual([[], ['open 1', 'lost silent']])
  })

  it('gives up a handshake and a greeting that never end', async () => {
    let greetings = 0
    const { clock, refusals, connection, last } = setUp(
      {},
      {
        greet: () => {
          greetings += 1
          return greetings === 1 ? new Promise(() => {}) : Promise.resolve()
        },
      },
    )
    refusals.push('hang')
    const ready = connection.ready('public/ticker', never)
    await turn()
    clock.advance(5_000)
    await turn()
    expect([connection.state(), connection.lastFailure()?.facts]).toEqual([
      'waiting',
      { reason: 'no-handshake-in-time' },
    ])
    clock.advance(250)
    await turn()
    expect(connection.state()).toBe('greeting')
    clock.advance(5_000)
    await turn()
    expect(connection.lastFailure()?.facts).toEqual({ reason: 'no-greeting-in-time' })
    expect(last().isOver).toBe(true)
    clock.advance(500)
    await ready
    expect(connection.epoch()).toBe(1)
  })

  it('tries again after a greeting that fails, and does not tell of what never was open', async () => {
    let greetings = 0
    const { clock, connection, told } = setUp(
      {},
      {
        async greet() {
          greetings += 1
          if (greetings === 1) throw new CcError('busy', { code: 'deribit/rate-limited', recovery: 'retry' })
        },
      },
    )
    const ready = connection.ready('public/ticker', never)
    await turn()
    expect(connection.lastFailure()?.code).toBe('deribit/rate-limited')
    clock.advance(250)
    await ready
    expect(told).toEqual(['open 1'])
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
