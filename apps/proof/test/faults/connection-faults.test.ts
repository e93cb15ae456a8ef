import { createServer, type Server } from 'node:net'
import type { ConnectionFault } from '@cc/exchange-sim/server'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { HANGS_MS, onFaultyStreams } from './faulty-exchange.ts'
import { guardLeaks } from './leak-guard.ts'
import { read, sell, wordsOf } from './told.ts'

vi.setConfig({ maxConcurrency: 8 })
guardLeaks()

let trap: Server
let elsewhere = ''
let caught = 0
beforeAll(async () => {
  trap = createServer((socket) => {
    caught += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  const address = trap.address()
  elsewhere = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/ws/api/v2`
})
afterAll(async () => {
  await new Promise((resolve) => trap.close(resolve))
})

const FAULTS: readonly { name: string; fault: () => ConnectionFault; told: string }[] = [
  { name: 'reset', fault: () => ({ kind: 'reset' }), told: 'deribit/unreachable retry (ECONNRESET)' },
  { name: 'half-open', fault: () => ({ kind: 'half-open' }), told: 'deribit/unreachable retry (no-handshake-in-time)' },
  ...[502, 503, 504, 405].map((status) => ({
    name: `html ${status}`,
    fault: (): ConnectionFault => ({ kind: 'html', status }),
    told: `deribit/gateway-error retry (${status})`,
  })),
  {
    name: 'F78: redirect',
    fault: () => ({ kind: 'redirect', location: elsewhere }),
    told: 'deribit/gateway-error retry (307)',
  },
]

describe.concurrent('an upgrade that goes wrong', () => {
  it.concurrent.each(FAULTS)('$name, for as long as it lasts: says why, and then goes on', ({ name, fault, told }) =>
    onFaultyStreams({ opens: false, client: { timeoutMs: 1_000 } }, async (exchange) => {
      const { client, plan } = exchange
      plan.replace({ script: [{ on: 'upgrade', fault: fault(), times: 1_000 }] })
      const failure = wordsOf(await client.open().catch((error: unknown) => error))
      // At the end of its own time either of the two comes first.
      if (name === 'half-open') expect([told, 'deribit/no-answer retry (deadline)']).toContain(failure)
      else expect(failure).toBe(told)
      expect(client.connection.epoch()).toBe(0)
      plan.clear()
      await client.open()
      expect(client.connection.epoch()).toBe(1)
      expect(await read(exchange)).toBe('value')
      expect(caught).toBe(0)
    }),
  )

  it.concurrent.each(FAULTS)(
    '$name, after a connection that was lost: an order waits, and is sent once',
    ({ fault, name }) =>
      onFaultyStreams({ client: { timeoutMs: name === 'half-open' ? 400 : 3_000 } }, async (exchange) => {
        const { client, plan, server, ordersOf } = exchange
        plan.replace({
          script: [
            { on: 'request', method: 'public/get_time', fault: { kind: 'reset', when: 'before' } },
            { on: 'upgrade', fault: fault(), times: 2 },
          ],
        })
        const time = client.public.getTime().catch(wordsOf)
        await vi.waitFor(() => expect(client.connection.state()).not.toBe('open'), { timeout: HANGS_MS, interval: 1 })
        expect(await sell(exchange, 'waiting')).toBe('accepted')
        await time
        expect(plan.left()).toBe(0)
        expect(client.connection.epoch()).toBe(2)
        expect(await ordersOf('waiting')).toHaveLength(1)
        expect(server.requests()['private/sell']).toBe(1)
        expect(caught).toBe(0)
      }),
  )
})
