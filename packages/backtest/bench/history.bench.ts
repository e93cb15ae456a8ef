import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type CoveredCallRule, type History, openRecordedHistory, scanCoveredCalls } from '@cc/backtest'

/**
 * Six recorded months of two coins: how long they take to load the first time (read, checked, written to the cache) and from
 * the cache, against a reader that splits lines, and how many rows a second a scan of their columns takes, against a bare sum
 * of one column. Each contender runs in its own process, interleaved; loads are timed in a fresh one, scans after a warm pass.
 * The ratios are medians of the ratios within a round.
 */
const rounds = 7
const scans = 9
const folder = fileURLToPath(new URL('../../../../shared/data/', import.meta.url))
const chainFolder = join(folder, 'deribit_chains_2026')
const fromMs = Date.UTC(2025, 11, 30)
const weekly: CoveredCallRule = { targetDelta: 0.25, minDte: 5, maxDte: 9 }

/** Each takes the folder of a filled cache and that of an empty one, and answers in ms or, of scans, million rows a second. */
const contenders: Record<string, (filled: string, empty: string) => number> = {
  'history-first-load': (_, empty) => millisecondsOf(() => openRecordedHistory({ folder, fromMs, cacheFolder: empty })),
  'history-cached-load': (filled) => millisecondsOf(() => openRecordedHistory({ folder, fromMs, cacheFolder: filled })),
  'history-split-reader': () => millisecondsOf(readBySplitting),
  'scan-each-snapshot': (filled) => rowsPerMicrosecond(filled, (history) => scan(history, weekly)),
  'scan-every-row-repriced': (filled) =>
    rowsPerMicrosecond(filled, (history) => scan(history, { ...weekly, reprice: 'all' })),
  'scan-bare-sum': (filled) => rowsPerMicrosecond(filled, sumBids),
}

const [, , contender, filled = '', empty = ''] = process.argv
if (!existsSync(chainFolder)) console.log('no recordings: history is not measured')
else if (contender === undefined) compare()
else console.log(contenders[contender]?.(filled, empty))

function compare(): void {
  const workshop = mkdtempSync(join(tmpdir(), 'history-bench-'))
  const cache = join(workshop, 'cache')
  try {
    const history = openRecordedHistory({ folder, fromMs, cacheFolder: cache })
    const rows = history.card.coins.reduce((sum, coin) => sum + (coin.rows ?? 0), 0)
    const scanned = scanOf(history, weekly)
    console.log(`history-rows ${rows} rows`)
    console.log(`scan-deltas-recomputed-each-snapshot ${scanned.deltas} deltas of ${scanned.rows} rows scanned`)
    const times = Array.from({ length: rounds }, (_, round) =>
      Object.fromEntries(
        Object.keys(contenders).map((name) => [name, runContender(name, cache, join(workshop, `empty-${round}`))]),
      ),
    )
    const medianOf = (name: string) => median(times.map((time) => time[name] as number))
    for (const name of Object.keys(contenders)) {
      console.log(`${name} ${medianOf(name).toFixed(1)} ${name.startsWith('scan') ? 'million rows/s' : 'ms'}`)
    }
    for (const [name, reference] of [
      ['history-first-load', 'history-split-reader'],
      ['history-cached-load', 'history-split-reader'],
      ['scan-each-snapshot', 'scan-bare-sum'],
      ['scan-every-row-repriced', 'scan-bare-sum'],
    ] as const) {
      const ratio = median(times.map((time) => (time[name] as number) / (time[reference] as number)))
      console.log(`${name}-over-${reference} ${ratio.toFixed(3)} ratio`)
    }
  } finally {
    rmSync(workshop, { recursive: true })
  }
}

function runContender(name: string, cache: string, fresh: string): number {
  return Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, cache, fresh]))
}

function millisecondsOf(run: () => unknown): number {
  const start = process.hrtime.bigint()
  run()
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** Median of the scans after the first two. */
function rowsPerMicrosecond(cache: string, run: (history: History) => number): number {
  const history = openRecordedHistory({ folder, fromMs, cacheFolder: cache })
  const speeds: number[] = []
  for (let i = 0; i < scans; i++) {
    const start = process.hrtime.bigint()
    const rows = run(history)
    speeds.push((rows * 1000) / Number(process.hrtime.bigint() - start))
  }
  return median(speeds.slice(2))
}

function scan(history: History, rule: CoveredCallRule): number {
  return scanOf(history, rule).rows
}

function scanOf({ chains, market, card }: History, rule: CoveredCallRule): { rows: number; deltas: number } {
  let rows = 0
  let deltas = 0
  for (const [currency, chain] of chains) {
    const found = scanCoveredCalls(chain, (expiryMs) => market.deliveryUsd(currency, expiryMs, card.toMs), rule)
    if (found.trades.timeMs.length === 0) throw new Error('a scan sold nothing')
    rows += found.rowsScanned
    deltas += found.deltasComputed
  }
  return { rows, deltas }
}

function sumBids({ chains }: History): number {
  let rows = 0
  let sum = 0
  for (const { bidCoin } of chains.values()) {
    for (let row = 0; row < bidCoin.length; row++) {
      const bid = bidCoin[row] as number
      if (bid > 0) sum += bid
    }
    rows += bidCoin.length
  }
  if (!(sum > 0)) throw new Error('the bids sum to nothing')
  return rows
}

/** As one reads CSV at first: text, lines, cells, `Number`; into plain arrays, and nothing is checked. */
function readBySplitting(): number {
  const columns: number[][] = Array.from({ length: 12 }, () => [])
  for (const name of readdirSync(chainFolder).filter((one) => /^(BTC|ETH)-/.test(one))) {
    const lines = gunzipSync(readFileSync(join(chainFolder, name)))
      .toString()
      .split('\n')
    for (const line of lines.slice(1)) {
      if (line === '') continue
      const cells = line.split(',')
      for (let column = 0; column < cells.length; column++) {
        const cell = cells[column] as string
        columns[column]?.push(column === 3 ? Number(cell === 'P') : cell === '' ? Number.NaN : Number(cell))
      }
    }
  }
  return columns[0]?.length ?? 0
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
