import type { Attachment, Channel, ChannelRegistry } from '../streams/channel.js'

/** A channel that tells what changes of something that was asked for. */
export type Follow<Data> = {
  readonly channel: Channel<Data>
  onData(data: Data): void
  /** Changes may have been missed: what was asked for before is worth nothing. */
  onVoid(): void
}

/** A channel that is followed. */
export type FollowedChannel = {
  /** Whether the exchange serves it now: what is asked for while it does is kept right from then on. */
  isLive(): boolean
  /** Resolves when the exchange has accepted or refused it. */
  readonly settled: Promise<void>
  close(): void
}

/** What ended, because one of its notifications could not be read or the exchange does not serve it, is tried again as often. */
const RETRY_MS = 60_000

/** Follows a channel over all connections. `nowMs` may be minus infinity while the time is not known. */
export function followChannel<Data>(
  attach: ChannelRegistry['attach'],
  { channel, onData, onVoid }: Follow<Data>,
  nowMs: () => number,
): FollowedChannel {
  let attachment: Attachment | undefined
  let isLive = false
  let endedMs: number | undefined
  let isClosed = false

  /** Resolves once it is settled, and never rejects. */
  function begin(): Promise<void> {
    endedMs = undefined
    const own = attach(channel, {
      onData,
      onBegin() {
        isLive = true
        onVoid()
      },
      onPause() {
        isLive = false
        onVoid()
      },
      onUnreadable: onVoid,
      onEnd() {
        isLive = false
        endedMs = Number.NEGATIVE_INFINITY
        onVoid()
      },
    })
    attachment = own
    // What it rejects with, `onEnd` was told.
    return own.ready.catch(() => {})
  }

  /** The pause counts from when somebody first asks. */
  function retry(): void {
    if (endedMs === undefined || isClosed) return
    const atMs = nowMs()
    if (endedMs === Number.NEGATIVE_INFINITY) endedMs = atMs
    else if (atMs - endedMs >= RETRY_MS) {
      attachment?.detach()
      void begin()
    }
  }

  const settled = begin()
  return {
    settled,
    isLive() {
      retry()
      return isLive
    },
    close() {
      isClosed = true
      isLive = false
      attachment?.detach()
      onVoid()
    },
  }
}
