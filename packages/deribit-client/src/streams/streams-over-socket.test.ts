import { createSystemClock } from '@cc/models/clock'
import { silentLogger } from '@cc/models/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { errorReply, resultReply } from '../replies.fixture.js'
import { type Peer, startRawSocketServer } from '../socket/raw-socket-server.fixture.js'
import { createDeribitPublicSocketClient } from '../socket-client.js'
import { channels } from './channels.js'
import type { Subscription } from './streams.js'

const known = ['BTC-PERPETUAL', 'ETH-PERPETUAL']

/** A client of a server on a real socket that knows two instruments and sends what it is told to. */
async function setUp({ refuses = () => false }: { refuses?: (names: string[]) => boolean } = {}) {
  const served = new Map<Peer, Set<string>>()
  const server = await startRawSocketServer({
    onText(message, peer) {
      if (!message.method.endsWith('subscribe')) return peer.text(resultReply(message, 'ok'))
      const names = message.params.channels as string[]
      if (refuses(names)) return peer.text(errorReply(message, { code: 13028, message: 'temporarily_unavailable' }))
      const accepted = names.filter((name) => known.some((symbol) => name.includes(symbol)))
      const own = served.get(peer) ?? new Set()
      served.set(peer, own)
      for (const name of accepted) {
        if (message.method === 'public/unsubscribe') own.delete(name)
        else own.add(name)
      }
      peer.text(resultReply(message, accepted))
    },
  })
  const client = createDeribitPublicSocketClient(
    {
      baseUrl: server.origin,
      allowLoopback: true,
      rateLimits: 'off',
      reconnectMinMs: 1,
      reconnectMaxMs: 2,
      retryPauseMs: 1,
    },
    { clock: createSystemClock(), logger: silentLogger },
  )
  onTestFinished(() => client.close())
  const asked = (method: string) =>
    server.peers.flatMap(({ received }) => received).filter((one) => one.method === method)

  function quote(symbol: string, bid: number): void {
    const peer = server.peers.at(-1)
    const channel = `quote.${symbol}`
    if (peer === undefined || !served.get(peer)?.has(channel)) throw new Error('nobody asked for it')
    const data = { instrument_name: symbol, timestamp: 1_790_755_217_219, best_bid_price: bid, best_bid_amount: 1 }
    peer.text(JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } }))
  }

  return { client, server, asked, quote, servedNow: () => [...(served.get(server.peers.at(-1) as Peer) ?? [])] }
}

const btc = channels.quote('BTC-PERPETUAL')
const gone = channels.quote('BTC-27MAR20-100000-C')

function readerOf(subscription: Subscription<{ best_bid_price?: number | null | undefined }>) {
  const reader = subscription[Symbol.asyncIterator]()
  return async () => (await reader.next()).value?.data.best_bid_price
}

describe('channels over a real socket', () => {
  it('are heard over all connections, and left with the loop', async () => {
    const { client, server, asked, quote, servedNow } = await setUp()
    const subscription = client.streams.subscribe([btc, channels.quote('ETH-PERPETUAL')])
    const next = readerOf(subscription)
    await subscription.ready
    quote('BTC-PERPETUAL', 1)
    expect(await next()).toBe(1)
    server.peers[0]?.socket.destroy()
    await server.until(() => asked('public/subscribe').length === 2)
    quote('ETH-PERPETUAL', 2)
    expect(await next()).toBe(2)
    expect(servedNow()).toEqual(['quote.BTC-PERPETUAL', 'quote.ETH-PERPETUAL'])
    subscription.close()
    await server.until(() => servedNow().length === 0)
    expect(await next()).toBeUndefined()
  })

  it('end where the exchange does not know them, and others go on', async () => {
    const { client, quote } = await setUp()
    const [good, bad] = [client.streams.subscribe([btc]), client.streams.subscribe([gone])]
    await expect(readerOf(bad)()).rejects.toMatchObject({
      code: 'deribit/channels-refused',
      facts: { channels: [gone.name] },
    })
    await good.ready
    quote('BTC-PERPETUAL', 3)
    expect(await readerOf(good)()).toBe(3)
  })

  it('are asked for until a trouble that passes has passed', async () => {
    let refusals = 0
    const { client, asked } = await setUp({ refuses: () => ++refusals <= 5 })
    await client.streams.subscribe([btc]).ready
    expect(asked('public/subscribe').length).toBe(6)
  })

  it('end with the client, and nothing is left of it', async () => {
    const { client, server } = await setUp()
    const subscription = client.streams.subscribe([btc])
    const reading = readerOf(subscription)()
    reading.catch(() => undefined)
    await subscription.ready
    await client.close()
    await expect(reading).rejects.toMatchObject({ code: 'deribit/closed' })
    await expect(client.streams.subscribe([btc]).ready).rejects.toMatchObject({ code: 'deribit/closed' })
    await server.until(() => server.openSockets() === 0)
  })

  it('fit into few frames, however many they are', async () => {
    const { client, asked } = await setUp()
    const many = Array.from({ length: 2_000 }, (_, i) => channels.ticker(`BTC-PERPETUAL-${i}`))
    await client.streams.subscribe(many).ready
    const requests = asked('public/subscribe')
    expect(requests.length).toBe(3)
    expect(Math.max(...requests.map((one) => JSON.stringify(one).length))).toBeLessThan(32_000)
  })
})
