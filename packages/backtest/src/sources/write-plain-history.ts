import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { CcError, type VenueHistory } from '@cc/models'
import type { ChainColumns } from '../history/chain-columns.js'
import type { History } from '../history/history.js'
import { timeText } from './plain-cells.js'
import { isBeside } from './plain-series.js'
import { listFolder, PLAIN_CHAINS } from './quote-format.js'

/**
 * Writes a recorded history in the plain format, from which `openPlainHistory` makes the same columns: `chains-YYYY-MM.csv` for
 * each month, `candles.csv`, `dvol.csv` and `deliveries.csv`, with all that the history has, whether or not it is after the
 * last snapshot. A delivery price that the candles tell is left to them, so that whoever reads them is told. A file appears whole or not at all; earlier ones of these names are replaced. Names what it wrote.
 *
 * @throws CcError `backtest/no-quotes` for a modelled history, which has none to write; `backtest/other-history` for a folder
 * with files that would be read as a part of this one; recovery `halt`; the error of the disk.
 */
export function writePlainHistory(history: History, folder: string): readonly string[] {
  const chains = [...history.chains.values()]
  if (chains.length === 0) {
    throw new CcError(`The history has no stored quotes: it is ${history.card.kind}.`, {
      code: 'backtest/no-quotes',
      recovery: 'halt',
      facts: { kind: history.card.kind },
    })
  }
  mkdirSync(folder, { recursive: true })
  const files = new Map<string, Iterable<string>>()
  const months = new Set([...history.timesMs].map(monthOf))
  for (const month of months) files.set(`chains-${month}.csv`, chainLines(chains, month))
  files.set('candles.csv', barLines(history, 'candles'))
  files.set('dvol.csv', barLines(history, 'dvol'))
  files.set('deliveries.csv', deliveryLines(history, chains))
  requireNoOther(folder, [...files.keys()])
  for (const [name, lines] of files) writeLines(join(folder, name), lines)
  return [...files.keys()]
}

const CHAIN_HEADER = 'ts,currency,expiry,strike,cp,bid,ask,mark,iv,fwd,index,bid_size,ask_size,oi,vol'
const BAR_HEADER = 'ts,currency,open,high,low,close'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PIECE_CHARACTERS = 1_000_000
const ALL = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY, nowMs: Number.POSITIVE_INFINITY }

/** The snapshots of a month: coin after coin, each in time. */
function* chainLines(chains: readonly ChainColumns[], month: string): Generator<string> {
  yield CHAIN_HEADER
  for (const columns of chains) {
    for (const [snapshot, timeMs] of columns.timeMs.entries()) {
      if (monthOf(timeMs) === month) yield* snapshotLines(columns, snapshot)
    }
  }
}

function* snapshotLines(columns: ChainColumns, snapshot: number): Generator<string> {
  const { currency, timeMs, indexUsd, firstRow } = columns
  const ts = timeText(timeMs[snapshot] as number)
  const index = cell(indexUsd[snapshot])
  for (let row = firstRow[snapshot] ?? 0; row < (firstRow[snapshot + 1] ?? 0); row += 1) {
    yield [
      ...[ts, currency, expiryText(columns.expiryMs[row] as number), cell(columns.strikeUsd[row])],
      ...[columns.isPut[row] === 1 ? 'P' : 'C', cell(columns.bidCoin[row]), cell(columns.askCoin[row])],
      ...[cell(columns.markCoin[row]), cell(columns.iv[row]), cell(columns.forwardUsd[row]), index],
      ...[cell(columns.bidSizeCoin[row]), cell(columns.askSizeCoin[row])],
      ...[cell(columns.openInterestCoin[row]), cell(columns.volumeCoin[row])],
    ].join(',')
  }
}

function* barLines({ card, market }: History, kind: VenueHistory['kind']): Generator<string> {
  yield BAR_HEADER
  for (const currency of card.currencies) {
    const hours = market.history(currency, { kind, resolutionMs: HOUR_MS, ...ALL })
    const bars = hours.openMs.length > 0 ? hours : market.history(currency, { kind, resolutionMs: DAY_MS, ...ALL })
    for (const [place, openMs] of Array.from(bars.openMs).entries()) {
      const { open, high, low, close } = bars
      yield [timeText(openMs), currency, open[place], high[place], low[place], close[place]].join(',')
    }
  }
}

function* deliveryLines({ market }: History, chains: readonly ChainColumns[]): Generator<string> {
  yield 'ts,currency,price'
  for (const { currency, expiryMs } of chains) {
    const { openMs, open } = market.history(currency, { kind: 'candles', resolutionMs: HOUR_MS, ...ALL })
    const opens = new Map(Array.from(openMs, (ms, place) => [ms, open[place]]))
    for (const expiry of [...new Set(expiryMs)].toSorted((a, b) => a - b)) {
      const priceUsd = market.deliveryUsd(currency, expiry, Number.POSITIVE_INFINITY)
      if (priceUsd === undefined || priceUsd === opens.get(expiry)) continue
      yield [timeText(expiry), currency, priceUsd].join(',')
    }
  }
}

function requireNoOther(folder: string, own: readonly string[]): void {
  const other = listFolder(folder).find((name) => (PLAIN_CHAINS.test(name) || isBeside(name)) && !own.includes(name))
  if (other === undefined) return
  throw new CcError(`${folder} holds ${other}, which would be read as a part of this history: use another folder.`, {
    code: 'backtest/other-history',
    recovery: 'halt',
    facts: { folder, file: other },
  })
}

/** A day where it is at 08:00 UTC, as all of Deribit's are. */
function expiryText(expiryMs: number): string {
  return timeText(expiryMs).replace('T08:00:00Z', '')
}

/** Nothing for none. A number's own text is the shortest that reads as the same number. */
function cell(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : String(value)
}

function monthOf(timeMs: number): string {
  return timeText(timeMs).slice(0, 7)
}

function writeLines(path: string, lines: Iterable<string>): void {
  const draft = `${path}.new`
  rmSync(draft, { force: true })
  const file = openSync(draft, 'wx')
  try {
    let piece = ''
    for (const line of lines) {
      piece += `${line}\n`
      if (piece.length < PIECE_CHARACTERS) continue
      writeWhole(file, piece)
      piece = ''
    }
    writeWhole(file, piece)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at)
}
