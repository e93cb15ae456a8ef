import {
  type BookView,
  channels,
  openBook,
  openUserEvents,
  type UserEvent,
  type WireUserTrade,
} from '@cc/deribit-client'
import type { FaultPlanInput, NotificationFault } from '@cc/exchange-sim/server'
import { describe, expect, it, vi } from 'vitest'
import { type FaultyStreams, HANGS_MS, OPTION, onFaultyStreams, planOf, restingOrder } from './faulty-exchange.ts'
import { guardLeaks } from './leak-guard.ts'

vi.setConfig({ maxConcurrency: 8 })
guardLeaks()

/** Fast enough that what the client reads again after 10 s is read soon. */
const SPEED = 20
const TIMES = { timeoutMs: 60_000, orderTimeoutMs: 20_000, reconnectMinMs: 100, reconnectMaxMs: 400 }
const SOON = { timeout: HANGS_MS, interval: 10 }

type Case = { name: string; fault: NotificationFault; book: 'kept' | 'joined anew' | 'on another connection' }
const FAULTS: readonly Case[] = [
  { name: 'a lost one', fault: { kind: 'drop' }, book: 'joined anew' },
  { name: 'one that comes twice', fault: { kind: 'duplicate' }, book: 'kept' },
  { name: 'one that is overtaken', fault: { kind: 'reorder', ms: 60_000 }, book: 'joined anew' },
  { name: 'one that comes late', fault: { kind: 'latency', ms: 4_000 }, book: 'kept' },
  { name: 'one that is no JSON', fault: { kind: 'malformed', form: 'not-json' }, book: 'on another connection' },
  { name: 'one that is cut', fault: { kind: 'malformed', form: 'truncated' }, book: 'on another connection' },
  { name: 'one that is no text', fault: { kind: 'malformed', form: 'invalid-utf8' }, book: 'on another connection' },
]

describe.concurrent('E71, E72: the book of an instrument', () => {
  it.concurrent.each(FAULTS)('is the exchange’s after $name: $book', ({ fault, book: expected }) =>
    onFaultyStreams({ speed: SPEED, client: TIMES }, async (exchange) => {
      const { client, plan, server } = exchange
      const book = openBook(client, OPTION)
      await book.ready
      const subscribed = server.requests()['public/subscribe'] ?? 0
      plan.replace(notification('book.*', fault))
      await restingOrder(exchange, 'hit')
      await vi.waitFor(() => expect(plan.left()).toBe(0), SOON)
      await restingOrder(exchange, 'next')
      await isTheExchangesBook(exchange, book.current)
      expect(client.connection.epoch()).toBe(expected === 'on another connection' ? 2 : 1)
      const joins = (server.requests()['public/subscribe'] ?? 0) - subscribed
      expect(joins).toBe(expected === 'kept' ? 0 : 1)
      book.close()
    }),
  )

  it.concurrent('is unknown from a loss to the next snapshot, of a new epoch', () =>
    onFaultyStreams({ speed: SPEED, client: TIMES }, async (exchange) => {
      const { client, plan, watched } = exchange
      const book = openBook(client, OPTION)
      const heard: { epoch: number; type: unknown }[] = []
      const subscription = client.streams.subscribe([channels.book(OPTION, '100ms')])
      const reading = watched(
        (async () => {
          for await (const { epoch, data } of subscription) heard.push({ epoch, type: data.type })
        })(),
      )
      await Promise.all([book.ready, subscription.ready])
      await vi.waitFor(() => expect(heard).toEqual([{ epoch: heard[0]?.epoch, type: 'snapshot' }]), SOON)
      const atLoss: unknown[] = []
      client.connection.watch({ onLost: () => void atLoss.push(book.current()) })
      plan.replace(planOf('public/get_time', { kind: 'reset', when: 'before' }))
      await client.public.getTime()
      expect(atLoss).toEqual([undefined])
      await isTheExchangesBook(exchange, book.current)
      await vi.waitFor(() => expect(heard.length).toBeGreaterThan(1), SOON)
      expect(heard[1]).toEqual({ epoch: (heard[0]?.epoch ?? 0) + 1, type: 'snapshot' })
      book.close()
      subscription.close()
      await reading
    }))

  it.concurrent('is asked for again where its snapshot is lost', () =>
    onFaultyStreams(
      { speed: SPEED, client: TIMES, faults: notification('book.*', { kind: 'drop' }) },
      async (exchange) => {
        const book = openBook(exchange.client, OPTION)
        await book.ready
        expect(exchange.plan.left()).toBe(0)
        await isTheExchangesBook(exchange, book.current)
        expect(exchange.server.requests()['public/subscribe']).toBe(2)
        book.close()
      },
    ))

  it.concurrent('leaves nothing behind when it is closed before its snapshot came', () =>
    onFaultyStreams({ faults: notification('book.*', { kind: 'drop' }) }, async ({ client, plan, watched }) => {
      const book = openBook(client, OPTION)
      const told = expect(watched(book.ready)).rejects.toMatchObject({ code: 'deribit/subscription-closed' })
      await vi.waitFor(() => expect(plan.left()).toBe(0), SOON)
      await client.public.getTime()
      book.close()
      await told
      expect(book.current()).toBeUndefined()
    }))

  it.concurrent('ends for its readers with the client, and says so', () =>
    onFaultyStreams({ speed: SPEED, client: TIMES }, async ({ client, watched }) => {
      const book = openBook(client, OPTION)
      await book.ready
      const reading = watched(
        (async () => {
          for await (const _ of book);
        })(),
      )
      const told = expect(reading).rejects.toMatchObject({ code: 'deribit/closed' })
      await client.close()
      await told
      expect(book.current()).toBeUndefined()
    }))
})

