import type { CcError } from '@cc/models'
import type { Channel, ChannelRegistry, Notification } from './channel.js'

export type SubscribeOptions = {
  /** Ends the subscription, without an error. */
  readonly signal?: AbortSignal | undefined
  /**
   * How many notifications may wait for the reader where every one counts. One more ends the subscription: what waits can
   * still be read, and then comes `deribit/stream-overflow`, so that none is left out in silence. Default 10,000.
   */
  readonly capacity?: number | undefined
  /**
   * Hears of channels that the exchange stopped to serve, such as of an option that expired. The others go on; the last one
   * ends the subscription with the error instead.
   */
  readonly onEnded?: ((channel: string, error: CcError) => void) | undefined
}

/**
 * Notifications of some channels, in the order in which they came where every one counts; to be read once. It ends when
 * it is closed or aborted, and when the loop that reads it is left.
 */
export type Subscription<Data> = AsyncIterable<Notification<Data>> & {
  /** Resolves when the exchange has accepted all of the channels; rejects with what ends it before. It need not be heard. */
  readonly ready: Promise<void>
  close(): void
}

/** What a client hears without asking. */
export type Streams = {
  /**
   * Hears channels, from now on and over all connections.
   *
   * The reader gets CcError `deribit/channels-refused` where the exchange does not know one of them at the beginning,
   * `deribit/stream-overflow`, `deribit/unexpected-notification` where every notification counts and one cannot be read, and
   * what ends the connection for good, each after what waits.
   *
   * @throws CcError `deribit/invalid-params` for no channel, and for a name that is none
   */
  subscribe<Data>(channels: readonly Channel<Data>[], options?: SubscribeOptions): Subscription<Data>
  /** The same for code that takes each notification as it comes, without a queue. */
  attach: ChannelRegistry['attach']
}
