import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChainSnapshot } from '@cc/deribit-client'
import { CURRENCIES, type Currency, parseSymbol } from '@cc/models'
import { replaceFile } from './durable-file.js'
import { dataFolderError, type FetchedRow, guarded, type Series } from './fetched-data.js'

/*
 * The plain format of market data, as a backtest reads it: UTC times in ISO 8601, index in USD, prices and sizes in coin,
 * volatility as a ratio, nothing where there is nothing.
 */

const BARS = 'ts,currency,open,high,low,close'
const HEADERS: Readonly<Record<Series, string>> = { candles: BARS, dvol: BARS, deliveries: 'ts,currency,price' }
const CHAIN_HEADER = 'ts,currency,expiry,strike,cp,bid,ask,mark,iv,fwd,index,oi,vol'

/**
 * Writes `<series>.csv` of all coins, by time, in place of an earlier one and as a whole. Names what it wrote: nothing where
 * there is no row.
 *
 * @throws CcError `agent/data-folder`
 */
export async function writeSeries(
  folder: string,
  series: Series,
  rowsOf: (currency: Currency) => readonly FetchedRow[],
): Promise<string[]> {
  const rows = CURRENCIES.flatMap((currency) => rowsOf(currency).map((row) => ({ currency, row })))
  if (rows.length === 0) return []
  rows.sort((a, b) => (a.row[0] ?? 0) - (b.row[0] ?? 0))
  const lines = rows.map(({ currency, row: [timeMs = Number.NaN, ...values] }) =>
    [timeText(timeMs), currency, ...values].join(','),
  )
  const file = join(folder, `${series}.csv`)
  await replace(folder, file, [HEADERS[series], ...lines])
  return [file]
}

/**
 * Appends a snapshot to the file of its UTC day, `chains-YYYYMMDD.csv`, which is replaced as a whole: no reader finds half
 * a chain. One that the file has already is not written twice, and an option that has expired by then is not written: for
 * some moments after 08:00 the exchange still lists it.
 *
 * @throws CcError `agent/data-folder`, also for a file that has other columns.
 */
export async function appendSnapshot(folder: string, snapshot: ChainSnapshot): Promise<{ file: string; rows: number }> {
  const { currency, timestampMs, indexUsd, quotes } = snapshot
  const ts = timeText(timestampMs)
  const file = join(folder, `chains-${ts.slice(0, 10).replaceAll('-', '')}.csv`)
  const [header = CHAIN_HEADER, ...before] = guarded(folder, () => {
    mkdirSync(folder, { recursive: true })
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
  })
  if (header !== CHAIN_HEADER) throw dataFolderError(`${file} has other columns than ${CHAIN_HEADER}.`, folder)
  const lines = quotes
    .flatMap((quote) => {
      const parts = parseSymbol(quote.symbol)
      return parts === undefined || parts.expiryMs <= timestampMs ? [] : [{ ...quote, ...parts }]
    })
    .sort((a, b) => a.expiryMs - b.expiryMs || a.strikeUsd - b.strikeUsd || (a.kind < b.kind ? -1 : 1))
    .map((quote) =>
      [
        ...[ts, currency, timeText(quote.expiryMs).slice(0, 10), quote.strikeUsd, quote.kind === 'call' ? 'C' : 'P'],
        ...[quote.bidPriceCoin, quote.askPriceCoin, quote.markPriceCoin, quote.markIv, quote.forwardUsd, indexUsd],
        ...[quote.openInterestCoin, quote.volumeCoin],
      ].join(','),
    )
  const isThere = before.some((line) => line.startsWith(`${ts},${currency},`))
  if (!isThere) await replace(folder, file, [CHAIN_HEADER, ...before, ...lines])
  return { file, rows: isThere ? 0 : lines.length }
}

/** `2026-01-02T08:00:00Z`, with milliseconds where there are any. */
function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z')
}

async function replace(folder: string, file: string, lines: readonly string[]): Promise<void> {
  try {
    await replaceFile(file, `${lines.join('\n')}\n`, { synced: true })
  } catch (error) {
    throw dataFolderError(`${file} cannot be written: ${(error as Error).message}.`, folder, error)
  }
}
