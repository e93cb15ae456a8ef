import { type Currency, type Greeks, type OptionInstrument, type OptionQuote, parseSymbol } from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'
import { greeksOf, listOption, priceBand } from '../contract-terms.js'
import { malformedMarket, type Place } from './recorded-cell.js'

/** All options of one currency at one recorded moment. */
export type RecordedChain = {
  currency: Currency
  /** The moment, epoch milliseconds. */
  atMs: number
  indexUsd: number
  /** In symbol order. Sizes are assumed: the recordings have none. */
  options: readonly { instrument: OptionInstrument; quote: OptionQuote }[]
}

/** One row of a recording as it stands there, in this project's units. */
export type RecordedRow = {
  /** Row number, for messages. */
  row: number
  symbol: string
  bidPriceCoin: number | null
  askPriceCoin: number | null
  markPriceCoin: number
  markIv: number | null
  forwardUsd: number
  openInterestCoin: number | null
  volumeCoin: number | null
}

/**
 * Makes a chain of checked rows. Each is priced with its own forward; greeks are Black-76 on its mark IV, because
 * recorded ones lag the quotes. Prices off the tick grid are kept as they are.
 *
 * @throws CcError `exchange-sim/malformed-market` for no rows, an unknown, foreign or repeated symbol, an option that
 * had expired, a bid that is not below its ask, and prices that must be in another unit.
 */
export function assembleChain(
  name: string,
  recorded: { currency: Currency; atMs: number; indexUsd: number; rows: readonly RecordedRow[] },
): RecordedChain {
  const { currency, atMs, indexUsd, rows } = recorded
  if (rows.length === 0) throw malformedMarket({ name, field: 'rows' }, [], 'at least one option')
  const seen = new Map<string, number>()
  const options = rows.map((row) => {
    const instrument = instrumentOf(name, row, currency, atMs)
    const earlier = seen.get(row.symbol)
    const place = { name, row: row.row, instrument: row.symbol }
    if (earlier !== undefined)
      throw malformedMarket(place, row.symbol, `each option once, but row ${earlier} is it too`)
    seen.set(row.symbol, row.row)
    requireUncrossed(place, row)
    requireCoin(place, row, instrument)
    requireUsd(place, row, indexUsd)
    return { instrument, quote: quoteOf(instrument, row, atMs, indexUsd) }
  })
  options.sort((a, b) => (a.instrument.symbol < b.instrument.symbol ? -1 : 1))
  return { currency, atMs, indexUsd, options }
}

function instrumentOf(name: string, { row, symbol }: RecordedRow, currency: Currency, atMs: number): OptionInstrument {
  const place = { name, row, instrument: symbol, field: 'instrument_name' }
  const parts = parseSymbol(symbol)
  if (parts === undefined) {
    throw malformedMarket(place, symbol, 'the symbol of an inverse option, such as BTC-27MAR26-100000-C')
  }
  if (parts.currency !== currency) throw malformedMarket(place, symbol, `an option on ${currency}, as the file says`)
  if (parts.expiryMs <= atMs) {
    throw malformedMarket(place, symbol, `an expiry after the recorded moment ${new Date(atMs).toISOString()}`)
  }
  return listOption(parts)
}

function requireUncrossed(place: Place, { bidPriceCoin, askPriceCoin }: RecordedRow): void {
  if (bidPriceCoin !== null && askPriceCoin !== null && bidPriceCoin >= askPriceCoin) {
    throw malformedMarket({ ...place, field: 'bid' }, bidPriceCoin, `a bid below the ask ${askPriceCoin}`)
  }
}

/** A call is worth less than its coin. Asks of one coin, which only keep a side open, do occur. */
function requireCoin(place: Place, row: RecordedRow, { kind }: OptionInstrument): void {
  if (kind === 'put') return
  const { bidPriceCoin: bid, askPriceCoin: ask, markPriceCoin: mark } = row
  for (const [field, priceCoin] of Object.entries({ bid, ask, mark })) {
    if (priceCoin !== null && priceCoin > 1) {
      throw malformedMarket({ ...place, field }, priceCoin, 'the price of a call in coin, at most 1')
    }
  }
}

/** Forwards lay from 0.3 % below to 5 % above the index. */
function requireUsd(place: Place, { forwardUsd }: RecordedRow, indexUsd: number): void {
  const ratio = forwardUsd / indexUsd
  if (ratio >= 0.5 && ratio <= 2) return
  const expected = `a forward in USD within a factor of 2 of the index ${indexUsd}`
  throw malformedMarket({ ...place, field: 'forward' }, forwardUsd, expected)
}

function quoteOf(instrument: OptionInstrument, row: RecordedRow, atMs: number, indexUsd: number): OptionQuote {
  const { currency } = instrument
  const { symbol, bidPriceCoin, askPriceCoin, markPriceCoin, markIv, forwardUsd } = row
  return {
    symbol,
    timestampMs: atMs,
    bidPriceCoin,
    bidSizeCoin: bidPriceCoin === null ? null : ASSUMED_SIZE_COIN[currency],
    askPriceCoin,
    askSizeCoin: askPriceCoin === null ? null : ASSUMED_SIZE_COIN[currency],
    markPriceCoin,
    markIv,
    forwardUsd,
    indexUsd,
    greeks: markIv === null ? null : greeksAt(instrument, { ...row, markIv }, atMs),
    ...priceBand(instrument, row),
    openInterestCoin: row.openInterestCoin,
    volumeCoin: row.volumeCoin,
  }
}

function greeksAt(
  { kind, strikeUsd, expiryMs }: OptionInstrument,
  { forwardUsd, markIv, markPriceCoin }: RecordedRow & { markIv: number },
  atMs: number,
): Greeks {
  const expiryYears = yearsBetween(atMs, expiryMs)
  const value = black76({ forwardUsd, strikeUsd, kind, iv: markIv, expiryYears })
  return greeksOf(value, { forwardUsd, iv: markIv, expiryYears, markPriceCoin })
}

const ASSUMED_SIZE_COIN: Readonly<Record<Currency, number>> = { BTC: 10, ETH: 100 }
