import { channels, type DeribitSocketClient, openBook, openUserEvents, type UserEvent } from '@cc/deribit-client'
import { createFaultPlan } from '@cc/exchange-sim/server'
import { afterEach, expect, it } from 'vitest'
import { createMemoryLogger, type FastExchange, serveFastExchange, tradeOver } from './fast-exchange.ts'
import { serveExchange, socketClientOf } from './served-exchange.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function fastExchange(deps: Parameters<typeof serveFastExchange>[0] = {}) {
  const exchange = await serveFastExchange(deps)
  ends.push(exchange.stop)
  const logger = createMemoryLogger()
  const client = socketClientOf(exchange.server, {}, { logger })
  ends.push(client.close)
  return { exchange, client, logger }
}

it('keeps books equal to those that are answered, while orders come and go and over a settlement', async () => {
  const { exchange, client, logger } = await fastExchange()
  const { call, expiring } = exchange
  const books = [
    openBook(client, call.name, { interval: 'raw' }),
    openBook(client, call.name),
    openBook(client, expiring.name, { interval: 'agg2' }),
    openBook(client, 'BTC-PERPETUAL'),
  ]
  await exchange.clock.hold(() => Promise.all(books.map(({ ready }) => ready)))
  const seen = new Set<string>()
  await tradeOver(exchange, async () => {
    // Its answer comes after all that was told before.
    await client.public.test()
    for (const book of books) {
      const view = book.current()
      const name = view?.symbol ?? ''
      const asked = await bookOf(exchange, name)
      expect({ bids: view?.bids, asks: view?.asks }, name).toEqual(asked)
      seen.add(JSON.stringify([name, asked]))
    }
  })
  // Each of them was another one in the end, and what was delivered has none.
  expect(seen.size).toBeGreaterThan(6)
  expect(books[2]?.current()).toMatchObject({ symbol: expiring.name, bids: [], asks: [] })
  for (const book of books) book.close()
  expect(logger.warnings).toEqual([])
})

it('tells every trade once, the last state of every order, and positions, though its connection is lost meanwhile', async () => {
  const faults = createFaultPlan({ script: [brokenBy('private/get_account_summaries')] })
  const { exchange, client } = await fastExchange({ faults })
  const events = openUserEvents(client, { currency: 'BTC', kind: 'option' })
  const told: UserEvent[] = []
  const reading = (async () => {
    for await (const event of events) told.push(event)
  })()
  await exchange.clock.hold(() => events.ready)
  let broken: Promise<unknown> | undefined
  await tradeOver(exchange, async () => {
    broken ??= client.private.getAccountSummaries({})
  })
  await broken
  expect(client.connection.epoch()).toBe(2)

  const span = { currency: 'BTC', count: 100, include_unfilled: true }
  const orders = (await exchange.ask('private/get_order_history_by_currency', span)) as { order_id: string }[]
  const { trades } = (await exchange.ask('private/get_user_trades_by_currency', { currency: 'BTC' })) as {
    trades: { trade_id: string }[]
  }
  await expect
    .poll(() => byId(told.flatMap((event) => (event.kind === 'order' ? [event.order] : []))), { timeout: 60_000 })
    .toEqual(byId(orders))
  events.close()
  await reading
  const toldTrades = told.flatMap((event) => (event.kind === 'trade' ? [event.trade] : []))
  expect(trades).toHaveLength(4)
  expect(toldTrades.toSorted(byTradeId)).toEqual(trades.toSorted(byTradeId))
  const positions = told.flatMap((event) => (event.kind === 'position' ? [event.position] : []))
  expect(positions.findLast(({ instrument_name }) => instrument_name === exchange.call.name)?.size).toBe(-0.3)
})

it('leaves no order of a broken or a closed connection behind where it is asked to, and every one where it is not', async () => {
  const faults = createFaultPlan({
    script: [brokenBy('private/get_positions'), brokenBy('private/get_account_summaries')],
  })
  const { server, client, stop } = await serveExchange({}, { faults })
  ends.push(stop)
  const careful = socketClientOf(server, { cancelOnDisconnect: true, scope: 'account:read_write trade:read_write' })
  const plain = socketClientOf(server)
  const witness = socketClientOf(server)
  ends.push(careful.close, plain.close, witness.close)
  const hears = witness.streams.subscribe([channels.userOrders({ kind: 'option', currency: 'BTC' })])
  await hears.ready
  const orders = hears[Symbol.asyncIterator]()
  const nextEnded = async () => {
    for (;;) {
      const { value } = await orders.next()
      if (value?.data.order_state !== 'open') return value?.data
    }
  }

  const kept = await restingOrder(plain)
  const first = await restingOrder(careful)
  // They are read again over the next connection.
  await plain.private.getAccountSummaries({})
  await careful.private.getPositions({ currency: 'BTC' })
  expect([plain.connection.epoch(), careful.connection.epoch()]).toEqual([2, 2])
  expect(await nextEnded()).toMatchObject({ order_id: first, order_state: 'cancelled' })

  const second = await restingOrder(careful)
  await plain.close()
  await careful.close()
  expect(await nextEnded()).toMatchObject({ order_id: second, order_state: 'cancelled' })
  const { result } = await client.private.getOpenOrders({})
  expect(result.map(({ order_id }) => order_id)).toEqual([kept])
})

/** The connection that carries this request is reset, once. */
function brokenBy(method: string) {
  return { on: 'request', method, fault: { kind: 'reset', when: 'before' } } as const
}

/** Each order as it was told last. */
function byId(orders: readonly { order_id: string }[]): unknown {
  return Object.fromEntries(orders.map((order) => [order.order_id, order]))
}

function byTradeId(a: { trade_id: string }, b: { trade_id: string }): number {
  return a.trade_id < b.trade_id ? -1 : 1
}

/** The levels of a book as they are answered, as a view has them. */
async function bookOf({ ask }: FastExchange, instrument_name: string) {
  const { bids, asks } = (await ask('public/get_order_book', { instrument_name, depth: 1_000 })) as Record<
    'bids' | 'asks',
    [number, number][]
  >
  const levels = (side: [number, number][]) => side.map(([price, amount]) => ({ price, amount }))
  return { bids: levels(bids), asks: levels(asks) }
}

/** Offers a call at so high a price that nobody takes it. */
async function restingOrder(client: DeribitSocketClient): Promise<string> {
  const { result } = await client.public.getBookSummaryByCurrency({ currency: 'BTC', kind: 'option' })
  const isCheap = (ask_price: number | null | undefined) => ask_price != null && ask_price > 0.01 && ask_price < 0.03
  const row = result.find(({ instrument_name, ask_price }) => instrument_name.endsWith('-C') && isCheap(ask_price))
  const answer = await client.private.sell({
    instrument_name: String(row?.instrument_name),
    type: 'limit',
    amount: 0.1,
    price: Number((Math.ceil((2 * Number(row?.ask_price)) / 0.0005) * 0.0005).toFixed(4)),
    label: 'resting',
    time_in_force: 'good_til_cancelled',
    post_only: true,
    reject_post_only: true,
    reduce_only: false,
    valid_until: client.clock.now() + 30_000,
  })
  if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer))
  return answer.order.order_id
}
