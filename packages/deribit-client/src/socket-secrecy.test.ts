import type { Facts, Logger } from '@cc/models'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createManualClock } from './manual-clock.fixture.js'
import { errorReply, placedResult, resultReply, SELL, tokenResult, VENUE_MS } from './replies.fixture.js'
import { politeAnswer } from './scripted-client.fixture.js'
import { createMemorySockets, type MemoryPeer, type SentMessage } from './socket/memory-socket.fixture.js'
import { startRawSocketServer } from './socket/raw-socket-server.fixture.js'
import { createDeribitSocketClient, type DeribitSocketDeps } from './socket-client.js'
import { channels } from './streams/channels.js'
import { visible } from './visible.fixture.js'

const SECRETS = ['canary-client-id', 'canary-client-secret', 'canary-access-token', 'canary-refresh-token'] as const
const [CLIENT_ID, CLIENT_SECRET, ACCESS, REFRESH] = SECRETS

/** What an exchange may do with what it was sent: repeat it in every place of a frame. */
const LEAKS: Readonly<Record<string, (message: SentMessage, sent: string) => string | object>> = {
  'text that is no JSON': (_, sent) => `{"jsonrpc":"2.0", ${sent}`,
  'a message': (message, sent) => errorReply(message, { code: 13_009, message: sent, data: { reason: sent } }),
  'an error of an unlisted number': (message, sent) => errorReply(message, { code: 4_711, message: sent, data: sent }),
  'an error without an id': (message, sent) => errorReply(message, { code: -32_700, message: sent }, { id: null }),
  'an id': (message, sent) => resultReply(message, {}, { id: sent }),
  'a code': (message, sent) => errorReply(message, { code: sent }),
  'a code of an error without an id': (message, sent) => errorReply(message, { code: sent }, { id: null }),
  'too many requests': (message, sent) => errorReply(message, { code: 10_028, message: sent, data: { wait: sent } }),
  'a result of another kind': (message, sent) => resultReply(message, sent),
  'fields of a result': (message, sent) => resultReply(message, { version: 7, order: sent, [ACCESS]: sent }),
  'granted scopes': (message) =>
    resultReply(message, tokenResult({ access_token: ACCESS, refresh_token: REFRESH, scope: `${ACCESS}:read_write` })),
  'the network': (message) => resultReply(message, ACCESS, { testnet: false }),
  'an order of another label': (message) => resultReply(message, placedResult(SELL, { label: ACCESS })),
  'the name of a method': (_, sent) => ({ jsonrpc: '2.0', method: sent, params: { sent } }),
  'a heartbeat': (_, sent) => ({ jsonrpc: '2.0', method: 'heartbeat', params: { type: sent } }),
  'a channel that nobody hears': (_, sent) => notification(`ticker.${ACCESS}`, { sent }),
  'a channel that has no data': () => ({ jsonrpc: '2.0', method: 'subscription', params: { channel: ACCESS } }),
  'a notification': (_, sent) => notification('deribit_price_index.btc_usd', { [ACCESS]: 1, price: sent }),
  'a field of a notification': () =>
    notification('deribit_price_index.btc_usd', { index_name: 'btc_usd', price: 1, timestamp: VENUE_MS, [ACCESS]: 1 }),
  'a notification of the account': (_, sent) => notification('user.lock', { locked: sent, [ACCESS]: 1 }),
  'channels that are served': (message) => resultReply(message, [ACCESS, REFRESH]),
}

