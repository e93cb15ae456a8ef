import type { Currency } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import { marketBars } from '../methods/bars.js'
import { estimatedDeliveryUsd } from '../methods/market-reads.js'
import { createTimedText } from '../timed-text.js'
import { indexNameOf } from '../wire/instrument.js'
import { percentOf, rounded } from '../wire/rounding.js'
import type { IndexChannelKind } from './channel-name.js'
import type { Feed } from './feed.js'
import { secondFeed, stateFeed } from './feed-kinds.js'

/** What is published of the index of a currency. */
export function indexFeed(exchange: Exchange, currency: Currency, kind: IndexChannelKind): Feed {
  switch (kind) {
    case 'index':
      return secondFeed(() => [JSON.stringify(indexNow(exchange, currency))])
    case 'volatility-index':
      return secondFeed(() => volatilityNow(exchange, currency).map((each) => JSON.stringify(each)))
    case 'expiration-price':
      return secondFeed(() => expirationNow(exchange, currency).map((each) => JSON.stringify(each)))
    case 'mark-prices':
      return markPricesFeed(exchange, currency)
  }
}

/** `platform_state`: of each index that nothing is locked, over and over as Deribit says it. */
export function platformStateFeed(exchange: Exchange): Feed {
  const texts = exchange.currencies.map((currency) =>
    JSON.stringify({ price_index: indexNameOf(currency), locked: false, reasons: [] }),
  )
  return secondFeed(() => texts)
}

/** `perpetual`: what a perpetual costs to hold, which is nothing here. */
export function perpetualFeed(exchange: Exchange, currency: Currency, gapMs: number): Feed {
  return secondFeed(() => {
    const timestamp = exchange.nowMs()
    return [JSON.stringify({ interest: 0, timestamp, index_price: exchange.market.indexUsd(currency, timestamp) })]
  }, gapMs)
}

function indexNow(exchange: Exchange, currency: Currency): object {
  const timestamp = exchange.nowMs()
  return { index_name: indexNameOf(currency), price: exchange.market.indexUsd(currency, timestamp), timestamp }
}

/** In percent points. Nothing where the market has no history. */
function volatilityNow(exchange: Exchange, currency: Currency): readonly object[] {
  const timestamp = exchange.nowMs()
  const { stepMs } = exchange.market
  const bars = marketBars(exchange, currency, {
    kind: 'dvol',
    resolutionMs: stepMs,
    fromMs: timestamp - 2 * stepMs,
    toMs: timestamp,
  })
  const last = bars.at(-1)
  return last === undefined ? [] : [{ volatility: percentOf(last.close), timestamp, index_name: indexNameOf(currency) }]
}

/** Of the next expiry; nothing where none is listed. */
function expirationNow(exchange: Exchange, currency: Currency): readonly object[] {
  const nowMs = exchange.nowMs()
  const expiryMs = exchange.instruments(currency).reduce((least, each) => Math.min(least, each.expiryMs), Infinity)
  if (expiryMs === Infinity) return []
  const leftMs = Math.max(0, expiryMs - nowMs)
  return [
    {
      price: estimatedDeliveryUsd(exchange, currency, expiryMs),
      seconds: Math.floor(leftMs / 1_000),
      is_estimated: !exchange.market.frozen && leftMs <= ESTIMATE_MS,
    },
  ]
}

/** `markprice.options`: the marks of all options. The volatility is a fraction here, and nowhere else. */
function markPricesFeed(exchange: Exchange, currency: Currency): Feed {
  let written: { step: number; textAt: (nowMs: number) => string } | undefined
  return stateFeed({
    gapMs: 0,
    hearsMarket: true,
    repeats: true,
    textNow() {
      // Marks and listings change with the step alone.
      const nowMs = exchange.nowMs()
      const step = exchange.market.frozen ? 0 : Math.floor(nowMs / exchange.market.stepMs)
      if (written?.step !== step) written = { step, textAt: createTimedText(rowsAt(nowMs), nowMs) }
      return written.textAt(nowMs)
    },
  })

  function rowsAt(timestamp: number): readonly object[] {
    return exchange.chain(currency).map(({ symbol, markPriceCoin, markIv }) => ({
      timestamp,
      instrument_name: symbol,
      mark_price: rounded(markPriceCoin, 4),
      ...(markIv === null ? {} : { iv: rounded(markIv, 4) }),
    }))
  }
}

/** The price is the mean of the last half hour, as far as that has come. */
const ESTIMATE_MS = 1_800_000
