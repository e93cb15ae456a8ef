import { formatSymbol, type OptionInstrument, type OptionQuote } from '@cc/models'
import type { Market } from '../market.js'
import { createExchange, type ExchangeOptions } from './exchange.js'
import type { Exchange } from './exchange-port.js'
import { isRejection, type OrderWish, type Placed, type Rejection } from './order.js'

export const START_MS = Date.UTC(2026, 0, 2)
export const STEP_MS = 60_000
export const INDEX_USD = 80_000
/** Weekly: Friday, 9 January 2026, 08:00 UTC. */
export const EXPIRY_MS = Date.UTC(2026, 0, 9, 8)

const ONE_BAR = { openMs: [START_MS], open: [INDEX_USD], high: [INDEX_USD], low: [INDEX_USD], close: [INDEX_USD] }

export type Top = {
  bid: number | null
  bidSize: number | null
  ask: number | null
  askSize: number | null
  mark: number
  delta: number | null
  min: number | null
  max: number | null
}

export const USUAL: Top = {
  bid: 0.02,
  bidSize: 1,
  ask: 0.0205,
  askSize: 1,
  mark: 0.0202,
  delta: 0.4,
  min: 0.0001,
  max: 0.5,
}

/** An option as Deribit lists it; a weekly BTC call of 80,000 where nothing else is said. */
export function optionOf(changes: Partial<OptionInstrument> = {}): OptionInstrument {
  const { currency = 'BTC', kind = 'call', strikeUsd = 80_000, expiryMs = EXPIRY_MS } = changes
  return {
    symbol: formatSymbol({ currency, kind, strikeUsd, expiryMs }),
    currency,
    kind,
    strikeUsd,
    expiryMs,
    tickSizeCoin: 0.0001,
    tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
    minSizeCoin: currency === 'BTC' ? 0.1 : 1,
    sizeStepCoin: currency === 'BTC' ? 0.1 : 1,
    makerFeeRate: 0.0003,
    takerFeeRate: 0.0003,
    settlementPeriod: 'week',
    state: 'open',
    ...changes,
  }
}

/** A market that does what the test says: `topAt` gives what differs from {@link USUAL}. */
export function createScriptedMarket({
  options = [optionOf()],
  topAt = () => ({}),
  deliveryUsd = 100_000,
  frozen = false,
}: {
  options?: readonly OptionInstrument[]
  topAt?: (atMs: number, symbol: string) => Partial<Top>
  /** `null`: none is ever known. */
  deliveryUsd?: number | null
  frozen?: boolean
} = {}): Market {
  const listedAt = (atMs: number) => options.filter(({ expiryMs }) => frozen || expiryMs > atMs)
  const stepOf = (atMs: number) => (frozen ? START_MS : Math.floor(atMs / STEP_MS) * STEP_MS)

  function quoteOf({ symbol }: OptionInstrument, atMs: number): OptionQuote {
    const timestampMs = stepOf(atMs)
    const { bid, bidSize, ask, askSize, mark, delta, min, max } = { ...USUAL, ...topAt(timestampMs, symbol) }
    return {
      symbol,
      timestampMs,
      bidPriceCoin: bid,
      bidSizeCoin: bid === null ? null : bidSize,
      askPriceCoin: ask,
      askSizeCoin: ask === null ? null : askSize,
      markPriceCoin: mark,
      markIv: 0.5,
      forwardUsd: INDEX_USD,
      openInterestCoin: null,
      volumeCoin: null,
      indexUsd: INDEX_USD,
      greeks: delta === null ? null : { delta, gamma: 0, vega: 0, theta: 0, rho: 0 },
      minPriceCoin: min,
      maxPriceCoin: max,
    }
  }

  return {
    source: { kind: 'synthetic', description: 'scripted market of a test' },
    currencies: ['BTC', 'ETH'],
    startMs: START_MS,
    frozen,
    stepMs: STEP_MS,
    instruments: (currency, atMs) => listedAt(atMs).filter((option) => option.currency === currency),
    indexUsd: () => INDEX_USD,
    chain: (currency, atMs) =>
      listedAt(atMs)
        .filter((option) => option.currency === currency)
        .map((option) => quoteOf(option, atMs)),
    quote(symbol, atMs) {
      const option = listedAt(atMs).find((each) => each.symbol === symbol)
      return option && quoteOf(option, atMs)
    },
    history: (currency, { kind, resolutionMs }) => ({ kind, currency, resolutionMs, ...structuredClone(ONE_BAR) }),
    deliveryUsd: (_currency, expiryMs, nowMs) => (nowMs < expiryMs ? undefined : (deliveryUsd ?? undefined)),
  }
}

/** An exchange over a scripted market with 2 BTC and 20 ETH. */
export function exchangeOver(
  market: Parameters<typeof createScriptedMarket>[0] = {},
  options: Partial<ExchangeOptions> = {},
): Exchange {
  return createExchange({
    market: createScriptedMarket(market),
    currencies: ['BTC', 'ETH'],
    depositsCoin: { BTC: 2, ETH: 20 },
    ...options,
  })
}

/** A sale of half a coin at the usual bid, and what differs from it. */
export function wishOf(changes: Partial<OrderWish> = {}): OrderWish {
  return {
    symbol: optionOf().symbol,
    side: 'sell',
    sizeCoin: 0.5,
    kind: 'limit',
    priceCoin: 0.02,
    label: 'test',
    timeInForce: 'good_til_cancelled',
    postOnly: false,
    rejectPostOnly: false,
    reduceOnly: false,
    validUntilMs: null,
    ...changes,
  }
}

/** What was taken; throws where it was turned away. */
export function taken<T extends object>(answer: T | Rejection): T {
  if (isRejection(answer)) throw new Error(JSON.stringify(answer))
  return answer
}

/** Places an order that is taken. */
export function place(exchange: Exchange, changes: Partial<OrderWish> = {}): Placed {
  return taken(exchange.place(wishOf(changes)))
}
