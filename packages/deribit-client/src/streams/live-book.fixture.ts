import { createVirtualClock } from '@cc/models/clock'
import { onTestFinished } from 'vitest'
import type { WireBookChange } from '../wire/book-change.js'
import type { ChannelSink } from './channel.js'
import { type BookClient, type OpenBookOptions, openBook } from './live-book.js'

export const SYMBOL = 'BTC-27NOV26-90000-C'

/** A channel that does what the test says, and counts how often it is joined anew. */
export function openedBook(options: OpenBookOptions = {}) {
  const clock = createVirtualClock({ startMs: 1_000_000 })
  let sink: ChannelSink<WireBookChange> | undefined
  let epoch = 0
  let connection = 1
  const world = { resyncs: 0, channels: [] as string[] }
  const begin = () => {
    epoch += 1
    sink?.onBegin?.(epoch)
  }
  const client = {
    clock: { ...clock, uncertaintyMs: () => 0 },
    connection: { epoch: () => connection, state: () => 'open', watch: () => () => {} },
    streams: {
      attach(channel: { name: string }, own: ChannelSink<WireBookChange>) {
        world.channels.push(channel.name)
        sink = own
        return {
          ready: Promise.resolve(),
          resync() {
            world.resyncs += 1
            sink?.onPause?.()
            begin()
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
    begin,
    isHeard: () => sink !== undefined,
    send: (message: WireBookChange) => sink?.onData(message, { receivedMs: clock.now(), epoch }),
    unreadable: () => sink?.onUnreadable?.(new Error('unreadable')),
    end: (error: unknown) => sink?.onEnd(error),
    lose() {
      sink?.onPause?.()
    },
    regain() {
      connection += 1
      begin()
    },
    rest: (ms = 0) => clock.sleep(ms),
  }
}

export function snapshot(id: number, amount = id): WireBookChange {
  const levels = { bids: [['new', 0.01, amount]], asks: [['new', 0.02, amount]] } satisfies Partial<WireBookChange>
  return { type: 'snapshot', instrument_name: SYMBOL, timestamp: id, change_id: id, ...levels }
}

export function change(id: number, prev = id - 1): WireBookChange {
  const levels = { bids: [['change', 0.01, id]], asks: [['change', 0.02, id]] } satisfies Partial<WireBookChange>
  return { type: 'change', instrument_name: SYMBOL, timestamp: id, change_id: id, prev_change_id: prev, ...levels }
}
