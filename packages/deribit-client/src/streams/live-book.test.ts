import { getEventListeners } from 'node:events'
import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { change, openedBook, SYMBOL, snapshot } from './live-book.fixture.js'
import { type BookClient, openBook } from './live-book.js'
import { createModelExchange } from './model-exchange.fixture.js'

describe('a live book', () => {
  it('is there with its snapshot, and follows changes', async () => {
    const { book, send, world, clock } = openedBook()
    expect(book.current()).toBeUndefined()
    send(snapshot(10))
    await book.ready
    send(change(11))
    const receivedMs = clock.now()
    const [bids, asks] = [[{ price: 0.01, amount: 11 }], [{ price: 0.02, amount: 11 }]]
    expect(book.current()).toEqual({ symbol: SYMBOL, changeId: 11, timestampMs: 11, receivedMs, bids, asks })
    expect(book.current()).toBe(book.current())
    expect(world.channels).toEqual([`book.${SYMBOL}.100ms`])
  })

  it.each([
    ['a gap', (world: ReturnType<typeof openedBook>) => world.send(change(15))],
    [
      'a contradiction',
      (world: ReturnType<typeof openedBook>) => world.send({ ...change(11), bids: [['new', 0.02, 1]] }),
    ],
    ['an unreadable notification', (world: ReturnType<typeof openedBook>) => world.unreadable()],
  ])('is unknown after %s until the next snapshot, which it asks for', (_what, spoil) => {
    const opening = openedBook()
    const { book, send, world } = opening
    send(snapshot(10))
    spoil(opening)
    expect([book.current(), world.resyncs]).toEqual([undefined, 1])
    send(change(16))
    expect([book.current(), world.resyncs]).toEqual([undefined, 1])
    send(snapshot(20))
    expect(book.current()?.changeId).toBe(20)
  })

  it('is unknown from a loss on', () => {
    const { book, send, lose, regain, world } = openedBook()
    send(snapshot(10))
    lose()
    expect(book.current()).toBeUndefined()
    regain()
    expect(book.current()).toBeUndefined()
    send(snapshot(3))
    expect([book.current()?.changeId, world.resyncs]).toEqual([3, 0])
  })

  it('leaves out what comes twice', async () => {
    const { book, send, world, rest } = openedBook()
    send(snapshot(10))
    send(change(11))
    const before = book.current()
    await rest(100)
    for (const again of [change(11), snapshot(10), change(10)]) send(again)
    expect([book.current(), world.resyncs]).toEqual([before, 0])
  })

  it('does not take a snapshot of before the gap for the one that it asked for', () => {
    const { book, send } = openedBook()
    send(snapshot(10))
    send(change(11))
    send(change(15))
    send(snapshot(10))
    expect(book.current()).toBeUndefined()
    send(snapshot(16))
    expect(book.current()?.changeId).toBe(16)
  })

  it('asks again for a snapshot that does not come, with growing pauses', async () => {
    const { book, begin, send, world, rest } = openedBook()
    begin()
    await rest(4_999)
    expect(world.resyncs).toBe(0)
    await rest(2)
    expect(world.resyncs).toBe(1)
    await rest(9_900)
    expect(world.resyncs).toBe(1)
    await rest(200)
    expect(world.resyncs).toBe(2)
    send(snapshot(10))
    await rest(1_000_000)
    expect([book.current()?.changeId, world.resyncs]).toEqual([10, 2])
  })

  it('does not ask while there is no connection', async () => {
    const { begin, lose, regain, world, rest } = openedBook()
    begin()
    await rest()
    lose()
    await rest(1_000_000)
    expect(world.resyncs).toBe(0)
    regain()
    await rest(5_001)
    expect(world.resyncs).toBe(1)
  })

  it('takes an older snapshot where no newer one comes', async () => {
    const { book, send, rest, world } = openedBook()
    send(snapshot(10))
    send(change(15))
    send(snapshot(3))
    expect(book.current()).toBeUndefined()
    await rest(5_001)
    expect(world.resyncs).toBe(2)
    send(snapshot(3))
    expect(book.current()?.changeId).toBe(3)
  })

  it('does not take a snapshot that was overtaken by a change for the book as it is', async () => {
    const { book, send, rest, world } = openedBook()
    send(change(11))
    send(snapshot(10))
    expect(book.current()).toBeUndefined()
    send(snapshot(11))
    expect(book.current()?.changeId).toBe(11)
    send(change(15))
    send(change(22))
    send(snapshot(21))
    expect(book.current()).toBeUndefined()
    await rest(5_001)
    expect(world.resyncs).toBe(2)
    send(snapshot(22))
    expect(book.current()?.changeId).toBe(22)
  })

  it('is unknown where its channel tells of another book', () => {
    const { book, send, world } = openedBook()
    send(snapshot(10))
    send({ ...change(11), instrument_name: 'BTC-27NOV26-80000-C' })
    expect([book.current(), world.resyncs]).toEqual([undefined, 1])
  })

  it('gives a slow reader the newest view alone, and each reader its own', async () => {
    const { book, send } = openedBook()
    const [one, other] = [book[Symbol.asyncIterator](), book[Symbol.asyncIterator]()]
    const early = one.next()
    send(snapshot(10))
    expect((await early).value?.changeId).toBe(10)
    send(change(11))
    send(change(12))
    expect((await one.next()).value?.changeId).toBe(12)
    expect((await other.next()).value?.changeId).toBe(12)
    const waiting = one.next()
    send(change(12))
    send(change(13))
    expect((await waiting).value?.changeId).toBe(13)
  })

  it('stays open when a loop is left, and ends that loop alone', async () => {
    const { book, send, isHeard } = openedBook()
    const left = book[Symbol.asyncIterator]()
    const waiting = left.next()
    await left.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })
    send(snapshot(10))
    for await (const view of book) {
      expect(view.changeId).toBe(10)
      break
    }
    expect(isHeard()).toBe(true)
  })

  it('ends with its channel: readers get the error', async () => {
    const { book, send, end, isHeard } = openedBook()
    const error = new CcError('Gone.', { code: 'deribit/channels-refused', recovery: 'skip' })
    const reading = book[Symbol.asyncIterator]().next()
    end(error)
    await expect(reading).rejects.toBe(error)
    await expect(book.ready).rejects.toBe(error)
    await expect(book[Symbol.asyncIterator]().next()).rejects.toBe(error)
    send(snapshot(10))
    expect([book.current(), isHeard()]).toEqual([undefined, false])
  })

  it('goes on with a channel that was ended by one unreadable notification, but not by many', async () => {
    const { book, send, end, world } = openedBook()
    const error = new CcError('Unreadable.', { code: 'deribit/unexpected-notification', recovery: 'reconcile' })
    send(snapshot(10))
    end(error)
    expect([book.current(), world.channels.length]).toEqual([undefined, 2])
    send(snapshot(11))
    expect(book.current()?.changeId).toBe(11)
    for (let count = 0; count < 4; count += 1) end(error)
    await expect(book[Symbol.asyncIterator]().next()).rejects.toBe(error)
    expect(world.channels).toHaveLength(5)
  })

  it('leaves nothing behind when it is closed or aborted', async () => {
    const stop = new AbortController()
    const { book, begin, isHeard, world, rest } = openedBook({ signal: stop.signal })
    const reading = book[Symbol.asyncIterator]().next()
    begin()
    await rest()
    stop.abort(new Error('enough'))
    expect(await reading).toEqual({ done: true, value: undefined })
    await expect(book.ready).rejects.toThrow('enough')
    await rest(100_000)
    expect([isHeard(), world.resyncs]).toEqual([false, 0])

    const { book: other, world: untouched } = openedBook({ signal: stop.signal })
    expect(untouched.channels).toEqual([])
    expect(await other[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined })
    const { signal } = new AbortController()
    const closed = openedBook({ signal })
    closed.book.close()
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await expect(closed.book.ready).rejects.toMatchObject({ code: 'deribit/subscription-closed' })
    expect(closed.isHeard()).toBe(false)
  })
})

