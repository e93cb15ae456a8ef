import { createVirtualClock } from '@cc/models/clock'
import { describe, expect, it, vi } from 'vitest'
import { createSyntheticMarket } from '../../synthetic/synthetic-market.js'
import { createSimServer } from '../create-sim-server.js'
import type { Envelope } from '../protocol.fixture.js'
import { createFaultPlan } from './fault-plan.js'
import {
  BUY,
  bytesOf,
  call,
  type FaultyServer,
  faultyServer,
  HANGS_MS,
  type Listener,
  listen,
  once,
  openOrders,
  post,
  rawConnection,
  wish,
} from './faulty-server.fixture.js'

describe('an error by its word', () => {
  it.each([
    ['retry', 10040, 400],
    ['settlement_in_progress', 10041, 400],
    ['matching_engine_queue_full', 10047, 400],
    ['temporarily_unavailable', 13028, 400],
    ['timed_out', 13888, 400],
    ['system_maintenance', 11051, 400],
    ['too_many_requests', 10028, 429],
    ['unauthorized', 13009, 401],
  ])('%s is %i, with status %i, and leaves no order or one', async (word, code, status) => {
    const server = await faultyServer({
      script: [
        { on: 'request', method: BUY, fault: { kind: 'error', word, when: 'before' } },
        { on: 'request', method: BUY, fault: { kind: 'error', word, when: 'after', waitSec: 2.5 } },
      ],
    })
    const before = await post(server, BUY, wish('told'))
    expect(before.status).toBe(status)
    expect(before.envelope()).toMatchObject({ id: 7, error: { code, message: word }, testnet: true })
    expect(await openOrders(server, 'told')).toHaveLength(0)
    const after = await post(server, BUY, wish('told'))
    expect(after.envelope()).toMatchObject({ id: 7, error: { code, message: word, data: { wait: 2.5 } } })
    expect(after.envelope()).not.toHaveProperty('result')
    expect(await openOrders(server, 'told')).toHaveLength(1)
  })

  it('is the same over WebSocket, where too_many_requests ends the connection', async () => {
    const server = await faultyServer({
      script: ['retry', 'too_many_requests'].map((word) => ({
        on: 'request',
        method: BUY,
        fault: { kind: 'error', word, when: 'after' },
      })),
    })
    const { send, next, ended } = await listen(server)
    send(BUY, wish('told'), 1)
    expect(await next()).toMatchObject({ id: 1, error: { code: 10040 } })
    send(BUY, wish('told'), 2)
    expect(await next()).toMatchObject({ id: 2, error: { code: 10028 } })
    expect(await ended).toBe(1008)
    expect(await openOrders(server, 'told')).toHaveLength(2)
  })

  it('may be one that nobody knows', async () => {
    const server = await faultyServer(once(BUY, { kind: 'error', word: 'unheard_of', code: -32_603, when: 'before' }))
    expect((await post(server, BUY, wish('x'))).envelope()).toMatchObject({
      error: { code: -32_603, message: 'unheard_of' },
    })
  })
})

describe('token loss', () => {
  it('takes the tokens of everybody, over HTTP and WebSocket, until they authenticate again', async () => {
    const server = await faultyServer({
      script: [{ on: 'request', method: 'private/get_positions', skip: 2, fault: { kind: 'token-loss' } }],
    })
    const auth = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
    const tokens = (await call(server, 'public/auth', auth)) as { access_token: string; refresh_token: string }
    const authorization = `Bearer ${tokens.access_token}`
    const ask = async () => (await post(server, 'private/get_positions', {}, { authorization })).envelope()
    const socket = await listen(server)
    const askSocket = () => {
      socket.send('private/get_positions')
      return socket.next()
    }
    expect([await ask(), await askSocket()]).toMatchObject([{ result: [] }, { result: [] }])
    const refused = { error: { code: 13009, data: { reason: 'invalid_token' } } }
    expect(await ask()).toMatchObject(refused)
    expect([await ask(), await askSocket()]).toMatchObject([refused, refused])
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    expect((await post(server, 'public/auth', refresh)).envelope()).toMatchObject({ error: { code: 13009 } })
    socket.send('public/auth', auth)
    await socket.next()
    expect(await askSocket()).toMatchObject({ result: [] })
  })
})

