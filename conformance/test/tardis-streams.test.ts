import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import {
  compute,
  computeBookSnapshots,
  normalizeBookChanges,
  normalizeBookTickers,
  normalizeDerivativeTickers,
  normalizeOptionsSummary,
  normalizeTrades,
  OrderBook,
  stream,
  streamNormalized,
} from 'tardis-dev'
import { above, type ForeignClient, openForeignClient } from './foreign-client.ts'
import { startLocalExchange } from './local-exchange.ts'
import { advance } from './streaming-client.ts'

const PLENTY = ['--no-rate-limits', '--deposit', 'BTC=1000,ETH=100000']
const HOUR_MS = 3_600_000

/** What the exchange sent, as it came. */
type Sent = {
  id?: number
  error?: unknown
  result?: unknown
  method?: string
  params?: { channel?: string; type?: string; data?: Record<string, unknown> }
}

/** How long tardis-dev may go on after its last test, in milliseconds: it waits for ever on what it gave up too early. */
const PATIENCE_MS = 5_000

let heartbeats: Heartbeats
before(async () => {
  heartbeats = await startHeartbeats()
})
after(() => {
  setTimeout(() => process.exit(1), PATIENCE_MS).unref()
})

/*
 * tardis-dev, a recorder of markets that shares no code with ccxt: it hears the market over WebSocket while ccxt trades
 * over HTTP. Without a key it takes the channels of 100 ms, with one the raw ones, by `private/subscribe`.
 */