describe('over the registry of a client', () => {
  it('leaves and joins the channel after a gap and an unreadable notification, and joins it again after a loss', async () => {
    const exchange = createModelExchange()
    exchange.open()
    const { registry, clock } = exchange
    let connection = 1
    const client = {
      clock: { ...clock, uncertaintyMs: () => 0 },
      connection: { epoch: () => connection, state: () => 'open', watch: () => () => {} },
      streams: { attach: registry.attach },
    } as unknown as BookClient
    const book = openBook(client, SYMBOL)
    const take = (message: unknown) => registry.take(`book.${SYMBOL}.100ms`, message, clock.now())
    await clock.sleep(10)
    take(snapshot(10))
    expect(book.current()?.changeId).toBe(10)
    take(change(15))
    expect(book.current()).toBeUndefined()
    await clock.sleep(10)
    take(snapshot(20))
    expect(book.current()?.changeId).toBe(20)
    take({ type: 'change' })
    expect(book.current()).toBeUndefined()
    await clock.sleep(2_000)
    take(snapshot(30))
    expect(book.current()?.changeId).toBe(30)
    exchange.lose()
    expect(book.current()).toBeUndefined()
    exchange.open()
    connection += 1
    await clock.sleep(10)
    take(snapshot(5))
    expect(book.current()?.changeId).toBe(5)
    book.close()
    await clock.sleep(10)
    const name = `book.${SYMBOL}.100ms`
    const [join, leave] = [`public/subscribe ${name}`, `public/unsubscribe ${name}`]
    expect(exchange.asked()).toEqual([join, leave, join, leave, join, join, leave])
  })
})
