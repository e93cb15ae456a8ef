import type { z } from 'zod'

/** A channel of Deribit's: what it is called and what its notifications hold. Names are Deribit's own. */
export type Channel<Data> = {
  readonly name: string
  /** What drift and errors call it, such as `ticker.*`: one word for all channels that send the same. Default its name. */
  readonly kind?: string | undefined
  /** Whether it is of the account, and so needs `private/subscribe`. */
  readonly isPrivate: boolean
  /** What is read of the notification's `data`. Unknown fields are tolerated and reported. */
  readonly data: z.ZodType<Data>
  /**
   * What a slow reader gets: the `newest` notification of each channel, those between left out; or `every` one, or an error.
   */
  readonly delivery: 'newest' | 'every'
  /** Whether the first notification after subscribing says everything and the later ones what has changed since. */
  readonly startsWhole: boolean
}

/** One notification. */
export type Notification<Data> = {
  /** Name of its channel. */
  readonly channel: string
  readonly data: Data
  /** On the client's own clock. */
  readonly receivedMs: number
  /**
   * Grows when notifications of this channel may have been missed: after a lost connection, and after a resynchronisation.
   * What was pieced together from earlier ones is void then.
   */
  readonly epoch: number
}

/**
 * Takes the notifications of one channel as they come. None of its functions may throw, and none is called before whoever
 * attaches it has the attachment.
 */
export type ChannelSink<Data> = {
  onData(data: Data, at: { receivedMs: number; epoch: number }): void
  /**
   * The exchange serves the channel: for the first time, or again after `onPause`, and then notifications may have been
   * missed. It comes before the first of them, whose `epoch` it tells: what is asked of the exchange from here on is no older
   * than what is heard.
   */
  onBegin?(epoch: number): void
  /** Nothing is heard for now: the connection was lost, or the channel is being joined anew. `onBegin` or `onEnd` follows. */
  onPause?(): void
  /** A notification could not be read. Where every one counts, `onEnd` follows. */
  onUnreadable?(error: unknown): void
  /** Nothing comes any more: the exchange does not serve the channel, or the connection is closed for good. */
  onEnd(error: unknown): void
}

/** A sink's hold on its channel. */
export type Attachment = {
  /** Resolves when the exchange has accepted the channel; rejects with what `onEnd` is told. */
  readonly ready: Promise<void>
  /**
   * Leaves the channel and subscribes anew, for all who hear it: `onPause`, `onBegin`, and a whole notification where it starts with
   * one. Asked for again and again it is done ever more rarely, up to 30 s apart.
   */
  resync(): void
  detach(): void
}

/** Who hears which channel, over all connections. */
export type ChannelRegistry = {
  attach<Data>(channel: Channel<Data>, sink: ChannelSink<Data>): Attachment
  /** Gives a notification to whoever hears its channel. */
  take(channel: string, data: unknown, receivedMs: number): void
}
