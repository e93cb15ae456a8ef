import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import ccxt from 'ccxt'
import { above, ccxtAt, type ForeignClient, openForeignClient } from './foreign-client.ts'
import { type LocalExchange, startLocalExchange } from './local-exchange.ts'

/*
 * ccxt, a client that knows nothing of this project, against the local exchange: what it reads must be complete, and
 * what it reads in one place must agree with what it reads in another.
 */
describe('ccxt over HTTP', () => {
  let exchange: LocalExchange
  let client: ForeignClient['client']
  let bookOf: ForeignClient['bookOf']
  let call: string

  before(async () => {
    const foreign = await openForeignClient()
    ;({ exchange, client, bookOf } = foreign)
    call = await foreign.nearCall('BTC')
  })
  after(async () => {
    assert.equal(await exchange.stop(), 143)
  })

  it('loads options, futures and perpetuals with their contract terms', () => {
    const markets = Object.values(client.markets)
    const options = markets.filter(({ option }) => option)
    assert.ok(options.length > 500, `${options.length} options`)
    for (const market of options) {
      assert.equal(market.inverse, true, market.symbol)
      assert.equal(market.contractSize, 1, market.symbol)
      assert.equal(market.taker, 0.0003, market.symbol)
      assert.ok(Number(market.expiry) > Date.now(), market.symbol)
      assert.ok(Number(market.strike) > 0, market.symbol)
      assert.equal(market.limits.amount?.min, market.base === 'BTC' ? 0.1 : 1, market.symbol)
    }
    assert.ok(client.markets['BTC/USD:BTC'] && client.markets['ETH/USD:ETH'], 'perpetuals')
    assert.ok(markets.some(({ future }) => future))
  })

  it('tells that it is open', async () => {
    assert.equal((await client.fetchStatus()).status, 'ok')
  })

  it('shows one chain, ticker by ticker the same', async () => {
    const chain = await client.fetchOptionChain('BTC')
    const greeks = await client.fetchGreeks(call)
    const ticker = await client.fetchTicker(call)
    const row = chain[call]
    assert.ok(row && Number(row.underlyingPrice) > 0)
    assert.ok(greeks.delta > 0.02 && greeks.delta < 0.5, `delta ${greeks.delta}`)
    assert.ok(greeks.vega > 0 && greeks.theta < 0 && greeks.gamma >= 0)
    assert.ok(Number(greeks.markImpliedVolatility) > 5, 'IV in percent')
    assert.equal(greeks.markPrice, ticker.markPrice ?? Number(ticker.info.mark_price))
    const option = await client.fetchOption(call)
    assert.equal(option.symbol ?? call, call)
    assert.ok(Object.keys(await client.fetchTickers(undefined, { code: 'BTC' })).length > 100)
  })

  it('gives candles, trades and volatility', async () => {
    const candles = await client.fetchOHLCV('BTC/USD:BTC', '1h', undefined, 48)
    assert.ok(candles.length >= 47, `${candles.length} candles`)
    candles.forEach(([openMs, open, high, low, close], i) => {
      assert.ok(
        Number(low) <= Math.min(Number(open), Number(close)) && Number(high) >= Math.max(Number(open), Number(close)),
      )
      if (i > 0) assert.equal(Number(openMs) - Number(candles[i - 1]?.[0]), 3_600_000)
    })
    assert.ok(Date.now() - Number(candles.at(-1)?.[0]) < 2 * 3_600_000)
    const volatility = (await client.fetchVolatilityHistory('BTC')) as { timestamp: number; volatility: number }[]
    assert.ok(volatility.length > 24)
    assert.ok(volatility.every((each) => Number(each.volatility) > 1))
    assert.ok(Array.isArray(await client.fetchTrades(call)))
  })

  it('holds the deposit, and nothing else', async () => {
    const balance = await client.fetchBalance()
    assert.equal(balance.BTC?.total, 2)
    assert.equal(balance.ETH?.total, 20)
    const only = await client.fetchBalance({ code: 'BTC' })
    assert.equal(only.BTC?.total, 2)
    assert.deepEqual(await client.fetchPositions(), [])
    assert.deepEqual(await client.fetchOpenOrders(call), [])
  })

  it('rests, edits, finds and cancels an order', async () => {
    const { ask } = await bookOf(call)
    const price = above(ask, 8)
    const order = await client.createOrder(call, 'limit', 'sell', 0.2, price, { label: 'rest', postOnly: true })
    assert.equal(order.status, 'open')
    assert.equal(order.filled, 0)
    assert.equal(order.remaining, 0.2)

    const book = await client.fetchOrderBook(call, 20)
    assert.ok(
      book.asks.some(([level, size]) => level === price && Number(size) >= 0.2),
      'the order is in the book',
    )

    const edited = await client.editOrder(String(order.id), call, 'limit', 'sell', 0.1, price)
    assert.equal(edited.id, order.id)
    assert.equal(edited.amount, 0.1)
    const open = await client.fetchOpenOrders(call)
    assert.deepEqual(
      open.map(({ id, amount }) => [id, amount]),
      [[order.id, 0.1]],
    )
    assert.equal((await client.fetchOrder(String(order.id), call)).status, 'open')

    assert.equal((await client.cancelOrder(String(order.id), call)).status, 'canceled')
    assert.deepEqual(await client.fetchOpenOrders(call), [])
    assert.equal((await client.fetchOrder(String(order.id), call)).status, 'canceled')
    await assert.rejects(client.cancelOrder(String(order.id), call), ccxt.BaseError)
  })

  it('turns away what would trade though it may not', async () => {
    const { bid } = await bookOf(call)
    await assert.rejects(client.createOrder(call, 'limit', 'sell', 0.1, bid, { postOnly: true }), /11054/)
    await assert.rejects(client.createOrder(call, 'limit', 'sell', 0.05, bid), /100(02|21)|amount/)
    await assert.rejects(client.createOrder(call, 'limit', 'sell', 500, 2 * bid, { postOnly: true }), ccxt.BaseError)
  })

  it('sells a call: order, trade, position and balance tell one story', async () => {
    const before = await client.fetchBalance({ code: 'BTC' })
    const { bid } = await bookOf(call)
    const order = await client.createOrder(call, 'limit', 'sell', 0.1, bid)
    assert.equal(order.status, 'closed')
    assert.equal(order.filled, 0.1)

    const trades = await client.fetchMyTrades(call)
    const own = trades.filter((trade) => trade.order === order.id)
    assert.equal(
      own.reduce((sum, { amount }) => sum + Number(amount), 0),
      0.1,
    )
    assert.equal(own[0]?.side, 'sell')
    assert.equal(own[0]?.takerOrMaker, 'taker')
    const fee = own.reduce((sum, trade) => sum + Number(trade.fee?.cost), 0)
    assert.ok(Math.abs(fee - 0.1 * Math.min(0.0003, 0.125 * bid)) < 1e-12, `fee ${fee}`)
    assert.deepEqual(
      (await client.fetchOrderTrades(String(order.id), call)).map(({ id }) => id),
      own.map(({ id }) => id),
    )
    assert.ok(
      (await client.fetchTrades(call)).some(({ id }) => id === own[0]?.id),
      'it is on the public tape',
    )
    assert.ok((await client.fetchClosedOrders(call)).some(({ id }) => id === order.id))

    const [position] = (await client.fetchPositions([call])).filter(({ symbol }) => symbol === call)
    assert.equal(position?.side, 'short')
    assert.equal(Math.abs(Number(position?.contracts)), 0.1)
    assert.ok(Number(position?.initialMargin) > Number(position?.maintenanceMargin))
    assert.equal((await client.fetchPosition(call)).side, 'short')

    const after = await client.fetchBalance({ code: 'BTC' })
    const cash = Number(after.info.balance) - Number(before.info.balance)
    const premium = own.reduce((sum, trade) => sum + Number(trade.amount) * Number(trade.price), 0)
    assert.ok(Math.abs(cash - (premium - fee)) < 1e-9, `cash ${cash}`)
    const identity = Number(after.info.balance) + Number(after.info.options_value) - Number(after.info.equity)
    assert.ok(Math.abs(identity) < 1e-8)
  })

  it('cancels everything at once', async () => {
    const { ask } = await bookOf(call)
    for (const steps of [6, 7, 8]) await client.createOrder(call, 'limit', 'sell', 0.1, above(ask, steps))
    assert.equal((await client.fetchOpenOrders(call)).length, 3)
    await client.cancelAllOrders(call)
    assert.equal((await client.fetchOpenOrders(call)).length, 0)
    await client.cancelAllOrders()
  })

  it('buys the call back', async () => {
    const { ask } = await bookOf(call)
    const order = await client.createOrder(call, 'limit', 'buy', 0.1, ask, { reduceOnly: true })
    assert.equal(order.status, 'closed')
    const left = (await client.fetchPositions([call])).filter(({ contracts }) => Number(contracts) !== 0)
    assert.deepEqual(left, [])
  })

  it('takes eight private requests at once', async () => {
    const balances = await Promise.all(Array.from({ length: 8 }, () => client.fetchBalance()))
    assert.equal(balances.length, 8)
  })

  it('names its errors as Deribit does', async () => {
    await assert.rejects(client.fetchOrder('999999999', call), ccxt.OrderNotFound)
    const stranger = new ccxt.deribit({ apiKey: exchange.clientId, secret: 'wrong', enableRateLimit: false })
    stranger.urls.api = client.urls.api
    await assert.rejects(stranger.fetchBalance(), ccxt.AuthenticationError)
  })
})

describe('ccxt in real time', () => {
  it('reads the time of the machine, candles up to it, and an account that it can sign for', async () => {
    const exchange = await startLocalExchange()
    try {
      const client = ccxtAt(exchange)
      assert.ok(Math.abs(Number(await client.fetchTime()) - Date.now()) < 5_000)
      const candles = await client.fetchOHLCV('BTC/USD:BTC', '1m', undefined, 10)
      assert.ok(Date.now() - Number(candles.at(-1)?.[0]) < 120_000)
      assert.equal((await client.fetchBalance()).BTC?.total, 2)
    } finally {
      await exchange.stop()
    }
  })
})
