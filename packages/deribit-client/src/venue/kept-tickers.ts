import type { Currency } from '@cc/models'
import type { Attachment, Channel, ChannelRegistry } from '../streams/channel.js'
import type { WireTicker } from '../wire/ticker.js'
import { provedMs, type ToldIndex } from './quote-proof.js'

/** A ticker and the latest time of which it is proved to be true, venue ms. */
type ProvedTicker = { readonly ticker: WireTicker; readonly provedMs: number }

/** The tickers of some options, kept from their channels. */
export type KeptTickers = {
  /** Hears these options of a currency, and none of its others any more. */
  follow(currency: Currency, symbols: Iterable<string>): void
  /** `undefined` where nothing was told, or not since it was distrusted. */
  get(currency: Currency, symbol: string): ProvedTicker | undefined
  /** Symbols of a currency that are heard. */
  symbols(currency: Currency): Iterable<string>
  /** How many of all that are heard have not been told yet. */
  awaited(): number
  /** What was true of that time, or earlier, does not count any more; without a symbol: of no option. */
  distrust(symbol: string | undefined, untilMs: number): void
  close(): void
}

export type KeptTickersParts = {
  channelOf(symbol: string): Channel<WireTicker>
  indexOf(currency: Currency): ToldIndex | undefined
  /** How much later than an index a ticker of the same moment may come, ms. */
  lagMs: number
  /** Hears each ticker once it is kept. */
  onTicker(currency: Currency, ticker: WireTicker): void
}

type Kept = {
  attachment: Attachment | undefined
  ticker: WireTicker | undefined
  toldMs: number
  isUnbroken: boolean
  /** The channel has begun anew, and its times with it. */
  beginsAnew: boolean
  /** Only what is of a later time counts, venue ms. */
  afterMs: number
}

/**
 * Keeps the newest ticker of every option that is followed. Each is whole, so that it is worth its own time whatever was
 * missed before it; a loss only ends what its silence would prove.
 */
export function createKeptTickers(
  attach: ChannelRegistry['attach'],
  { channelOf, indexOf, lagMs, onTicker }: KeptTickersParts,
): KeptTickers {
  const kept = new Map<Currency, Map<string, Kept>>()
  const awaited = new Set<Kept>()
  let isClosed = false

  function begin(currency: Currency, symbol: string, own: Kept): void {
    const breakOff = () => {
      own.isUnbroken = false
    }
    own.attachment = attach(channelOf(symbol), {
      onData(ticker) {
        if (ticker.instrument_name !== symbol) return breakOff()
        // One that comes late says less than the one that is kept.
        if (!own.beginsAnew && own.ticker !== undefined && ticker.timestamp < own.ticker.timestamp) return
        own.ticker = ticker
        own.toldMs = Math.max(ticker.timestamp, indexOf(currency)?.timestampMs ?? 0)
        own.isUnbroken = true
        own.beginsAnew = false
        awaited.delete(own)
        onTicker(currency, ticker)
      },
      onBegin() {
        breakOff()
        own.beginsAnew = true
      },
      onPause: breakOff,
      onUnreadable: breakOff,
      onEnd: () => drop(currency, symbol, own),
    })
    // What it rejects with, `onEnd` is told.
    own.attachment.ready.catch(() => {})
  }

  /** Once it is gone, it is followed anew for as long as it is listed. */
  function drop(currency: Currency, symbol: string, own: Kept): void {
    const ofCurrency = kept.get(currency)
    if (ofCurrency?.get(symbol) === own) ofCurrency.delete(symbol)
    awaited.delete(own)
    own.attachment?.detach()
  }

  return {
    follow(currency, symbols) {
      if (isClosed) return
      const ofCurrency = kept.get(currency) ?? new Map<string, Kept>()
      kept.set(currency, ofCurrency)
      const wanted = new Set(symbols)
      for (const [symbol, own] of [...ofCurrency]) if (!wanted.has(symbol)) drop(currency, symbol, own)
      for (const symbol of wanted) {
        if (ofCurrency.has(symbol)) continue
        const own: Kept = {
          attachment: undefined,
          ticker: undefined,
          toldMs: 0,
          isUnbroken: false,
          beginsAnew: true,
          afterMs: -1,
        }
        ofCurrency.set(symbol, own)
        awaited.add(own)
        begin(currency, symbol, own)
      }
    },
    get(currency, symbol) {
      const own = kept.get(currency)?.get(symbol)
      if (own?.ticker === undefined || own.ticker.timestamp <= own.afterMs) return undefined
      const { ticker, toldMs, isUnbroken } = own
      return { ticker, provedMs: provedMs({ ticker, toldMs, isUnbroken }, indexOf(currency), lagMs) }
    },
    symbols: (currency) => kept.get(currency)?.keys() ?? [],
    awaited: () => awaited.size,
    distrust(symbol, untilMs) {
      for (const ofCurrency of kept.values()) {
        for (const own of symbol === undefined ? ofCurrency.values() : [ofCurrency.get(symbol)]) {
          if (own !== undefined) own.afterMs = Math.max(own.afterMs, untilMs)
        }
      }
    },
    close() {
      isClosed = true
      awaited.clear()
      for (const ofCurrency of kept.values()) for (const own of ofCurrency.values()) own.attachment?.detach()
      kept.clear()
    },
  }
}