describe.concurrent('B30, E72: trades, orders and positions of the account', () => {
  it.concurrent.each(FAULTS)('are told once each, with $name among them', ({ fault }) =>
    onFaultyStreams({ speed: SPEED, client: TIMES }, async (exchange) => {
      const { events, stop } = await heardEvents(exchange)
      exchange.plan.replace({
        script: [0, 1, 0].map((skip) => ({ on: 'notification', channel: 'user.*', skip, fault })),
      })
      for (let i = 0; i < 4; i += 1) await trade(exchange, `t${i}`)
      await tellsEachTradeOnce(exchange, events, 4)
      expect(exchange.plan.used()).toEqual({ [`notification ${fault.kind}`]: expect.toSatisfy((count) => count > 0) })
      await stop()
    }),
  )

  it.concurrent('are told once each when the connection is lost among them', () =>
    onFaultyStreams({ speed: SPEED, client: TIMES }, async (exchange) => {
      const { client, plan } = exchange
      const { events, stop } = await heardEvents(exchange)
      await trade(exchange, 'before')
      plan.replace({
        script: [
          { on: 'request', method: 'public/get_time', fault: { kind: 'reset', when: 'before' } },
          { on: 'upgrade', fault: { kind: 'html', status: 502 }, times: 2 },
        ],
      })
      const time = client.public.getTime()
      await vi.waitFor(() => expect(client.connection.state()).not.toBe('open'), { ...SOON, interval: 1 })
      await trade(exchange, 'while it was lost')
      await time
      await trade(exchange, 'after')
      await tellsEachTradeOnce(exchange, events, 3)
      expect(client.connection.epoch()).toBe(2)
      await stop()
    }))

  it.concurrent('are told once each when all tokens are lost', () =>
    onFaultyStreams({ speed: SPEED, client: TIMES }, async (exchange) => {
      const { client, plan } = exchange
      const { events, stop } = await heardEvents(exchange)
      await trade(exchange, 'before')
      plan.replace(planOf('private/get_positions', { kind: 'token-loss' }))
      await client.private.getPositions({ currency: 'BTC' })
      await trade(exchange, 'after')
      await tellsEachTradeOnce(exchange, events, 2)
      await stop()
    }))
})

function notification(channel: string, fault: NotificationFault): FaultPlanInput {
  return { script: [{ on: 'notification', channel, fault }] }
}

type Levels = readonly (readonly [price: number, amount: number])[]

/** The client comes to have the book that the exchange has. */
async function isTheExchangesBook({ asked }: FaultyStreams, current: () => BookView | undefined): Promise<void> {
  await vi.waitFor(async () => {
    const { bids, asks, change_id } = await asked<{ bids: Levels; asks: Levels; change_id: number }>(
      'public/get_order_book',
      { instrument_name: OPTION, depth: 1_000 },
    )
    const view = current()
    expect(view?.asks.length).toBeGreaterThan(0)
    expect(view && { change_id: view.changeId, bids: pairs(view.bids), asks: pairs(view.asks) }).toEqual({
      change_id,
      bids,
      asks,
    })
  }, SOON)
}

function pairs(levels: BookView['bids']): Levels {
  return levels.map(({ price, amount }) => [price, amount])
}

/** Whatever the client hears of the account, until it is stopped. */
async function heardEvents({ client, watched }: FaultyStreams) {
  const events: UserEvent[] = []
  const stream = openUserEvents(client, { currency: 'BTC', kind: 'option', auditMs: 10_000 })
  const reading = watched(
    (async () => {
      for await (const event of stream) events.push(event)
    })(),
  )
  await stream.ready
  return {
    events,
    async stop() {
      stream.close()
      await reading
    },
  }
}

/** A purchase that fills at once. */
async function trade({ asked }: FaultyStreams, label: string): Promise<void> {
  const params = { instrument_name: OPTION, type: 'limit', price: 0.03, amount: 0.1, label }
  const { order } = await asked<{ order: { order_state: string } }>('private/buy', params)
  expect(order.order_state).toBe('filled')
}

async function tellsEachTradeOnce({ asked, client }: FaultyStreams, events: UserEvent[], count: number): Promise<void> {
  const { trades } = await asked<{ trades: WireUserTrade[] }>('private/get_user_trades_by_currency', {
    currency: 'BTC',
    count: 100,
  })
  const ids = trades.map(({ trade_id }) => trade_id).toSorted()
  expect(new Set(trades.map(({ order_id }) => order_id)).size).toBe(count)
  const told = () => events.flatMap((event) => (event.kind === 'trade' ? [event.trade.trade_id] : [])).toSorted()
  await vi.waitFor(() => expect(told()).toEqual(ids), SOON)
  // What would come twice comes with the next looks at the account.
  await client.clock.sleep(25_000)
  expect(told()).toEqual(ids)
  const lastState = new Map(
    events.flatMap((event) => (event.kind === 'order' ? [[event.order.order_id, event.order]] : [])),
  )
  expect([...lastState.values()].map(({ order_state }) => order_state)).toEqual(Array(count).fill('filled'))
}
