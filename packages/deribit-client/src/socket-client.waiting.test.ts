import { silentLogger } from '@cc/models/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createMoodyExchange, SCOPE } from './moody-exchange.fixture.js'
import { SELL } from './replies.fixture.js'
import { createDeribitSocketClient } from './socket-client.js'

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A client that is open and knows the instrument, at an exchange whose mood a test changes. */
async function opened() {
  const exchange = createMoodyExchange(900)
  const { clock, openSocket } = exchange
  const client = createDeribitSocketClient(
    { scope: SCOPE, timeoutMs: 4_000, orderTimeoutMs: 2_000, readRetries: 2 },
    {
      clock,
      logger: silentLogger,
      random: () => 0,
      openSocket,
      credentials: () => ({ clientId: 'client-id', clientSecret: 'client-secret' }),
    },
  )
  onTestFinished(() => client.close())
  await client.open()
  await client.public.getInstrument({ instrument_name: SELL.instrument_name })
  return {
    ...exchange,
    client,
    lose: () => exchange.peers.at(-1)?.end('ECONNRESET'),
    sell: () => client.private.sell({ ...SELL, valid_until: exchange.venueMs() + 10_000 }),
    sentOf: (method: string) =>
      exchange.peers.map(({ sent }) => sent.filter((message) => message.method === method).length),
    async pass(...steps: number[]) {
      for (const ms of steps) {
        await settle()
        clock.advance(ms)
        await settle()
      }
    },
  }
}

describe('what waits for a connection', () => {
  it('goes on the next, though it had a connection before it had credits', async () => {
    const { client, lose, pass, sentOf } = await opened()
    const cancels = Array.from({ length: 11 }, () =>
      client.private.cancelAllByCurrency({ currency: 'BTC' }).catch(({ code }) => code),
    )
    await pass(0, 300)
    lose()
    // Credits come after 400 ms, a connection after 550.
    await pass(100, 149)
    expect(sentOf('private/cancel_all_by_currency')).toEqual([10])
    await pass(1)
    await Promise.all(cancels)
    expect(sentOf('private/cancel_all_by_currency')).toEqual([10, 1])
  })

  it.each([
    [750, 'accepted'],
    [3_750, 'rejected'],
  ])('is an order, for two seconds: the next connection comes after %d ms', async (ms, outcome) => {
    const { lose, mood, pass, sell, sentOf } = await opened()
    mood.door = 'shut'
    lose()
    const sold = sell()
    await pass(250)
    if (ms === 750) mood.door = 'open'
    await pass(500, 1_000, 249)
    mood.door = 'open'
    await pass(1, 1_750)
    expect(await sold).toMatchObject({ outcome })
    expect(sentOf('private/sell')).toEqual([0, outcome === 'accepted' ? 1 : 0])
  })

  it('is no order that is aborted meanwhile', async () => {
    const { client, lose, pass, sentOf, venueMs } = await opened()
    lose()
    const stop = new AbortController()
    const sold = client.private.sell({ ...SELL, valid_until: venueMs() + 10_000 }, { signal: stop.signal })
    await pass(100)
    stop.abort(new Error('no more'))
    await expect(sold).rejects.toThrow('no more')
    await pass(150, 2_000)
    expect(sentOf('private/sell')).toEqual([0, 0])
  })

  it('is a read that was sent, within its time', async () => {
    const { client, lose, mood, pass, sentOf } = await opened()
    mood.ofOthers = 'keeps'
    const read = client.public.test()
    await pass(0)
    mood.ofOthers = 'answers'
    lose()
    await pass(250, 200)
    expect((await read).result).toEqual({ version: '1.2.26' })
    expect(sentOf('public/test')).toEqual([1, 1])
  })
})

describe('an order that was sent', () => {
  it.each([
    ['answers and ends', 'accepted'],
    ['ends and answers', 'unknown'],
    ['ends', 'unknown'],
  ] as const)('is not sent again where the exchange %s', async (mood, outcome) => {
    const exchange = await opened()
    exchange.mood.ofOrders = mood
    const sold = exchange.sell()
    await exchange.pass(0)
    exchange.mood.ofOrders = 'answers'
    await exchange.pass(250, 2_000)
    expect(await sold).toMatchObject({ outcome })
    expect([exchange.client.connection.epoch(), exchange.sentOf('private/sell')]).toEqual([2, [1, 0]])
  })
})