describe('clock skew', () => {
  const HOUR_MS = 3_600_000
  const skewed = (ms: number) => once('public/test', { kind: 'clock-skew', ms })
  const tellsMs = ({ usOut }: Envelope) => Math.floor(usOut / 1_000)

  it.each([HOUR_MS, -HOUR_MS])('of %i ms is in the times that are told, and in no others', async (ms) => {
    const server = await faultyServer(skewed(ms))
    const before = (await post(server, 'public/get_time')).envelope()
    expect(Math.abs(Number(before.result) - tellsMs(before))).toBeLessThan(10_000)
    await call(server, 'public/test')
    const after = (await post(server, 'public/get_time')).envelope()
    expect(Math.abs(tellsMs(after) - tellsMs(before) - ms)).toBeLessThan(10_000)
    expect(Math.abs(Number(after.result) - Number(before.result) - ms)).toBeLessThan(10_000)
    const { order } = (await call(server, BUY, wish('skewed'))) as { order: { creation_timestamp: number } }
    expect(Math.abs(order.creation_timestamp - Number(before.result))).toBeLessThan(10_000)
  })

  it('is in the judgement of valid_until, in bodies, queries and frames', async () => {
    const server = await faultyServer(skewed(HOUR_MS))
    const now = Number(await call(server, 'public/get_time'))
    const socket = await listen(server)
    await call(server, 'public/test')
    const inHalfAnHour = { ...wish('skewed'), valid_until: now + HOUR_MS / 2 }
    expect((await post(server, BUY, inHalfAnHour)).envelope()).toMatchObject({ error: { code: 13888 } })
    socket.send(BUY, inHalfAnHour)
    expect(await socket.next()).toMatchObject({ error: { code: 13888 } })
    const query = new URLSearchParams(
      Object.entries(inHalfAnHour).map(([name, value]): [string, string] => [name, String(value)]),
    )
    const headers = { Authorization: `Basic ${Buffer.from('id:secret').toString('base64')}` }
    const response = await fetch(`${server.httpUrl}/api/v2/private/buy?${query}`, { headers })
    expect(await response.json()).toMatchObject({ error: { code: 13888 } })
    expect(await openOrders(server, 'skewed')).toEqual([])
    await call(server, BUY, { ...wish('skewed'), valid_until: now + 2 * HOUR_MS })
  })

  it('lets late orders in where the clock is behind, and ends with a skew of 0', async () => {
    const server = await faultyServer({
      script: [-HOUR_MS, 0].map((ms) => ({ on: 'request', method: 'public/test', fault: { kind: 'clock-skew', ms } })),
    })
    const past = { ...wish('late'), valid_until: Number(await call(server, 'public/get_time')) - 60_000 }
    await call(server, 'public/test')
    await call(server, BUY, past)
    await call(server, 'public/test')
    expect((await post(server, BUY, past)).envelope()).toMatchObject({ error: { code: 13888 } })
  })
})

