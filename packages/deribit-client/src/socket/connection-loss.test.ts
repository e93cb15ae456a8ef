import { CcError } from '@cc/models'
import { silentLogger } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../manual-clock.fixture.js'
import { fail, never, opened, reply, resultOf, setUp, turn } from './connection.fixture.js'
import { noConnection } from './socket-errors.js'

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

  it('does not know what became of what a socket failed to send', async () => {
    const broken = { send: fail, destroy() {} }
    const { connection, ask, told } = await opened({}, { openSocket: async () => broken })
    expect(await ask(1)).toEqual({ kind: 'no-answer', reason: 'send-failed' })
    expect([connection.state(), told]).toEqual(['waiting', ['open 1', 'lost send-failed']])
  })

  it('is not greeted on a socket that ended before it was handed over', async () => {
    let [greetings, destroyed] = [0, 0]
    const { connection, told, clock } = setUp(
      {},
      {
        async greet() {
          greetings += 1
        },
        async openSocket({ onEnd }) {
          if (destroyed === 0) onEnd('ECONNRESET')
          const destroy = () => {
            destroyed += 1
          }
          return { send: fail, destroy }
        },
      },
    )
    const ready = connection.ready('public/ticker', never)
    await turn()
    expect([greetings, destroyed, connection.state()]).toEqual([0, 1, 'waiting'])
    clock.advance(250)
    await ready
    expect([greetings, told]).toEqual([1, ['open 1']])
  })

  it('tells each of very many', async () => {
    const { ask, last } = await opened()
    const asked = Array.from({ length: 20_000 }, (_, index) =>
      ask(index + 1, 'public/ticker', new AbortController().signal),
    )
    last().events.onEnd('ECONNRESET')
    const kinds = new Set((await Promise.all(asked)).map(({ kind }) => kind))
    expect([...kinds]).toEqual(['no-answer'])
  })

  it('takes a reply before the loss, and none after it', async () => {
    const { ask, say, last } = await opened()
    const [answered, lost] = [ask(1), ask(2)]
    say(reply(1))
    last().events.onEnd('ECONNRESET')
    say(reply(2))
    expect([resultOf(await answered), (await lost).kind]).toEqual([1, 'no-answer'])
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
    // One that came at the same time, and says less.
    say({ jsonrpc: '2.0', id: 2, error: { code: 10_028 } })
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

  it('tries again after a greeting that fails, says why, and does not tell of what never was open', async () => {
    let greetings = 0
    const warnings: unknown[] = []
    const { clock, connection, told } = setUp(
      {},
      {
        async greet() {
          greetings += 1
          const facts = { waitMs: 7 }
          if (greetings === 1) throw new CcError('busy', { code: 'deribit/rate-limited', recovery: 'retry', facts })
        },
        logger: { ...silentLogger, warn: (_, facts) => void warnings.push(facts) },
      },
    )
    const ready = connection.ready('public/ticker', never)
    await turn()
    expect(connection.lastFailure()?.code).toBe('deribit/rate-limited')
    expect(warnings).toEqual([{ code: 'deribit/rate-limited', waitMs: 7, pauseMs: expect.any(Number) }])
    clock.advance(250)
    await ready
    expect(told).toEqual(['open 1'])
  })
})
