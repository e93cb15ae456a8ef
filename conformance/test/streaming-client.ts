import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { isDeepStrictEqual } from 'node:util'
import ccxt from 'ccxt'
import type { LocalExchange } from './local-exchange.ts'

/** A message of the exchange as ccxt has decoded it. */
export type Message = { result?: unknown; params?: { channel?: string; data?: Record<string, unknown> } }

/** ccxt's streaming client, and what it has heard. */
export type StreamingClient = {
  client: InstanceType<typeof ccxt.pro.deribit>
  /** Every message in its order, on whichever connection. */
  messages: readonly Message[]
  /** Data of the notifications of a channel so far. */
  heardOn(channel: string): readonly Record<string, unknown>[]
  /** Waits until the exchange has said that it took the channel on. */
  taken(channel: string): Promise<void>
  /** Waits, from message to message, until what is read is what is expected; fails with the difference. */
  becomes(read: () => unknown, expected: unknown): Promise<void>
}

/** Channels on which ccxt hears of its orders and trades. */
export const ORDERS = 'user.orders.any.any.raw'
export const TRADES = 'user.trades.any.any.raw'

/** How long a test waits for what must come at once, in milliseconds. */
const PATIENCE_MS = 10_000

/** ccxt's streaming client before a local exchange, its rate limiter off; it comes back soon after it has lost it. */
export async function ccxtStreamsAt({
  httpUrl,
  wsUrl,
  clientId,
  clientSecret,
}: LocalExchange): Promise<StreamingClient> {
  const client = new ccxt.pro.deribit({ apiKey: clientId, secret: clientSecret, enableRateLimit: false })
  client.urls.api = { rest: httpUrl, ws: wsUrl }
  client.options.ws.backoff = { base: 10 }
  await client.loadHttpProxyAgent()

  const messages: Message[] = []
  const heard = new EventEmitter()
  const handleMessage = client.handleMessage.bind(client)
  client.handleMessage = (socket: unknown, message: Message) => {
    messages.push(message)
    try {
      handleMessage(socket, message)
    } finally {
      heard.emit('message')
    }
  }

  async function until(isSo: () => boolean): Promise<boolean> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    try {
      while (!isSo()) await once(heard, 'message', { signal })
    } catch {
      return false
    }
    return true
  }

  return {
    client,
    messages,
    heardOn: (channel) =>
      messages.flatMap(({ params }) => (params?.channel === channel && params.data !== undefined ? [params.data] : [])),
    async taken(channel) {
      const isTaken = () => messages.some(({ result }) => Array.isArray(result) && result.includes(channel))
      assert.ok(await until(isTaken), `${channel} was not taken on`)
    },
    async becomes(read, expected) {
      if (!(await until(() => isDeepStrictEqual(read(), expected)))) assert.deepEqual(read(), expected)
    },
  }
}

/** Lets time pass where it stands still. */
export async function advance({ httpUrl }: LocalExchange, byMs: number): Promise<void> {
  const reply = await fetch(`${httpUrl}/api/v2/sim/advance_time?by_ms=${byMs}`)
  assert.ok(reply.ok, await reply.text())
}

/** What is seen next while something is done. */
export async function seeing<Seen>(watch: () => Promise<Seen>, act: () => Promise<unknown>): Promise<Seen> {
  const next = watch()
  await act()
  return next
}
