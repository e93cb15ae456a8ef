import { createVirtualClock } from '@cc/models/clock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createScriptedMarket, EXPIRY_MS, optionOf } from '../../exchange/exchange.fixture.js'
import { createSimServer } from '../create-sim-server.js'
import { createFaultPlan } from '../faults/fault-plan.js'
import { CREDENTIALS } from '../protocol.fixture.js'
import type { SimServer } from '../serve.js'
import {
  callOverHttp,
  connectClient,
  createSteppedClock,
  HANGS,
  restingBid,
  serveSockets,
  type TestClient,
} from './socket.fixture.js'

/** Nobody ever learns at what price its options are delivered. */
const EXPIRING = createScriptedMarket({ deliveryUsd: null })

let server: SimServer
let bid: Record<string, unknown>
beforeAll(async () => {
  server = await serveSockets()
  bid = await restingBid(await connectClient(server))
})
afterAll(() => server.close())

describe('a connection that is given up', () => {
  it('for a test request without answer, or for its silence, loses its orders; the one that answers does not', async () => {
    const wallClock = createSteppedClock()
    const timed = await serveSockets({}, { wallClock })
    const clients = await Promise.all([1, 2, 3].map(() => connectClient(timed)))
    const [mute, polite, silent] = clients as [TestClient, TestClient, TestClient]
    const ids: string[] = []
    for (const client of clients) {
      await client.auth()
      await client.call('private/enable_cancel_on_disconnect')
      const { result } = await client.call('private/buy', bid)
      ids.push((result as { order: { order_id: string } }).order.order_id)
    }
    await mute.call('public/set_heartbeat', { interval: 10 })
    await polite.call('public/set_heartbeat', { interval: 10 })
    polite.ws.on('message', (data: Buffer) => {
      if (data.toString().includes('"test_request"')) polite.send('{"id":"beat","method":"public/test"}')
    })
    const openOrders = async () => {
      const { result } = await callOverHttp(timed, 'private/get_open_orders')
      return (result as { order_id: string }[]).map(({ order_id }) => order_id)
    }
    await wallClock.advance(12_000)
    await polite.frame(({ id }) => id === 'beat')
    expect(await openOrders()).toHaveLength(3)
    await wallClock.advance(10_600)
    expect(await mute.closed).toEqual({ code: 1008, reason: 'heartbeat_timeout' })
    expect(await openOrders()).toEqual([ids[1], ids[2]])
    for (let passed = 22_600; passed <= 605_000; passed += 10_600) {
      const beats = polite.frames.filter(({ id }) => id === 'beat').length
      await wallClock.advance(10_600)
      if (polite.ws.readyState === polite.ws.OPEN) {
        await expect.poll(() => polite.frames.filter(({ id }) => id === 'beat').length, HANGS).toBeGreaterThan(beats)
      }
    }
    expect(await silent.closed).toEqual({ code: 1008, reason: 'inactivity_timeout' })
    expect(polite.ws.readyState).toBe(polite.ws.OPEN)
    expect(await openOrders()).toEqual([ids[1]])
    await timed.close()
    expect(wallClock.sleepers()).toBe(0)
  })

  it('that is half-open loses its orders, and its client is told nothing', async () => {
    const wallClock = createSteppedClock()
    const faults = createFaultPlan({
      script: [{ on: 'request', method: 'public/test', fault: { kind: 'half-open', when: 'before' } }],
    })
    const faulty = await serveSockets({}, { wallClock, faults })
    const client = await connectClient(faulty)
    await client.auth()
    await client.call('private/enable_cancel_on_disconnect')
    await client.call('private/buy', bid)
    await client.call('public/set_heartbeat', { interval: 10 })
    client.send('{"id":1000,"method":"public/test"}')
    await expect.poll(() => faults.left(), HANGS).toBe(0)
    await wallClock.advance(60_000)
    await expect.poll(async () => (await callOverHttp(faulty, 'private/get_open_orders')).result, HANGS).toEqual([])
    expect(client.ws.readyState).toBe(client.ws.OPEN)
    await faulty.close()
    expect(await client.closed).toEqual({ code: 1006, reason: '' })
    expect(wallClock.sleepers()).toBe(0)
  })

  it('for too many requests is told so first, and loses its orders', async () => {
    const limited = await serveSockets({ rateLimits: 'deribit' })
    const client = await connectClient(limited)
    await client.auth()
    await client.call('private/enable_cancel_on_disconnect')
    await client.call('private/buy', bid)
    for (let id = 1_000; id < 1_150; id += 1) client.send(JSON.stringify({ id, method: 'public/get_time' }))
    expect(await client.closed).toEqual({ code: 1008, reason: 'too_many_requests' })
    const last = client.frames.at(-1)
    expect(last).toMatchObject({ error: { code: 10028 } })
    expect(client.frames.filter(({ error }) => error !== undefined)).toHaveLength(1)
    const watcher = await connectClient(limited)
    await watcher.call('sim/advance_time', { by_ms: 60_000 })
    expect((await callOverHttp(limited, 'private/get_open_orders')).result).toEqual([])
    await limited.close()
  })

  it('for too many requests takes what it used from all that are of its account', async () => {
    const limited = await serveSockets({ rateLimits: 'deribit' })
    const [one, two, stranger] = await Promise.all([1, 2, 3].map(() => connectClient(limited)))
    await one?.auth()
    await two?.auth()
    for (let id = 1_000; id < 1_150; id += 1) one?.send(JSON.stringify({ id, method: 'public/get_time' }))
    await one?.closed
    expect(await two?.call('public/get_time')).toMatchObject({ error: { code: 10028 } })
    expect(await two?.closed).toMatchObject({ reason: 'too_many_requests' })
    expect(await stranger?.call('public/get_time')).toHaveProperty('result')
    await limited.close()
  })

  it('hears no heartbeat while it is being told things, and is asked all the same', async () => {
    const wallClock = createSteppedClock()
    const timed = await serveSockets({}, { wallClock })
    const [told, idle] = [await connectClient(timed), await connectClient(timed)]
    await told.call('public/subscribe', { channels: ['deribit_price_index.btc_usd'] })
    for (const client of [told, idle]) await client.call('public/set_heartbeat', { interval: 10 })
    await wallClock.advance(5_000)
    await idle.call('sim/advance_time', { by_ms: 1_000 })
    await wallClock.advance(7_000)
    const beats = async (client: TestClient) => {
      await client.frame(({ params }) => params?.type === 'test_request')
      return client.frames.filter(({ method }) => method === 'heartbeat').map(({ params }) => params?.type)
    }
    expect([await beats(told), await beats(idle)]).toEqual([['test_request'], ['heartbeat', 'test_request']])
    await timed.close()
  })

  it('has no heart where time stands still and there is no other', async () => {
    const client = await connectClient(server)
    const before = (await client.call('public/get_time')).result
    await client.call('public/set_heartbeat', { interval: 10 })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await client.call('public/get_time')).result).toBe(before)
    expect(client.frames.filter(({ method }) => method === 'heartbeat')).toEqual([])
  })
})

