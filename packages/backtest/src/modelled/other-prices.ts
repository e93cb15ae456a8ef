import type { Market } from '@cc/exchange-sim'
import type { Currency, NumberColumn, OptionQuote, VenueHistory } from '@cc/models'
import { createRandom } from '../env/seeding.js'

/**
 * The same market up to a moment, and with other prices after it: index, quotes, bars and deliveries of later times are
 * multiplied by factors that the seed draws for each hour. What is listed stays.
 */
export function otherPricesAfter(market: Market, { atMs, seed }: { atMs: number; seed: number }): Market {
  const factors = new Map<number, Factors>()

  function factorsAt(timeMs: number): Factors {
    const hour = Math.floor(timeMs / HOUR_MS)
    let known = factors.get(hour)
    if (known === undefined) {
      const random = createRandom(seed + hour)
      const draw = () => (random.uniform() < 0.5 ? -1 : 1) * (0.05 + 0.25 * random.uniform()) + 1
      known = { index: draw(), price: draw(), iv: draw() }
      factors.set(hour, known)
    }
    return known
  }

  function quoteAt(quote: OptionQuote, timeMs: number): OptionQuote {
    const { index, price, iv } = factorsAt(timeMs)
    const { bidPriceCoin, askPriceCoin, markIv } = quote
    return {
      ...quote,
      bidPriceCoin: bidPriceCoin === null ? null : bidPriceCoin * price,
      askPriceCoin: askPriceCoin === null ? null : askPriceCoin * price,
      markPriceCoin: quote.markPriceCoin * price,
      markIv: markIv === null ? null : markIv * iv,
      forwardUsd: quote.forwardUsd * index,
      indexUsd: quote.indexUsd * index,
    }
  }

  function historyAt(bars: VenueHistory): VenueHistory {
    const byTime = (values: NumberColumn) =>
      Array.from(values, (value, row) => {
        const closeMs = (bars.openMs[row] as number) + bars.resolutionMs
        return closeMs <= atMs ? value : value * factorsAt(closeMs).index
      })
    return {
      ...bars,
      open: byTime(bars.open),
      high: byTime(bars.high),
      low: byTime(bars.low),
      close: byTime(bars.close),
    }
  }

  const { source, currencies, startMs, frozen, stepMs, steps } = market
  return {
    ...{ source, currencies, startMs, frozen, stepMs },
    ...(steps === undefined ? {} : { steps }),
    instruments: (currency, timeMs) => market.instruments(currency, timeMs),
    indexUsd(currency: Currency, timeMs: number) {
      const indexUsd = market.indexUsd(currency, timeMs)
      return timeMs <= atMs ? indexUsd : indexUsd * factorsAt(timeMs).index
    },
    chain(currency, timeMs) {
      const quotes = market.chain(currency, timeMs)
      return timeMs <= atMs ? quotes : quotes.map((quote) => quoteAt(quote, timeMs))
    },
    quote(symbol, timeMs) {
      const quote = market.quote(symbol, timeMs)
      return timeMs <= atMs ? quote : quote && quoteAt(quote, timeMs)
    },
    history(currency, request) {
      const bars = market.history(currency, request)
      return request.nowMs <= atMs ? bars : historyAt(bars)
    },
    deliveryUsd(currency, expiryMs, nowMs) {
      const usd = market.deliveryUsd(currency, expiryMs, nowMs)
      return expiryMs <= atMs ? usd : usd && usd * factorsAt(expiryMs).index
    },
  }
}

type Factors = { index: number; price: number; iv: number }

const HOUR_MS = 3_600_000
