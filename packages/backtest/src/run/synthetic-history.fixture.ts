import { createSyntheticMarket } from '@cc/exchange-sim'
import type { Currency } from '@cc/models'
import type { History } from '../history/history.js'

export const START_MS = Date.UTC(2026, 0, 2, 9)
export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** A synthetic world that is looked at every few hours. */
export function syntheticHistory({
  seed = 1,
  days = 8,
  everyHours = 6,
  currencies = ['BTC'],
}: {
  seed?: number
  days?: number
  everyHours?: number
  currencies?: readonly Currency[]
} = {}): History {
  const count = Math.floor((days * 24) / everyHours) + 1
  const timesMs = Float64Array.from({ length: count }, (_, i) => START_MS + i * everyHours * HOUR_MS)
  const toMs = timesMs[count - 1] as number
  return {
    card: {
      ...{ kind: 'synthetic', description: `synthetic market, seed ${seed}`, currencies, fromMs: START_MS, toMs },
      coins: currencies.map((currency) => ({ currency, snapshots: count, rows: null })),
      ...{ gaps: [], checksum: `${seed}`.padStart(64, '0'), badRows: { count: 0, first: [] }, assumptions: [] },
    },
    timesMs,
    market: createSyntheticMarket({ seed, startMs: START_MS, currencies }),
    chains: new Map(),
  }
}
