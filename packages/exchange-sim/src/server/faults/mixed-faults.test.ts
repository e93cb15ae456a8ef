import { expect, it } from 'vitest'
import type { FaultPlanInput } from './fault-plan-input.js'
import { call, faultyServer, listen, ORDER, post } from './faulty-server.fixture.js'

type Rate = NonNullable<FaultPlanInput['rates']>[number]
type OfRequest = Extract<Rate, { on: 'request' }>['fault']

const FAULTS: readonly OfRequest[] = [
  { kind: 'latency', ms: 15 },
  { kind: 'late-arrival', ms: 15 },
  { kind: 'drop', when: 'before' },
  { kind: 'drop', when: 'after' },
  { kind: 'duplicate' },
  { kind: 'reorder', ms: 10 },
  { kind: 'reset', when: 'after' },
  { kind: 'half-open', when: 'before' },
  { kind: 'slow', part: 'headers', msPerByte: 0.05 },
  { kind: 'slow', part: 'body', msPerByte: 3 },
  { kind: 'endless', part: 'headers' },
  { kind: 'endless', part: 'body' },
  { kind: 'malformed', form: 'cut-off' },
  { kind: 'malformed', form: 'invalid-utf8' },
  { kind: 'malformed', form: 'truncated' },
  { kind: 'giant', bytes: 300_000 },
  { kind: 'gzip-bomb', bytes: 300_000 },
  { kind: 'html', status: 502, when: 'after' },
  { kind: 'error', word: 'too_many_requests', when: 'after' },
  { kind: 'token-loss' },
  { kind: 'redirect', location: 'http://127.0.0.1:1/' },
]
const RATES: readonly Rate[] = [
  ...FAULTS.map((fault): Rate => ({ on: 'request', probability: 0.03, fault })),
  { on: 'notification', probability: 0.1, fault: { kind: 'drop' } },
  { on: 'notification', probability: 0.1, fault: { kind: 'reorder', ms: 5 } },
  { on: 'notification', probability: 0.1, fault: { kind: 'latency', ms: 5 } },
  { on: 'notification', probability: 0.1, fault: { kind: 'malformed', form: 'truncated' } },
  { on: 'upgrade', probability: 0.1, fault: { kind: 'reset' } },
  { on: 'upgrade', probability: 0.1, fault: { kind: 'half-open' } },
]
const METHODS = ['public/test', 'public/get_time', 'private/buy', 'private/get_positions', 'private/get_open_orders']

it.each([1, 2, 3, 4, 5, 6])(
  'of all kinds at once (seed %i) leave a server that works, and that ends at once',
  async (seed) => {
    const server = await faultyServer({ seed, rates: [...RATES] })
    const overHttp = async (i: number) => {
      const method = METHODS[i % METHODS.length] ?? ''
      await post(server, method, ORDER, { timeoutMs: 60 }).catch(() => {})
    }
    const overSocket = async () => {
      const socket = await Promise.race([listen(server, { authenticated: false }), silence(60)]).catch(() => undefined)
      if (socket === undefined) return
      const auth = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
      for (const [id, method] of ['public/auth', 'private/subscribe', ...METHODS, ...METHODS].entries()) {
        if (socket.ws.readyState !== socket.ws.OPEN) return
        const params = method === 'public/auth' ? auth : { ...ORDER, channels: ['user.orders.any.any.raw'] }
        socket.send(method, params, id)
        await silence(4)
      }
    }
    // How many requests fit into a round is the machine's affair; that most kinds of fault were met is not.
    const kindsMet = () => Object.keys(server.plan.used()).length
    for (let round = 0; round < 5 || (kindsMet() <= 15 && round < 50); round += 1) {
      await Promise.all([
        ...Array.from({ length: 12 }, (_, i) => overHttp(i)),
        ...Array.from({ length: 6 }, overSocket),
      ])
    }
    expect(kindsMet()).toBeGreaterThan(15)

    server.plan.clear()
    expect(await call(server, 'public/test')).toBeDefined()
    const { send, next } = await listen(server)
    send('private/get_positions')
    expect(await next(({ id }) => id === 7)).toMatchObject({ result: [] })
    const began = performance.now()
    await server.close()
    expect(performance.now() - began).toBeLessThan(30_000)
  },
)

function silence(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms))
}
