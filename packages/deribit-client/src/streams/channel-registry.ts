import type { CcError, Clock, Logger } from '@cc/models'
import { clientClosed, invalidParams, wrongCall } from '../errors.js'
import type { Call } from '../method.js'
import { subscribePrivate, subscribePublic, unsubscribePrivate, unsubscribePublic } from '../methods/session-methods.js'
import type { Connection } from '../socket/connection.js'
import type { ReaderOptions } from '../wire/read-result.js'
import type { Attachment, Channel, ChannelRegistry, ChannelSink } from './channel.js'
import { type ChannelLine, createChannelLine } from './channel-line.js'
import { createNotificationReader } from './notification-reader.js'
import { subscriptionClosed } from './stream-errors.js'
import { createSubscriber } from './subscriber.js'

export type ChannelRegistryDeps = ReaderOptions & {
  readonly connection: Pick<Connection, 'state' | 'start' | 'watch'>
  readonly call: Call
  readonly logger: Logger
  readonly clock: Clock
  /** Whether each connection is signed in before it is open: raw channels need it. Default false. */
  readonly signsIn?: boolean
}

/** What may stand in a frame and in a line of a log as it is. */
const CHANNEL_NAME = /^[\x21-\x7e]{1,256}$/

/**
 * Hears what is wanted over all connections: each channel is subscribed to once, however many hear it, and left when nobody
 * does any more. A channel that the exchange leaves out of those that it accepts ends for all who hear it.
 */
export function createChannelRegistry(deps: ChannelRegistryDeps): ChannelRegistry {
  const { connection, logger, clock, signsIn = false } = deps
  const lines = new Map<string, ChannelLine>()
  /** By the name in small letters: the exchange is known to write `user.portfolio.btc` for what was asked for as `BTC`. */
  const spelledOtherwise = new Map<string, ChannelLine>()
  const readerOf = createNotificationReader(deps)
  const common = { ...deps, signsIn, onIdle: forget }
  const ofAll = createSubscriber({ ...common, subscribe: subscribePublic, unsubscribe: unsubscribePublic })
  const ofUser = createSubscriber({ ...common, subscribe: subscribePrivate, unsubscribe: unsubscribePrivate })
  const unreadKinds = new Set<string>()
  let closed: CcError | undefined
  let unheard = 0

  function subscriberOf({ channel }: ChannelLine) {
    return channel.isPrivate ? ofUser : ofAll
  }

  function forget(line: ChannelLine): void {
    if (lines.get(line.name) !== line) return
    lines.delete(line.name)
    spelledOtherwise.delete(line.name.toLowerCase())
  }

  function lineOf<Data>(channel: Channel<Data>): ChannelLine {
    const { name } = channel
    const known = lines.get(name)
    if (known !== undefined) {
      const isTheSame = known.channel.data === channel.data && known.channel.delivery === channel.delivery
      if (!isTheSame) throw wrongCall(name, 'a channel that is described in one way only')
      return known
    }
    if (!CHANNEL_NAME.test(name)) {
      throw invalidParams('a subscription', { field: 'channel', value: name, expected: 'the name of a channel' })
    }
    const made: ChannelLine = createChannelLine(channel as Channel<unknown>, {
      read: readerOf(channel),
      logger,
      onUnreadable(error) {
        warnOf(channel, error)
        if (!made.isHeard()) subscriberOf(made).consider(made)
      },
    })
    lines.set(name, made)
    spelledOtherwise.set(name.toLowerCase(), made)
    return made
  }

  function warnOf({ name, kind = name }: Pick<Channel<unknown>, 'name' | 'kind'>, error: unknown): void {
    const facts = { channel: kind, ...(error as CcError).facts }
    if (unreadKinds.has(kind)) logger.debug('a notification cannot be read', facts)
    else logger.warn('a notification cannot be read', facts)
    unreadKinds.add(kind)
  }

  function attach<Data>(channel: Channel<Data>, sink: ChannelSink<Data>): Attachment {
    if (closed !== undefined) return endedAttachment(sink, closed)
    const line = lineOf(channel)
    const attached = line.add(sink as ChannelSink<unknown>, clock.now())
    subscriberOf(line).consider(line)
    if (connection.state() === 'idle') connection.start()
    return {
      ready: attached.ready,
      resync() {
        if (!attached.isAttached) return
        line.resync(clock.now())
        subscriberOf(line).consider(line)
      },
      detach() {
        if (!attached.isAttached) return
        line.remove(attached)
        attached.refuse(subscriptionClosed())
        if (line.state() === 'off' && !line.isHeard()) forget(line)
        else subscriberOf(line).consider(line)
      },
    }
  }

  function open(): void {
    ofAll.open()
    ofUser.open()
    for (const line of lines.values()) subscriberOf(line).consider(line)
  }

  function lost(): void {
    ofAll.lost()
    ofUser.lost()
    for (const line of lines.values()) line.lost()
  }

  function close(error: CcError): void {
    closed = error
    ofAll.lost()
    ofUser.lost()
    const ended = [...lines.values()]
    lines.clear()
    spelledOtherwise.clear()
    for (const line of ended) line.end(error)
  }

  connection.watch({ onOpen: open, onLost: lost, onClosed: close })
  if (connection.state() === 'open') open()
  if (connection.state() === 'closed') close(clientClosed())

  return {
    attach,
    take(channel, data, receivedMs) {
      const line = lines.get(channel) ?? spelledOtherwise.get(channel.toLowerCase())
      if (line !== undefined) return line.take(data, receivedMs)
      unheard += 1
      // Told less and less often, and not by a name that the other side has chosen.
      if ((unheard & (unheard - 1)) === 0)
        logger.debug('notifications of channels that nobody hears', { count: unheard })
    },
  }
}

/** There will be no connection any more. It is told after the sink's owner has its attachment. */
function endedAttachment<Data>(sink: ChannelSink<Data>, error: CcError): Attachment {
  const ready = Promise.reject(error)
  ready.catch(() => undefined)
  let isAttached = true
  queueMicrotask(() => {
    if (isAttached) sink.onEnd(error)
  })
  return {
    ready,
    resync: () => undefined,
    detach() {
      isAttached = false
    },
  }
}
