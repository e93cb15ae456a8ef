import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimServer } from '../serve.js'
import {
  callOverHttp,
  connectClient,
  createSteppedClock,
  restingBid,
  serveSockets,
  type TestClient,
} from './socket.fixture.js'

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
        await expect.poll(() => polite.frames.filter(({ id }) => id === 'beat').length).toBeGreaterThan(beats)
      }
    }
    expect(await silent.closed).toEqual({ code: 1008, reason: 'inactivity_timeout' })
    expect(polite.ws.readyState).toBe(polite.ws.OPEN)
    expect(await openOrders()).toEqual([ids[1]])
    await timed.close()
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

  it('has no heart where time stands still and there is no other', async () => {
    const client = await connectClient(server)
    const before = (await client.call('public/get_time')).result
    await client.call('public/set_heartbeat', { interval: 10 })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await client.call('public/get_time')).result).toBe(before)
    expect(client.frames.filter(({ method }) => method === 'heartbeat')).toEqual([])
  })
})