for (const access of ['without a key', 'with a key'] as const) {
  describe(`tardis-dev ${access}`, { timeout: 30_000 }, () => {
    const interval = access === 'with a key' ? 'raw' : '100ms'
    let foreign: ForeignClient
    let client: ForeignClient['client']
    /** Symbols of ccxt. */
    let calls: readonly string[]
    let books: readonly string[]
    const idOf = (symbol: string) => client.market(symbol).id

    before(async () => {
      foreign = await openForeignClient(PLENTY)
      client = foreign.client
      calls = [await foreign.nearCall('BTC'), await foreign.nearCall('ETH')]
      const { expiry: last } = client.market(calls[0] ?? '')
      const futures = Object.values(client.markets).filter((each) => each.future && Number(each.expiry) >= Number(last))
      books = [...calls, 'BTC/USD:BTC', 'ETH/USD:ETH', ...futures.slice(0, 2).map(({ symbol }) => symbol)]
      process.env.WSS_URL_DERIBIT = foreign.exchange.wsUrl
      if (access === 'without a key') return
      process.env.DERIBIT_API_CLIENT_ID = foreign.exchange.clientId
      process.env.DERIBIT_API_CLIENT_SECRET = foreign.exchange.clientSecret
    })
    afterEach(() => client.cancelAllOrders())
    after(async () => {
      delete process.env.WSS_URL_DERIBIT
      delete process.env.DERIBIT_API_CLIENT_ID
      delete process.env.DERIBIT_API_CLIENT_SECRET
      await foreign.exchange.stop()
    })

    it('is granted what it asks for, and a snapshot of each book', async () => {
      const symbols = books.map(idOf)
      const filters = ['book', 'ticker', 'trades'].map((channel) => ({ channel, symbols }))
      const channels = filters.flatMap(({ channel }) => symbols.map((symbol) => `${channel}.${symbol}.${interval}`))
      const replies = new Map<unknown, unknown>()
      const heard = new Map<string, Record<string, unknown>>()
      for await (const { message } of stream({ exchange: 'deribit', filters, onError: fail })) {
        const { id, result, params } = message as Sent
        if (id !== undefined) replies.set(id, result)
        if (params?.channel !== undefined && params.data !== undefined) heard.set(params.channel, params.data)
        if (heard.size === 2 * symbols.length) break
      }
      assert.equal(replies.get(0), 'ok')
      assert.equal(replies.has(1), access === 'with a key')
      assert.deepEqual(new Set(replies.get(3) as string[]), new Set(channels))
      assert.deepEqual(new Set(heard.keys()), new Set(channels.filter((each) => !each.startsWith('trades'))))
      for (const symbol of symbols) assert.equal(heard.get(`book.${symbol}.${interval}`)?.type, 'snapshot')
    })

    it('rebuilds the books from their changes, and computes tops from them', async () => {
      const [call = ''] = calls
      const held = new Map(books.map((symbol) => [idOf(symbol), new OrderBook()]))
      const acts = bookActs(call)
      let isDue = true
      let expected: string | undefined
      const messages = compute(
        streamNormalized({ exchange: 'deribit', symbols: [...held.keys()], onError: fail }, normalizeBookChanges),
        computeBookSnapshots({ depth: 3, interval: 0 }),
      )
      let snapshots = 0
      for await (const message of messages) {
        const book = held.get(message.symbol)
        assert.ok(book)
        if (message.type === 'book_change') {
          book.update(message)
          if (message.isSnapshot) snapshots += 1
        } else {
          const { price, amount } = book.bestBid() ?? {}
          assert.deepEqual(message.bids[0], { price, amount })
        }
        if (snapshots < held.size) continue
        if (isDue) {
          isDue = false
          expected = JSON.stringify(await Promise.all(books.map(fetched)))
        }
        if (JSON.stringify(books.map((symbol) => levelsOf(held.get(idOf(symbol))))) !== expected) continue
        // They are as they are at the exchange: on with the next change.
        const act = acts.shift()
        if (act === undefined) break
        await act()
        isDue = true
      }
      assert.equal(acts.length, 0)
      assert.equal(snapshots, held.size)
    })

    it('hears each trade once', async () => {
      const [call = ''] = calls
      const { bid, ask } = await foreign.bookOf(call)
      const size = client.market(call).limits.amount?.min ?? 0
      const known = (await client.fetchTrades(call, undefined, 1_000)).length
      const acts = [
        () => client.createOrder(call, 'market', 'sell', size),
        () => client.createOrder(call, 'limit', 'buy', 2 * size, ask),
        () => client.createOrder(call, 'limit', 'sell', size, bid, { timeInForce: 'FOK' }),
      ]
      const heard: unknown[] = []
      const messages = streamNormalized(
        { exchange: 'deribit', symbols: calls.map(idOf), onError: fail },
        normalizeBookChanges,
        normalizeTrades,
      )
      let opened = 0
      for await (const message of messages) {
        if (message.type === 'trade') {
          heard.push([
            message.symbol,
            message.id,
            message.side,
            message.price,
            message.amount,
            message.timestamp.getTime(),
          ])
        }
        if (message.type === 'book_change' && message.isSnapshot) opened += 1
        if (opened < calls.length) continue
        const fetchedTrades = await client.fetchTrades(call, undefined, 1_000)
        if (heard.length < fetchedTrades.length - known) continue
        const act = acts.shift()
        if (act === undefined) break
        await act()
      }
      const told = (await client.fetchTrades(call, undefined, 1_000)).slice(known)
      assert.deepEqual(
        heard,
        told.map(({ id, side, price, amount, timestamp }) => [idOf(call), id, side, price, amount, timestamp]),
      )
      assert.ok(heard.length >= 3)
    })

    it('reads tickers of options, futures and perpetuals as ccxt does', async () => {
      const left = new Set(books.map(idOf))
      const tops = new Set(left)
      let moves = 1
      const messages = streamNormalized(
        { exchange: 'deribit', symbols: [...left], onError: fail },
        normalizeOptionsSummary,
        normalizeDerivativeTickers,
        normalizeBookTickers,
      )
      for await (const message of messages) {
        const { info, ...ticker } = await client.fetchTicker(client.safeSymbol(message.symbol))
        if (message.timestamp.getTime() !== ticker.timestamp) continue
        if (message.type === 'book_ticker') {
          const { bidPrice, bidAmount, askPrice, askAmount } = message
          const { bid, bidVolume, ask, askVolume } = ticker
          assert.deepEqual([bidPrice, bidAmount, askPrice, askAmount], [bid, bidVolume, ask, askVolume])
          tops.delete(message.symbol)
        } else {
          left.delete(message.symbol)
          assert.equal(message.markPrice, Number(info.mark_price))
          assert.equal(message.openInterest, Number(info.open_interest))
          if (message.type === 'option_summary') {
            const market = client.market(client.safeSymbol(message.symbol))
            assert.deepEqual(
              [message.optionType, message.strikePrice, message.expirationDate.getTime()],
              [market.optionType, market.strike, market.expiry],
            )
            assert.deepEqual(
              [
                message.markIV,
                message.bestBidIV,
                message.bestAskIV,
                message.delta,
                message.gamma,
                message.vega,
                message.theta,
                message.rho,
              ],
              [
                info.mark_iv,
                info.bid_iv,
                info.ask_iv,
                ...['delta', 'gamma', 'vega', 'theta', 'rho'].map((name) => info.greeks[name]),
              ].map(Number),
            )
            assert.equal(message.underlyingPrice, Number(info.underlying_price))
            assert.equal(message.underlyingIndex, info.underlying_index)
          } else {
            assert.equal(message.type, 'derivative_ticker')
            assert.equal(message.indexPrice, Number(info.index_price))
            assert.equal(
              message.fundingRate,
              info.current_funding === undefined ? undefined : Number(info.current_funding),
            )
          }
        }
        if (left.size + tops.size > 0) continue
        if (moves === 0) break
        moves -= 1
        for (const symbol of books.map(idOf)) for (const each of [left, tops]) each.add(symbol)
        await advance(foreign.exchange, HOUR_MS)
      }
      assert.equal(moves, 0)
    })

    /** What changes the book of a call, and then, with time, all of them. */
    function bookActs(call: string): (() => Promise<unknown>)[] {
      const size = client.market(call).limits.amount?.min ?? 0
      let id = ''
      let price = 0
      return [
        async () => {
          price = above((await foreign.bookOf(call)).ask, 5)
          id = (await client.createOrder(call, 'limit', 'sell', size, price, { postOnly: true })).id
        },
        () => client.editOrder(id, call, 'limit', 'sell', 5 * size, price),
        () => client.editOrder(id, call, 'limit', 'sell', 2 * size, above(price, 2)),
        () => client.createOrder(call, 'market', 'sell', size),
        () => client.cancelOrder(id, call),
        () => advance(foreign.exchange, HOUR_MS),
        () => advance(foreign.exchange, 26 * HOUR_MS),
      ]
    }

    async function fetched(symbol: string): Promise<unknown> {
      const { bids, asks } = await client.fetchOrderBook(symbol, 10_000)
      return { bids, asks }
    }
  })
}

