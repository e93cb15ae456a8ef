import { type ChainQuote, type OptionInstrument, parseSymbol, type VenueHistory } from '@cc/models'
import { expiryIn, hourly, NOW_MS, option, quoteOf } from '../test/fake-venue.js'
import { type MarketView, viewMarket } from './market-view.js'

export const FORWARD_USD = 90_000
/** Every 2,000 from 50,000 to 150,000. */
export const STRIKES = Array.from({ length: 51 }, (_, i) => 50_000 + 2_000 * i)

/** Both options of each strike of each expiry. */
export function listed(days: readonly number[], strikes: readonly number[] = STRIKES): OptionInstrument[] {
  return days.flatMap((each) =>
    strikes.flatMap((strikeUsd) =>
      (['call', 'put'] as const).map((kind) => option({ kind, strikeUsd, expiryMs: expiryIn(each) })),
    ),
  )
}

/** Their quotes at a volatility that may depend on the option, 2 % beside the mark. */
export function quoted(
  instruments: readonly OptionInstrument[],
  ivOf: (instrument: OptionInstrument) => number = () => 0.5,
): ChainQuote[] {
  return instruments.map((instrument) => quoteOf(instrument, { iv: ivOf(instrument), forwardUsd: FORWARD_USD }))
}

/** A market of those quotes, each changed as a caller wants. */
export function marketOf(
  quotes: readonly ChainQuote[],
  change: (quote: ChainQuote) => Partial<ChainQuote> = () => ({}),
): MarketView {
  const instruments = quotes.map(({ symbol }) => option(parseSymbol(symbol) ?? {}))
  const changed = quotes.map((quote) => ({ ...quote, ...change(quote) }))
  return viewMarket(instruments, { currency: 'BTC', timestampMs: NOW_MS, quotes: changed }, NOW_MS)
}

/** The rows of a history that are kept. */
export function rowsOf(history: VenueHistory, keep: (row: number) => boolean): VenueHistory {
  const kept = (column: Iterable<number>) => [...column].filter((_, row) => keep(row))
  const { openMs, open, high, low, close } = history
  return { ...history, openMs: kept(openMs), open: kept(open), high: kept(high), low: kept(low), close: kept(close) }
}

/** Hourly bars whose calm and stormy days come in waves, so that there is something to forecast from. */
export function wavyBars(days: number, untilMs = NOW_MS): VenueHistory {
  const closes: number[] = []
  let level = Math.log(FORWARD_USD)
  for (let hour = 0; hour <= 24 * days; hour++) {
    const day = hour / 24
    const size = 0.004 * (1.6 + Math.sin(day / 11) + 0.4 * Math.sin(day / 2.3) + 0.15 * Math.sin(day * 7.7))
    level += size * (hour % 2 === 0 ? 1 : -1) * (1 + 0.3 * Math.sin(hour * 1.7))
    closes.push(Math.exp(level))
  }
  const bars = hourly(closes, { untilMs })
  const open = closes.map((close, row) => closes[row - 1] ?? close)
  return {
    ...bars,
    open,
    high: closes.map((close, row) => Math.max(close, open[row] as number) * 1.001),
    low: closes.map((close, row) => Math.min(close, open[row] as number) * 0.999),
  }
}
