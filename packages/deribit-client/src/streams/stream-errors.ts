import { CcError } from '@cc/models'

/** Names of this many channels are told at most. */
const MAX_TOLD = 20

/** The exchange left channels out of those that it accepted: it does not know them, or not any more. */
export function channelsRefused(channels: readonly string[]): CcError {
  const told = channels.slice(0, MAX_TOLD)
  return new CcError(`Deribit does not serve ${channels.length} of the channels: ${told.join(', ')}.`, {
    code: 'deribit/channels-refused',
    recovery: 'skip',
    facts: { channels: told, count: channels.length },
  })
}

/** A notification is not what its channel was known to send. */
export function unexpectedNotification(facts: {
  channel: string
  path: string
  expected: string
  received: string
}): CcError {
  const { channel, path, expected, received } = facts
  return new CcError(`A notification of ${channel} has ${received} at ${path} where ${expected} was expected.`, {
    code: 'deribit/unexpected-notification',
    recovery: 'reconcile',
    facts,
  })
}

/** The reader of a subscription was too slow, and no notification may be left out. */
export function streamOverflow(channel: string, capacity: number): CcError {
  return new CcError(
    `More than ${capacity} notifications waited to be read; those of ${channel} must not be left out.`,
    {
      code: 'deribit/stream-overflow',
      recovery: 'reconcile',
      facts: { channel, capacity },
    },
  )
}

/** It was left before the exchange had accepted it. */
export function subscriptionClosed(): CcError {
  return new CcError('The subscription was closed before the exchange had accepted it.', {
    code: 'deribit/subscription-closed',
    recovery: 'skip',
  })
}
