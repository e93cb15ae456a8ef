import { type Currency, type MarketData, type OptionChain, type OptionInstrument, parseSymbol } from '@cc/models'
import { type ChainRow, chainQuotesOf, chainRowOf } from './chain-quotes.js'
import type { MarketFeed } from './market-feed.js'
import { optionQuoteOf } from './option-quotes.js'
import type { StreamVenueOptions } from './stream-options.js'
import type { VenueClient } from './venue-client.js'
import { sourceOf } from './venue-market.js'

/** How old the parts of a kept market are, in ms of venue time; `undefined` for what would be asked for. */
export type MarketAges = {
  /** Since the time of which the oldest of the heard quotes is proved to be true. It grows while nothing is heard. */
  readonly chain: Readonly<Record<Currency, number | undefined>>
  /** Since the index was told. */
  readonly index: Readonly<Record<Currency, number | undefined>>
  /** Since the listing was asked for; every change of it has been heard of since. */
  readonly instruments: Readonly<Record<Currency, number | undefined>>
  /** Since the locks were asked for; the same. */
  readonly status: number | undefined
}

/**
 * Public data from a feed where what is kept is young enough, and from `polled` where it is not. Every time stamp is one of
 * which what it stands on is proved to be true.
 */
export function createStreamMarket(
  client: VenueClient,
  { feed, polled, options }: { feed: MarketFeed; polled: MarketData; options: StreamVenueOptions },
): { market: MarketData; ages(): MarketAges } {
  const { clock } = client
  const { listing, tickers, indices, locks } = feed

  /** Of every listed option that has not expired, or none at all. */
  function keptChain(currency: Currency, instruments: readonly OptionInstrument[]): OptionChain | undefined {
    const nowMs = clock.now()
    const rows: ChainRow[] = []
    let timestampMs = Number.POSITIVE_INFINITY
    for (const { symbol, expiryMs } of instruments) {
      if (expiryMs <= nowMs) continue
      const kept = tickers.get(currency, symbol)
      if (kept === undefined) return undefined
      timestampMs = Math.min(timestampMs, kept.provedMs)
      rows.push(chainRowOf(kept.ticker))
    }
    const quotes = chainQuotesOf(rows, nowMs)
    if (quotes.length === 0 || nowMs - timestampMs > options.maxChainAgeMs) return undefined
    return { currency, timestampMs, quotes }
  }

  function chainAgeMs(currency: Currency): number | undefined {
    let oldestMs: number | undefined
    for (const symbol of tickers.symbols(currency)) {
      const kept = tickers.get(currency, symbol)
      if (kept === undefined) return undefined
      oldestMs = Math.min(oldestMs ?? kept.provedMs, kept.provedMs)
    }
    return ageOf(oldestMs)
  }

  function ageOf(timeMs: number | undefined): number | undefined {
    return timeMs === undefined ? undefined : clock.now() - timeMs
  }

  const market: MarketData = {
    async status() {
      const { locked, testnet } = await locks.read()
      const { scopes } = await client.open()
      const clockErrorMs = client.clock.uncertaintyMs() ?? Number.MAX_VALUE
      return { source: sourceOf(client), testnet, locked: [...locked], scopes: [...scopes], clockErrorMs }
    },
    serverTime: () => polled.serverTime(),
    instruments: (currency) => feed.listed(currency),
    async chain(currency) {
      const listed = feed.knownListed(currency)
      if (listed === undefined) {
        // Without a listing it cannot be told whether a chain is whole. It is asked for beside, so that the next is known to be.
        const [chain] = await Promise.all([polled.chain(currency), feed.listed(currency)])
        return chain
      }
      return keptChain(currency, listed) ?? polled.chain(currency)
    },
    async quote(symbol) {
      const parts = parseSymbol(symbol)
      const kept = parts === undefined ? undefined : tickers.get(parts.currency, symbol)
      if (parts === undefined || kept === undefined) return polled.quote(symbol)
      const nowMs = clock.now()
      if (parts.expiryMs <= nowMs || nowMs - kept.provedMs > options.maxQuoteAgeMs) return polled.quote(symbol)
      return { ...optionQuoteOf(kept.ticker, symbol), timestampMs: kept.provedMs }
    },
    async indexPrice(currency) {
      const kept = indices.get(currency)
      if (kept === undefined || clock.now() - kept.timestampMs > options.maxIndexAgeMs)
        return polled.indexPrice(currency)
      return { currency, indexUsd: kept.indexUsd, timestampMs: kept.timestampMs }
    },
    history: (currency, request) => polled.history(currency, request),
    deliveryPrice: (currency, expiryMs) => polled.deliveryPrice(currency, expiryMs),
  }

  const ofEach = (age: (currency: Currency) => number | undefined) => ({ BTC: age('BTC'), ETH: age('ETH') })
  return {
    market,
    ages: () => ({
      chain: ofEach(chainAgeMs),
      index: ofEach((currency) => ageOf(indices.get(currency)?.timestampMs)),
      instruments: ofEach((currency) => ageOf(listing.known(currency)?.askedMs)),
      status: ageOf(locks.askedMs()),
    }),
  }
}
