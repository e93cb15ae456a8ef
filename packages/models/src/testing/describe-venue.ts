import { describe } from 'vitest'
import type { Venue } from '../ports.js'
import { describeOrders } from './venue-orders.js'
import { describeAccount, describeMarket } from './venue-reads.js'

/**
 * What every venue promises, run against a fresh one for each test. The account must hold coins of
 * `currency` and no positions in the options that are traded here, which are few and small.
 */
export function describeVenue(name: string, create: () => Promise<Venue>, currency: 'BTC' | 'ETH' = 'BTC'): void {
  describe(`venue ${name}`, () => {
    describeMarket(create, currency)
    describeAccount(create, currency)
    describeOrders(create, currency)
  })
}
