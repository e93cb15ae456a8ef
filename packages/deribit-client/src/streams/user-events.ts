import { CcError } from '@cc/models'
import type { DeribitSocketClient } from '../socket-client.js'
import type { WireUserChanges } from '../wire/account-notifications.js'
import type { Attachment, ChannelSink } from './channel.js'
import { channels } from './channels.js'
import { createDeferred } from './deferred.js'
import { createEventQueue } from './event-queue.js'
import { streamOverflow, subscriptionClosed } from './stream-errors.js'
import { createUserLedger, hasEnded, type UserEvent, type UserLedger } from './user-ledger.js'
import { readOrder, readPositions, readSince, type UserScope } from './user-reads.js'

export type { UserEvent } from './user-ledger.js'

/** What happens in the account, to be read once. Leaving the loop that reads it closes it. */
export type UserEvents = AsyncIterable<UserEvent> & {
  /**
   * Resolves when the account has been read and is heard, so that what happens from now on is told; rejects with what ends
   * it before.
   */
  readonly ready: Promise<void>
  close(): void
}

export type OpenUserEventsOptions = UserScope & {
  /** Ends the events, without an error. */
  readonly signal?: AbortSignal | undefined
  /** How many events may wait for the reader. One more is `deribit/stream-overflow`. Default 10,000. */
  readonly capacity?: number | undefined
  /**
   * How often the account is read although no loss was noticed, in ms: what a notification failed to tell is told then. It
   * takes four requests. Default 60,000.
   */
  readonly auditMs?: number | undefined
}

/** What user events need of a client. */
export type UserEventsClient = Pick<DeribitSocketClient, 'streams' | 'private' | 'clock'>

const CAPACITY = 10_000
const AUDIT_MS = 60_000
/** Time after which the account is read once more: what answers lagged behind is found then, rather than after the next loss. */
const SECOND_LOOK_MS = 10_000
/** Notifications of one moment have come by then, also those that were overtaken. */
const DOUBT_MS = 250
const PAUSE_MS = 500
const MAX_PAUSE_MS = 10_000
/** An answer that makes no sense may have been damaged on its way; not so many in a row. */
const MAX_STRANGE_ANSWERS = 8
/** What cannot be read so often, with nothing in between that can, is not as Deribit was known to send it. */
const MAX_UNREADABLE = 3

/**
 * Tells of every trade of ours exactly once, of orders up to their last state, and of positions, over all connections.
 *
 * It begins with what is open then: the past is not told. After every loss, after a notification that cannot be read, and
 * now and then without a reason, it reads what happened meanwhile (trades, open orders, those that have ended) and joins it
 * with what is heard, which waits until then. A trade comes before the state of its order that includes it, but where the
 * exchange's own answers lag behind its orders. At the beginning, after every loss, and where a reading found something, all
 * positions are told as they are, one that is gone with a size of 0. Of what an order went through while nothing was heard,
 * the last state is told.
 *
 * The reader gets what ends the channel, `deribit/unexpected-notification` where nothing can be read again and again,
 * `deribit/stream-overflow`, `deribit/order-not-found` where an order that was open is nowhere any more, and the error of a
 * reading that trying again does not mend. After each of them the account is to be read by other means.
 */
