import type { Venue } from '@cc/models'
import { createJoinedReads } from './joined-reads.js'
import { createVenueBroker } from './venue-broker.js'
import type { VenueClient } from './venue-client.js'
import { createVenueMarket } from './venue-market.js'

/**
 * Makes a venue of a client: Deribit's inverse BTC and ETH options in the terms of `@cc/models`, prices and sizes in coin,
 * ratios as decimals, its clock the exchange's time. Reads that are asked for in one breath share their requests; listings
 * and closed bars are kept. The client is to be open.
 */
export function createDeribitVenue(client: VenueClient): Venue {
  const join = createJoinedReads()
  return {
    market: createVenueMarket(client, join),
    broker: createVenueBroker(client, join),
    clock: client.clock,
  }
}
