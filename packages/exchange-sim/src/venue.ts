import type { Clock, Currency, MarketData, OptionInstrument, OptionQuote, Venue } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { type Arrive, createBroker } from './broker.js'
import { stepStartMs } from './exchange/books.js'
import { createExchange } from './exchange/exchange.js'
import type { Exchange } from './exchange/exchange-port.js'
import { unknownCurrency, unusedOption } from './failures.js'
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
  const currencies = parsed.currencies ?? market.currencies
  requireCurrencies(currencies, market)

  const { depositsCoin, fills } = parsed
  // A cycle of simulated time falls on the dot of 08:00 every day, where one of real time hardly ever does.
  const exchange = createExchange({
    market,
    currencies,
    depositsCoin,
    openedMs: clock.now(),
    settlementPauseMs: 0,
    fills,
  })
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

  return { market: marketData(market, { exchange, currencies, arrive }), broker: createBroker(exchange, arrive), clock }
}

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
      return { source: { ...market.source }, testnet: true, locked: [], scopes: [], clockErrorMs: 0 }
    },
    serverTime: () => arrive('serverTime'),
    async instruments(currency) {
      await arrive('instruments')
      return frozenCopies(exchange.instruments(currency))
    },
    async chain(currency) {
      const nowMs = await arrive('chain')
      return {
        currency,
        timestampMs: stepStartMs(market, nowMs, currency),
        quotes: exchange.chainRows(currency),
      }
    },
    async quote(symbol) {
      await arrive('quote')
      return copyQuote(exchange.quote(symbol))
    },
    async indexPrice(currency) {
      requireListed(currency)
      const nowMs = await arrive('indexPrice')
      return { currency, indexUsd: market.indexUsd(currency, nowMs), timestampMs: stepStartMs(market, nowMs, currency) }
    },
    async history(currency, request) {
      requireListed(currency)
      const nowMs = await arrive('history')
      return market.history(currency, { ...request, nowMs })
    },
    async deliveryPrice(currency, expiryMs) {
      requireListed(currency)
      const nowMs = await arrive('deliveryPrice')
      return market.deliveryUsd(currency, expiryMs, nowMs)
    },
  }
}

/** What would be ignored is refused: it was meant to change something. */
function requireUnset(options: SimOptions, fields: readonly (keyof SimOptions)[]): void {
  for (const field of fields) {
    if (options[field] !== undefined) throw unusedOption(field, options[field])
  }
}

function requireCurrencies(currencies: readonly Currency[], market: Market): void {
  for (const currency of currencies) {
    if (!market.currencies.includes(currency)) throw unknownCurrency(currency, market.currencies)
  }
}

function copyQuote(quote: OptionQuote): OptionQuote {
  return { ...quote, greeks: quote.greeks === null ? null : { ...quote.greeks } }
}

/** Listings stay for a day and are asked for every hour: one frozen copy of each serves everybody. */
function frozenCopies(instruments: readonly OptionInstrument[]): readonly OptionInstrument[] {
  let copies = FROZEN.get(instruments)
  if (copies === undefined) {
    copies = Object.freeze(instruments.map(frozenCopy))
    FROZEN.set(instruments, copies)
  }
  return copies
}

const FROZEN = new WeakMap<readonly OptionInstrument[], readonly OptionInstrument[]>()

/** The very one where nobody can change it. */
function frozenCopy(instrument: OptionInstrument): OptionInstrument {
  const isFixed = Object.isFrozen(instrument) && Object.isFrozen(instrument.tickSteps)
  if (isFixed && instrument.tickSteps.every((step) => Object.isFrozen(step))) return instrument
  const tickSteps = Object.freeze(instrument.tickSteps.map((step) => Object.freeze({ ...step })))
  return Object.freeze({ ...instrument, tickSteps })
}
