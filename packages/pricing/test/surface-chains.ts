import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type SmileQuote, yearsBetween } from '@cc/pricing'

/** A recorded row: its book, and the volatility that Deribit marked it at. */
type RecordedQuote = SmileQuote & { markIv: number }

/** All options of one currency at one instant. */
export type RecordedChain = {
  atMs: number
  expiries: { expiryMs: number; expiryYears: number; quotes: RecordedQuote[] }[]
}

/** The recorded chain files of a folder, whose names start with a text. */
export function chainFiles(recordings: string, folder: string, start: string): string[] {
  const path = join(recordings, 'data', folder)
  return readdirSync(path)
    .filter((name) => name.startsWith(start) && name.endsWith('.csv.gz'))
    .sort()
    .map((name) => join(path, name))
}

/** Chains of a file, in its order, with the expiries that have time left. */
export function readChains(file: string): RecordedChain[] {
  const chains = new Map<number, RecordedChain>()
  let expiry: RecordedChain['expiries'][number] | undefined
  for (const row of readTable(file)) {
    const atMs = Number(row.ts) * 1000
    const chain = chains.get(atMs) ?? { atMs, expiries: [] }
    chains.set(atMs, chain)
    const expiryMs = Date.parse(`${row.expiry?.slice(0, 4)}-${row.expiry?.slice(4, 6)}-${row.expiry?.slice(6)}T08:00Z`)
    if (expiryMs <= atMs) continue
    expiry = chain.expiries.at(-1)
    if (expiry?.expiryMs !== expiryMs) {
      expiry = { expiryMs, expiryYears: yearsBetween(atMs, expiryMs), quotes: [] }
      chain.expiries.push(expiry)
    }
    expiry.quotes.push({
      forwardUsd: Number(row.fwd),
      strikeUsd: Number(row.strike),
      kind: row.cp === 'C' ? 'call' : 'put',
      bidCoin: priceOf(row.bid),
      askCoin: priceOf(row.ask),
      markIv: Number(row.iv) / 100,
    })
  }
  return [...chains.values()]
}

/** Rows of a table, compressed or not, by the names of its columns. */
export function readTable(file: string): Record<string, string>[] {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const [head = '', ...lines] = text.trim().split(/\r?\n/)
  const names = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i], value])))
}

/** Middle of a list of numbers, the upper of two. */
export function median(values: readonly number[]): number {
  return values.toSorted((first, second) => first - second)[values.length >> 1] ?? Number.NaN
}

function priceOf(text: string | undefined): number | null {
  return text ? Number(text) : null
}
