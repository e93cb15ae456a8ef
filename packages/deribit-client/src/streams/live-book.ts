import { CcError } from '@cc/models'
import type { DeribitPublicSocketClient } from '../socket-client.js'
import type { WireBookChange } from '../wire/book-change.js'
import type { Attachment, ChannelSink } from './channel.js'
import { channels } from './channels.js'
import { createDeferred } from './deferred.js'
import { type BookLevel, createOrderBook, isWholeBook } from './order-book.js'
import { subscriptionClosed } from './stream-errors.js'

/** A whole book at one moment. It never changes. */
export type BookView = {
  readonly symbol: string
  readonly changeId: number
  /** Venue time of its last change, UTC epoch milliseconds. A quiet book may not change for minutes. */
  readonly timestampMs: number
  /** When that change was here, on the client's own clock. */
  readonly receivedMs: number
  /** Best first. */
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/**
 * A book that is kept over all connections. Read as an iterable it gives the newest view, and a slow reader gets no other;
 * several may read, and a loop that is left leaves the book open.
 */
export type LiveBook = AsyncIterable<BookView> & {
  /** The book as it is; `undefined` while it is not known to be whole: before a snapshot, and after a loss or a gap. */
  current(): BookView | undefined
  /** Resolves when the book is whole for the first time; rejects with what ends it before. */
  readonly ready: Promise<void>
  close(): void
}

export type OpenBookOptions = {
  /** How often changes are told. `raw` needs a client with credentials. Default `100ms`. */
  readonly interval?: 'raw' | '100ms' | 'agg2' | undefined
  /** Ends the book, without an error. */
  readonly signal?: AbortSignal | undefined
}

/** What a live book needs of a client. */
export type BookClient = Pick<DeribitPublicSocketClient, 'streams' | 'connection' | 'clock'>

/** A snapshot that has not come after this time is asked for anew; then it is given twice as long. */
const SNAPSHOT_MS = 5_000
const MAX_SNAPSHOT_MS = 60_000
/** What cannot be read so often, with nothing in between that can, is not as Deribit was known to send it. */
const MAX_UNREADABLE = 3

/**
 * Opens the book of one instrument. A gap, a contradiction and a notification that cannot be read make it unknown, and the
 * channel is joined anew for a snapshot.
 *
 * What ends the channel ends the book, and its readers get the error: `deribit/channels-refused` where there is no such
 * instrument or it has expired, `deribit/unexpected-notification` where nothing can be read again and again.
 */
export function openBook(client: BookClient, symbol: string, options: OpenBookOptions = {}): LiveBook {
  const { interval = '100ms', signal } = options
  const book = createOrderBook()
  const first = createDeferred()
  first.promise.catch(() => {})
  let attachment: Attachment | undefined
  let ended: { error?: unknown } | undefined
  let receivedMs = 0
  /** Grows with each view, so that a reader knows whether it has seen the newest. */
  let version = 0
  let view: BookView | undefined
  let changed = createDeferred()
  let deadline: AbortController | undefined
  /** Snapshots in a row that did not come in time. */
  let missing = 0
  /** Notifications in a row that could not be read. */
  let unreadable = 0
  /** The newest that was told on this connection: a snapshot that is older was overtaken, and is none any more. */
  let newest = { connection: 0, changeId: Number.NEGATIVE_INFINITY }

  function wake(): void {
    const told = changed
    changed = createDeferred()
    told.resolve()
  }

  function forget(): void {
    book.reset()
    view = undefined
    deadline?.abort()
  }

  function expectSnapshot(): void {
    deadline?.abort()
    const mine = new AbortController()
    deadline = mine
    client.clock.sleep(Math.min(SNAPSHOT_MS * 2 ** missing, MAX_SNAPSHOT_MS), mine.signal).then(
      () => {
        if (mine.signal.aborted) return
        missing += 1
        // What is older than expected once more is what the exchange has.
        newest.changeId = Number.NEGATIVE_INFINITY
        joinAnew()
      },
      () => {},
    )
  }

  function joinAnew(): void {
    forget()
    attachment?.resync()
    if (ended === undefined && deadline?.signal.aborted !== false) expectSnapshot()
  }

  function onData(data: WireBookChange, at: { receivedMs: number }): void {
    if (ended !== undefined) return
    if (data.instrument_name !== symbol) {
      joinAnew()
      return
    }
    const connection = client.connection.epoch()
    if (newest.connection !== connection) newest = { connection, changeId: Number.NEGATIVE_INFINITY }
    const isOvertaken = data.change_id < newest.changeId
    if (!isOvertaken) newest.changeId = data.change_id
    // Until there is a snapshot, changes only tell how new it must be.
    if (!book.isWhole() && (isOvertaken || !isWholeBook(data))) return
    const { kind } = book.apply(data)
    if (kind === 'gap') joinAnew()
    if (kind === 'gap' || kind === 'duplicate') return
    receivedMs = at.receivedMs
    view = undefined
    missing = 0
    unreadable = 0
    deadline?.abort()
    first.resolve()
    version += 1
    wake()
  }

  const sink: ChannelSink<WireBookChange> = {
    onData,
    onPause: forget,
    onBegin: expectSnapshot,
    onUnreadable() {
      if (ended === undefined) joinAnew()
    },
    onEnd(error) {
      if (ended !== undefined) return
      const isUnreadable = CcError.isInstance(error) && error.code === 'deribit/unexpected-notification'
      unreadable += 1
      if (!isUnreadable || unreadable > MAX_UNREADABLE) return end({ error })
      // The channel is over for this sink; what it tells next can be another.
      forget()
      attach()
    },
  }

  function current(): BookView | undefined {
    const [changeId, timestampMs] = [book.changeId(), book.timestampMs()]
    if (changeId === undefined || timestampMs === undefined) return undefined
    view ??= { symbol, changeId, timestampMs, receivedMs, bids: book.levels('bids'), asks: book.levels('asks') }
    return view
  }

  /** Without an error where it was closed or aborted. */
  function end(reason: { error?: unknown }): void {
    if (ended !== undefined) return
    ended = reason
    forget()
    signal?.removeEventListener('abort', close)
    attachment?.detach()
    first.reject('error' in reason ? reason.error : (signal?.reason ?? subscriptionClosed()))
    wake()
  }

  function attach(): void {
    attachment = client.streams.attach(channel, sink)
  }

  const close = () => end({})
  const channel = channels.book(symbol, interval)
  if (signal?.aborted) {
    close()
  } else {
    signal?.addEventListener('abort', close, { once: true })
    attach()
  }

  return {
    current,
    ready: first.promise,
    close,
    [Symbol.asyncIterator]() {
      let seenVersion = 0
      let isLeft = false
      const done = { done: true, value: undefined } as const
      return {
        async next() {
          for (;;) {
            if (isLeft) return done
            if (ended !== undefined) {
              if ('error' in ended) throw ended.error
              return done
            }
            const newest = version === seenVersion ? undefined : current()
            if (newest !== undefined) {
              seenVersion = version
              return { done: false, value: newest }
            }
            await changed.promise
          }
        },
        async return() {
          isLeft = true
          wake()
          return done
        },
      }
    },
  }
}
