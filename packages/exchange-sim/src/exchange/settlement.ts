import type { OptionInstrument } from '@cc/models'
import { missingDeliveryPrice } from '../failures.js'
import type { Market } from '../market.js'
import type { AccountBook } from './account-book.js'

/**
 * Delivers every position of an expiry, then ends the session of every account at the marks of that time. All delivery
 * prices are known before the first row is booked. `delivered` hears of each position that is over.
 *
 * @throws CcError `exchange-sim/missing-delivery-price`
 */
export function settleAccounts(
  market: Market,
  accounts: readonly AccountBook[],
  { atMs, delivered }: { atMs: number; delivered: (instrument: OptionInstrument) => void },
): void {
  const deliveries = accounts.filter(hasExpiring).map((account) => ({
    account,
    expiryMs: atMs,
    deliveryUsd: deliveryUsdOf(account),
    indexUsd: market.indexUsd(account.currency, atMs),
  }))
  for (const { account, ...delivery } of deliveries) {
    for (const instrument of account.bookDelivery(delivery)) delivered(instrument)
  }
  for (const account of accounts) account.bookSettlement({ atMs, indexUsd: market.indexUsd(account.currency, atMs) })

  function hasExpiring({ positions }: AccountBook): boolean {
    return [...positions.values()].some(({ instrument }) => instrument.expiryMs <= atMs)
  }

  function deliveryUsdOf({ currency }: AccountBook): number {
    const deliveryUsd = market.deliveryUsd(currency, atMs, atMs)
    if (deliveryUsd !== undefined) return deliveryUsd
    throw missingDeliveryPrice(currency, atMs)
  }
}
