import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type ChainQuote, type Currency, formatSymbol, type OptionInstrument } from '@cc/models'
import { option } from './fake-venue.js'

/** One chain of a month of recorded snapshots. */
export type Snapshot = { timeMs: number; instruments: readonly OptionInstrument[]; quotes: readonly ChainQuote[] }

/** Every so many of the snapshots in a month's file of recorded chains, `ts,expiry,strike,cp,bid,ask,mark,iv,…` a row. */
export function readSnapshots(path: string, currency: Currency, every: number): Snapshot[] {
  const bytes = gunzipSync(readFileSync(path))
  const snapshots: Snapshot[] = []
  let [start, seen, seconds] = [bytes.indexOf(10) + 1, 0, '']
  let rows: string[] = []
  // Only rows of a wanted snapshot become strings: the file has some hundred thousand.
  while (start < bytes.length) {
    const found = bytes.indexOf(10, start)
    const end = found === -1 ? bytes.length : found
    const ts = bytes.toString('latin1', start, start + 10)
    if (ts !== seconds) {
      if (rows.length > 0) snapshots.push(snapshotOf(rows, currency))
      rows = []
      seconds = ts
      seen++
    }
    if ((seen - 1) % every === 0) rows.push(bytes.toString('latin1', start, end))
    start = end + 1
  }
  if (rows.length > 0) snapshots.push(snapshotOf(rows, currency))
  return snapshots
}

function snapshotOf(rows: readonly string[], currency: Currency): Snapshot {
  const timeMs = Number(rows[0]?.slice(0, 10)) * 1_000
  const listed = rows.map((row) => {
    const [, date = '', strike, cp, bid, ask, mark, iv, forward, , openInterest, volume] = row.split(',')
    const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)].map(Number) as [
      number,
      number,
      number,
    ]
    const kind = cp === 'C' ? ('call' as const) : ('put' as const)
    const parts = { currency, kind, strikeUsd: Number(strike), expiryMs: Date.UTC(year, month - 1, day, 8) }
    const quote: ChainQuote = {
      symbol: formatSymbol(parts),
      bidPriceCoin: Number(bid) || null,
      askPriceCoin: Number(ask) || null,
      markPriceCoin: Number(mark),
      markIv: Number(iv) / 100 || null,
      forwardUsd: Number(forward),
      openInterestCoin: Number(openInterest),
      volumeCoin: Number(volume),
    }
    return { instrument: option(parts), quote }
  })
  return {
    timeMs,
    instruments: listed.map(({ instrument }) => instrument),
    quotes: listed.map(({ quote }) => quote),
  }
}