export function openUserEvents(client: UserEventsClient, options: OpenUserEventsOptions): UserEvents {
  const { currency, kind, signal, capacity = CAPACITY, auditMs = AUDIT_MS } = options
  const scope = { currency, kind }
  const channel = channels.userChanges(scope, 'raw')
  const first = createDeferred()
  first.promise.catch(() => {})
  const queue = createEventQueue<UserEvent>(capacity, close)
  let isOver = false
  let attachment: Attachment | undefined
  /** Heard while the account is being read; `undefined` while what is heard is told at once. */
  let waiting: WireUserChanges[] | undefined = []
  /** Notifications in a row that could not be read. */
  let unreadable = 0
  /** Of what runs for the present connection. */
  let running = new AbortController()

  async function begin(): Promise<void> {
    const { signal: mine } = running
    const { takenInMs, ...past } = await tried(mine, () => readSince(client, scope, { signal: mine }))
    mine.throwIfAborted()
    const ledger = createUserLedger(takenInMs)
    const isPast = (atMs: number) => atMs <= takenInMs
    ledger.seed({
      trades: past.trades.filter((trade) => isPast(trade.timestamp)),
      // What is open was there; what has ended since then is told.
      orders: past.orders.filter((order) => !hasEnded(order) || isPast(order.last_update_timestamp)),
    })
    listen(ledger)
  }

  function listen(ledger: UserLedger): void {
    const sink: ChannelSink<WireUserChanges> = {
      onData(changes) {
        if (isOver) return
        unreadable = 0
        if (waiting === undefined) hear(ledger, changes)
        else if (waiting.length < capacity) waiting.push(changes)
        else overflow()
      },
      onPause: pause,
      onBegin() {
        if (!isOver) run((mine) => catchUp(ledger, mine))
      },
      onEnd(error) {
        if (isOver) return
        unreadable += 1
        const isUnreadable = CcError.isInstance(error) && error.code === 'deribit/unexpected-notification'
        if (!isUnreadable || unreadable > MAX_UNREADABLE) return end({ error })
        // The channel is over for this sink. What it said can be read by other means.
        pause()
        attach()
      },
    }

    function attach(): void {
      attachment = client.streams.attach(channel, sink)
    }

    attach()
  }

  function pause(): void {
    running.abort()
    running = new AbortController()
    waiting ??= []
  }

  function run(work: (mine: AbortSignal) => Promise<void>): void {
    const { signal: mine } = running
    work(mine).catch((error) => {
      if (!mine.aborted) end({ error })
    })
  }

  async function catchUp(ledger: UserLedger, mine: AbortSignal): Promise<void> {
    await look(ledger, mine)
    await lookAtPositions(ledger, mine)
    first.resolve()
    for (let pauseMs = SECOND_LOOK_MS; ; pauseMs = auditMs) {
      await client.clock.sleep(pauseMs, mine)
      if ((await look(ledger, mine)) > 0 || (await havePositionsMoved(ledger, mine)))
        await lookAtPositions(ledger, mine)
    }
  }

  /** What is delivered or assigned goes without an order or a trade. */
  async function havePositionsMoved(ledger: UserLedger, mine: AbortSignal): Promise<boolean> {
    const positions = await tried(mine, () => readPositions(client, scope, mine))
    mine.throwIfAborted()
    return !ledger.agrees(positions)
  }

  /** What is heard meanwhile waits: it is newer. */
  async function lookAtPositions(ledger: UserLedger, mine: AbortSignal): Promise<void> {
    waiting ??= []
    const positions = await tried(mine, () => readPositions(client, scope, mine))
    mine.throwIfAborted()
    const heard = waiting ?? []
    waiting = undefined
    tell(ledger.settle(positions))
    for (const changes of heard) hear(ledger, changes)
  }

  function hear(ledger: UserLedger, changes: WireUserChanges): void {
    tell(ledger.hear(changes))
    const doubts = ledger.doubts()
    if (doubts.length > 0 && !isOver) run((mine) => settle(ledger, doubts, mine))
  }

  /** Asks which of several states of one millisecond came last. */
  async function settle(ledger: UserLedger, ids: readonly string[], mine: AbortSignal): Promise<void> {
    await client.clock.sleep(DOUBT_MS, mine)
    for (const id of ids) {
      const order = await tried(mine, () => readOrder(client, id, mine))
      mine.throwIfAborted()
      if (order !== undefined) tell(ledger.confirm(order))
    }
  }

  /** Reads what happened, and tells it with what waits: how many events there were. */
  async function look(ledger: UserLedger, mine: AbortSignal): Promise<number> {
    const since = { fromMs: ledger.readFromMs(), openOrders: ledger.openOrders(), signal: mine }
    const read = await tried(mine, () => readSince(client, scope, since))
    mine.throwIfAborted()
    const events = ledger.join(read, waiting?.splice(0) ?? [], read.takenInMs)
    tell(events)
    return events.length
  }

  /** Tries for as long as trying again may help. */
  async function tried<Result>(mine: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    let strange = 0
    for (let failures = 0; ; failures += 1) {
      try {
        return await work()
      } catch (error) {
        mine.throwIfAborted()
        if (!CcError.isInstance(error) || error.recovery === 'halt' || error.code === 'deribit/closed') throw error
        if (error.recovery !== 'retry') strange += 1
        if (strange >= MAX_STRANGE_ANSWERS) throw error
      }
      await client.clock.sleep(Math.min(PAUSE_MS * 2 ** failures, MAX_PAUSE_MS), mine)
    }
  }

  function tell(events: readonly UserEvent[]): void {
    if (!isOver && !events.every(queue.push)) overflow()
  }

  function overflow(): void {
    end({ error: streamOverflow(channel.name, capacity) })
  }

  /** Without an error where it was closed or aborted. */
  function end(reason?: { error: unknown }): void {
    if (isOver) {
      if (reason === undefined) queue.end()
      return
    }
    isOver = true
    waiting = []
    running.abort()
    signal?.removeEventListener('abort', close)
    attachment?.detach()
    queue.end(reason)
    first.reject(reason === undefined ? (signal?.reason ?? subscriptionClosed()) : reason.error)
  }

  function close(): void {
    end()
  }

  if (signal?.aborted) {
    close()
  } else {
    signal?.addEventListener('abort', close, { once: true })
    run(begin)
  }
  return { ready: first.promise, close, [Symbol.asyncIterator]: () => queue.iterator }
}
