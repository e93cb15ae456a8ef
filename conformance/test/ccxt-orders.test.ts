import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { above, type ForeignClient, openForeignClient } from './foreign-client.ts'

const LABEL = 'é✓ "quoted" & = + % 日本'

/* The ways in which ccxt can trade, in either coin, and one story of it wherever it is told. */
for (const [base, size] of [
  ['BTC', 0.1],
  ['ETH', 1],
] as const) {
  describe(`ccxt trading ${base}`, () => {
    let foreign: ForeignClient
    let client: ForeignClient['client']
    let call: string

    before(async () => {
      // Enough to buy whatever one offer holds.
      foreign = await openForeignClient(['--deposit', 'BTC=1000,ETH=100000'])
      client = foreign.client
      call = await foreign.nearCall(base)
    })
    after(() => foreign.exchange.stop())

    it('sells at the market, at once or not at all', async () => {
      const { bid, ask } = await foreign.bookOf(call)
      const market = await client.createOrder(call, 'market', 'sell', size)
      assert.deepEqual([market.status, market.filled, market.average], ['closed', size, bid])
      const filled = await client.createOrder(call, 'limit', 'sell', size, bid, { timeInForce: 'FOK' })
      assert.equal(filled.status, 'closed')
      const missed = await client.createOrder(call, 'limit', 'sell', size, above(ask, 9), { timeInForce: 'IOC' })
      assert.deepEqual([missed.status, missed.filled], ['canceled', 0])
    })

    it('edits size and price, by id and by label', async () => {
      const { ask } = await foreign.bookOf(call)
      const { id } = await client.createOrder(call, 'limit', 'sell', size, above(ask, 5), {
        postOnly: true,
        label: LABEL,
      })
      const larger = await client.editOrder(id, call, 'limit', 'sell', 2 * size)
      assert.deepEqual([larger.id, larger.amount, larger.price], [id, 2 * size, above(ask, 5)])
      const dearer = await client.editOrder(id, call, 'limit', 'sell', size, above(ask, 6))
      assert.deepEqual([dearer.id, dearer.amount, dearer.price], [id, size, above(ask, 6)])
      const named = { label: LABEL, instrument_name: client.market(call).id, amount: size, price: above(ask, 7) }
      assert.equal((await client.privateGetEditByLabel(named)).result.order.order_id, id)
      const { result: margins } = await client.privateGetGetOrderMarginByIds({ ids: [id] })
      assert.ok(Number(margins[0].initial_margin) > 0)
      assert.equal(Number((await client.privateGetCancelByLabel({ label: LABEL })).result), 1)
    })

    it('buys back no more than was sold', async () => {
      const { ask } = await foreign.bookOf(call)
      const back = await client.createOrder(call, 'limit', 'buy', 50 * size, ask, { reduceOnly: true })
      assert.deepEqual([back.amount, back.status], [2 * size, 'closed'])
      await assert.rejects(client.createOrder(call, 'limit', 'buy', size, ask, { reduceOnly: true }))
    })

    it('rests what the offer does not fill, and shows it in the book', async () => {
      const { ask, askSize } = await foreign.bookOf(call)
      const order = await client.createOrder(call, 'limit', 'buy', Number((askSize + size).toFixed(1)), ask)
      assert.deepEqual([order.status, order.filled, order.remaining], ['open', askSize, size])
      assert.deepEqual((await client.fetchOrderBook(call)).bids[0], [ask, size])
      const [resting] = await client.fetchOpenOrders(undefined, undefined, undefined, { code: base })
      assert.deepEqual([resting?.id, resting?.filled], [order.id, askSize])
      assert.equal((await client.cancelOrder(order.id, call)).filled, askSize)
      const closed = await client.fetchClosedOrders(call)
      assert.equal(closed.find(({ id }) => id === order.id)?.status, 'canceled')
    })

    it('reads the same of its trades wherever it looks', async () => {
      const own = await client.fetchMyTrades(call, undefined, 1_000)
      const ids = own.map(({ id }) => id).sort()
      const idsOf = (trades: readonly { id?: string | undefined }[]) => trades.map(({ id }) => id).sort()
      const hourAgo = Date.now() - 3_600_000
      assert.deepEqual(idsOf(await client.fetchMyTrades(call, hourAgo)), ids)
      assert.deepEqual(idsOf(await client.fetchMyTrades(undefined, hourAgo, 1_000, { code: base })), ids)
      assert.deepEqual(idsOf(await client.fetchTrades(call, undefined, 1_000)), ids)
      assert.deepEqual(idsOf(await client.fetchTrades(call, hourAgo)), ids)
      assert.equal((await client.fetchMyTrades(call, hourAgo, 2)).length, 2)

      const volume = own.reduce((sum, { amount }) => sum + Number(amount), 0)
      const ticker = await client.fetchTicker(call)
      assert.ok(Math.abs(Number(ticker.baseVolume) - volume) < 1e-9, `volume ${ticker.baseVolume}`)
      assert.equal(ticker.last, own.at(-1)?.price)
      assert.ok(own.every(({ price }) => Number(price) >= Number(ticker.low) && Number(price) <= Number(ticker.high)))
      const candles = await client.fetchOHLCV(call, '1d')
      assert.ok(Math.abs(candles.reduce((sum, candle) => sum + Number(candle[5]), 0) - volume) < 1e-9)

      const net = own.reduce((sum, { side, amount }) => sum + (side === 'buy' ? 1 : -1) * Number(amount), 0)
      assert.ok(Math.abs(Number((await client.fetchPosition(call)).info.size) - net) < 1e-9)
    })

    it('closes its books: cash is the sum of the log, and equity adds the options', async () => {
      const span = { start_timestamp: 0, end_timestamp: Date.now() + 600_000, count: 250 }
      const { logs } = (await client.privateGetGetTransactionLog({ currency: base, ...span })).result
      const { info } = await client.fetchBalance({ code: base })
      const sumOf = (rows: readonly Record<string, unknown>[], field: string) =>
        rows.reduce((sum, row) => sum + Number(row[field]), 0)
      assert.ok(Math.abs(sumOf(logs, 'change') - Number(info.balance)) < 1e-9)
      const positions = (await client.fetchPositions(undefined, { currency: base })).map((position) => position.info)
      const value = positions.reduce((sum, { size: held, mark_price }) => sum + Number(held) * Number(mark_price), 0)
      assert.ok(Math.abs(Number(info.equity) - Number(info.balance) - value) < 1e-9)
      assert.ok(Math.abs(sumOf(positions, 'initial_margin') - Number(info.initial_margin)) < 1e-9)
      assert.ok(Math.abs(sumOf(positions, 'maintenance_margin') - Number(info.maintenance_margin)) < 1e-9)
    })
  })
}
