import type { ChainQuote, Currency, Span, VenueHistory } from '@cc/models'
import type { DeribitPublicClient } from '../client.js'
import { type HistoryRequest, readHistory } from './bar-history.js'
import { chainOf } from './chain.js'
import { readDeliveryPrices } from './delivery-price.js'
import { indexNameOf } from './settlement.js'
import { unfitReply } from './unfit-reply.js'

/** All quotes of one coin at one time, with its index. */
export type ChainSnapshot = {
  currency: Currency
  /** Of the newest quote. UTC epoch ms. */
  timestampMs: number
  indexUsd: number
  quotes: readonly ChainQuote[]
}

/** What Deribit tells everybody about the past, and the present chain for those who collect one. */
export type PublicArchive = {
  /**
   * Closed bars that open inside the span, oldest first: candles of the perpetual in USD, or DVOL as a ratio.
   *
   * @throws CcError `deribit/unknown-resolution`, `deribit/unfit-reply`
   */
  bars(currency: Currency, request: HistoryRequest): Promise<VenueHistory>
  /** Delivery prices of the expiries at 08:00 UTC inside the span, oldest first. */
  deliveryPrices(currency: Currency, span: Span): Promise<readonly { expiryMs: number; priceUsd: number }[]>
  /** The chain as it is now. */
  snapshot(currency: Currency): Promise<ChainSnapshot>
}

/**
 * Reads Deribit's public history in the units of the domain, all pages of it. It takes a client without credentials, which
 * may read production too.
 */
export function createPublicArchive(client: Pick<DeribitPublicClient, 'public'>): PublicArchive {
  return {
    bars: (currency, request) => readHistory(client, currency, request),
    deliveryPrices: (currency, span) => readDeliveryPrices(client, currency, span),
    snapshot: (currency) => readSnapshot(client, currency),
  }
}

async function readSnapshot(
  { public: api }: Pick<DeribitPublicClient, 'public'>,
  currency: Currency,
): Promise<ChainSnapshot> {
  const { result, answeredMs } = await api.getBookSummaryByCurrency({ currency, kind: 'option' })
  const { quotes, timestampMs, indexUsd } = chainOf(result, currency, answeredMs)
  return { currency, timestampMs, quotes, indexUsd: indexUsd ?? (await readIndex(api, currency)) }
}

async function readIndex(api: DeribitPublicClient['public'], currency: Currency): Promise<number> {
  const { result } = await api.getIndexPrice({ index_name: indexNameOf(currency) })
  if (result.index_price > 0) return result.index_price
  throw unfitReply('public/get_index_price', `the index is ${result.index_price}`)
}
