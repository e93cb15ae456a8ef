import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { clientClosed } from '../errors.js'
import { createStreams } from './create-streams.js'
import { createModelExchange, modelChannel, type Sent } from './model-exchange.fixture.js'
import type { SubscribeOptions } from './streams.js'

function opened(options?: Parameters<typeof createModelExchange>[0]) {
  const exchange = createModelExchange(options)
  const streams = createStreams(exchange.registry)
  exchange.open()
  const subscribe = (names: string[], given?: SubscribeOptions) => {
    const subscription = streams.subscribe(names.map(modelChannel), given)
    const reader = subscription[Symbol.asyncIterator]()
    const next = async () => {
      const { done, value } = await reader.next()
      return done === true ? 'done' : `${value.channel}:${(value.data as Sent).n}`
    }
    return { ...subscription, reader, next }
  }
  return { ...exchange, streams, subscribe }
}

describe('a subscription', () => {
  it('is read in a loop, and left with it', async () => {
    const exchange = opened()
    const subscription = exchange.streams.subscribe([modelChannel('e1')])
    await subscription.ready
    exchange.send('e1')
    exchange.send('e1')
    const seen = []
    for await (const { channel, data, receivedMs, epoch } of subscription) {
      seen.push({ channel, n: data.n, receivedMs, epoch })
      if (seen.length === 2) break
    }
    const receivedMs = exchange.clock.now()
    expect(seen).toEqual([
      { channel: 'e1', n: 1, receivedMs, epoch: 1 },
      { channel: 'e1', n: 2, receivedMs, epoch: 1 },
    ])
    await exchange.quiet()
    expect(exchange.asked()).toEqual(['public/subscribe e1', 'public/unsubscribe e1'])
  })

  it('gives every notification in order where every one counts, and the newest of each channel otherwise', async () => {
    const exchange = opened()
    const { ready, next } = exchange.subscribe(['n1', 'e1', 'n2', 'n1'])
    await ready
    for (const name of ['n2', 'e1', 'n1', 'n2', 'e1', 'n1', 'n1']) exchange.send(name)
    expect([await next(), await next(), await next(), await next()]).toEqual(['n2:2', 'e1:1', 'n1:3', 'e1:2'])
    const waiting = [next(), next()]
    exchange.send('n1')
    exchange.send('n1')
    expect(await Promise.all(waiting)).toEqual(['n1:4', 'n1:5'])
  })

  it('leaves what it has attached where that ends it at once, and attaches no more', async () => {
    const error = clientClosed()
    const names: string[] = []
    const detach = vi.fn()
    const streams = createStreams({
      attach(channel, sink) {
        names.push(channel.name)
        sink.onEnd(error)
        return { ready: Promise.resolve(), resync() {}, detach }
      },
      take() {},
    })
    const { ready } = streams.subscribe(['e1', 'e2'].map(modelChannel))
    await expect(ready).rejects.toBe(error)
    expect([names, detach.mock.calls.length]).toEqual([['e1'], 1])
  })

  it('leaves no listener at its signal', async () => {
    const { subscribe } = opened()
    const { signal } = new AbortController()
    const [one, other] = [subscribe(['e1'], { signal }), subscribe(['e2'], { signal })]
    one.close()
    await other.reader.return?.()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('goes on over a lost connection, in a new epoch', async () => {
    const exchange = opened()
    const subscription = exchange.streams.subscribe([modelChannel('w1')])
    await subscription.ready
    exchange.lose()
    exchange.open()
    await exchange.quiet()
    const reader = subscription[Symbol.asyncIterator]()
    const [first, second] = [await reader.next(), await reader.next()]
    expect([first.value?.epoch, second.value?.epoch]).toEqual([1, 2])
  })

  it('is read once', () => {
    const subscription = opened().streams.subscribe([modelChannel('e1')])
    subscription[Symbol.asyncIterator]()
    expect(() => subscription[Symbol.asyncIterator]()).toThrowError(
      expect.objectContaining({ code: 'deribit/wrong-call' }),
    )
  })

  it.each([
    ['no channel', [], {}],
    ['no room', ['e1'], { capacity: 0 }],
    ['half a place', ['e1'], { capacity: 1.5 }],
    ['a name that is none', ['e1', 'e 2'], {}],
  ])('is refused for %s, and asks for nothing', async (_, names, options) => {
    const exchange = opened()
    expect(() => exchange.subscribe(names, options)).toThrowError(
      expect.objectContaining({ code: 'deribit/invalid-params' }),
    )
    await exchange.quiet()
    expect(exchange.asked()).toEqual([])
  })
})

describe('a reader that is too slow', () => {
  it('gets what waited, and then an error, where every notification counts', async () => {
    const exchange = opened()
    const { ready, next } = exchange.subscribe(['e1', 'n1'], { capacity: 2 })
    await ready
    for (const name of ['e1', 'n1', 'e1', 'e1', 'e1']) exchange.send(name)
    expect([await next(), await next(), await next()]).toEqual(['e1:1', 'n1:1', 'e1:2'])
    await expect(next()).rejects.toMatchObject({
      code: 'deribit/stream-overflow',
      recovery: 'reconcile',
      facts: { channel: 'e1', capacity: 2 },
    })
    expect(await next()).toBe('done')
    await exchange.quiet()
    expect([...exchange.served]).toEqual([])
  })

  it('gets the newest of each channel, however many there were', async () => {
    const exchange = opened()
    const { ready, next } = exchange.subscribe(['n1', 'n2'], { capacity: 1 })
    await ready
    for (let i = 0; i < 10_000; i++) exchange.send(i % 2 === 0 ? 'n1' : 'n2')
    expect([await next(), await next()]).toEqual(['n1:5000', 'n2:5000'])
  })
})

describe('the end of a subscription', () => {
  it.each(['closed', 'aborted', 'returned'])('comes at once where it is %s, whatever waits', async (how) => {
    const exchange = opened()
    const controller = new AbortController()
    const { ready, reader, next, close } = exchange.subscribe(['e1'], { signal: controller.signal })
    await ready
    const waiting = [next(), next()]
    exchange.send('e1')
    if (how === 'closed') close()
    if (how === 'aborted') controller.abort(new Error('enough'))
    if (how === 'returned') expect(await reader.return?.()).toEqual({ done: true, value: undefined })
    exchange.send('e1')
    expect(await Promise.all(waiting)).toEqual(['e1:1', 'done'])
    expect(await next()).toBe('done')
    close()
    await exchange.quiet()
    expect([...exchange.served]).toEqual([])
  })

  it('leaves out what waits where it is closed', async () => {
    const exchange = opened()
    const { ready, next, close } = exchange.subscribe(['e1'])
    await ready
    exchange.send('e1')
    close()
    expect(await next()).toBe('done')
  })

  it('is there from the beginning where it was aborted before', async () => {
    const exchange = opened()
    const reason = new Error('too late')
    const { ready, next } = exchange.subscribe(['e1'], { signal: AbortSignal.abort(reason) })
    await expect(ready).rejects.toBe(reason)
    expect(await next()).toBe('done')
    await exchange.quiet()
    expect(exchange.asked()).toEqual([])
  })

  it('listens to its signal no longer', async () => {
    const exchange = opened()
    const controller = new AbortController()
    const removed = vi.spyOn(controller.signal, 'removeEventListener')
    const { close } = exchange.subscribe(['e1'], { signal: controller.signal })
    close()
    expect(removed).toHaveBeenCalledTimes(1)
  })

  it('rejects what waits to be accepted', async () => {
    const exchange = opened({ isHeld: true })
    const { ready, close } = exchange.subscribe(['e1'])
    close()
    await expect(ready).rejects.toMatchObject({ code: 'deribit/subscription-closed' })
  })

  it('comes with an error where a channel is not known at the beginning, and the others are left', async () => {
    const exchange = opened({ unknown: ['e2'] })
    const ended: string[] = []
    const { ready, next } = exchange.subscribe(['e1', 'e2'], { onEnded: (channel) => ended.push(channel) })
    const waiting = [next(), next()]
    await expect(waiting[0]).rejects.toMatchObject({ code: 'deribit/channels-refused', facts: { channels: ['e2'] } })
    expect(await waiting[1]).toBe('done')
    await expect(ready).rejects.toMatchObject({ code: 'deribit/channels-refused' })
    await exchange.quiet()
    expect([[...exchange.served], ended]).toEqual([[], []])
  })

  it('does not come while some of its channels go on', async () => {
    const unknown: string[] = []
    const exchange = opened({ unknown })
    const ended: string[] = []
    const { ready, next } = exchange.subscribe(['n1', 'n2'], { onEnded: (channel) => ended.push(channel) })
    await ready
    const lose = async (name: string) => {
      unknown.push(name)
      exchange.lose()
      exchange.open()
      await exchange.quiet()
    }
    await lose('n1')
    exchange.send('n2')
    expect([await next(), ended]).toEqual(['n2:1', ['n1']])
    await lose('n2')
    await expect(next()).rejects.toMatchObject({ code: 'deribit/channels-refused', facts: { channels: ['n2'] } })
  })

  it.each([
    ['the connection is closed for good', 'deribit/closed'],
    ['a notification that counts cannot be read', 'deribit/unexpected-notification'],
  ])('comes with an error after what waits, where %s', async (_, code) => {
    const exchange = opened()
    const { ready, next } = exchange.subscribe(['e1', 'e2'])
    await ready
    exchange.send('e2')
    if (code === 'deribit/closed') exchange.close(clientClosed())
    else exchange.registry.take('e1', 'nonsense', 0)
    expect(await next()).toBe('e2:1')
    await expect(next()).rejects.toMatchObject({ code })
    expect(await next()).toBe('done')
  })

  it('leaves no rejection behind where nobody looks at it', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const exchange = opened({ unknown: ['e1'] })
    exchange.subscribe(['e1'])
    exchange.subscribe(['e2']).close()
    exchange.subscribe(['e3'], { signal: AbortSignal.abort() })
    exchange.close(clientClosed())
    exchange.subscribe(['e4'])
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})