describe('the end of the server', () => {
  const raw = async (server: FaultyServer) => {
    const { send, ended } = await rawConnection(server)
    send(bytesOf('public/get_time'))
    return ended
  }
  const socket = async (server: FaultyServer) => {
    const { send, ended }: Listener = await listen(server)
    send('public/get_time')
    return ended
  }

  it.each([
    { kind: 'latency', ms: 600_000 },
    { kind: 'late-arrival', ms: 600_000 },
    { kind: 'drop', when: 'before' },
    { kind: 'reorder', ms: 600_000 },
    { kind: 'half-open', when: 'after' },
    { kind: 'slow', part: 'headers', msPerByte: 10_000 },
    { kind: 'slow', part: 'body', msPerByte: 10_000 },
    { kind: 'endless', part: 'headers' },
    { kind: 'endless', part: 'body' },
    { kind: 'giant', bytes: 100_000_000 },
    { kind: 'gzip-bomb', bytes: 30_000_000 },
  ] as const)('comes at once in the middle of %o', async (fault) => {
    const server = await faultyServer({ script: [{ on: 'request', method: 'public/get_time', times: 2, fault }] })
    const ends = [raw(server), socket(server)]
    await vi.waitFor(() => expect(server.plan.left()).toBe(0), HANGS_MS)
    const began = performance.now()
    await server.close()
    await Promise.all(ends)
    expect(performance.now() - began).toBeLessThan(30_000)
  })

  it('comes at once while upgrades wait for an answer', async () => {
    const server = await faultyServer({ script: [{ on: 'upgrade', fault: { kind: 'half-open' } }] })
    const { send, ended } = await rawConnection(server)
    send('GET /ws/api/v2 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await vi.waitFor(() => expect(server.plan.left()).toBe(0), HANGS_MS)
    await server.close()
    expect(await ended).toBe('end')
  })
})

describe('control', () => {
  it('over the wire sets faults, and tells of them', async () => {
    const server = await faultyServer()
    const script = [{ on: 'request', method: 'public/*', fault: { kind: 'error', word: 'retry', when: 'before' } }]
    expect(await call(server, 'sim/set_faults', { script })).toBe('ok')
    expect((await post(server, 'public/test')).envelope()).toMatchObject({ error: { code: 10040 } })
    expect(await call(server, 'sim/get_faults')).toMatchObject({
      used: { 'request error': 1 },
      left: 0,
      log: [{ number: 1, by: 'script', on: 'request', method: 'public/test', transport: 'http' }],
    })
  })

  it('is never hit itself, and ends all faults without parameters', async () => {
    const server = await faultyServer({
      rates: [{ on: 'request', probability: 1, fault: { kind: 'reset', when: 'before' } }],
    })
    await expect(post(server, 'public/test')).rejects.toMatchObject({ code: 'ECONNRESET' })
    await call(server, 'sim/set_faults')
    await call(server, 'public/test')
  })

  it('names what is wrong with a plan', async () => {
    const server = await faultyServer()
    const { error } = (
      await post(server, 'sim/set_faults', { rates: [{ on: 'upgrade', probability: 7, fault: { kind: 'reset' } }] })
    ).envelope()
    expect(error).toMatchObject({ code: -32_602, data: { param: 'rates.0.probability' } })
    expect(error?.data?.reason).toMatch(/^rates\.0\.probability is 7: /)
  })

  it('is served only where it is asked for', async () => {
    const clock = createVirtualClock({ startMs: Date.UTC(2026, 0, 2) })
    const deps = {
      clock,
      market: createSyntheticMarket({ seed: 1, startMs: clock.now() }),
      credentials: { clientId: 'a', clientSecret: 'b' },
    }
    const [without, having] = [await createSimServer({}, deps), await createSimServer({ faultControl: true }, deps)]
    expect([without, having].map(({ methods }) => methods.includes('sim/set_faults'))).toEqual([false, true])
    await Promise.all([without.close(), having.close()])
  })

  it('needs the time of the machine', async () => {
    const clock = createVirtualClock({ startMs: Date.UTC(2026, 0, 2) })
    const deps = {
      clock,
      market: createSyntheticMarket({ seed: 1, startMs: clock.now() }),
      credentials: { clientId: 'a', clientSecret: 'b' },
      faults: createFaultPlan(),
    }
    await expect(createSimServer({ virtualTime: true }, deps)).rejects.toMatchObject({
      code: 'exchange-sim/faults-need-wall-clock',
    })
  })
})
