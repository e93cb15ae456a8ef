import { CcError } from '@cc/models'
import { invalidParams, wrongCall } from '../errors.js'
import type { Attachment, Channel, ChannelRegistry, Notification } from './channel.js'
import { streamOverflow, subscriptionClosed } from './stream-errors.js'
import type { SubscribeOptions, Subscription } from './streams.js'
import { createWaitingLine } from './waiting-line.js'

const DEFAULT_CAPACITY = 10_000

type Result<Data> = IteratorResult<Notification<Data>, undefined>
type Reader<Data> = { readonly resolve: (result: Result<Data>) => void; readonly reject: (error: unknown) => void }

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
  const waiting = createWaitingLine<Notification<Data>>(capacity)
  const attachments = new Map<string, Attachment>()
  const readers: Reader<Data>[] = []
  let end: { error: unknown } | 'done' | undefined
  let hasBegun = false
  let isRead = false
  let settleReady: Reader<never> | undefined
  const ready = new Promise<void>((resolve, reject) => {
    settleReady = { resolve: () => resolve(), reject }
  })
  // Whoever only reads gets the same from the loop.
  ready.catch(() => undefined)

  function hear(channel: Channel<Data>): void {
    const { name } = channel
    const isNewest = channel.delivery === 'newest'
    const attachment = registry.attach(channel, {
      onData(data, { receivedMs, epoch }) {
        const notification = { channel: name, data, receivedMs, epoch }
        const reader = readers.shift()
        if (reader !== undefined) reader.resolve({ done: false, value: notification })
        else if (isNewest) waiting.replace(name, notification)
        else if (!waiting.push(notification)) fail(streamOverflow(name, capacity))
      },
      onRestart: () => undefined,
      onUnreadable: () => undefined,
      onEnd(error) {
        attachments.delete(name)
        const isOfOne = CcError.isInstance(error) && error.code === 'deribit/channels-refused'
        if (!isOfOne || !hasBegun || attachments.size === 0) return fail(error)
        onEnded?.(name, error)
      },
    })
    if (end === undefined) attachments.set(name, attachment)
    else attachment.detach()
  }

  function leave(): void {
    signal?.removeEventListener('abort', close)
    for (const attachment of attachments.values()) attachment.detach()
    attachments.clear()
  }

  function fail(error: unknown): void {
    if (end !== undefined) return
    end = { error }
    leave()
    settleReady?.reject(error)
    // Whoever waits has read everything: one of them gets the error, and the others that it is over.
    const [first, ...others] = readers.splice(0)
    if (first === undefined) return
    end = 'done'
    first.reject(error)
    for (const reader of others) reader.resolve({ done: true, value: undefined })
  }

  function close(): void {
    const wasOver = end === 'done'
    end = 'done'
    waiting.clear()
    if (wasOver) return
    leave()
    settleReady?.reject(signal?.aborted ? signal.reason : subscriptionClosed())
    for (const reader of readers.splice(0)) reader.resolve({ done: true, value: undefined })
  }

  function next(): Promise<Result<Data>> {
    const value = waiting.shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (end === undefined) return new Promise((resolve, reject) => readers.push({ resolve, reject }))
    if (end === 'done') return Promise.resolve({ done: true, value: undefined })
    const { error } = end
    end = 'done'
    return Promise.reject(error)
  }

  if (signal?.aborted) close()
  else {
    signal?.addEventListener('abort', close, { once: true })
    try {
      for (const channel of new Map(channels.map((one) => [one.name, one])).values()) {
        if (end === undefined) hear(channel)
      }
    } catch (error) {
      close()
      throw error
    }
    Promise.all([...attachments.values()].map((attachment) => attachment.ready)).then(
      () => {
        hasBegun = true
        settleReady?.resolve(undefined as never)
      },
      // Told by `onEnd`, or by who closed it.
      () => undefined,
    )
  }

  return {
    ready,
    close,
    [Symbol.asyncIterator]() {
      if (isRead) throw wrongCall('a subscription', 'to be read once')
      isRead = true
      return {
        next,
        return() {
          close()
          return Promise.resolve({ done: true, value: undefined })
        },
      }
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
