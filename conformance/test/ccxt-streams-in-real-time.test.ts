import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import ccxt from 'ccxt'
import { above, marketViewOf } from './foreign-client.ts'
import { type LocalExchange, startLocalExchange } from './local-exchange.ts'
import { ccxtStreamsAt, ORDERS, type StreamingClient, seeing } from './streaming-client.ts'

describe('ccxt streaming in real time', { timeout: 30_000 }, () => {
  let exchange: LocalExchange
  let ccxtStreams: StreamingClient
  let client: StreamingClient['client']
  const perpetual = 'BTC/USD:BTC'

  before(async () => {
    exchange = await startLocalExchange()
    ccxtStreams = await ccxtStreamsAt(exchange)
    client = ccxtStreams.client
    client.streaming = { keepAlive: 100, maxPingPongMisses: 100 }
    await client.loadMarkets()
  })
  after(async () => {
    await client.close()
    await exchange.stop()
  })

  it('sees time pass in tickers and candles', async () => {
    let last = 0
    for (let i = 0; i < 3; i += 1) {
      const ticker = await client.watchTicker(perpetual)
      assert.ok(Number(ticker.timestamp) > last)
      last = Number(ticker.timestamp)
      assert.ok(Math.abs(last - Date.now()) < 5_000)
    }
    const [[openMs] = []] = await client.watchOHLCV(perpetual, '1m')
    assert.ok(Date.now() - Number(openMs) < 65_000)
  })

  it('is answered when it pings', async () => {
    const socket = client.client(exchange.wsUrl).connection
    for (let i = 0; i < 3; i += 1) await once(socket, 'pong')
    assert.equal(client.client(exchange.wsUrl).error, undefined)
  })

  it('sees an order rest and go', async () => {
    const market = marketViewOf(client)
    const call = await market.nearCall('BTC')
    const order = client.watchOrders(call)
    await ccxtStreams.taken(ORDERS)
    const { ask } = await market.bookOf(call)
    const { id } = await client.createOrder(call, 'limit', 'sell', 0.1, above(ask, 9), { postOnly: true })
    assert.deepEqual(
      (await order).map((each) => [each.id, each.status]),
      [[id, 'open']],
    )
    const gone = await seeing(
      () => client.watchOrders(call),
      () => client.cancelOrder(id, call),
    )
    assert.deepEqual(
      gone.map((each) => [each.id, each.status]),
      [[id, 'canceled']],
    )
  })

  it('is told when the exchange goes, and streams from the next one at its address', async () => {
    const port = new URL(exchange.httpUrl).port
    const broken = assert.rejects(async () => {
      for (;;) await client.watchTicker(perpetual)
    }, ccxt.NetworkError)
    await exchange.stop()
    await broken
    exchange = await startLocalExchange(['--port', port])
    client.apiKey = exchange.clientId
    client.secret = exchange.clientSecret
    assert.ok(Math.abs(Number((await client.watchTicker(perpetual)).timestamp) - Date.now()) < 5_000)
    await client.watchBalance()
    await ccxtStreams.becomes(() => (client.balance as Record<string, { BTC?: { total: number } }>).BTC?.BTC?.total, 2)
  })
})
