import type { Currency } from '@cc/models'
import { indexNameOf } from './settlement.js'
import { unfitReply } from './unfit-reply.js'
import type { VenueClient } from './venue-client.js'

const DAYS_A_PAGE = 100
const MAX_PAGES = 100

/** Delivery price in USD of an expiry of 08:00 UTC; `undefined` while Deribit does not list that day. */
export async function readDeliveryPrice(
  { public: api, clock }: VenueClient,
  currency: Currency,
  expiryMs: number,
): Promise<number | undefined> {
  if (expiryMs > clock.now()) return undefined
  const day = new Date(expiryMs).toISOString().slice(0, 10)
  const index_name = indexNameOf(currency)
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { result } = await api.getDeliveryPrices({ index_name, count: DAYS_A_PAGE, offset: page * DAYS_A_PAGE })
    const found = result.data.find(({ date }) => date === day)
    if (found !== undefined) return positive(found.delivery_price, day)
    // Newest first: what is not there by its place is not there.
    const oldest = result.data.at(-1)
    if (oldest === undefined || oldest.date < day) return undefined
  }
  return undefined
}

function positive(priceUsd: number, day: string): number {
  if (priceUsd > 0) return priceUsd
  throw unfitReply('public/get_delivery_prices', `the delivery price of ${day} is ${priceUsd}`, { day })
}
