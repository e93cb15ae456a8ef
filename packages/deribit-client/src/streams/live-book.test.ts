import { getEventListeners } from 'node:events'
import { CcError } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { WireBookChange } from '../wire/book-change.js'
import type { ChannelSink } from './channel.js'
import { createDeferred } from './deferred.js'
import { type BookClient, type BookView, type OpenBookOptions, openBook } from './live-book.js'
import { createModelExchange } from './model-exchange.fixture.js'

const SYMBOL = 'BTC-27NOV26-90000-C'

/** A channel that does what the test says, and counts how often it is joined anew. */
function opened(options: OpenBookOptions = {}) {
  const clock = createVirtualClock({ startMs: 1_000_000 })
  let sink: ChannelSink<WireBookChange> | undefined
  let epoch = 1
  let connection = 1
  const accepted = createDeferred()
  accepted.promise.catch(() => {})
  const world = { resyncs: 0, channels: [] as string[] }
  const restart = () => {
    epoch += 1
    sink?.onRestart(epoch)
  }
  const client = {
    clock: { ...clock, uncertaintyMs: () => 0 },
    connection: { epoch: () => connection, state: () => 'open', watch: () => () => {} },
    streams: {
      attach(channel: { name: string }, own: ChannelSink<WireBookChange>) {
        world.channels.push(channel.name)
        sink = own
        return {
          ready: accepted.promise,
          resync() {
            world.resyncs += 1
            sink?.onPause?.()
            restart()
          },
          detach() {
            sink = undefined
          },
        }
      },
    },
  } as unknown as BookClient
  const book = openBook(client, SYMBOL, options)
  onTestFinished(() => book.close())
  return {
    book,
    clock,
    world,
    accept: () => accepted.resolve(),
    isHeard: () => sink !== undefined,
    send: (message: WireBookChange) => sink?.onData(message, { receivedMs: clock.now(), epoch }),
    unreadable: () => sink?.onUnreadable(new Error('unreadable')),
    end: (error: unknown) => sink?.onEnd(error),
    lose() {
      sink?.onPause?.()
    },
    regain() {
      connection += 1
      restart()
    },
    rest: (ms = 0) => clock.sleep(ms),
  }
}

function snapshot(id: number, amount = id): WireBookChange {
  const levels = { bids: [['new', 0.01, amount]], asks: [['new', 0.02, amount]] } satisfies Partial<WireBookChange>
  return { type: 'snapshot', instrument_name: SYMBOL, timestamp: id, change_id: id, ...levels }
}

function change(id: number, prev = id - 1): WireBookChange {
  const levels = { bids: [['change', 0.01, id]], asks: [['change', 0.02, id]] } satisfies Partial<WireBookChange>
  return { type: 'change', instrument_name: SYMBOL, timestamp: id, change_id: id, prev_change_id: prev, ...levels }
}

