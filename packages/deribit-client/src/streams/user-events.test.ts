import { getEventListeners } from 'node:events'
import { CcError } from '@cc/models'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { WireOrder } from '../wire/order.js'
import { type OpenUserEventsOptions, openUserEvents } from './user-events.js'
import { createUserExchange, type UserExchangeOptions } from './user-exchange.fixture.js'
import type { UserEvent } from './user-ledger.js'

function opened(options: UserExchangeOptions = {}, own: Partial<OpenUserEventsOptions> = {}) {
  const world = createUserExchange(options)
  const events = openUserEvents(world.client, { currency: 'BTC', kind: 'option', ...own })
  onTestFinished(() => events.close())
  const told: UserEvent[] = []
  const reading = (async () => {
    for await (const event of events) told.push(event)
  })()
  reading.catch(() => {})
  const said = () =>
    told.map((event) => {
      if (event.kind === 'trade') return `trade ${event.trade.trade_id}`
      if (event.kind === 'position') return `position ${event.position.size}`
      return `order ${event.order.order_id} ${event.order.order_state} ${event.order.filled_amount}`
    })
  return { ...world, events, told, reading, said, rest: (ms = 1_000) => world.clock.sleep(ms) }
}

const passing = () => new CcError('It passes.', { code: 'deribit/no-answer', recovery: 'retry' })

