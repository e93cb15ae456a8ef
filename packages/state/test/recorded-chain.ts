import { readFileSync } from 'node:fs'
import { type Currency, parseSymbol } from '@cc/models'
import { account, dailyDvol, hourly, option, type World } from './fake-venue.js'

type Row = {
  instrument_name: string
  underlying: number
  bid_price: number | null
  ask_price: number | null
  mark_price: number
  implied_volatility: number
  delta: number
  open_interest: number
  volume: number
  index_price: number
}

/** One recorded chain of the real exchange as a world without history, and the deltas that Deribit published. */
export function readRecordedChain(path: string): {
  world: World
  timeMs: number
  publishedDeltas: ReadonlyMap<string, number>
} {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { collected_at: string; currency: Currency; rows: Row[] }
  const instruments = file.rows.flatMap(({ instrument_name }) => {
    const parts = parseSymbol(instrument_name)
    return parts === undefined ? [] : [option(parts)]
  })
  const quotes = file.rows.map((row) => ({
    symbol: row.instrument_name,
    bidPriceCoin: row.bid_price || null,
    askPriceCoin: row.ask_price || null,
    markPriceCoin: row.mark_price,
    markIv: row.implied_volatility || null,
    forwardUsd: row.underlying,
    openInterestCoin: row.open_interest,
    volumeCoin: row.volume,
  }))
  return {
    timeMs: new Date(file.collected_at).getTime(),
    publishedDeltas: new Map(file.rows.map((row) => [row.instrument_name, row.delta])),
    world: {
      instruments,
      quotes,
      account: account({ currency: file.currency }),
      indexUsd: file.rows[0]?.index_price ?? Number.NaN,
      candles: hourly([]),
      dvol: hourly([], { kind: 'dvol' }),
      dvolDays: dailyDvol([]),
    },
  }
}
