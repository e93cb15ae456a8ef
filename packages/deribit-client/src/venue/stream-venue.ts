import type { Venue } from '@cc/models'
import { abortable, startDeadline } from '../deadline.js'
import { outOfTime } from '../errors.js'
import { createJoinedReads } from './joined-reads.js'
import { createMarketFeed, type MarketFeed } from './market-feed.js'
import { createStreamMarket, type MarketAges } from './stream-market.js'
import { type StreamVenueOptionsInput, streamVenueOptionsSchema } from './stream-options.js'
import { createVenueBroker } from './venue-broker.js'
import type { StreamVenueClient } from './venue-client.js'
import { createVenueMarket } from './venue-market.js'

/** A venue that listens, so that what it is asked it mostly knows. */
export type StreamVenue = Venue & {
  /**
   * Subscribes to what is listed and resolves when all of it has been told, or after `patienceMs`: what has not been told by
   * then is asked for when it is wanted. Without it the first answers are asked for.
   *
   * @throws CcError of what it asks, and what ended the connection; the signal's reason when aborted
   */
  warm(signal?: AbortSignal): Promise<void>
  /** How old each part is. */
  ages(): MarketAges
  /** Hears nothing any more: from then on everything is asked for. The client is its owner's to close. */
  close(): void
}

/**
 * Makes a venue of a client over WebSocket, as `createDeribitVenue` does of any, whose chains, quotes, indices, listings and
 * locks are kept from what the exchange tells: once it is warm, a cycle asks for nothing but the account.
 *
 * What is kept is given away with the time of which it is proved to be true, and never where that is older than the options
 * allow, a connection was lost since (listings and locks), or a part is missing: then the same is asked for as without
 * streams. A chain is kept whole or asked for whole. Its marks have the four decimals of tickers, where one that was asked
 * for has eight. Of an option in which an own order was sent or cancelled nothing counts but what was told afterwards.
 *
 * @throws ZodError naming the option, when one is unknown or out of range
 */
export function createStreamVenue(client: StreamVenueClient, input: StreamVenueOptionsInput = {}): StreamVenue {
  const options = streamVenueOptionsSchema.parse(input)
  const { clock } = client
  const join = createJoinedReads()
  const feed = createMarketFeed(client, { currencies: options.currencies, join })
  const { listing, tickers } = feed
  const polled = createVenueMarket(client, { join, listing })
  const { market, ages } = createStreamMarket(client, { feed, polled, options })

  return {
    market,
    broker: createVenueBroker(client, {
      join,
      listing,
      onTouched: (symbol) => tickers.distrust(symbol, clock.now() + (clock.uncertaintyMs() ?? 0)),
    }),
    clock,
    async warm(signal) {
      signal?.throwIfAborted()
      const opening = client.open()
      // Before it, there is no venue time to wait on.
      await (signal === undefined ? opening : abortable(opening, signal))
      const over = outOfTime('hearing the market', options.patienceMs)
      const told = { durationMs: options.patienceMs, error: () => over, signals: [signal] }
      const deadline = startDeadline(clock, told)
      try {
        await abortable(feed.settled, deadline.signal)
        await abortable(Promise.all([feed.locks.read(), ...options.currencies.map(feed.listed)]), deadline.signal)
        const isTold = () =>
          tickers.awaited() === 0 && options.currencies.every((currency) => feed.indices.get(currency) !== undefined)
        await allTold(feed, { isTold, client, signal: deadline.signal })
      } catch (error) {
        if (error !== over) throw error
      } finally {
        deadline.end()
      }
    },
    ages,
    close: feed.close,
  }
}

/** Resolves once `isTold`. Rejects with the signal's reason, and with what ends the connection for good. */
function allTold(
  feed: MarketFeed,
  { isTold, client, signal }: { isTold: () => boolean; client: StreamVenueClient; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    if (isTold()) return resolve()
    const end = () => {
      unwatchFeed()
      unwatchConnection()
      signal.removeEventListener('abort', onAbort)
    }
    const onAbort = () => {
      end()
      reject(signal.reason)
    }
    const unwatchFeed = feed.watch(() => {
      if (!isTold()) return
      end()
      resolve()
    })
    const unwatchConnection = client.connection.watch({
      onClosed(error) {
        end()
        reject(error)
      },
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
