import type { Logger, OptionInstrument } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import type { Order, Trade } from '../../exchange/order.js'
import { stackOf } from '../failure-report.js'
import type { Connection } from '../method.js'
import type { Feed } from './feed.js'

/** The channels that somebody hears, and who does. */
export type Channels = {
  /** Begins to tell a connection, with what the channel opens with; false where it heard the channel already. */
  join(connection: Connection, wish: { name: string; label: string | null; feed: () => Feed }): boolean
  /** False where it did not hear it. */
  leave(connection: Connection, name: string): boolean
  leaveAll(connection: Connection): void
  /** Says what has changed and is due. */
  publish(): void
  isEmpty(): boolean
  counts(): Readonly<Record<string, number>>
  onOrder(order: Order): void
  onTrade(trade: Trade): void
  onDelivery(instrument: OptionInstrument): void
  onBook(symbol: string): void
}

type Channel = {
  readonly name: string
  readonly feed: Feed
  /** Each with its label. */
  readonly audience: Map<Connection, string | null>
  /** When it spoke last, on the clock of the exchange. */
  spokeMs: number
  /** A second has passed since it was asked for news. */
  again: boolean
}

/**
 * Keeps channels. A channel is asked for news when something that it hears of has happened, and not before its interval
 * is over; those who hear it share one text. Where time stands still (`standing`) there are no intervals, and time that
 * has moved is a second that has passed.
 */
export function createChannels(parts: {
  exchange: Exchange
  standing: boolean
  /** Hears first of all that the market has moved, or that a second is over. */
  onTime(moved: { market: boolean }): void
  logger: Logger | undefined
}): Channels {
  const { exchange, standing, onTime, logger } = parts
  const channels = new Map<string, Channel>()
  const ofConnection = new Map<Connection, Set<Channel>>()
  const ofSymbol = new Map<string, Set<Channel>>()
  const ofAccount = new Set<Channel>()
  const waiting = new Set<Channel>()
  const second = createMark(() => Math.floor(exchange.nowMs() / (standing ? 1 : SECOND_MS)))
  const market = createMark(marketNow(exchange))

  function notice(): void {
    const moved = market.hasMoved()
    const ticked = second.hasMoved()
    if (!moved && !ticked) return
    onTime({ market: moved })
    for (const channel of channels.values()) {
      if (moved && channel.feed.hearsMarket === true) waiting.add(channel)
      if (!ticked || channel.feed.hearsSeconds !== true) continue
      channel.again = true
      waiting.add(channel)
    }
  }

  function open(name: string, feed: Feed): Channel {
    const channel: Channel = { name, feed, audience: new Map(), spokeMs: Number.NEGATIVE_INFINITY, again: false }
    channels.set(name, channel)
    if (feed.symbol !== undefined) ofKey(ofSymbol, feed.symbol).add(channel)
    if (feed.onOrder !== undefined || feed.onTrade !== undefined) ofAccount.add(channel)
    return channel
  }

  function close(channel: Channel): void {
    const { name, feed } = channel
    channels.delete(name)
    waiting.delete(channel)
    ofAccount.delete(channel)
    if (feed.symbol !== undefined) leaveKey(ofSymbol, feed.symbol, channel)
  }

  function speak(channel: Channel): void {
    const { feed, name, audience, again } = channel
    waiting.delete(channel)
    channel.again = false
    const texts = read(channel, () => feed.news(again))
    if (texts.length === 0) return
    channel.spokeMs = exchange.nowMs()
    for (const text of texts) {
      const frames = new Map<string | null, string>()
      for (const [connection, label] of audience) {
        const frame = frames.get(label) ?? frameOf(name, text, label)
        frames.set(label, frame)
        connection.session?.notify(name, frame)
      }
    }
  }

  /** A feed that fails is a fault of the server: it is told where people read it, and the others go on. */
  function read({ name }: Channel, texts: () => readonly string[]): readonly string[] {
    try {
      return texts()
    } catch (error) {
      logger?.error('A channel of the local exchange failed.', { channel: name, stack: stackOf(error) })
      return []
    }
  }

  function remove(connection: Connection, channel: Channel): void {
    channel.audience.delete(connection)
    leaveKey(ofConnection, connection, channel)
    if (channel.audience.size === 0) close(channel)
  }

  return {
    join(connection, { name, label, feed }) {
      notice()
      const known = channels.get(name)
      if (known?.audience.has(connection) === true) {
        known.audience.set(connection, label)
        return false
      }
      // What the others have not heard yet must not be missing between what they heard and what this one begins with.
      if (known !== undefined) speak(known)
      const channel = known ?? open(name, feed())
      const opening = read(channel, channel.feed.opening)
      if (opening.length > 0) channel.spokeMs = exchange.nowMs()
      for (const text of opening) {
        connection.session?.notify(name, frameOf(name, text, label))
      }
      channel.audience.set(connection, label)
      ofKey(ofConnection, connection).add(channel)
      return true
    },
    leave(connection, name) {
      const channel = channels.get(name)
      if (channel?.audience.has(connection) !== true) return false
      remove(connection, channel)
      return true
    },
    leaveAll(connection) {
      for (const channel of ofConnection.get(connection) ?? []) remove(connection, channel)
    },
    publish() {
      if (channels.size === 0) return
      notice()
      const nowMs = exchange.nowMs()
      for (const channel of waiting) {
        if (standing || nowMs - channel.spokeMs >= channel.feed.gapMs) speak(channel)
      }
    },
    isEmpty: () => channels.size === 0,
    counts: () => Object.fromEntries([...channels].map(([name, { audience }]) => [name, audience.size])),
    onOrder(order) {
      for (const channel of ofAccount) if (channel.feed.onOrder?.(order) === true) waiting.add(channel)
    },
    onTrade(trade) {
      for (const channel of ofAccount) if (channel.feed.onTrade?.(trade) === true) waiting.add(channel)
    },
    onDelivery(instrument) {
      for (const channel of ofAccount) if (channel.feed.onDelivery?.(instrument) === true) waiting.add(channel)
    },
    onBook(symbol) {
      for (const channel of ofSymbol.get(symbol) ?? []) waiting.add(channel)
    },
  }
}

