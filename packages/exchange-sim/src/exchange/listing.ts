import { type BookState, type Currency, type OptionInstrument, parseSymbol } from '@cc/models'
import { DAY_MS } from '../contract-terms.js'
import type { Market } from '../market.js'
import { lastSettlementMs, nextSettlementMs } from './session.js'

/** Which options there are and were, and the state that their books are in. */
export type Listing = {
  /** As the market lists it; `undefined` for what is not listed at that time. */
  listed(symbol: string, atMs: number): OptionInstrument | undefined
  /** In symbol order, with the state of that time. */
  instruments(currency: Currency, atMs: number): readonly OptionInstrument[]
  /** Expired since the exchange opened, oldest first, `delivered` or after a day `archivized`. */
  expired(currency: Currency, atMs: number): readonly OptionInstrument[]
  /** Listed or expired, with its state. */
  find(symbol: string, atMs: number): OptionInstrument | undefined
  /** The next expiry on the list; `undefined` for an empty one. */
  nearestExpiryMs(currency: Currency, atMs: number): number | undefined
  /** Mark at the last settlement; `null` where it was not listed before that, or the market was not open. */
  settlementPriceCoin(symbol: string, atMs: number): number | null
  /** Whether trading rests after the settlement of 08:00 UTC. */
  isPaused(atMs: number): boolean
}

type Index = { bySymbol: ReadonlyMap<string, OptionInstrument>; nearestExpiryMs: number | undefined }

/** Of each list that a market gave, whatever exchange stands on it: the runs of a sweep go through the same days. */
const indexes = new WeakMap<readonly OptionInstrument[], Index>()

function indexOf(instruments: readonly OptionInstrument[]): Index {
  let index = indexes.get(instruments)
  if (index === undefined) {
    const bySymbol = new Map<string, OptionInstrument>()
    let nearestExpiryMs: number | undefined
    for (const instrument of instruments) {
      bySymbol.set(instrument.symbol, instrument)
      nearestExpiryMs = Math.min(nearestExpiryMs ?? instrument.expiryMs, instrument.expiryMs)
    }
    index = { bySymbol, nearestExpiryMs }
    indexes.set(instruments, index)
  }
  return index
}

export function createListing(
  market: Market,
  exchange: { currencies: readonly Currency[]; openedMs: number; pauseMs: number },
): Listing {
  const { currencies, openedMs, pauseMs } = exchange
  const gone = new Map<Currency, { untilMs: number; bySymbol: Map<string, OptionInstrument> }>()
  let settled = { atMs: 0, marks: new Map<string, number | null>() }

  const indexAt = (currency: Currency, atMs: number) => indexOf(market.instruments(currency, atMs))

  function listed(symbol: string, atMs: number): OptionInstrument | undefined {
    const currency = currencyOf(symbol)
    return currency && indexAt(currency, atMs).bySymbol.get(symbol)
  }

  function currencyOf(symbol: string): Currency | undefined {
    const currency = parseSymbol(symbol)?.currency
    return currency !== undefined && currencies.includes(currency) ? currency : undefined
  }

  function isPaused(atMs: number): boolean {
    const settlementMs = lastSettlementMs(atMs)
    return !market.frozen && settlementMs > openedMs && atMs - settlementMs < pauseMs
  }

  /** Those that have expired so far: each settlement is looked at once. */
  function expiredBySymbol(currency: Currency, atMs: number): ReadonlyMap<string, OptionInstrument> {
    const past = gone.get(currency) ?? { untilMs: openedMs, bySymbol: new Map<string, OptionInstrument>() }
    gone.set(currency, past)
    for (let expiryMs = nextSettlementMs(past.untilMs); expiryMs <= atMs; expiryMs = nextSettlementMs(expiryMs)) {
      for (const instrument of market.instruments(currency, expiryMs - 1)) {
        if (instrument.expiryMs === expiryMs) past.bySymbol.set(instrument.symbol, instrument)
      }
      past.untilMs = expiryMs
    }
    return past.bySymbol
  }

  function stateOf({ state, expiryMs }: OptionInstrument, atMs: number): BookState {
    if (!market.frozen && expiryMs <= atMs) return atMs - expiryMs < DAY_MS ? 'delivered' : 'archivized'
    return state === 'open' && isPaused(atMs) ? 'settlement' : state
  }

  function inState(instrument: OptionInstrument, atMs: number): OptionInstrument {
    const state = stateOf(instrument, atMs)
    return state === instrument.state ? instrument : { ...instrument, state }
  }

  return {
    listed,
    isPaused,
    instruments(currency, atMs) {
      const instruments = market.instruments(currency, atMs)
      return isPaused(atMs) ? instruments.map((instrument) => inState(instrument, atMs)) : instruments
    },
    expired(currency, atMs) {
      if (market.frozen) return []
      return [...expiredBySymbol(currency, atMs).values()].map((instrument) => inState(instrument, atMs))
    },
    find(symbol, atMs) {
      const currency = currencyOf(symbol)
      if (currency === undefined) return undefined
      const instrument =
        listed(symbol, atMs) ?? (market.frozen ? undefined : expiredBySymbol(currency, atMs).get(symbol))
      return instrument && inState(instrument, atMs)
    },
    nearestExpiryMs: (currency, atMs) => indexAt(currency, atMs).nearestExpiryMs,
    settlementPriceCoin(symbol, atMs) {
      const settlementMs = lastSettlementMs(atMs)
      if (market.frozen || settlementMs <= market.startMs) return null
      if (settled.atMs !== settlementMs) settled = { atMs: settlementMs, marks: new Map() }
      let markCoin = settled.marks.get(symbol)
      if (markCoin === undefined) {
        // What is listed at 08:00 begins after that settlement.
        const wasOpen = listed(symbol, settlementMs - 1) !== undefined
        markCoin = wasOpen ? (market.quote(symbol, settlementMs)?.markPriceCoin ?? null) : null
        settled.marks.set(symbol, markCoin)
      }
      return markCoin
    },
  }
}
