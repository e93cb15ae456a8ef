import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Channel, channels, type Drift } from '@cc/deribit-client'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { KNOWN_MISTAKES } from '../src/openapi-mistakes.ts'
import { createReplyValidator } from '../src/openapi-validator.ts'
import { createMemoryLogger, type FastExchange, SETTLEMENT_MS, serveFastExchange, tradeOver } from './fast-exchange.ts'
import { socketClientOf } from './served-exchange.ts'

const recordings = inject('recordings')

/** Every builder of channels, each in the forms in which it differs. */
const wishes = (call: string, expiring: string) =>
  ({
    ticker: [
      channels.ticker(call, 'raw'),
      channels.ticker(expiring),
      channels.ticker(call, 'agg2'),
      channels.ticker('BTC-PERPETUAL'),
    ],
    incrementalTicker: [channels.incrementalTicker(call), channels.incrementalTicker('ETH-PERPETUAL')],
    book: [channels.book(call, 'raw'), channels.book(expiring), channels.book('BTC-PERPETUAL', 'agg2')],
    groupedBook: [
      channels.groupedBook(call),
      channels.groupedBook('BTC-PERPETUAL', { group: '10', depth: 20, interval: 'agg2' }),
    ],
    quote: [channels.quote(call), channels.quote('ETH-PERPETUAL')],
    markPrices: [channels.markPrices('btc_usd'), channels.markPrices('eth_usd')],
    priceIndex: [channels.priceIndex('btc_usd')],
    volatilityIndex: [channels.volatilityIndex('eth_usd')],
    estimatedExpirationPrice: [channels.estimatedExpirationPrice('btc_usd')],
    instrumentState: [
      channels.instrumentState({ kind: 'option', currency: 'BTC' }),
      channels.instrumentState({ kind: 'any', currency: 'any' }),
    ],
    instrumentCreation: [channels.instrumentCreation({ kind: 'option', currency: 'BTC' })],
    platformState: [channels.platformState()],
    publicMethodsState: [channels.publicMethodsState()],
    trades: [channels.trades(call, 'raw'), channels.trades({ kind: 'option', currency: 'BTC' })],
    chartTrades: [channels.chartTrades(call, '1D'), channels.chartTrades('BTC-PERPETUAL', '1')],
    userOrders: [channels.userOrders(call), channels.userOrders({ kind: 'any', currency: 'any' }, '100ms')],
    userTrades: [channels.userTrades({ kind: 'option', currency: 'BTC' }), channels.userTrades(call, 'agg2')],
    userChanges: [channels.userChanges({ kind: 'any', currency: 'BTC' }), channels.userChanges(call, '100ms')],
    userPortfolio: [channels.userPortfolio('BTC'), channels.userPortfolio('any')],
    userComboTrades: [channels.userComboTrades({ kind: 'any', currency: 'BTC' })],
    userMmpTrigger: [channels.userMmpTrigger('btc_usd')],
    userAccessLog: [channels.userAccessLog()],
    userLock: [channels.userLock()],
  }) as const satisfies Record<keyof typeof channels, readonly Channel<unknown>[]>

