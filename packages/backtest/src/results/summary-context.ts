import type { Currency } from '@cc/models'
import type { BenchmarkRun } from './benchmarks.js'
import type { RunCard } from './result.js'

/** What a result tells of a run that the run itself does not know. */
export type SummaryContext = Pick<RunCard, 'codeVersion' | 'preset' | 'seed' | 'fill' | 'reproduce'> & {
  /** What verdicts are judged in. */
  objective: 'coin' | 'usd'
  /** Other strategies under the same history, deposits, fills and costs. Holding is always there. */
  benchmarks?: readonly BenchmarkRun[]
  /**
   * Daily results (`dailyOverlay` in the objective's unit) of every strategy tried over the same days, this one among them.
   * Default: this one alone. To leave failures out is to fool oneself.
   */
  trials?: Readonly<Partial<Record<Currency, readonly (readonly number[])[]>>>
  /** Of each bootstrap. Default 1,000. */
  resamples?: number
}
