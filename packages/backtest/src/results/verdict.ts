import type { Currency } from '@cc/models'
import type { HistoryCard } from '../history/history.js'
import { DAYS_PER_YEAR, estimateOf, MIN_DAYS } from './metrics.js'
import type { Estimate, Overfit, Verdict } from './result.js'
import { meanOf } from './statistics.js'

/** What a verdict stands on. */
export type VerdictInput = {
  currency: Currency
  objective: 'coin' | 'usd'
  /** Daily results of the calls as shares of the deposit, in the objective's unit: `dailyOverlay`. */
  overlay: readonly number[]
  edge: Estimate
  /** Calls sold. */
  sales: number
  overfit: Overfit
  history: HistoryCard['kind']
}

/**
 * Says whether selling calls helped, against holding the coins.
 *
 * `for`: the 95 % interval of the yearly result lies above 0, at least {@link VERDICT_MIN_SALES} calls were sold over at
 * least {@link VERDICT_MIN_DAYS} days, the deflated Sharpe ratio of the calls' own daily results is at least 0.95, and the
 * probability of overfitting, where it is known, is below 0.5. `against`: the interval lies below 0, with as many calls and
 * days; being the worst of many needs no discount. `none`: all else. Every test is among the reasons with its numbers.
 */
export function verdictOf(input: VerdictInput): Verdict {
  const { objective, edge } = input
  const tests = testsOf(input)
  const enough = tests.sales.holds && tests.days.holds
  const evidence =
    enough && tests.above.holds && tests.lucky.holds && tests.overfit.holds
      ? 'for'
      : enough && tests.below.holds
        ? 'against'
        : 'none'
  const interval = edge.high !== null && edge.high < 0 ? tests.below : tests.above
  const reasons = [interval, tests.sales, tests.days, tests.lucky, tests.overfit].flatMap(({ reason }) => reason ?? [])
  if (input.history !== 'recorded') reasons.push(UNREAL[input.history])
  return { evidence, sentence: sentenceOf(evidence, input), reasons, objective, edge }
}

/** Fewest calls and days that a verdict for or against stands on. */
export const VERDICT_MIN_SALES = 20
export const VERDICT_MIN_DAYS = 90

/** The mean daily result of the calls, a year, with its bootstrap interval; `null` of fewer than 30 days. */
export function edgeOf(overlay: readonly number[], draw: { seed: number; resamples?: number }): Estimate {
  if (overlay.length < MIN_DAYS) return { value: null, low: null, high: null }
  return estimateOf(overlay, yearlyMean, draw)
}

function yearlyMean(values: ArrayLike<number>): number | null {
  const mean = meanOf(values)
  return mean === null ? null : mean * DAYS_PER_YEAR
}

type Test = { holds: boolean; reason: string | null }

function testsOf({
  edge,
  sales,
  overlay,
  overfit,
}: VerdictInput): Record<'above' | 'below' | 'sales' | 'days' | 'lucky' | 'overfit', Test> {
  const days = overlay.length
  const { low, high } = edge
  const above = low !== null && low > 0
  const below = high !== null && high < 0
  const place = above ? 'lies above 0' : below ? 'lies below 0' : 'includes 0'
  const interval =
    low === null || high === null
      ? `${days < MIN_DAYS ? tooFew(days) : `The ${days} days vary too little`} for an interval of the yearly result.`
      : `The 95 % interval of the yearly result, ${percent(low)} to ${percent(high)} of the deposit, ${place}.`
  const manySales = sales >= VERDICT_MIN_SALES
  const manyDays = days >= VERDICT_MIN_DAYS
  const { dsr, pbo } = overfit
  return {
    above: { holds: above, reason: interval },
    below: { holds: below, reason: interval },
    sales: {
      holds: manySales,
      reason: manySales
        ? `${counted(sales, 'call was', 'calls were')} sold.`
        : `${counted(sales, 'call was', 'calls were')} sold: a verdict takes at least ${VERDICT_MIN_SALES}.`,
    },
    days: {
      holds: manyDays,
      reason: manyDays
        ? null
        : `The run has ${counted(days, 'day', 'days')}: a verdict takes at least ${VERDICT_MIN_DAYS}.`,
    },
    lucky: { holds: dsr !== null && dsr >= SURE, reason: luckReason(overfit) },
    overfit: {
      holds: pbo === null || pbo < COIN_TOSS,
      reason:
        pbo === null
          ? null
          : `The probability that the best of those tried is overfitted is ${pbo.toFixed(2)}${pbo < COIN_TOSS ? '' : ': choosing among them is no better than a coin toss'}.`,
    },
  }
}

function tooFew(days: number): string {
  return `${days} ${days === 1 ? 'day is' : 'days are'} too few`
}

function luckReason({ dsr, trials }: Overfit): string {
  const tried = trials === 1 ? 'with a single strategy tried' : `with ${trials} strategies tried`
  if (dsr === null) return `The deflated Sharpe ratio cannot be stated, ${tried}.`
  // Rounded down: 0.9497 must not read as the 0.95 that it missed.
  const shown = (Math.floor(dsr * 1_000) / 1_000).toFixed(3)
  return `The deflated Sharpe ratio of the calls is ${shown} ${tried}, ${dsr >= SURE ? 'at least' : 'below'} ${SURE}.`
}

function sentenceOf(
  evidence: Verdict['evidence'],
  { currency, objective, edge, sales, history }: VerdictInput,
): string {
  const where = WHERE[history]
  const unit = objective === 'coin' ? currency : 'USD'
  if (sales === 0) return `No evidence that selling calls helped ${where}: no call was sold.`
  if (edge.value === null) return `No evidence that selling calls helped ${where}: the run is too short to say.`
  const share = `${percent(Math.abs(edge.value))} of the deposit a year in ${unit}`
  if (evidence === 'for') return `Selling calls helped ${where}: it earned ${share} more than holding.`
  if (evidence === 'against') return `Selling calls harmed ${where}: it cost ${share} against holding.`
  const came = edge.value < 0 ? 'cost' : 'earned'
  return `No evidence that selling calls helped ${where}: it ${came} ${share} against holding, which may be chance.`
}

function counted(count: number, one: string, many: string): string {
  return `${count === 0 ? 'No' : count} ${count === 1 ? one : many}`
}

/** Two decimals, one from 10 % up; no negative zero. */
function percent(share: number): string {
  const size = 100 * Math.abs(share)
  const text = size.toFixed(size < 9.995 ? 2 : 1)
  return `${share < 0 && Number(text) > 0 ? '−' : ''}${text} %`
}

const WHERE: Record<HistoryCard['kind'], string> = {
  recorded: 'here',
  reconstructed: 'on these reconstructed quotes',
  synthetic: 'in this synthetic world',
}
const UNREAL: Record<Exclude<HistoryCard['kind'], 'recorded'>, string> = {
  reconstructed: 'The quotes are modelled from index and volatility index: the result is as good as that model.',
  synthetic: 'No price of this history is real: the result says nothing about a market.',
}
const SURE = 0.95
const COIN_TOSS = 0.5
