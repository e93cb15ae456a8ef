import {
  type Broker,
  type ChainQuote,
  type Clock,
  type Currency,
  type MarketData,
  type OptionInstrument,
  type OptionQuote,
  openApprovedOrder,
  type Venue,
  type VenueHistory,
} from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { createExchange, type Exchange } from './exchange/exchange.js'
import { stepStartMs } from './exchange/liquidity.js'
import { clockBeforeMarket, unknownCurrency, unusedOption } from './failures.js'
import type { Market } from './market.js'
import { type SimOptions, type SimOptionsInput, simOptionsSchema, syntheticOptionsSchema } from './options.js'
import { createSyntheticMarket } from './synthetic/synthetic-market.js'

export type SimVenueDeps = {
  /** Time of the venue. Default: a virtual clock that begins with the market. */
  clock?: Clock
  /** Prices. Default: the synthetic market of `seed` and `startMs`, which are refused beside this. */
  market?: Market
  /**
   * How long a request is under way before it reaches the exchange, in milliseconds of venue time. `method` is the
   * name in the port, `sequence` counts requests from 1. Default: no time.
   */
  delayMs?: (request: { method: string; sequence: number }) => number
}

/**
 * Opens a local exchange in memory, with a funded account. Same options and same calls at the same venue times
 * give the same answers to the last bit.
 *
 * @throws CcError `exchange-sim/unknown-currency` for a coin that the market does not have,
 * `exchange-sim/clock-before-market` for a clock that starts before the market, `exchange-sim/unused-option` for a
 * `seed` or `startMs` beside a market that is handed in.
 */
export function createSimVenue(options: SimOptionsInput = {}, deps: SimVenueDeps = {}): Venue {
  const parsed = simOptionsSchema.parse(options)
  const market = deps.market ?? createSyntheticMarket(syntheticOptionsSchema.parse(parsed))
  if (deps.market !== undefined) requireUnset(parsed, ['seed', 'startMs'])
  const clock = deps.clock ?? createVirtualClock({ startMs: market.startMs })
  requireStarted(clock, market)
  const currencies = parsed.currencies ?? market.currencies
  requireCurrencies(currencies, market)

  const exchange = createExchange({ market, currencies, depositsCoin: parsed.depositsCoin })
  let sequence = 0

  /** Every request passes here: it takes its time, and finds an exchange that has reached the present. */
  async function arrive(method: string): Promise<number> {
    sequence += 1
    const delayMs = deps.delayMs?.({ method, sequence }) ?? 0
    if (delayMs > 0) await clock.sleep(delayMs)
    const nowMs = clock.now()
    exchange.advanceTo(nowMs)
    return nowMs
  }

  return { market: marketData(market, { exchange, currencies, arrive }), broker: broker(exchange, arrive), clock }
}

/** Resolves with the time at which a request reaches the exchange. */
type Arrive = (method: string) => Promise<number>

function marketData(
  market: Market,
  { exchange, currencies, arrive }: { exchange: Exchange; currencies: readonly Currency[]; arrive: Arrive },
): MarketData {
  function requireListed(currency: Currency): void {
    if (!currencies.includes(currency)) throw unknownCurrency(currency, currencies)
  }

  return {
    async status() {
      await arrive('status')
      return { source: { ...market.source }, testnet: true, locked: [], scopes: [] }
    },
    serverTime: () => arrive('serverTime'),
    async instruments(currency) {
      requireListed(currency)
      const nowMs = await arrive('instruments')
      return market.instruments(currency, nowMs).map(copyInstrument)
    },
    async chain(currency) {
      const nowMs = await arrive('chain')
      return {
        currency,
        timestampMs: stepStartMs(market, nowMs),
        quotes: exchange.chain(currency).map(chainQuoteOf),
      }
    },
    async quote(symbol) {
      await arrive('quote')
      return copyQuote(exchange.quote(symbol))
    },
    async indexPrice(currency) {
      requireListed(currency)
      const nowMs = await arrive('indexPrice')
      return { currency, indexUsd: market.indexUsd(currency, nowMs), timestampMs: stepStartMs(market, nowMs) }
    },
    async history(currency, request) {
      requireListed(currency)
      const nowMs = await arrive('history')
      return copyHistory(market.history(currency, { ...request, nowMs }))
    },
    async deliveryPrice(currency, expiryMs) {
      requireListed(currency)
      const nowMs = await arrive('deliveryPrice')
      return market.deliveryUsd(currency, expiryMs, nowMs)
    },
  }
}

function broker(exchange: Exchange, arrive: Arrive): Broker {
  return {
    async account(currency) {
      await arrive('account')
      return exchange.account(currency)
    },
    async margins(request) {
      await arrive('margins')
      return exchange.margins(request)
    },
    async place(order) {
      const terms = openApprovedOrder(order)
      await arrive('place')
      return exchange.place(terms)
    },
    async order(orderId) {
      await arrive('order')
      return exchange.order(orderId)
    },
    async findByLabel(currency, label) {
      const answeredAtMs = await arrive('findByLabel')
      return { orders: exchange.findByLabel(currency, label), answeredAtMs }
    },
    async cancel(orderId) {
      await arrive('cancel')
      return exchange.cancel(orderId)
    },
    async fills(currency, span) {
      await arrive('fills')
      return exchange.fills(currency, span)
    },
    async ledger(currency, span) {
      await arrive('ledger')
      return exchange.ledger(currency, span)
    },
  }
}

/** What would be ignored is refused: it was meant to change something. */
function requireUnset(options: SimOptions, fields: readonly (keyof SimOptions)[]): void {
  for (const field of fields) {
    if (options[field] !== undefined) throw unusedOption(field, options[field])
  }
}

function requireStarted(clock: Clock, { startMs }: Market): void {
  if (clock.now() < startMs) throw clockBeforeMarket(clock.now(), startMs)
}

function requireCurrencies(currencies: readonly Currency[], market: Market): void {
  for (const currency of currencies) {
    if (!market.currencies.includes(currency)) throw unknownCurrency(currency, market.currencies)
  }
}

/** A chain shows no sizes, no greeks and no band. */
function chainQuoteOf(quote: OptionQuote): ChainQuote {
  return {
    symbol: quote.symbol,
    bidPriceCoin: quote.bidPriceCoin,
    askPriceCoin: quote.askPriceCoin,
    markPriceCoin: quote.markPriceCoin,
    markIv: quote.markIv,
    forwardUsd: quote.forwardUsd,
    openInterestCoin: quote.openInterestCoin,
    volumeCoin: quote.volumeCoin,
  }
}

function copyQuote(quote: OptionQuote): OptionQuote {
  return { ...quote, greeks: quote.greeks === null ? null : { ...quote.greeks } }
}

function copyInstrument(instrument: OptionInstrument): OptionInstrument {
  return { ...instrument, tickSteps: instrument.tickSteps.map((step) => ({ ...step })) }
}

function copyHistory(history: VenueHistory): VenueHistory {
  const { openMs, open, high, low, close } = history
  return { ...history, openMs: [...openMs], open: [...open], high: [...high], low: [...low], close: [...close] }
}
