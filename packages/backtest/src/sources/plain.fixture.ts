import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** 00:00 of a Friday on which options expire at 08:00. */
export const FRIDAY_MS = Date.UTC(2026, 0, 9)

/** A folder of its own for the running test, with these files in it. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'backtest-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

export const CHAIN_HEADER = 'ts,currency,expiry,strike,cp,bid,ask,mark,iv,fwd,index,bid_size,ask_size,oi,vol'

/** Two snapshots of BTC and one of ETH, in an order that no exchange has. */
export const CHAIN_ROWS = [
  '2026-01-09T07:00:00Z,BTC,2026-01-16,95000,C,0.0045,0.005,0.0048,0.45,91200,91000,12.5,3,100,4.5',
  '2026-01-09T07:00:00Z,BTC,2026-01-09,90000,P,,0.0001,0,0.6,91010,91000,,25,7,',
  '2026-01-09T07:00:00Z,BTC,2026-01-09,90000,C,0.01,0.0115,0.0111,0.6,91010,91000,1,1,7,0',
  '2026-01-09T07:02:00Z,ETH,20260116,3200,C,0.02,0.021,0.0205,0.7,3105.5,3100,10,20,,',
  '2026-01-09T11:00:00Z,BTC,2026-01-16,95000,C,0.0050,0.0055,,0.46,91500,91300,12.5,3,100,4.5',
]

/** Bars of the hours around the expiry. */
export const CANDLES = [
  'ts,currency,open,high,low,close',
  ...Array.from({ length: 16 }, (_, hour) => {
    const ts = new Date(FRIDAY_MS - 4 * HOUR_MS + hour * HOUR_MS).toISOString().replace('.000Z', 'Z')
    return [`${ts},BTC,${91_000 + hour},91500,90500,${91_001 + hour}`, `${ts},ETH,3100,3110,3090,3101`]
  }).flat(),
]

export const text = (lines: readonly string[]) => `${lines.join('\n')}\n`
