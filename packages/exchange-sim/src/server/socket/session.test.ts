import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { byCredentials } from '../protocol.fixture.js'
import type { SimServer } from '../serve.js'
import { callOverHttp, connectClient, HANGS, restingBid, serveSockets, type TestClient } from './socket.fixture.js'

const INVALID_TOKEN = { error: { code: 13009, data: { reason: 'invalid_token' } } }

let server: SimServer
let bid: Record<string, unknown>
const open: TestClient[] = []
beforeAll(async () => {
  server = await serveSockets()
  bid = await restingBid(await connectClient(server))
})
afterEach(async () => {
  for (const { ws, closed } of open.splice(0)) {
    ws.close()
    await closed
  }
  await callOverHttp(server, 'private/cancel_all')
})
afterAll(() => server.close())

async function connect(): Promise<TestClient> {
  const client = await connectClient(server)
  open.push(client)
  return client
}

const summary = (client: TestClient, more = {}) =>
  client.call('private/get_account_summary', { currency: 'BTC', ...more })

const order = async (client: TestClient, more = {}) => {
  const { result } = await client.call('private/buy', { ...bid, ...more })
  return (result as { order: { order_id: string } }).order.order_id
}

const stateOf = async (order_id: string) => {
  const { result } = await callOverHttp(server, 'private/get_order_state', { order_id })
  const { order_state, cancel_reason } = result as { order_state: string; cancel_reason?: string }
  return [order_state, cancel_reason]
}

describe('a token', () => {
  it.each([undefined, 'session:one'])(
    'of the scope %s is remembered by its connection, and by no other',
    async (scope) => {
      const [one, other] = [await connect(), await connect()]
      expect(await summary(one)).toMatchObject(INVALID_TOKEN)
      const { access_token } = await one.auth({ scope })
      expect(await summary(one)).toMatchObject({ result: { currency: 'BTC' } })
      expect(await summary(other)).toMatchObject(INVALID_TOKEN)
      expect(await summary(other, { access_token })).toMatchObject({ result: { currency: 'BTC' } })
      expect(await summary(other)).toMatchObject(INVALID_TOKEN)
    },
  )

  it('that is sent along counts before the one that is remembered', async () => {
    const client = await connect()
    const { access_token } = await client.auth({ scope: 'trade:read' })
    await client.auth({ scope: 'session:two' })
    expect(await client.call('private/buy', { ...bid, access_token })).toMatchObject({ error: { code: 13021 } })
    expect(await summary(client, { access_token: 'none' })).toMatchObject(INVALID_TOKEN)
  })

  it('that is refreshed is remembered in its new form, with the rights that it had', async () => {
    const client = await connect()
    const old = await client.auth({ scope: 'account:read trade:none' })
    const { refresh_token } = old
    expect(await client.call('public/auth', { grant_type: 'refresh_token', refresh_token })).toHaveProperty('result')
    expect(await summary(client)).toMatchObject({ result: {} })
    expect(await client.call('private/buy', bid)).toMatchObject({ error: { code: 13021 } })
    expect(await summary(client, { access_token: old.access_token })).toMatchObject(INVALID_TOKEN)
  })

  it('that has expired is worth nothing, and a new one is', async () => {
    const client = await connect()
    await client.auth({ scope: 'expires:60' })
    await client.call('private/subscribe', { channels: ['user.orders.any.any.raw'] })
    await client.call('sim/advance_time', { by_ms: 60_000 })
    expect(await summary(client)).toMatchObject(INVALID_TOKEN)
    expect(await client.call('private/subscribe', { channels: ['user.lock'] })).toMatchObject(INVALID_TOKEN)
    await callOverHttp(server, 'private/buy', { ...bid, label: 'heard' })
    const { params } = await client.frame(({ method }) => method === 'subscription')
    expect(params).toMatchObject({ data: { label: 'heard' } })
    await client.auth()
    expect(await summary(client)).toMatchObject({ result: {} })
  })

  it('ends with its connection, unless it is of a session', async () => {
    const [one, other] = [await connect(), await connect()]
    const bound = await other.auth()
    const named = await other.auth({ scope: 'session:three' })
    other.ws.terminate()
    await other.closed
    await expect.poll(() => summary(one, { access_token: bound.access_token }), HANGS).toMatchObject(INVALID_TOKEN)
    const { refresh_token } = bound
    expect(await one.call('public/auth', { grant_type: 'refresh_token', refresh_token })).toMatchObject(INVALID_TOKEN)
    expect(await summary(one, { access_token: named.access_token })).toMatchObject({ result: {} })
  })

  it('of a failed authentication leaves the one before', async () => {
    const client = await connect()
    await client.auth()
    expect(await client.call('public/auth', byCredentials({ client_secret: 'x' }))).toMatchObject({
      error: { code: 13004 },
    })
    expect(await summary(client)).toMatchObject({ result: {} })
  })
})

