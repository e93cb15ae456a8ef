import { fileURLToPath } from 'node:url'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimProtocol, createSimServer, simServerOptionsSchema } from '@cc/exchange-sim/server'
import { createVirtualClock } from '@cc/models/clock'
import { expect, it } from 'vitest'
import { namesUnder } from '../../../vitest.readme.ts'

const startMs = Date.UTC(2026, 0, 2)
const credentials = { clientId: 'id', clientSecret: 'secret' }

function deps() {
  const clock = createVirtualClock({ startMs })
  return { clock, market: createSyntheticMarket({ seed: 7, startMs }), credentials }
}

it('lists every option of the server in the README, and no other', () => {
  const names = namesUnder(fileURLToPath(new URL('..', import.meta.url)), 'Served over HTTP and WebSocket')
  expect(names).toEqual(Object.keys(simServerOptionsSchema.shape))
})

it('gives the same answers over HTTP as without a socket', async () => {
  const server = await createSimServer({ virtualTime: true }, deps())
  const protocol = createSimProtocol({ virtualTime: true }, deps())
  const requests = [
    { method: 'public/auth', params: { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' } },
    { method: 'sim/advance_time', params: { by_ms: 3_600_000 } },
    { method: 'public/get_index_price', params: { index_name: 'btc_usd' } },
    { method: 'public/get_instruments', params: { currency: 'ETH', kind: 'option' } },
    { method: 'private/get_positions', params: {} },
  ]
  for (const [id, request] of requests.entries()) {
    const text = JSON.stringify({ jsonrpc: '2.0', id, ...request })
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(`${server.httpUrl}/api/v2`, { method: 'POST', headers, body: text })
    expect(await response.text()).toBe(await protocol.handleText(text))
  }
  expect(server.requests()).toEqual(protocol.requests())
  await server.close()
})

it('has no port where there is no socket', () => {
  expect(() => createSimProtocol({ port: 1 } as never, deps())).toThrow('port')
})
