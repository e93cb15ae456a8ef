import type { Currency, Span } from '@cc/models'
import type { DeribitPublicClient } from '../client.js'
import { indexNameOf } from './settlement.js'
import { unfitReply } from './unfit-reply.js'
import type { VenueClient } from './venue-client.js'

const DAYS_A_PAGE = 100
const MOST_DAYS_A_PAGE = 1_000
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

/**
 * Delivery prices in USD of the expiries at 08:00 UTC inside the span, oldest first: those that Deribit lists. It lists one
 * a day, whether or not an option expired.
 */
export async function readDeliveryPrices(
  { public: api }: Pick<DeribitPublicClient, 'public'>,
  currency: Currency,
  { fromMs, toMs }: Span,
): Promise<readonly { expiryMs: number; priceUsd: number }[]> {
  const index_name = indexNameOf(currency)
  const prices = new Map<number, number>()
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const offset = page * MOST_DAYS_A_PAGE
    const { result } = await api.getDeliveryPrices({ index_name, count: MOST_DAYS_A_PAGE, offset })
    for (const { date, delivery_price } of result.data) {
      const expiryMs = expiryOf(date)
      if (expiryMs >= fromMs && expiryMs < toMs) prices.set(expiryMs, positive(delivery_price, date))
    }
    const oldest = result.data.at(-1)
    if (oldest === undefined || expiryOf(oldest.date) < fromMs || offset + result.data.length >= result.records_total) {
      break
    }
  }
  return [...prices].map(([expiryMs, priceUsd]) => ({ expiryMs, priceUsd })).sort((a, b) => a.expiryMs - b.expiryMs)
}

function expiryOf(day: string): number {
  const expiryMs = Date.parse(`${day}T08:00:00.000Z`)
  if (Number.isFinite(expiryMs)) return expiryMs
  throw unfitReply('public/get_delivery_prices', `it names a day ${JSON.stringify(day)}`)
}

function positive(priceUsd: number, day: string): number {
  if (priceUsd > 0) return priceUsd
  throw unfitReply('public/get_delivery_prices', `the delivery price of ${day} is ${priceUsd}`, { day })
}
