import { CcError } from '@cc/models'
import { invalidParams, wrongCall } from '../errors.js'
import type { Attachment, Channel, ChannelRegistry, Notification } from './channel.js'
import { createDeferred } from './deferred.js'
import { createEventQueue } from './event-queue.js'
import { streamOverflow, subscriptionClosed } from './stream-errors.js'
import type { SubscribeOptions, Subscription } from './streams.js'

const DEFAULT_CAPACITY = 10_000

/**
 * Reads channels of a registry as one iterable. What ends it with an error leaves its channels at once, and lets what
 * waits be read before the error; what ends it without one, lets nothing more be read.
 *
 * @throws CcError `deribit/invalid-params`
 */
export function createSubscription<Data>(
  registry: Pick<ChannelRegistry, 'attach'>,
  channels: readonly Channel<Data>[],
  { signal, capacity = DEFAULT_CAPACITY, onEnded }: SubscribeOptions = {},
): Subscription<Data> {
  check(channels, capacity)
  const queue = createEventQueue<Notification<Data>>(capacity, close)
  const attachments = new Map<string, Attachment>()
  const begun = createDeferred()
  // Whoever only reads gets the same from the loop.
  begun.promise.catch(() => undefined)
  let hasBegun = false
  let isOver = false
  let isRead = false

  function hear(channel: Channel<Data>): void {
    const { name } = channel
    const isNewest = channel.delivery === 'newest'
    const attachment = registry.attach(channel, {
      onData(data, { receivedMs, epoch }) {
        const notification = { channel: name, data, receivedMs, epoch }
        if (isNewest) queue.replace(name, notification)
        else if (!queue.push(notification)) fail(streamOverflow(name, capacity))
      },
      onEnd(error) {
        attachments.delete(name)
        const isOfOne = CcError.isInstance(error) && error.code === 'deribit/channels-refused'
        if (!isOfOne || !hasBegun || attachments.size === 0) return fail(error)
        onEnded?.(name, error)
      },
    })
    if (isOver) attachment.detach()
    else attachments.set(name, attachment)
  }

  function leave(): void {
    signal?.removeEventListener('abort', close)
    for (const attachment of attachments.values()) attachment.detach()
    attachments.clear()
  }

  function fail(error: unknown): void {
    if (isOver) return
    isOver = true
    leave()
    begun.reject(error)
    queue.end({ error })
  }

  function close(): void {
    queue.end()
    if (isOver) return
    isOver = true
    leave()
    begun.reject(signal?.aborted ? signal.reason : subscriptionClosed())
  }

  if (signal?.aborted) close()
  else {
    signal?.addEventListener('abort', close, { once: true })
    try {
      for (const channel of new Map(channels.map((one) => [one.name, one])).values()) {
        if (!isOver) hear(channel)
      }
    } catch (error) {
      close()
      throw error
    }
    Promise.all([...attachments.values()].map((attachment) => attachment.ready)).then(
      () => {
        hasBegun = true
        begun.resolve()
      },
      // Told by `onEnd`, or by who closed it.
      () => undefined,
    )
  }

  return {
    ready: begun.promise,
    close,
    [Symbol.asyncIterator]() {
      if (isRead) throw wrongCall('a subscription', 'to be read once')
      isRead = true
      return queue.iterator
    },
  }
}

function check(channels: readonly Channel<unknown>[], capacity: number): void {
  if (channels.length === 0) {
    throw invalidParams('a subscription', { field: 'channels', value: channels, expected: 'at least one channel' })
  }
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw invalidParams('a subscription', { field: 'capacity', value: capacity, expected: 'a whole number from 1' })
  }
}
