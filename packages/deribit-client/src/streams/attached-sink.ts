import type { Logger } from '@cc/models'
import type { ChannelSink } from './channel.js'
import { createDeferred } from './deferred.js'

/** One sink of a channel, and how far it is. */
export type AttachedSink = {
  readonly sink: ChannelSink<unknown>
  /** The first epoch of the channel that it can make sense of. */
  readonly sinceEpoch: number
  /** Nothing is heard for now, or not yet: `onBegin` is what it is told next. */
  isPaused: boolean
  isAttached: boolean
  readonly ready: Promise<void>
  /** Settles `ready`, once. */
  readonly accept: () => void
  readonly refuse: (error: unknown) => void
}

export function createAttachedSink(sink: ChannelSink<unknown>, sinceEpoch: number): AttachedSink {
  const accepted = createDeferred()
  // Whoever only listens hears the same through `onEnd`.
  accepted.promise.catch(() => undefined)
  return {
    sink,
    sinceEpoch,
    isPaused: true,
    isAttached: true,
    ready: accepted.promise,
    accept: accepted.resolve,
    refuse: accepted.reject,
  }
}

/** Tells sinks, none of which may hurt the others. */
export type Teller = (attached: AttachedSink, tell: (sink: ChannelSink<unknown>) => void) => void

export function createTeller(channel: string, logger: Logger): Teller {
  let hasFailed = false

  return (attached, tell) => {
    if (!attached.isAttached) return
    try {
      tell(attached.sink)
    } catch (error) {
      const facts = { channel, error: error instanceof Error ? error.name : typeof error }
      if (hasFailed) logger.debug('a sink of a channel failed again', facts)
      else logger.error('a sink of a channel failed', facts)
      hasFailed = true
    }
  }
}
