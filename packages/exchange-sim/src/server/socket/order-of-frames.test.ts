import { createSystemClock } from '@cc/models/clock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFaultPlan } from '../faults/fault-plan.js'
import type { SimServer } from '../serve.js'
import { callOverHttp, connectClient, type Frame, restingBid, serveSockets } from './socket.fixture.js'

let server: SimServer
let bid: Record<string, unknown>
beforeAll(async () => {
  server = await serveSockets({ maxBacklogBytes: 4_000_000 })
  const client = await connectClient(server)
  bid = await restingBid(client)
})
afterAll(() => server.close())

const nameOf = ({ id, params }: Frame) => id ?? params?.channel

describe('a reply', () => {
  it('goes before what a subscription opens with, and before what the request itself brings about', async () => {
    const client = await connectClient(server)
    await client.auth()
    const { instrument_name } = bid
    const channels = [`book.${instrument_name}.raw`, 'user.orders.any.any.raw']
    client.send(JSON.stringify({ id: 'join', method: 'private/subscribe', params: { channels } }))
    client.send(JSON.stringify({ id: 'buy', method: 'private/buy', params: bid }))
    await client.frame(({ params }) => params?.channel === channels[1])
    await client.call('public/test')
    const names = client.frames.map(nameOf).filter((name) => typeof name === 'string')
    expect(names.slice(0, 3)).toEqual(['join', channels[0], 'buy'])
    expect(names.slice(3).sort()).toEqual([...channels].sort())
  })

  it('over HTTP brings the others what it changed', async () => {
    const client = await connectClient(server)
    await client.auth()
    await client.call('private/subscribe', { channels: ['user.orders.any.any.raw'] })
    const { result } = await callOverHttp(server, 'private/buy', { ...bid, label: 'over http' })
    expect(result).toHaveProperty('order')
    const { params } = await client.frame(({ params }) => params !== undefined)
    expect(params).toMatchObject({ channel: 'user.orders.any.any.raw', data: { label: 'over http' } })
  })
})

it('that is lost takes nothing with it of what its request brought about', async () => {
  const faults = createFaultPlan({
    script: [{ on: 'request', method: 'private/buy', fault: { kind: 'drop', when: 'after' } }],
  })
  const faulty = await serveSockets({}, { faults, wallClock: createSystemClock() })
  const client = await connectClient(faulty)
  await client.auth()
  await client.call('private/subscribe', { channels: ['user.orders.any.any.raw'] })
  client.send(JSON.stringify({ id: 'lost', method: 'private/buy', params: { ...bid, label: 'lost' } }))
  expect((await client.frame(({ params }) => params !== undefined)).params).toMatchObject({ data: { label: 'lost' } })
  expect(client.frames.some(({ id }) => id === 'lost')).toBe(false)
  await faulty.close()
})

describe('a client that does not read', () => {
  it('is not told more than the backlog holds: it is ended, and its orders are cancelled', async () => {
    const slow = await connectClient(server)
    const busy = await connectClient(server)
    await busy.auth()
    await slow.auth()
    await slow.call('private/enable_cancel_on_disconnect')
    const placed = await slow.call('private/buy', { ...bid, label: 'slow' })
    const { order_id } = (placed.result as { order: { order_id: string } }).order
    await slow.call('public/subscribe', { channels: ['markprice.options.btc_usd'] })
    slow.ws.pause()
    const before = process.memoryUsage().arrayBuffers
    let state: unknown
    for (let minute = 0; minute < 2_000 && state !== 'cancelled'; minute += 1) {
      await busy.call('sim/advance_time', { by_ms: 60_000 })
      if (minute % 20 === 0) {
        const { result } = await busy.call('private/get_order_state', { order_id })
        state = (result as { order_state: string }).order_state
      }
    }
    const { result } = await busy.call('private/get_order_state', { order_id })
    expect(result).toMatchObject({ order_state: 'cancelled', cancel_reason: 'cancel_on_disconnect' })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64_000_000)
    slow.ws.resume()
    expect((await slow.closed).code).toBeOneOf([1006, 1008])
  })

  it('but asks for much, is answered as it reads, with everything', async () => {
    const client = await connectClient(server)
    client.ws.pause()
    for (let id = 1; id <= 60; id += 1) {
      client.send(JSON.stringify({ id, method: 'public/get_instruments', params: { currency: 'BTC' } }))
    }
    client.send(JSON.stringify({ id: 61, method: 'public/test' }))
    await new Promise((resolve) => setTimeout(resolve, 200))
    client.ws.resume()
    await client.frame(({ id }) => id === 61)
    expect(client.frames.map(({ id }) => id)).toEqual(Array.from({ length: 61 }, (_, index) => index + 1))
  })
})