describe('a session', () => {
  it('introduces the platform', async () => {
    const client = await connect()
    const named = { client_name: 'test', client_version: '1' }
    expect(await client.call('public/hello', named)).toMatchObject({ result: { version: '1.2.26' } })
    expect(await client.call('public/hello', { client_name: 'x' })).toMatchObject({
      error: { code: -32602, data: { param: 'client_version' } },
    })
  })

  it('beats no faster than every ten seconds, in the words of the real one', async () => {
    const client = await connect()
    expect((await client.call('public/set_heartbeat', { interval: 9.9 })).error).toEqual({
      code: -32602,
      data: { reason: 'value must be >= 10', param: 'interval' },
      message: 'Invalid params',
    })
    expect(await client.call('public/set_heartbeat', { interval: 1e300 })).toMatchObject({ error: { code: -32602 } })
    expect(await client.call('public/set_heartbeat', { interval: 10 })).toMatchObject({ result: 'ok' })
    expect(await client.call('public/disable_heartbeat')).toMatchObject({ result: 'ok' })
  })

  it('says nothing to a logout, ends, and leaves orders and no token', async () => {
    const client = await connect()
    expect(await client.call('private/logout')).toMatchObject(INVALID_TOKEN)
    const { access_token } = await client.auth({ scope: 'session:four' })
    await client.call('private/enable_cancel_on_disconnect')
    const id = await order(client)
    const heard = client.frames.length
    client.send(JSON.stringify({ id: 77, method: 'private/logout', params: {} }))
    client.send(JSON.stringify({ id: 78, method: 'public/test', params: {} }))
    expect(await client.closed).toEqual({ code: 1000, reason: 'logout' })
    expect(client.frames).toHaveLength(heard)
    expect(await stateOf(id)).toEqual(['open', undefined])
    expect(await summary(await connect(), { access_token })).toMatchObject(INVALID_TOKEN)
  })

  it('keeps the token of its session where a logout asks for that', async () => {
    const client = await connect()
    const { access_token } = await client.auth({ scope: 'session:five trade:none account:none' })
    client.send(JSON.stringify({ id: 77, method: 'private/logout', params: { invalidate_token: false } }))
    await client.closed
    expect(await summary(await connect(), { access_token })).toMatchObject({ error: { code: 13021 } })
  })
})

describe('cancel on disconnect', () => {
  it('takes the orders that were placed on the connection after it was switched on, and no others', async () => {
    const [client, other] = [await connect(), await connect()]
    await client.auth()
    await other.auth()
    const before = await order(client)
    expect(await client.call('private/enable_cancel_on_disconnect')).toMatchObject({ result: 'ok' })
    const [after, edited, foreign] = [await order(client), await order(client), await order(other)]
    const overHttp = await callOverHttp(server, 'private/buy', bid)
    await other.call('private/edit', { order_id: edited, amount: 0.2, price: bid.price, post_only: false })
    client.ws.terminate()
    await expect.poll(() => stateOf(after), HANGS).toEqual(['cancelled', 'cancel_on_disconnect'])
    expect(await stateOf(edited)).toEqual(['cancelled', 'cancel_on_disconnect'])
    const { order_id } = (overHttp.result as { order: { order_id: string } }).order
    for (const id of [before, foreign, order_id]) expect(await stateOf(id)).toEqual(['open', undefined])
  })

  it('tells those who hear of orders', async () => {
    const [client, other] = [await connect(), await connect()]
    await client.auth()
    await other.auth()
    await client.call('private/enable_cancel_on_disconnect')
    await other.call('private/subscribe', { channels: ['user.orders.any.any.raw'] })
    const id = await order(client)
    client.ws.terminate()
    const { params } = await other.frame(({ params }) => {
      const data = params?.data as { order_id?: string; order_state?: string } | undefined
      return data?.order_id === id && data.order_state === 'cancelled'
    })
    expect(params?.data).toMatchObject({ cancel_reason: 'cancel_on_disconnect' })
  })

  it('is asked for and switched off for the connection, and for those to come', async () => {
    const client = await connect()
    await client.auth({ scope: 'account:read' })
    expect(await client.call('private/enable_cancel_on_disconnect')).toMatchObject({ error: { code: 13021 } })
    await client.auth()
    const read = async (on: TestClient, scope?: string) =>
      (await on.call('private/get_cancel_on_disconnect', scope === undefined ? {} : { scope })).result
    expect(await read(client)).toEqual({ scope: 'connection', enabled: false })
    await client.call('private/enable_cancel_on_disconnect', { scope: 'account' })
    expect(await read(client)).toEqual({ scope: 'connection', enabled: false })
    expect(await read(client, 'account')).toEqual({ scope: 'account', enabled: true })

    const later = await connect()
    await later.auth()
    expect(await read(later)).toEqual({ scope: 'connection', enabled: true })
    const kept = await order(later)
    await later.call('private/disable_cancel_on_disconnect')
    await later.call('private/enable_cancel_on_disconnect')
    const taken = await order(later)
    later.ws.close()
    await expect.poll(() => stateOf(taken), HANGS).toEqual(['cancelled', 'cancel_on_disconnect'])
    expect(await stateOf(kept)).toEqual(['open', undefined])
    await client.call('private/disable_cancel_on_disconnect', { scope: 'account' })
    const last = await connect()
    await last.auth()
    expect(await read(last)).toEqual({ scope: 'connection', enabled: false })
  })

  it('waits for the end of the pause of settlement, and comes before anything trades', async () => {
    const client = await connect()
    await client.auth()
    await client.call('private/enable_cancel_on_disconnect')
    const id = await order(client)
    const now = (await client.call('public/get_time')).result as number
    const day = 86_400_000
    const settlement = (Math.floor(now / day) + 1) * day + 8 * 3_600_000
    await client.call('sim/advance_time', { to_timestamp: settlement + 1_000 })
    expect(await client.call('private/cancel_all')).toMatchObject({ error: { code: 10041 } })
    client.ws.terminate()
    await client.closed
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await stateOf(id)).toEqual(['open', undefined])
    const other = await connect()
    await other.call('sim/advance_time', { to_timestamp: settlement + 600_000 })
    const { result } = await callOverHttp(server, 'private/get_order_state', { order_id: id })
    expect(result).toMatchObject({ order_state: 'cancelled', cancel_reason: 'cancel_on_disconnect' })
    const { last_update_timestamp } = result as { last_update_timestamp: number }
    expect(last_update_timestamp).toBeGreaterThanOrEqual(settlement + 5_000)
    expect(last_update_timestamp).toBeLessThanOrEqual(settlement + 5_100)
  })
})
