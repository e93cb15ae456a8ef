import { CcError, CURRENCIES, type Currency, type MarketData, type MarketSource, parseSymbol } from '@cc/models'
import { isLocked } from '../wire/platform.js'
import { readHistory } from './bar-history.js'
import { chainOf, type ReadChain } from './chain.js'
import { readDeliveryPrice } from './delivery-price.js'
import type { JoinedReads } from './joined-reads.js'
import { createKeptHistory } from './kept-history.js'
import type { KeptListing } from './kept-listing.js'
import { optionQuoteOf } from './option-quotes.js'
import { indexNameOf } from './settlement.js'
import { unfitReply } from './unfit-reply.js'
import type { VenueClient } from './venue-client.js'

/** Deribit's public data as the port knows it. */
export function createVenueMarket(
  client: VenueClient,
  { join, listing }: { join: JoinedReads; listing: KeptListing },
): MarketData {
  const { public: api, clock } = client
  const nowMs = () => clock.now()
  const readKept = createKeptHistory((currency, request) => readHistory(client, currency, request), nowMs)
  /** Chains that were asked for in this breath. */
  const asked = new Map<Currency, Promise<ReadChain>>()

  function readChain(currency: Currency): Promise<ReadChain> {
    const reading = join(`chain ${currency}`, async () => {
      asked.delete(currency)
      const { result, answeredMs } = await api.getBookSummaryByCurrency({ currency, kind: 'option' })
      const chain = chainOf(result, currency, answeredMs)
      listing.mustHave(currency, chain.quotes)
      return chain
    })
    asked.set(currency, reading)
    return reading
  }

  /** The index stands in every row of a chain that is read anyway. */
  async function readIndex(currency: Currency): Promise<{ indexUsd: number; timestampMs: number }> {
    const chain = await asked.get(currency)
    if (chain?.indexUsd != null) return { indexUsd: chain.indexUsd, timestampMs: chain.timestampMs }
    const { result, answeredMs } = await api.getIndexPrice({ index_name: indexNameOf(currency) })
    if (!(result.index_price > 0)) throw unfitReply('public/get_index_price', `the index is ${result.index_price}`)
    return { indexUsd: result.index_price, timestampMs: Math.floor(answeredMs) }
  }

  return {
    async status() {
      const { result, testnet } = await api.status()
      const { scopes } = await client.open()
      return {
        source: sourceOf(client),
        testnet,
        locked: CURRENCIES.filter((currency) => isLocked(result, currency)),
        scopes: [...scopes],
        clockErrorMs: clock.uncertaintyMs() ?? Number.MAX_VALUE,
      }
    },
    async serverTime() {
      return (await api.getTime()).result
    },
    instruments: (currency) => listing.instruments(currency),
    async chain(currency) {
      const { quotes, timestampMs } = await readChain(currency)
      return { currency, timestampMs, quotes }
    },
    async quote(symbol) {
      const parts = parseSymbol(symbol)
      if (parts === undefined) throw unknownSymbol(symbol)
      const { result } = await api.ticker({ instrument_name: symbol })
      if (result.state != null && result.state !== 'open') listing.forget(parts.currency)
      return optionQuoteOf(result, symbol)
    },
    async indexPrice(currency) {
      return { currency, ...(await readIndex(currency)) }
    },
    history: readKept,
    deliveryPrice: (currency, expiryMs) => readDeliveryPrice(client, currency, expiryMs),
  }
}

/** What prices of this client's exchange are called. */
export function sourceOf({ origin }: Pick<VenueClient, 'origin'>): MarketSource {
  const { hostname, host } = new URL(origin)
  return hostname === 'test.deribit.com'
    ? { kind: 'deribit-testnet', description: 'Deribit testnet' }
    : { kind: 'local-exchange', description: `exchange on this machine, ${host}` }
}

function unknownSymbol(symbol: string): CcError {
  return new CcError(`${symbol} is no inverse BTC or ETH option.`, {
    code: 'deribit/unknown-symbol',
    recovery: 'skip',
    facts: { symbol },
  })
}