describe('tardis-dev in real time', { timeout: 40_000 }, () => {
  it('answers a test request', () => heartbeats.answered)
})

/** A session in real time, which takes its twelve seconds while other tests run. */
type Heartbeats = { answered: Promise<void> }

async function startHeartbeats(): Promise<Heartbeats> {
  const exchange = await startLocalExchange()
  process.env.WSS_URL_DERIBIT = exchange.wsUrl
  const filters = [{ channel: 'ticker', symbols: ['BTC-PERPETUAL'] }]
  const messages = stream({ exchange: 'deribit', filters, onError: fail })
  await messages.next()

  async function untilAnswered(): Promise<void> {
    try {
      let isAsked = false
      for await (const { message } of messages) {
        const { method, params, result } = message as Sent
        isAsked ||= method === 'heartbeat' && params?.type === 'test_request'
        if (isAsked && typeof result === 'object') return
      }
    } finally {
      await exchange.stop()
    }
  }

  return { answered: untilAnswered() }
}

/** tardis-dev would try again and again. */
function fail(error: Error): never {
  throw error
}

type Level = { price: number; amount: number }

function levelsOf(book: OrderBook | undefined): unknown {
  const side = (levels: Iterable<Level>) => [...levels].map(({ price, amount }) => [price, amount])
  return book && { bids: side(book.bids()), asks: side(book.asks()) }
}