describe('channels of the served exchange, heard while it is traded on and through a settlement', () => {
  const drifts: Drift[] = []
  const unread: unknown[] = []
  const heard = new Map<string, unknown[]>()
  const logger = createMemoryLogger()
  let exchange: FastExchange
  let epoch: number
  let tests: number
  let hears: ReturnType<typeof wishes>
  let asked: Awaited<ReturnType<typeof stateOf>> & { listedBefore: ReadonlySet<string> }

  const dataOf = <Data>({ name }: Channel<Data>) => (heard.get(name) ?? []) as Data[]

  beforeAll(async () => {
    exchange = await serveFastExchange()
    const listedBefore = await listedNames(exchange)
    const { call, expiring } = exchange
    const client = socketClientOf(exchange.server, {}, { logger, onDrift: (drift) => drifts.push(drift) })
    hears = wishes(call.name, expiring.name)
    try {
      const attachments = Object.values<readonly Channel<unknown>[]>(hears)
        .flat()
        .map((channel) => {
          const told: unknown[] = []
          heard.set(channel.name, told)
          return client.streams.attach(channel, {
            onData: (data) => told.push(data),
            onPause: () => unread.push({ channel: channel.name, paused: true }),
            onUnreadable: (error) => unread.push(error),
            onEnd: (error) => unread.push(error),
          })
        })
      await exchange.clock.hold(() => Promise.all(attachments.map(({ ready }) => ready)))
      await tradeOver(exchange)
      await exchange.clock.hold(async () => {
        epoch = client.connection.epoch()
        tests = exchange.server.requests()['public/test'] ?? 0
        // Its answer comes after all that was told before.
        await client.public.test()
        asked = { ...(await stateOf(exchange)), listedBefore }
      })
      for (const attachment of attachments) attachment.detach()
    } finally {
      await client.close()
      await exchange.stop()
    }
  })

  it('are all read without a field that is not known, and without a warning', () => {
    expect(drifts).toEqual([])
    expect(unread).toEqual([])
    expect(logger.warnings).toEqual([])
  })

  it('come over one connection, which proves every other heartbeat that it is alive', () => {
    expect(epoch).toBe(1)
    expect(tests).toBeGreaterThan(5)
  })

  it('are all heard, but for those of what never happens here', () => {
    expect(
      [...heard]
        .filter(([, told]) => told.length === 0)
        .map(([name]) => name)
        .sort(),
    ).toEqual(['user.access_log', 'user.combo_trades.any.BTC.raw', 'user.lock', 'user.mmp_trigger.btc_usd'])
  })

  it.skipIf(recordings === null)('say what the official description has in replies', () => {
    const path = join(String(recordings), 'api/deribit_openapi.json')
    const validator = createReplyValidator(JSON.parse(readFileSync(path, 'utf8')), KNOWN_MISTAKES)
    const found = new Set<string>()
    const hold = (method: string, results: readonly unknown[]) => {
      expect(results.length, method).toBeGreaterThan(0)
      for (const result of results) {
        for (const problem of validator.problems(method, { ...ENVELOPE, result })) {
          found.add(`${method} ${problem.replace(/\/\d+(?=\/|\s)/g, '/*')}`)
        }
      }
    }
    const whole = (ticker: object) => ({ ...ticker, type: undefined })
    const changes = hears.userChanges.flatMap(dataOf)

    hold('public/ticker', hears.ticker.flatMap(dataOf))
    hold(
      'public/ticker',
      hears.incrementalTicker
        .flatMap(dataOf)
        .filter(({ type }) => type === 'snapshot')
        .map(whole),
    )
    hold('public/get_instrument', hears.instrumentCreation.flatMap(dataOf))
    hold(
      'public/get_last_trades_by_instrument',
      hears.trades.flatMap(dataOf).map((trades) => ({ trades, has_more: false })),
    )
    hold('private/get_order_state', dataOf(hears.userOrders[0]))
    hold('private/get_open_orders', dataOf(hears.userOrders[1]))
    hold(
      'private/get_open_orders',
      changes.map(({ orders }) => orders),
    )
    hold('private/get_user_trades_by_order', hears.userTrades.flatMap(dataOf))
    hold(
      'private/get_user_trades_by_order',
      changes.map(({ trades }) => trades),
    )
    hold(
      'private/get_positions',
      changes.map(({ positions }) => positions),
    )
    hold('private/get_account_summary', hears.userPortfolio.flatMap(dataOf))
    expect([...found].sort()).toEqual([])
  })

  it('have told in the end what is answered when it is asked', () => {
    const { ticker, book, account, orders, trades } = asked
    // It is of the moment: what has not changed is not told again for it.
    const untimed = { ...ticker, timestamp: expect.any(Number) }
    expect(dataOf(hears.ticker[0]).at(-1)).toEqual(untimed)
    expect(mergedTicker(dataOf(hears.incrementalTicker[0]))).toEqual({ ...untimed, type: 'change' })
    expect(dataOf(hears.groupedBook[0]).at(-1)).toMatchObject({ bids: book.bids, asks: book.asks })
    const { best_bid_price, best_bid_amount, best_ask_price, best_ask_amount } = ticker
    const top = { best_bid_price, best_bid_amount, best_ask_price, best_ask_amount }
    expect(dataOf(hears.quote[0]).at(-1)).toMatchObject(top)
    expect(dataOf(hears.userPortfolio[0]).at(-1)).toEqual(account)
    const portfolios = dataOf(hears.userPortfolio[1]).filter(({ currency }) => currency === 'BTC')
    expect(portfolios.at(-1)).toEqual(account)

    const ofCall = orders.filter(({ instrument_name }) => instrument_name === exchange.call.name)
    expect(lastStates(dataOf(hears.userOrders[0]))).toEqual(lastStates(ofCall))
    expect(lastStates(dataOf(hears.userOrders[1]).flat())).toEqual(lastStates(orders))
    expect(lastStates(dataOf(hears.userChanges[0]).flatMap((changes) => changes.orders ?? []))).toEqual(
      lastStates(orders),
    )
    expect(dataOf(hears.userTrades[0]).flat()).toEqual(trades)
    expect(dataOf(hears.userChanges[0]).flatMap((changes) => changes.trades ?? [])).toEqual(trades)
    expect(
      dataOf(hears.trades[1])
        .flat()
        .map(({ trade_id }) => trade_id),
    ).toEqual(trades.map(({ trade_id }) => trade_id))
  })

  it('tell of the settlement: what is delivered, what is listed, and that both belong to the list', () => {
    const delivered = dataOf(hears.instrumentState[0]).filter(({ state }) => state === 'delivered')
    expect(delivered).toContainEqual({
      instrument_name: exchange.expiring.name,
      state: 'delivered',
      timestamp: SETTLEMENT_MS,
    })
    const created = dataOf(hears.instrumentCreation[0]).map(({ instrument_name }) => instrument_name)
    const { listedBefore, listed } = asked
    expect(created.toSorted()).toEqual([...listed].filter((name) => !listedBefore.has(name)).toSorted())
    const gone = [...listedBefore].filter((name) => !listed.has(name))
    const told = delivered.map(({ instrument_name }) => instrument_name)
    expect(gone.length).toBeGreaterThan(0)
    expect(told.toSorted()).toEqual(gone.toSorted())
  })
})

