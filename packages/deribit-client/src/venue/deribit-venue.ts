import type { Venue } from '@cc/models'
import { createJoinedReads } from './joined-reads.js'
import { createKeptListing } from './kept-listing.js'
import { readListing } from './option-instruments.js'
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
  const nowMs = () => client.clock.now()
  const listing = createKeptListing((currencies) => readListing(client, currencies), { nowMs, join })
  return {
    market: createVenueMarket(client, { join, listing }),
    broker: createVenueBroker(client, { join, listing }),
    clock: client.clock,
  }
}
