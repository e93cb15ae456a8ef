import type { z } from 'zod'
import type { ReaderOptions } from '../wire/read-result.js'
import { createValueReader } from '../wire/value-reader.js'
import type { Channel } from './channel.js'
import { unexpectedNotification } from './stream-errors.js'

/** What reads the `data` of a channel's notifications. */
export type NotificationReader = <Data>(channel: Channel<Data>) => (data: unknown) => Data

/**
 * Checks notifications against their channels: one check for all channels of one schema, so that drift of a thousand tickers
 * is reported once, by what they are called together.
 *
 * @throws CcError `deribit/unexpected-notification`, naming kind and path but never the value
 */
export function createNotificationReader({ strict, onDrift, isSecret }: ReaderOptions): NotificationReader {
  const readers = new WeakMap<z.ZodType, (data: unknown) => unknown>()

  return <Data>({ name, kind = name, data: schema }: Channel<Data>) => {
    const made = readers.get(schema)
    if (made !== undefined) return made as (data: unknown) => Data
    const reader = createValueReader(schema, {
      root: 'data',
      strict,
      isSecret,
      onUnknown: (path) => onDrift?.({ method: kind, path, kind: 'unknown-field' }),
      unexpected: (mismatch) => unexpectedNotification({ channel: kind, ...mismatch }),
    })
    readers.set(schema, reader)
    return reader
  }
}
