import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CcError } from '@cc/models'
import { onTestFinished } from 'vitest'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
export const secondsAt = (...parts: [year: number, month: number, day: number, hour?: number, minute?: number]) =>
  Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3] ?? 0, parts[4] ?? 0) / 1000

export const CHAIN_HEADER = 'ts,expiry,strike,cp,bid,ask,mark,iv,fwd,delta,oi,vol'
export const FIRST = secondsAt(2026, 1, 30, 9, 18)
export const SECOND = secondsAt(2026, 1, 30, 15, 6)
export const THIRD = secondsAt(2026, 2, 1, 4, 0)
export const quotesAt = (ts: number, { bid = '0.01' } = {}) => [
  `${ts},20260201,90000,C,${bid},0.0105,0.010123,44.8,88100.5,0.3,12.5,3`,
  `${ts},20260201,90000,P,,0.0325,3.2e-02,44.8,88100.5,-0.7,,`,
]
export const hourly = (from: number, count: number, line: (ts: number, i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(from + 3600 * i, i))
const SPOT_START = secondsAt(2024, 12, 1)
const SPOT_HOURS = 24 * 450
export const spotAt = (ts: number) => 80_000 + (ts - SPOT_START) / 3600

/** A small folder of the layout, which ends on 1 February 2026 with its third snapshot. */
export function filesForTest(): Record<string, string[]> {
  return {
    'chains/BTC-2026-01.csv.gz': [CHAIN_HEADER, ...quotesAt(FIRST), ...quotesAt(SECOND)],
    'chains/BTC-2026-02.csv.gz': [CHAIN_HEADER, ...quotesAt(THIRD).map((line) => line.replace('20260201', '20260206'))],
    'chains/snapshots.csv.gz': [
      'ts,utc,ccy,n,idx_first,idx_last',
      ...[FIRST, SECOND, THIRD].flatMap((ts) => [`${ts},x,BTC,2,${88_000 + (ts % 100)},1`, `${ts},x,ETH,2,2900.5,1`]),
    ],
    'spot_hourly/BTCUSDT_venue_spot_1h.csv.gz': [
      'ts,open,high,low,close,volume,src',
      ...hourly(
        SPOT_START,
        SPOT_HOURS,
        (ts, i) => `${ts},${spotAt(ts)},90000000,1,${spotAt(ts) + 1},7,${i === SPOT_HOURS - 900 ? 'fill' : 's1'}`,
      ),
    ],
    'dvol/BTC_dvol_1d.csv.gz': [
      'date,dvol',
      ...Array.from(
        { length: 40 },
        (_, i) => `${new Date(Date.UTC(2026, 0, 1) + i * DAY_MS).toISOString().slice(0, 10)},${44 + i}.8`,
      ),
    ],
  }
}

/** A folder of its own for the running test, with these files in it, zipped where their names say so. */
export function folderOf(files: Readonly<Record<string, readonly string[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'recorded-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, lines] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    const text = `${lines.join('\n')}\n`
    writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text)
  }
  return folder
}

/** The error that something ends with. */
export function failureOf(run: () => unknown): CcError {
  try {
    run()
  } catch (error) {
    if (CcError.isInstance(error)) return error
    throw error
  }
  throw new Error('It was opened.')
}
