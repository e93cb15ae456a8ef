import type { Logger } from '@cc/models'
import type { ChannelSink } from './channel.js'
import { createDeferred } from './deferred.js'

/** One sink of a channel, and how far it is. */
export type Hearer = {
  readonly sink: ChannelSink<unknown>
  /** The first epoch of the channel that it can make sense of. */
  readonly sinceEpoch: number
  /** The last epoch that it has heard of; 0 before the first. */
  epoch: number
  hasHeard: boolean
  isAttached: boolean
  /** It was told that nothing is heard for now. */
  isPaused: boolean
  readonly ready: Promise<void>
  /** Settles `ready`, once. */
  readonly accept: () => void
  readonly refuse: (error: unknown) => void
}

export function createHearer(sink: ChannelSink<unknown>, sinceEpoch: number): Hearer {
  const accepted = createDeferred()
  // Whoever only listens hears the same through `onEnd`.
  accepted.promise.catch(() => undefined)
  return {
    sink,
    sinceEpoch,
    epoch: 0,
    hasHeard: false,
    isAttached: true,
    isPaused: false,
    ready: accepted.promise,
    accept: accepted.resolve,
    refuse: accepted.reject,
  }
}

/** Tells sinks, none of which may hurt the others. */
export type Teller = (hearer: Hearer, tell: (sink: ChannelSink<unknown>) => void) => void

export function createTeller(channel: string, logger: Logger): Teller {
  let hasFailed = false

  return (hearer, tell) => {
    if (!hearer.isAttached) return
    try {
      tell(hearer.sink)
    } catch (error) {
      const facts = { channel, error: error instanceof Error ? error.name : typeof error }
      if (hasFailed) logger.debug('a listener of a channel failed again', facts)
      else logger.error('a listener of a channel failed', facts)
      hasFailed = true
    }
  }
}
