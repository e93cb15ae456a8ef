import type { Currency } from '@cc/models'
import type { HistoryCard } from '../history/history.js'
import { probabilityOfOverfitting } from '../results/cscv.js'
import { deflatedSharpe, periodSharpe } from '../results/overfit.js'
import type { SweepCoin, SweepJobResult } from './run-job.js'
import type { NamedJob } from './sweep-job.js'

/** Whether the best of a coin's runs stands out of all that were tried. */
export type SweepVerdict = {
  /** Runs tried, each once however often the grid has it. */
  trials: number
  /** Probability of backtest overfitting, 0..1; `null` where it cannot be stated. */
  pbo: number | null
  /** Name of the job whose calls made most, in the objective's unit, and its deflated Sharpe ratio. */
  best: string
  bestDsr: number | null
}

/** The whole of a sweep, as JSON. Figures that cannot be stated are `null`. */
export type SweepResult = {
  schemaVersion: 1
  codeVersion: string
  objective: 'coin' | 'usd'
  history: HistoryCard
  /** In the order of the grid. */
  jobs: readonly {
    id: string
    configuration: Readonly<Record<string, string>>
    cycles: number
    recordsHash: string
    underlyings: Readonly<
      Partial<
        Record<
          Currency,
          Omit<SweepCoin, 'daily'> & {
            /** Probabilistic Sharpe ratio of the calls' daily results, and deflated by all runs tried. */
            psr: number | null
            dsr: number | null
          }
        >
      >
    >
  }[]
  underlyings: Readonly<Partial<Record<Currency, SweepVerdict>>>
}

/**
 * Tells what a sweep came to. Deflated Sharpe ratios and the probability of overfitting stand on the daily results of the calls,
 * in the objective's unit, over all runs of it; a run that never traded was tried as well.
 */
export function sweepResult(
  runs: readonly { job: NamedJob; result: SweepJobResult }[],
  context: Pick<SweepResult, 'codeVersion' | 'objective' | 'history'>,
): SweepResult {
  const { objective, history, codeVersion } = context
  const distinct = [...new Map(runs.map(({ result }) => [result.id, result])).values()]
  const present = history.currencies.filter((currency) => distinct.some(({ underlyings }) => underlyings[currency]))
  const trials = new Map(present.map((currency) => [currency, trialsOf(distinct, currency, objective)]))
  return {
    schemaVersion: 1,
    ...{ codeVersion, objective, history },
    jobs: runs.map(({ job: { id, configuration }, result: { cycles, recordsHash, underlyings } }) => ({
      ...{ id, configuration, cycles, recordsHash },
      underlyings: Object.fromEntries(
        present.flatMap((currency) => {
          const own = underlyings[currency]
          if (own === undefined) return []
          const { daily, ...coin } = own
          return [[currency, { ...coin, ...sharpesOf(daily[objective], trials.get(currency) ?? []) }]]
        }),
      ),
    })),
    underlyings: Object.fromEntries(
      present.map((currency) => [
        currency,
        verdictOf(distinct, { currency, objective, trials: trials.get(currency) ?? [] }),
      ]),
    ),
  }
}

/** Daily results by run. */
type Trials = readonly (readonly number[])[]

function trialsOf(results: readonly SweepJobResult[], currency: Currency, objective: 'coin' | 'usd'): Trials {
  return results.flatMap(({ underlyings }) => {
    const coin = underlyings[currency]
    return coin === undefined ? [] : [coin.daily[objective]]
  })
}

function sharpesOf(daily: readonly number[], trials: Trials): { psr: number | null; dsr: number | null } {
  const { psr, dsr } = deflatedSharpe({ returns: daily, trials: trials.map((each) => periodSharpe(each) ?? 0) })
  return { psr, dsr }
}

function verdictOf(
  results: readonly SweepJobResult[],
  { currency, objective, trials }: { currency: Currency; objective: 'coin' | 'usd'; trials: Trials },
): SweepVerdict {
  const made = ({ underlyings }: SweepJobResult) =>
    underlyings[currency]?.[objective === 'coin' ? 'overlayCoin' : 'overlayUsd'] ?? Number.NEGATIVE_INFINITY
  const best = results.reduce((leader, each) => (made(each) > made(leader) ? each : leader))
  // Runs over different days cannot be compared day by day.
  const comparable = trials.every(({ length }) => length === trials[0]?.length)
  return {
    trials: trials.length,
    pbo: comparable ? probabilityOfOverfitting(trials) : null,
    best: best.id,
    bestDsr: sharpesOf(best.underlyings[currency]?.daily[objective] ?? [], trials).dsr,
  }
}
