import type { Market } from '../market.js'
import type { AccountBook } from './account-book.js'
import { missingDeliveryPrice } from './failures.js'

/** Delivers every position of one expiry. All prices are known before the first row is booked. */
export function deliverExpired(market: Market, books: Iterable<AccountBook>, expiryMs: number): void {
  const deliveries = [...books]
    .filter((book) => [...book.positions().values()].some(({ instrument }) => instrument.expiryMs === expiryMs))
    .map((book) => ({
      book,
      deliveryUsd: deliveryUsdOf(market, book, expiryMs),
      indexUsd: market.indexUsd(book.currency, expiryMs),
    }))
  for (const { book, ...prices } of deliveries) book.bookDelivery({ expiryMs, ...prices })
}

function deliveryUsdOf(market: Market, { currency }: AccountBook, expiryMs: number): number {
  const deliveryUsd = market.deliveryUsd(currency, expiryMs, expiryMs)
  if (deliveryUsd !== undefined) return deliveryUsd
  throw missingDeliveryPrice(currency, expiryMs)
}