describe('a live book', () => {
  it('is there with its snapshot, and follows changes', async () => {
    const { book, send, world, clock } = opened()
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
    ['a gap', (world: ReturnType<typeof opened>) => world.send(change(15))],
    ['a contradiction', (world: ReturnType<typeof opened>) => world.send({ ...change(11), bids: [['new', 0.02, 1]] })],
    ['an unreadable notification', (world: ReturnType<typeof opened>) => world.unreadable()],
  ])('is unknown after %s until the next snapshot, which it asks for', (_what, spoil) => {
    const opening = opened()
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
    const { book, send, lose, regain, world } = opened()
    send(snapshot(10))
    lose()
    expect(book.current()).toBeUndefined()
    regain()
    expect(book.current()).toBeUndefined()
    send(snapshot(3))
    expect([book.current()?.changeId, world.resyncs]).toEqual([3, 0])
  })

  it('leaves out what comes twice', async () => {
    const { book, send, world, rest } = opened()
    send(snapshot(10))
    send(change(11))
    const before = book.current()
    await rest(100)
    for (const again of [change(11), snapshot(10), change(10)]) send(again)
    expect([book.current(), world.resyncs]).toEqual([before, 0])
  })

  it('does not take a snapshot of before the gap for the one that it asked for', () => {
    const { book, send } = opened()
    send(snapshot(10))
    send(change(11))
    send(change(15))
    send(snapshot(10))
    expect(book.current()).toBeUndefined()
    send(snapshot(16))
    expect(book.current()?.changeId).toBe(16)
  })

  it('asks again for a snapshot that does not come, with growing pauses', async () => {
    const { book, accept, send, world, rest } = opened()
    accept()
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
    const { accept, lose, regain, world, rest } = opened()
    accept()
    await rest()
    lose()
    await rest(1_000_000)
    expect(world.resyncs).toBe(0)
    regain()
    await rest(5_001)
    expect(world.resyncs).toBe(1)
  })

  it('takes an older snapshot where no newer one comes', async () => {
    const { book, send, rest, world } = opened()
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
    const { book, send, rest, world } = opened()
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
    const { book, send, world } = opened()
    send(snapshot(10))
    send({ ...change(11), instrument_name: 'BTC-27NOV26-80000-C' })
    expect([book.current(), world.resyncs]).toEqual([undefined, 1])
  })

  it('gives a slow reader the newest view alone, and each reader its own', async () => {
    const { book, send } = opened()
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
    const { book, send, isHeard } = opened()
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
    const { book, send, end, isHeard } = opened()
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
    const { book, send, end, world } = opened()
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
    const { book, accept, isHeard, world, rest } = opened({ signal: stop.signal })
    const reading = book[Symbol.asyncIterator]().next()
    accept()
    await rest()
    stop.abort(new Error('enough'))
    expect(await reading).toEqual({ done: true, value: undefined })
    await expect(book.ready).rejects.toThrow('enough')
    await rest(100_000)
    expect([isHeard(), world.resyncs]).toEqual([false, 0])

    const { book: other, world: untouched } = opened({ signal: stop.signal })
    expect(untouched.channels).toEqual([])
    expect(await other[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined })
    const { signal } = new AbortController()
    const closed = opened({ signal })
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

describe('whatever comes', () => {
  it('is the newest of all that was told on this connection, or unknown, also where one overtakes another', async () => {
    const move = fc.constantFrom('send', 'send', 'send', 'hold', 'release', 'double', 'drop', 'reconnect')
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 80 }), async (moves) => {
        const { book, accept, send, lose, regain, rest, world } = opened()
        accept()
        await rest()
        let id = 100
        let served = 0
        let newest = 0
        let held: WireBookChange[] = []
        const tell = (message: WireBookChange) => {
          send(message)
          newest = Math.max(newest, message.change_id)
          const { changeId, asks } = book.current() ?? {}
          expect([undefined, newest]).toContain(changeId)
          if (changeId !== undefined) expect(asks).toEqual([{ price: 0.02, amount: changeId }])
        }
        const next = () => {
          if (served === 0 || world.resyncs > served - 1) {
            served = world.resyncs + 1
            return snapshot(id)
          }
          id += 1
          return change(id)
        }
        for (const one of moves) {
          if (one === 'send') tell(next())
          if (one === 'hold') held.push(next())
          if (one === 'drop') next()
          if (one === 'release') for (const message of held.splice(0).reverse()) tell(message)
          if (one === 'double') {
            const message = next()
            tell(message)
            tell(message)
          }
          if (one === 'reconnect') {
            lose()
            held = []
            newest = 0
            regain()
            served = 0
          }
          await rest()
        }
        for (const message of held.splice(0)) tell(message)
        await rest(5_001)
        for (let calm = 0; calm < 3; calm += 1) tell(next())
        await rest(200_000)
        for (let calm = 0; calm < 3; calm += 1) tell(next())
        expect(book.current()?.changeId).toBe(id)
      }),
      { numRuns: 300 },
    )
  })

  it('what is shown was the book at that moment, and in the end it is the newest', async () => {
    const faults = fc.array(fc.constantFrom('as-sent', 'as-sent', 'lose', 'double', 'repeat-old', 'loss'), {
      minLength: 5,
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(faults, async (how) => {
        const { book, send, lose, regain, rest, world } = opened()
        const seen: BookView[] = []
        const reading = (async () => {
          for await (const view of book) seen.push(view)
        })()
        let id = 100
        let resyncs = 0
        const ids = [id]
        send(snapshot(id))
        for (const fault of how) {
          id += 1
          ids.push(id)
          if (fault === 'loss') {
            lose()
            regain()
            send(snapshot(id))
          } else if (world.resyncs > resyncs) {
            resyncs = world.resyncs
            send(snapshot(id))
          } else if (fault !== 'lose') send(change(id))
          if (fault === 'double') send(change(id))
          if (fault === 'repeat-old') {
            const old = ids[Math.floor(ids.length / 2)] as number
            send(snapshot(old))
            send(change(old))
          }
          const now = book.current()
          if (now !== undefined) expect(now.bids).toEqual([{ price: 0.01, amount: now.changeId }])
          await rest()
        }
        for (let calm = 0; calm < 3; calm += 1) {
          id += 1
          const isAsked = world.resyncs > resyncs
          resyncs = world.resyncs
          send(isAsked ? snapshot(id) : change(id))
        }
        expect(book.current()?.changeId).toBe(id)
        book.close()
        await reading
        const changeIds = seen.map(({ changeId }) => changeId)
        expect(changeIds).toEqual(changeIds.toSorted((a, b) => a - b))
      }),
    )
  })
})