describe('user events', () => {
  it('tell trades before the state of their order, then the position, and nothing of the past', async () => {
    const { exchange, events, said, rest } = opened()
    exchange.fill(exchange.place(1))
    const standing = exchange.place(2)
    await events.ready
    expect(said()).toEqual(['position -1'])
    exchange.fill(standing)
    await rest()
    expect(said().slice(1)).toEqual(['trade 5001', 'order 1001 open 1', 'position -1'])
  })

  it('tell what happens between opening and the first answer', async () => {
    const { exchange, events, told, clock, rest } = opened()
    await clock.sleep(120)
    exchange.fill(exchange.place(1))
    await events.ready
    await rest()
    expect(told.filter(({ kind }) => kind === 'trade')).toHaveLength(1)
  })

  it('tell what begins and ends while the past is read', async () => {
    const { exchange, events, said, asked, clock, rest } = opened()
    while (!asked.some(({ method }) => method === 'history')) await clock.sleep(1)
    exchange.cancel(exchange.place())
    await events.ready
    await rest()
    expect(said()).toEqual(['order 1000 cancelled 0'])
  })

  it('tell after a loss what happened meanwhile, each once', async () => {
    const { exchange, events, said, rest } = opened()
    await events.ready
    const [kept, filled, cancelled] = [exchange.place(), exchange.place(), exchange.place()]
    await rest()
    const before = said().length
    exchange.lose()
    await rest()
    exchange.fill(kept)
    exchange.fill(filled, 3)
    exchange.cancel(cancelled)
    const born = exchange.place()
    const gone = exchange.place()
    await rest(10)
    exchange.cancel(gone)
    exchange.regain()
    await rest(60_000)
    const what = said().slice(before)
    expect(what.slice(0, 2)).toEqual(['trade 5000', 'trade 5001'])
    expect(what.slice(2, 7).toSorted()).toEqual([
      `order ${kept} open 1`,
      `order ${filled} filled 3`,
      `order ${cancelled} cancelled 0`,
      `order ${born} open 0`,
      `order ${gone} cancelled 0`,
    ])
    expect(what.slice(7)).toEqual(['position -1', 'position -3'])
  })

  it('tell what is heard while the account is read as soon as it has been', async () => {
    const { exchange, events, said, rest } = opened()
    await events.ready
    const id = exchange.place()
    await rest()
    const before = said().length
    exchange.lose()
    exchange.regain()
    for (let fills = 0; fills < 3; fills += 1) {
      await rest(90)
      exchange.fill(id)
    }
    await rest(600)
    const what = said().slice(before)
    expect(what.filter((one) => one.startsWith('trade'))).toEqual(['trade 5000', 'trade 5001', 'trade 5002'])
    const states = [`order ${id} open 1`, `order ${id} open 2`, `order ${id} filled 3`]
    expect(what.filter((one) => one.startsWith('order'))).toEqual(states)
    expect(what.findLast((one) => one.startsWith('position'))).toBe('position -3')
  })

  it('read from shortly before the last reading, however quiet it was since', async () => {
    const { exchange, events, asked, clock, rest } = opened()
    await events.ready
    await rest(86_400_000)
    exchange.lose()
    exchange.regain()
    await rest(30_000)
    const secondMs = clock.now()
    exchange.lose()
    exchange.regain()
    await rest(1_000)
    const last = asked.findLast(({ method }) => method === 'trades')?.params as { start_timestamp: number }
    expect(secondMs - last.start_timestamp).toBeLessThan(400_000)
  })

  it.each([
    ['40 minutes', 2_400_000],
    ['2 days', 172_800_000],
  ])('look into the archive after a loss of %s', async (_span, lostMs) => {
    const { exchange, events, said, rest, trades } = opened()
    await events.ready
    const [filled, cancelled] = [exchange.place(), exchange.place()]
    await rest()
    exchange.lose()
    await rest()
    exchange.fill(filled, 3)
    exchange.cancel(cancelled)
    await rest(lostMs)
    exchange.fill(exchange.place(1))
    exchange.regain()
    await rest(60_000)
    expect(said().filter((one) => one.startsWith('trade'))).toEqual(trades.map(({ trade_id }) => `trade ${trade_id}`))
    expect(said()).toEqual(expect.arrayContaining([`order ${filled} filled 3`, `order ${cancelled} cancelled 0`]))
  })

  it('read all pages', async () => {
    const { exchange, events, told, rest } = opened({ pageSize: 7 })
    await events.ready
    const id = exchange.place(100)
    exchange.lose()
    for (let fills = 0; fills < 40; fills += 1) {
      await rest(5)
      exchange.fill(id)
    }
    exchange.regain()
    await rest(60_000)
    expect(told.filter(({ kind }) => kind === 'trade')).toHaveLength(40)
  })

  it('tell nothing of a notification that comes again', async () => {
    const { exchange, events, said, rest, orders, trades } = opened()
    await events.ready
    exchange.fill(exchange.place(1))
    await rest()
    const before = said()
    const again = { trades: [...trades], orders: [...orders.values()], positions: [] }
    exchange.notify({
      ...again,
      positions: [{ instrument_name: 'BTC-27NOV26-90000-C', kind: 'option', direction: 'buy', size: 7 }],
    })
    await rest()
    expect(said()).toEqual(before)
  })

  it('tell of each edit in one millisecond, once', async () => {
    const { exchange, events, told, rest } = opened()
    await events.ready
    const id = exchange.place()
    exchange.edit(id, 0.02)
    exchange.edit(id, 0.03)
    await rest(30_000)
    exchange.lose()
    exchange.regain()
    await rest(30_000)
    const prices = told.flatMap((event) => (event.kind === 'order' ? [event.order.price] : []))
    expect(prices).toEqual([0.01, 0.02, 0.03])
  })

  it('tell the last of two edits of one millisecond in the end, where they come the wrong way round', async () => {
    const { exchange, events, told, orders, rest } = opened()
    await events.ready
    const id = exchange.place()
    await rest()
    const before = orders.get(id) as WireOrder
    const edited = (price: number) => ({ ...before, price, last_update_timestamp: before.last_update_timestamp + 5 })
    orders.set(id, edited(0.03))
    exchange.notify({ orders: [edited(0.03)] })
    exchange.notify({ orders: [edited(0.02)] })
    await rest()
    const prices = told.flatMap((event) => (event.kind === 'order' ? [event.order.price] : []))
    expect(prices).toEqual([0.01, 0.03, 0.02, 0.03])
  })

  it('tell a position that went without a word as gone', async () => {
    const { exchange, events, told, rest } = opened()
    await events.ready
    exchange.fill(exchange.place(1))
    await rest()
    exchange.expire()
    exchange.lose()
    exchange.regain()
    await rest(30_000)
    const last = told.findLast(({ kind }) => kind === 'position')
    const position = { instrument_name: 'BTC-27NOV26-90000-C', kind: 'option', direction: 'zero', size: 0 }
    expect(last).toEqual({ kind: 'position', position })
  })

  it('tell a position that was delivered, though no order, no trade and no loss came with it', async () => {
    const { exchange, events, said, asked, rest } = opened()
    await events.ready
    exchange.fill(exchange.place(2), 2)
    await rest(30_000)
    const before = said().length
    expect(said().at(-1)).toBe('position -2')
    exchange.expire()
    await rest(61_000)
    expect(said().slice(before)).toEqual(['position 0'])
    const readings = asked.length
    await rest(181_000)
    expect(said()).toHaveLength(before + 1)
    expect(asked.slice(readings).filter(({ method }) => method === 'positions')).toHaveLength(3)
  })

  it('find trades that the exchange was slow to answer with', async () => {
    const { exchange, events, told, rest } = opened({ lagMs: 6_000 })
    await events.ready
    const id = exchange.place()
    await rest()
    exchange.lose()
    exchange.fill(id)
    exchange.regain()
    await rest(4_000)
    expect(told.filter(({ kind }) => kind === 'trade')).toHaveLength(0)
    await rest(20_000)
    expect(told.filter(({ kind }) => kind === 'trade')).toHaveLength(1)
  })

  it('try on while reading fails in passing', async () => {
    const { exchange, events, said, rest } = opened()
    exchange.failWith(passing)
    await rest(120_000)
    exchange.failWith(undefined)
    await events.ready
    exchange.place()
    await rest()
    expect(said()).toEqual(['order 1000 open 0'])
  })

  it.each(['deribit/forbidden', 'deribit/closed'])('end with %s, which does not pass', async (code) => {
    const { exchange, events, reading, pending } = opened()
    await events.ready
    exchange.failWith(
      () => new CcError('It does not pass.', { code, recovery: code.endsWith('closed') ? 'skip' : 'halt' }),
    )
    exchange.lose()
    exchange.regain()
    await expect(reading).rejects.toMatchObject({ code })
    expect([exchange.isHeard(), pending()]).toEqual([false, 0])
  })

  it('end where an order that was open is nowhere to be found, after some tries', async () => {
    const { exchange, events, reading, orders, clock, rest } = opened()
    await events.ready
    const id = exchange.place()
    await rest()
    exchange.lose()
    orders.delete(id)
    const lostMs = clock.now()
    exchange.regain()
    await expect(reading).rejects.toMatchObject({ code: 'deribit/order-not-found', facts: { orderId: id } })
    expect(clock.now() - lostMs).toBeGreaterThan(20_000)
  })

  it('end with what ends the channel, after what waits', async () => {
    const { exchange, events, reading, said, rest } = opened()
    await events.ready
    exchange.place()
    await rest()
    exchange.end(new CcError('Gone.', { code: 'deribit/channels-refused', recovery: 'skip' }))
    await expect(reading).rejects.toMatchObject({ code: 'deribit/channels-refused' })
    expect(said()).toEqual(['order 1000 open 0'])
  })

  it('read what a notification said that cannot be read, but do not go on with many of them', async () => {
    const { exchange, events, reading, said, rest } = opened()
    await events.ready
    const id = exchange.place(2)
    await rest()
    const error = new CcError('Unreadable.', { code: 'deribit/unexpected-notification', recovery: 'reconcile' })
    exchange.mute(true)
    exchange.fill(id)
    exchange.mute(false)
    exchange.end(error)
    await rest()
    exchange.fill(id)
    await rest()
    expect(
      said()
        .filter((one) => !one.startsWith('position'))
        .slice(1),
    ).toEqual(['trade 5000', `order ${id} open 1`, 'trade 5001', `order ${id} filled 2`])
    for (let count = 0; count < 4; count += 1) exchange.end(error)
    await expect(reading).rejects.toBe(error)
    expect(exchange.isHeard()).toBe(false)
  })

  it('look at the account no more often after a notification that cannot be read', async () => {
    const { exchange, events, asked, rest } = opened()
    await events.ready
    await rest(100_000)
    const countOf = () => asked.filter(({ method }) => method === 'open').length
    const before = countOf()
    await rest(600_000)
    const usual = countOf() - before
    exchange.end(new CcError('Unreadable.', { code: 'deribit/unexpected-notification', recovery: 'reconcile' }))
    await rest(100_000)
    const after = countOf()
    await rest(600_000)
    expect([usual, countOf() - after]).toEqual([10, 10])
  })

  it('find what a notification failed to tell without a loss', async () => {
    const { exchange, events, said, rest } = opened({}, { auditMs: 30_000 })
    await events.ready
    const id = exchange.place(2)
    await rest(15_000)
    exchange.mute(true)
    exchange.fill(id)
    exchange.mute(false)
    const before = said().length
    await rest(20_000)
    expect(said()).toHaveLength(before)
    await rest(10_000)
    expect(said().slice(before)).toEqual(['trade 5000', `order ${id} open 1`, 'position -1'])
  })

  it('are an error where the reader is too slow, after what waited', async () => {
    const { client, exchange, clock } = createUserExchange()
    const events = openUserEvents(client, { currency: 'BTC', kind: 'option', capacity: 3 })
    await events.ready
    for (let count = 0; count < 4; count += 1) exchange.place()
    await clock.sleep(1_000)
    const told: UserEvent[] = []
    const reading = (async () => {
      for await (const event of events) told.push(event)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'deribit/stream-overflow', recovery: 'reconcile' })
    expect(told).toHaveLength(3)
    expect(exchange.isHeard()).toBe(false)
  })

  it('are an error where too much happens while the account is read', async () => {
    const { exchange, events, reading, rest } = opened({}, { capacity: 5 })
    await events.ready
    exchange.failWith(passing)
    exchange.lose()
    exchange.regain()
    await rest(200)
    for (let count = 0; count < 6; count += 1) exchange.place()
    await expect(reading).rejects.toMatchObject({ code: 'deribit/stream-overflow' })
  })

  it('begin anew where the connection is lost before anything was read', async () => {
    const { exchange, events, said, rest } = opened()
    exchange.lose()
    await rest()
    exchange.place()
    exchange.regain()
    await events.ready
    exchange.place()
    await rest()
    expect(said()).toEqual(['order 1001 open 0'])
  })

  it('leave nothing behind when their reader leaves', async () => {
    const { client, exchange, clock, pending } = createUserExchange()
    const { signal } = new AbortController()
    const events = openUserEvents(client, { currency: 'BTC', kind: 'option', signal })
    await events.ready
    exchange.place()
    for await (const event of events) {
      expect(event.kind).toBe('order')
      break
    }
    expect(exchange.isHeard()).toBe(false)
    await clock.sleep(1)
    expect([pending(), getEventListeners(signal, 'abort')]).toEqual([0, []])
  })

  it('leave nothing behind when they are aborted, at whatever moment', async () => {
    for (let atMs = 0; atMs < 700; atMs += 9) {
      const stop = new AbortController()
      const { exchange, events, reading, pending, rest } = opened({}, { signal: stop.signal })
      if (atMs > 300) {
        void rest(300).then(() => {
          exchange.lose()
          exchange.place()
          exchange.regain()
        })
      }
      await rest(atMs)
      stop.abort(new Error('enough'))
      await reading
      await events.ready.catch((error) => expect(error).toBe(stop.signal.reason))
      await rest(1)
      expect([exchange.isHeard(), pending(), getEventListeners(stop.signal, 'abort')]).toEqual([false, 0, []])
    }
  })
})