it('a market that fails while orders of a lost connection are to be cancelled is told of, and the server goes on', async () => {
  const failures: unknown[] = []
  const log = (message: string) => void failures.push(message)
  const broken = await createSimServer(
    { virtualTime: true, rateLimits: 'off', accessTokenSec: 86_400 * 365, depositsCoin: { BTC: 2 } },
    {
      clock: createVirtualClock({ startMs: EXPIRING.startMs }),
      market: EXPIRING,
      credentials: CREDENTIALS,
      logger: { debug: log, info: log, warn: log, error: log },
    },
  )
  const [client, other] = [await connectClient(broken), await connectClient(broken)]
  await client.auth()
  await client.call('private/enable_cancel_on_disconnect')
  const { symbol } = optionOf()
  const sale = { instrument_name: symbol, amount: 0.1, type: 'limit', post_only: false }
  expect(await client.call('private/sell', { ...sale, price: 0.02 })).toMatchObject({ result: { trades: [{}] } })
  expect(await client.call('private/sell', { ...sale, price: 0.03 })).toMatchObject({ result: { trades: [] } })
  expect(await other.call('sim/advance_time', { to_timestamp: EXPIRY_MS })).toMatchObject({ error: { code: 11094 } })
  client.ws.terminate()
  await expect.poll(() => failures, HANGS).toContain('Orders of a connection that ended could not be cancelled.')
  expect(await other.call('public/test')).toHaveProperty('error')
  expect(other.ws.readyState).toBe(other.ws.OPEN)
  await broken.close()
})
