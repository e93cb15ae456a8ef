import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { above, type MarketView, marketViewOf, startStandingExchange } from './foreign-client.ts'
import type { LocalExchange } from './local-exchange.ts'
import { advance, ccxtStreamsAt, ORDERS, type StreamingClient, seeing, TRADES } from './streaming-client.ts'

const HOUR_MS = 3_600_000
const PLENTY = ['--no-rate-limits', '--deposit', 'BTC=1000,ETH=100000']

/*
 * ccxt's streaming client against the local exchange: whatever it keeps from what it is told must be what it reads when it
 * asks.
 */
for (const [base, size] of [
  ['BTC', 0.1],
  ['ETH', 1],
] as const) {
  describe(`ccxt streaming ${base}`, { timeout: 30_000 }, () => {
    let exchange: LocalExchange
    let market: MarketView
    let client: StreamingClient['client']
    let ccxtStreams: StreamingClient
    let call: string
    let future: string
    let others: string[]
    const perpetual = `${base}/USD:${base}`

    before(async () => {
      exchange = await startStandingExchange(PLENTY)
      ccxtStreams = await ccxtStreamsAt(exchange)
      client = ccxtStreams.client
      await client.loadMarkets()
      market = marketViewOf(client)
      call = await market.nearCall(base)
      const { expiry: last } = client.market(call)
      const alive = Object.values(client.markets).filter(
        (each) => each.base === base && Number(each.expiry) >= Number(last),
      )
      future = alive.find((each) => each.future)?.symbol ?? ''
      others = alive
        .filter((each) => each.option && each.symbol !== call)
        .map(({ symbol }) => symbol)
        .slice(0, 40)
    })
    after(async () => {
      await client.close()
      await exchange.stop()
    })

    it('sees tickers as it can fetch them, of an option, a future and a perpetual', async () => {
      for (const symbol of [call, future, perpetual]) {
        assert.deepEqual(read(await client.watchTicker(symbol)), read(await client.fetchTicker(symbol)), symbol)
        const next = client.watchTicker(symbol)
        await advance(exchange, HOUR_MS)
        const later = await next
        assert.deepEqual(read(later), read(await client.fetchTicker(symbol)), symbol)
        const ageMs = (await client.fetchTime()) - Number(later.timestamp)
        assert.ok(ageMs >= 0 && ageMs < 60_000, `${symbol} ${ageMs}`)
      }
    })

    it('sees several tickers at once, and quotes as an order joins them', async () => {
      const symbols = [call, future, perpetual]
      await client.watchTickers(others)
      for (const symbol of others) {
        await ccxtStreams.becomes(() => read(client.tickers[symbol]), read(await client.fetchTicker(symbol)))
      }
      await client.watchBidsAsks(symbols)
      for (const symbol of symbols) {
        const { bid, bidVolume, ask, askVolume } = await client.fetchTicker(symbol)
        await ccxtStreams.becomes(() => topOf(client.bidsasks[symbol]), [bid, bidVolume, ask, askVolume])
      }
      const { ask, askSize } = await market.bookOf(call)
      const next = client.watchBidsAsks([call])
      const order = await client.createOrder(call, 'limit', 'sell', size, ask, { postOnly: true })
      assert.deepEqual(topOf((await next)[call]).slice(2), [ask, plus(askSize, size)])
      await client.cancelOrder(order.id, call)
      await ccxtStreams.becomes(() => client.bidsasks[call]?.askVolume, askSize)
    })

    it('keeps books, whatever its orders do to them and time does', async () => {
      const quick = await ccxtStreamsAt(exchange)
      const symbols = [call, future, perpetual, ...others]
      quick.client.setMarkets(client.markets, client.currencies)
      await client.watchOrderBookForSymbols(symbols)
      await quick.client.watchOrderBook(call, undefined, { interval: 'raw' })

      async function agree(of: readonly string[] = [call]): Promise<void> {
        for (const symbol of of) {
          const book = await client.fetchOrderBook(symbol, 10_000)
          await ccxtStreams.becomes(() => levelsOf(client.orderbooks[symbol]), levelsOf(book))
          if (symbol === call) await quick.becomes(() => levelsOf(quick.client.orderbooks[call]), levelsOf(book))
        }
      }

      await agree(symbols)
      const { ask, askSize } = await market.bookOf(call)
      const { id } = await client.createOrder(call, 'limit', 'sell', size, ask, { postOnly: true })
      await agree()
      await client.editOrder(id, call, 'limit', 'sell', plus(size, 2 * size), ask)
      await agree()
      await client.editOrder(id, call, 'limit', 'sell', 2 * size, above(ask, 9))
      await agree()
      await client.createOrder(call, 'limit', 'buy', plus(askSize, size), ask)
      await agree()
      await client.cancelAllOrders(call)
      await agree()
      await client.createOrder(call, 'market', 'sell', size)
      await agree()
      for (const hours of [1, 5, 24]) {
        await advance(exchange, hours * HOUR_MS)
        await agree(symbols)
      }
      await client.cancelAllOrders()
      await agree(symbols)
      await quick.client.close()
    })

    it('is sent the best levels whole, each time that one of them changes', async () => {
      const channel = `book.${client.market(call).id}.none.20.100ms`
      const options = { useDepthEndpoint: true }
      // It takes these levels for changes and keeps none of them, so it is asked what it has heard.
      const window = () => ccxtStreams.heardOn(channel).at(-1) as { bids: unknown; asks: unknown } | undefined
      const bookNow = async () => levelsOf(await client.fetchOrderBook(call, 20))
      await client.watchOrderBook(call, undefined, options)
      assert.deepEqual(levelsOf(window()), await bookNow())
      const { ask } = await market.bookOf(call)
      for (const act of [
        () => client.createOrder(call, 'limit', 'sell', size, ask, { postOnly: true }),
        () => client.cancelAllOrders(call),
      ]) {
        const next = client.watchOrderBook(call, undefined, options)
        await act()
        await next
        assert.deepEqual(levelsOf(window()), await bookNow())
      }
    })

    it('sees what its orders become, and each trade once', async () => {
      const { bid, ask, askSize } = await market.bookOf(call)
      const watchOrders = () => client.watchOrders(call)
      const states: unknown[] = []
      const note = ([order, ...rest]: Awaited<ReturnType<typeof watchOrders>>) => {
        assert.deepEqual(rest, [])
        states.push([order?.status, order?.side, order?.price, order?.amount, order?.filled])
        return String(order?.id)
      }

      let order = watchOrders()
      let trades = client.watchMyTrades(call)
      const tape = client.watchTrades(call, undefined, undefined, { interval: '100ms' })
      await Promise.all([ORDERS, TRADES, `trades.${client.market(call).id}.100ms`].map(ccxtStreams.taken))

      const wanted = plus(askSize, size)
      const more = plus(wanted, 2 * size)
      const bought = await client.createOrder(call, 'limit', 'buy', wanted, ask)
      const id = note(await order)
      assert.equal(id, bought.id)
      const own = await trades
      assert.deepEqual(
        own.map((trade) => [trade.order, trade.side, trade.price, trade.takerOrMaker]),
        own.map(() => [id, 'buy', ask, 'taker']),
      )
      assert.equal(sumOf(own), askSize)
      assert.deepEqual(
        (await tape).map((trade) => [trade.id, trade.side, trade.price, trade.amount]),
        own.map((trade) => [trade.id, trade.side, trade.price, trade.amount]),
      )

      note(await seeing(watchOrders, () => client.editOrder(id, call, 'limit', 'buy', more, ask)))
      note(await seeing(watchOrders, () => client.cancelOrder(id, call)))
      trades = client.watchMyTrades(call)
      order = watchOrders()
      const sold = await client.createOrder(call, 'limit', 'sell', size, bid)
      assert.equal(note(await order), sold.id)
      assert.deepEqual(
        (await trades).map(({ id: tradeId }) => tradeId),
        (await client.fetchOrderTrades(sold.id, call)).map(({ id: tradeId }) => tradeId),
      )
      assert.deepEqual(states, [
        ['open', 'buy', ask, wanted, askSize],
        ['open', 'buy', ask, more, askSize],
        ['canceled', 'buy', ask, more, askSize],
        ['closed', 'sell', bid, size, size],
      ])
      for (const each of client.orders as unknown as { id: string }[]) {
        assert.deepEqual(read(each), read(await client.fetchOrder(each.id, call)))
      }
    })

    it('keeps its balances', async () => {
      const seen = () => {
        const { BTC, ETH } = client.balance as Record<string, Record<string, unknown> | undefined>
        return { BTC: BTC?.BTC, ETH: ETH?.ETH }
      }
      const agree = async () => {
        const { BTC, ETH } = await client.fetchBalance()
        await ccxtStreams.becomes(seen, { BTC, ETH })
      }
      await client.watchBalance()
      await agree()
      const next = client.watchBalance()
      await client.createOrder(call, 'market', 'sell', size)
      await next
      await agree()
      // Not past the life of ccxt's token, which it does not renew.
      await advance(exchange, 300_000)
      await agree()
    })

    it('sees the candle that is open', async () => {
      await client.createOrder(call, 'market', 'sell', size)
      for (const symbol of [call, perpetual]) {
        for (const timeframe of ['1m', '1h', '1d']) {
          const seen = await client.watchOHLCV(symbol, timeframe)
          const [openMs] = seen.at(-1) ?? []
          assert.deepEqual(
            seen.slice(-1),
            await client.fetchOHLCV(symbol, timeframe, openMs, 1),
            `${symbol} ${timeframe}`,
          )
        }
      }
      const candles = await seeing(
        () => client.watchOHLCV(call, '1h'),
        () => client.createOrder(call, 'market', 'sell', size),
      )
      assert.deepEqual(candles.slice(-1), await client.fetchOHLCV(call, '1h', candles.at(-1)?.[0], 1))
    })

    it('hears of orders that the market comes to', async () => {
      const { bid, ask } = await market.bookOf(call)
      const ids = new Set<string>()
      const order = client.watchOrders(call)
      const trades = client.watchMyTrades(call)
      await Promise.all([ORDERS, TRADES].map(ccxtStreams.taken))
      for (const [side, price] of [
        ['buy', bid],
        ['sell', ask],
      ] as const) {
        ids.add((await client.createOrder(call, 'limit', side, size, price, { postOnly: true })).id)
      }
      await order
      let isFilled = false
      const notice = () => {
        isFilled = true
      }
      trades.then(notice, notice)
      for (let hour = 0; hour < 96 && !isFilled; hour += 1) await advance(exchange, HOUR_MS)
      assert.ok(isFilled, 'the market came to one of them')
      const [trade] = await trades
      assert.ok(ids.has(String(trade?.order)))
      assert.equal(trade?.takerOrMaker, 'maker')
      const states = () =>
        [...(client.orders as unknown as { id: string; filled: number; status: string }[])]
          .filter(({ id }) => id === trade?.order)
          .map(({ filled, status }) => [filled, status])
      await ccxtStreams.becomes(states, [[size, 'closed']])
      await client.cancelAllOrders(call)
      const heard = ccxtStreams
        .heardOn(TRADES)
        .flatMap((data) => (data as unknown as { trade_id: string }[]).map((each) => each.trade_id))
      const own = await client.fetchMyTrades(call, undefined, 1_000)
      assert.deepEqual([...new Set(heard)].length, heard.length, 'none twice')
      for (const { id } of own.filter(({ timestamp }) => Number(timestamp) >= Number(trade?.timestamp))) {
        assert.ok(heard.includes(String(id)), `trade ${id} was told`)
      }
    })

    it('goes, comes back, and begins again with what there is', async () => {
      await client.close()
      client.cleanWsData()
      await client.watchOrderBook(call)
      await ccxtStreams.becomes(
        () => levelsOf(client.orderbooks[call]),
        levelsOf(await client.fetchOrderBook(call, 10_000)),
      )
      const order = client.watchOrders(call)
      const isTakenAgain = () => ccxtStreams.messages.filter(({ result }) => String(result) === ORDERS).length
      await ccxtStreams.becomes(isTakenAgain, 2)
      const { ask } = await market.bookOf(call)
      const { id } = await client.createOrder(call, 'limit', 'sell', size, above(ask, 3), { postOnly: true })
      assert.equal((await order)[0]?.id, id)
    })
  })
}

/** What ccxt has read, without the message that it was read from. */
function read(of: object | undefined): object {
  return { ...of, info: undefined }
}

type Top = { bid?: number; bidVolume?: number; ask?: number; askVolume?: number }

function topOf(ticker: Top | undefined): (number | undefined)[] {
  return [ticker?.bid, ticker?.bidVolume, ticker?.ask, ticker?.askVolume]
}

/** Prices and amounts, without the count that ccxt keeps beside them. */
function levelsOf(book: { bids: unknown; asks: unknown } | undefined): Record<'bids' | 'asks', unknown[]> {
  const side = (levels: unknown) => [...((levels ?? []) as number[][])].map(([price, amount]) => [price, amount])
  return { bids: side(book?.bids), asks: side(book?.asks) }
}

/** Amounts have one decimal at most. */
function plus(amount: number, more: number): number {
  return Number((amount + more).toFixed(1))
}

function sumOf(trades: readonly { amount?: number | undefined }[]): number {
  return Number(trades.reduce((sum, { amount }) => sum + Number(amount), 0).toFixed(8))
}