const SECOND_MS = 1_000

/** What an index of channels keeps under a key, from the first of them to the last. */
function ofKey<Key>(index: Map<Key, Set<Channel>>, key: Key): Set<Channel> {
  const known = index.get(key) ?? new Set<Channel>()
  index.set(key, known)
  return known
}

function leaveKey<Key>(index: Map<Key, Set<Channel>>, key: Key, channel: Channel): void {
  const known = index.get(key)
  known?.delete(channel)
  if (known?.size === 0) index.delete(key)
}

/** Remembers a value, and tells whether it is another than when last asked. */
function createMark(valueNow: () => unknown): { hasMoved(): boolean } {
  let last = valueNow()
  return {
    hasMoved() {
      const before = last
      last = valueNow()
      return last !== before
    },
  }
}

/** The step of the market, and whether its trading rests: quotes and lists change with nothing else. */
function marketNow(exchange: Exchange): () => string {
  const { market, currencies } = exchange
  let step = Number.NaN
  let probe: string | undefined
  return () => {
    const stepNow = market.frozen ? 0 : Math.floor(exchange.nowMs() / market.stepMs)
    if (stepNow !== step)
      probe = currencies.flatMap((currency) => exchange.instruments(currency).slice(0, 1))[0]?.symbol
    step = stepNow
    return `${step} ${probe === undefined ? '' : exchange.instrument(probe)?.state}`
  }
}

/** A notification on the wire. */
function frameOf(channel: string, data: string, label: string | null): string {
  const tail = label === null ? '' : `,"label":${JSON.stringify(label)}`
  return `{"jsonrpc":"2.0","method":"subscription","params":{"channel":${JSON.stringify(channel)},"data":${data}${tail}}}`
}