describe('secrets over a WebSocket', () => {
  const places = ['public/auth', 'public/set_heartbeat', 'public/subscribe', 'private/get_open_orders', 'private/sell']

  it.each(Object.keys(LEAKS))(
    'are in nothing that anybody sees where the exchange repeats them in %s',
    async (leak) => {
      for (const place of places) {
        for (const strict of [false, true]) {
          const { clock, client, shown, sockets } = setUp((message, peer) => {
            const frame = message.method === place ? LEAKS[leak]?.(message, JSON.stringify(message)) : undefined
            peer.say(frame ?? politeReply(message))
          }, strict)
          const show = (what: unknown) => void shown.push(what)
          const index = client.streams.subscribe([channels.priceIndex('btc_usd')])
          const lock = client.streams.subscribe([channels.userLock()])
          const work = [
            index.ready,
            lock.ready,
            client.private.getOpenOrders(),
            client.private.cancelAll(),
            client.private.sell(SELL),
            client.open(),
          ].map((call) => call.then(show, show))
          for (let i = 0; i < 12; i += 1) {
            await settle()
            clock.advance(1_000)
          }
          await client.close()
          await Promise.all(work)
          for (const subscription of [index, lock]) await drain(subscription).then(show, show)
          show(client)
          const text = shown.map(visible).join('\n')
          for (const secret of SECRETS) expect(text, `${leak} at ${place}`).not.toContain(secret)
          expect(sockets.peers.some(({ sent }) => JSON.stringify(sent).includes(CLIENT_SECRET))).toBe(true)
        }
      }
    },
  )

  it.each([
    ['the reason of a close', (sent: string) => Buffer.from(`\u0003\u00e8${sent.slice(0, 100)}`, 'latin1'), 8],
    ['a binary frame', (sent: string) => Buffer.from(sent), 2],
    ['a frame of no kind', (sent: string) => Buffer.from(sent), 3],
  ])('are in nothing where it repeats them in %s', async (_, payload, opcode) => {
    const server = await startRawSocketServer({
      onText(message, peer) {
        if (message.method !== 'private/cancel_all') peer.text(politeReply(message))
        else peer.frame(opcode, payload(`${ACCESS} ${CLIENT_SECRET} ${JSON.stringify(message)}`))
      },
    })
    const { client, shown } = clientOf({ baseUrl: server.origin, allowLoopback: true }, {})
    await client.open()
    shown.push(await client.private.cancelAll().catch((error) => error))
    await client.close()
    const text = shown.map(visible).join('\n')
    expect(text).toContain('deribit/no-answer')
    for (const secret of SECRETS) expect(text).not.toContain(secret)
  })

  it('are in nothing where a socket of somebody fails over them', async () => {
    const { clock, client, shown } = clientOf(
      {},
      {
        openSocket: async () => ({
          send(text) {
            throw new Error(text)
          },
          destroy() {},
        }),
      },
    )
    const opened = client.open().catch((error) => void shown.push(error))
    for (let i = 0; i < 12; i += 1) {
      await settle()
      clock.advance(1_000)
    }
    await opened
    await client.close()
    const text = shown.map(visible).join('\n')
    expect(text).toContain('send-failed')
    for (const secret of SECRETS) expect(text).not.toContain(secret)
  })
})

const settle = () => new Promise((resolve) => setImmediate(resolve))

function setUp(onMessage: (message: SentMessage, peer: MemoryPeer) => void, strict: boolean) {
  const sockets = createMemorySockets(onMessage)
  return { ...clientOf({ strict, timeoutMs: 3_000, readRetries: 1 }, { openSocket: sockets.openSocket }), sockets }
}

/** A client, and all that it logs and tells. */
function clientOf(
  options: Parameters<typeof createDeribitSocketClient>[0],
  deps: Pick<Partial<DeribitSocketDeps>, 'openSocket'>,
) {
  const clock = createManualClock(VENUE_MS - 5_000)
  const shown: unknown[] = []
  const log = (message: string, facts?: Facts) => void shown.push({ message, facts })
  const logger: Logger = { debug: log, info: log, warn: log, error: log }
  const client = createDeribitSocketClient(options, {
    clock,
    logger,
    credentials: () => ({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }),
    onDrift: (drift) => void shown.push(drift),
    ...deps,
  })
  client.connection.watch({
    onLost: (reason) => void shown.push(reason),
    onClosed: (error) => void shown.push(error),
  })
  onTestFinished(() => client.close())
  return { clock, client, shown }
}

function politeReply(message: SentMessage): string {
  switch (message.method) {
    case 'public/auth':
      return resultReply(message, tokenResult({ access_token: ACCESS, refresh_token: REFRESH }))
    case 'public/set_heartbeat':
      return resultReply(message, 'ok')
    case 'public/subscribe':
    case 'private/subscribe':
      return resultReply(message, message.params.channels)
    default: {
      const act = politeAnswer({ ...message, token: undefined })
      return typeof act === 'object' && 'reply' in act ? String(act.reply) : '{}'
    }
  }
}

function notification(channel: string, data: unknown): object {
  return { jsonrpc: '2.0', method: 'subscription', params: { channel, data } }
}

async function drain(subscription: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const one of subscription) all.push(one)
  return all
}