const ENVELOPE = { jsonrpc: '2.0', id: 1, usIn: 1, usOut: 2, usDiff: 1, testnet: true }

type Order = { readonly order_id: string; readonly instrument_name: string }

/** What the exchange answers, of what the channels told. */
async function stateOf(exchange: FastExchange) {
  const { ask, call } = exchange
  const one = { instrument_name: call.name }
  const { limits, ...account } = (await ask('private/get_account_summary', { currency: 'BTC' })) as { limits: unknown }
  const { trades } = (await ask('private/get_user_trades_by_currency', { currency: 'BTC', sorting: 'asc' })) as {
    trades: { trade_id: string }[]
  }
  const history = { currency: 'BTC', include_unfilled: true, count: 100 }
  return {
    ticker: (await ask('public/ticker', one)) as Record<string, unknown>,
    book: (await ask('public/get_order_book', { ...one, depth: 10 })) as { bids: unknown; asks: unknown },
    account,
    orders: (await ask('private/get_order_history_by_currency', history)) as Order[],
    trades,
    listed: await listedNames(exchange),
  }
}

async function listedNames({ ask }: FastExchange): Promise<ReadonlySet<string>> {
  const options = (await ask('public/get_instruments', { currency: 'BTC', kind: 'option' })) as Order[]
  return new Set(options.map(({ instrument_name }) => instrument_name))
}

/** Each order as it was told last. */
function lastStates(orders: readonly Order[]): unknown {
  return Object.fromEntries(orders.map((order) => [order.order_id, order]))
}

/** A whole ticker with what has changed since, also inside `greeks` and `stats`. */
function mergedTicker(messages: readonly object[]): unknown {
  const whole: Record<string, unknown> = {}
  for (const [name, value] of messages.flatMap((message) => Object.entries(message))) {
    const isPart = typeof value === 'object' && value !== null
    whole[name] = isPart ? { ...(whole[name] as object), ...value } : value
  }
  return whole
}
