import type { Exchange } from '../../exchange/exchange-port.js'
import { findListed, type Listed } from '../methods/listing.js'
import { indexNameOf } from '../wire/instrument.js'
import {
  changesFeed,
  emptyPortfolioText,
  ordersFeed,
  portfolioFeed,
  portfoliosFeed,
  tradesFeed,
} from './activity-feeds.js'
import { bookFeed, bookWindowFeed } from './book-feeds.js'
import type { BookFilter, ChannelName } from './channel-name.js'
import { chartFeed } from './chart-feeds.js'
import type { Feed } from './feed.js'
import { gapMsOf, onceFeed } from './feed-kinds.js'
import { indexFeed, perpetualFeed, platformStateFeed } from './index-feeds.js'
import { instrumentCreationFeed, instrumentStateFeed } from './listing-feeds.js'
import { createTickers, incrementalTickerFeed, quoteFeed, tickerFeed } from './ticker-feeds.js'

/** What every channel says. */
export type Feeds = {
  /** `undefined` for a channel of what is not listed here. */
  feedOf(channel: ChannelName): (() => Feed) | undefined
  onTime(moved: { market: boolean }): void
  onBook(symbol: string): void
}

export function createFeeds(exchange: Exchange): Feeds {
  const tickers = createTickers(exchange)
  const parts = { exchange, tickers }

  function feedOf(channel: ChannelName): (() => Feed) | undefined {
    switch (channel.kind) {
      case 'ticker':
        return ofBook(channel.instrumentName, () => tickerFeed({ ...parts, ...channel }, gapMsOf(channel.interval)))
      case 'incremental-ticker':
        return ofBook(channel.instrumentName, () => incrementalTickerFeed({ ...parts, ...channel }))
      case 'quote':
        return ofBook(channel.instrumentName, () => quoteFeed({ ...parts, ...channel }))
      case 'book':
        return ofBook(channel.instrumentName, () =>
          bookFeed(exchange, channel.instrumentName, gapMsOf(channel.interval)),
        )
      case 'book-window':
        return ofBook(channel.instrumentName, () =>
          bookWindowFeed(exchange, { ...channel, gapMs: gapMsOf(channel.interval) }),
        )
      case 'perpetual':
        return ofBook(channel.instrumentName, (listed) =>
          listed.kind === 'future' && listed.future.expiryMs === null
            ? perpetualFeed(exchange, listed.currency, gapMsOf(channel.interval))
            : onceFeed(),
        )
      case 'chart':
        return ofBook(channel.instrumentName, (listed) => chartFeed(exchange, listed, channel.resolutionMs))
      case 'mark-prices':
      case 'index':
      case 'volatility-index':
      case 'expiration-price': {
        const { kind } = channel
        const currency = currencyOf(channel.indexName)
        return currency && (() => indexFeed(exchange, currency, kind))
      }
      case 'instrument-state':
        return () => instrumentStateFeed(exchange, channel.of)
      case 'instrument-creation':
        return () => instrumentCreationFeed(exchange, channel.of)
      case 'platform-state':
        return () => platformStateFeed(exchange)
      case 'public-methods-state':
        return () => onceFeed([PUBLIC_METHODS_TEXT])
      case 'announcements':
        return () => onceFeed()
      case 'trades':
        return ofBooks(channel.of, () => tradesFeed(exchange, channel, 'public'))
      case 'user-orders':
        return ofBooks(channel.of, () => ordersFeed(channel))
      case 'user-trades':
        return ofBooks(channel.of, () => tradesFeed(exchange, channel, 'own'))
      case 'user-changes':
        return ofBooks(channel.of, () => changesFeed(exchange, channel))
      case 'user-portfolio':
        return () => portfolio(channel.currency)
      case 'user-silent':
        if (channel.indexName !== undefined) return currencyOf(channel.indexName) && (() => onceFeed())
        return channel.of === undefined ? () => onceFeed() : ofBooks(channel.of, () => onceFeed())
    }
  }

  function ofBook(instrumentName: string, make: (listed: Listed) => Feed): (() => Feed) | undefined {
    const listed = findListed(exchange, instrumentName)
    if (listed === undefined) return undefined
    const { state } = listed.kind === 'option' ? listed.instrument : listed.future
    return state === 'archivized' ? undefined : () => make(listed)
  }

  function ofBooks(of: BookFilter, make: () => Feed): (() => Feed) | undefined {
    return of.instrumentName === undefined ? make : ofBook(of.instrumentName, make)
  }

  function currencyOf(indexName: string) {
    return exchange.currencies.find((each) => indexNameOf(each) === indexName)
  }

  function portfolio(word: string): Feed {
    if (word === 'any') return portfoliosFeed(exchange)
    const currency = exchange.currencies.find((each) => each === word)
    return currency === undefined ? onceFeed([emptyPortfolioText(word)]) : portfolioFeed(exchange, currency)
  }

  return { feedOf, onTime: tickers.onTime, onBook: tickers.onBook }
}

const PUBLIC_METHODS_TEXT = JSON.stringify({ allow_unauthenticated_public_requests: true })
