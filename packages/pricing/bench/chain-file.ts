import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { PriceChainInput } from '@cc/pricing'
import { yearsBetween } from '@cc/pricing'

const recordings = new URL('../../../../shared/fixtures/chains/', import.meta.url)
const recorded = ['BTC_20260226T094105Z.json', 'ETH_20260226T094105Z.json'].map((name) => new URL(name, recordings))

type Quote = {
  underlying: number
  strike: number
  expiry_datetime: string
  timestamp: string
  implied_volatility: number
  option_type: string
}

/** The recorded BTC and ETH chains in file order, or a grid of strikes and expiries where they are absent. */
export function benchChain(): { name: string; chain: PriceChainInput } {
  if (!recorded.every((url) => existsSync(url))) return { name: 'grid', chain: columnsOf(grid()) }
  const quotes: Quote[] = recorded.flatMap((url) => JSON.parse(readFileSync(url, 'utf8')).rows)
  const rows = quotes.map((quote) => ({
    forwardUsd: quote.underlying,
    strikeUsd: quote.strike,
    expiryYears: yearsBetween(Date.parse(quote.timestamp), Date.parse(quote.expiry_datetime)),
    iv: quote.implied_volatility,
    kind: quote.option_type,
  }))
  return { name: 'recorded', chain: columnsOf(rows.filter(({ iv, expiryYears }) => iv > 0 && expiryYears > 0)) }
}

type Row = { forwardUsd: number; strikeUsd: number; expiryYears: number; iv: number; kind: string }

export function columnsOf(rows: readonly Row[]): PriceChainInput {
  return {
    forwardUsd: Float64Array.from(rows, (row) => row.forwardUsd),
    strikeUsd: Float64Array.from(rows, (row) => row.strikeUsd),
    expiryYears: Float64Array.from(rows, (row) => row.expiryYears),
    iv: Float64Array.from(rows, (row) => row.iv),
    isCall: Uint8Array.from(rows, (row) => (row.kind === 'call' ? 1 : 0)),
  }
}

/** As `plain-black76.c` reads it. */
export function writeChain(path: string, { forwardUsd, strikeUsd, expiryYears, iv, isCall }: PriceChainInput): void {
  const columns = [BigInt64Array.of(BigInt(isCall.length)), forwardUsd, strikeUsd, expiryYears, iv, isCall]
  writeFileSync(path, Buffer.concat(columns.map((column) => Buffer.from(column.buffer))))
}

function grid(): Row[] {
  return [1, 2, 7, 14, 30, 60, 90, 180, 270].flatMap((days) =>
    Array.from({ length: 200 }, (_, i) => ({
      forwardUsd: 60_000 + 10 * days,
      strikeUsd: 30_000 + 900 * Math.floor(i / 4),
      expiryYears: days / 365,
      iv: 0.4 + 0.002 * Math.abs(i - 100),
      kind: i % 2 === 0 ? 'call' : 'put',
    })),
  )
}
