import { openSyntheticHistory } from '../modelled/synthetic-history.js'
import type { SweepJob } from './sweep-job.js'

const START_MS = Date.UTC(2026, 0, 2, 9)
const DAY_MS = 86_400_000

/** A synthetic world of one coin that is looked at every twelve hours. */
export function shortHistory({ days = 14, seed = 1 }: { days?: number; seed?: number } = {}) {
  return openSyntheticHistory({
    ...{ seed, fromMs: START_MS, toMs: START_MS + days * DAY_MS, everyMs: DAY_MS / 2 },
    currencies: ['BTC'],
  })
}

/** The same strategy at several deltas. */
export function deltaJobs(deltas: readonly number[]): SweepJob[] {
  return deltas.map((delta) => ({
    configuration: { preset: 'weekly-25-delta', delta: String(delta) },
    run: { deposits: { BTC: 2 } },
    strategy: { preset: 'weekly-25-delta', rules: { target: { delta } }, screening: { deltaMin: 0.05, deltaMax: 0.6 } },
  }))
}
