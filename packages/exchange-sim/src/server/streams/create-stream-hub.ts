import type { Clock, Logger } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import type { Rights } from '../auth/scope.js'
import { stackOf } from '../failure-report.js'
import type { MethodCall } from '../method.js'
import { createChannels } from './channels.js'
import { createFeeds } from './create-feeds.js'
import type { StreamHub } from './stream-hub.js'
import { createSubscribeMethods } from './subscribe-methods.js'

export type StreamHubParts = {
  exchange: Exchange
  clock: Clock
  /**
   * Whether time stands still until it is told to pass, as `sim/advance_time` does. Then nothing is published but by
   * {@link StreamHub.publish}, without intervals: a loop that slept would make time run.
   */
  standing: boolean
  /** What a call may do, by its token or by that of its connection; `null` where it has none that is good. Never throws. */
  rightsOf(call: MethodCall): Rights | null
  /** Hears of failures that are the server's own. */
  logger?: Logger | undefined
}

/** Creates the publisher of an exchange. It publishes by time for as long as somebody hears a channel. */
export function createStreamHub({ exchange, clock, standing, rightsOf, logger }: StreamHubParts): StreamHub {
  const feeds = createFeeds(exchange)
  const channels = createChannels({ exchange, standing, onTime: feeds.onTime, logger })
  const unwatch = exchange.watch({
    onOrder: channels.onOrder,
    onTrade: channels.onTrade,
    onDelivery: channels.onDelivery,
    onBook(symbol) {
      feeds.onBook(symbol)
      channels.onBook(symbol)
    },
  })
  let loop: AbortController | undefined
  let lastFailure: string | undefined
  let isClosed = false

  function attend(): void {
    if (channels.isEmpty()) {
      loop?.abort()
      loop = undefined
    } else if (!standing && !isClosed && loop === undefined) {
      loop = new AbortController()
      void run(loop.signal)
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await clock.sleep(TICK_MS, signal)
      } catch (error) {
        if (!signal.aborted) report(error)
        return
      }
      attempt(() => {
        exchange.advanceTo(clock.now())
        channels.publish()
      })
    }
  }

  function attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      report(error)
    }
  }

  /** The same failure comes back with every tick: it is told once. */
  function report(error: unknown): void {
    const stack = stackOf(error)
    if (stack === lastFailure) return
    lastFailure = stack
    logger?.error('The local exchange failed to publish.', { stack })
  }

  return {
    methods: createSubscribeMethods({ channels, feedOf: feeds.feedOf, rightsOf, attend }),
    publish: () => attempt(channels.publish),
    drop(connection) {
      channels.leaveAll(connection)
      attend()
    },
    subscribers: channels.counts,
    close() {
      unwatch()
      loop?.abort()
      loop = undefined
      isClosed = true
    },
  }
}

/** The shortest interval of any channel. */
const TICK_MS = 100
