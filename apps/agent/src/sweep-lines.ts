import type { NamedJob, SweepResult } from '@cc/backtest'
import type { Currency } from '@cc/models'
import { coin, coinChange, fixed, minute, percent, usdChange } from './number-format.js'

const CELL_WIDTH = 12

/** A sweep for a terminal: for each coin what it says of luck, and then the runs, those whose calls made most first. */
export function sweepLines({ jobs, underlyings, history, objective }: SweepResult): string[] {
  const coins = Object.keys(underlyings) as Currency[]
  return [
    `Sweep: ${counted(jobs.length, 'run')} through ${history.description}.`,
    ...coins.flatMap((currency) => ['', ...coinLines(currency, { jobs, underlyings, objective })]),
    '',
    'The best of many runs is partly luck: the deflated Sharpe ratio and the probability of overfitting say how much.',
    'Past results say little about later ones. Research only: no financial advice.',
  ]
}

/** The runs that a sweep would make. */
export function planLines(plan: readonly { job: NamedJob; done: boolean }[]): string[] {
  const left = plan.filter(({ done }) => !done).length
  return [
    ...plan.map(({ job, done }) => `${done ? 'done' : 'open'}  ${job.id.slice(0, 12)}  ${nameOf(job.configuration)}`),
    `${counted(plan.length, 'run')}, ${left} left to do.`,
  ]
}

function coinLines(
  currency: Currency,
  { jobs, underlyings, objective }: Pick<SweepResult, 'jobs' | 'underlyings' | 'objective'>,
): string[] {
  const verdict = underlyings[currency]
  const rows = jobs.flatMap(({ configuration, underlyings: { [currency]: own } }) =>
    own === undefined ? [] : [{ name: nameOf(configuration), own }],
  )
  const [first] = rows
  if (verdict === undefined || first === undefined) return []
  const made = ({ own }: (typeof rows)[number]) => (objective === 'coin' ? own.overlayCoin : own.overlayUsd)
  const sorted = rows.toSorted((a, b) => made(b) - made(a) || (a.name < b.name ? -1 : 1))
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2
  const line = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(CELL_WIDTH)).join('')}`.trimEnd()
  return [
    `${currency}, ${minute(first.own.fromMs)} to ${minute(first.own.toMs)} UTC: ${counted(verdict.trials, 'run')} tried.`,
    `  Deflated Sharpe ratio of the best ${ratio(verdict.bestDsr)}; probability of overfitting ${share(verdict.pbo)}.`,
    line('', ['end, coin', 'calls, coin', 'calls, USD', 'Sharpe', 'deflated', 'fall, coin', 'sold']),
    ...sorted.map(({ name, own }) =>
      line(name, [
        ...[coin(own.finalEquityCoin), coinChange(own.overlayCoin), usdChange(own.overlayUsd)],
        ...[
          ratio(own[objective].sharpe.value),
          ratio(own.dsr),
          coin(own.overlayFall.maxDrawdownCoin),
          String(own.sales),
        ],
      ]),
    ),
  ]
}

function nameOf(configuration: Readonly<Record<string, string>>): string {
  const words = Object.entries(configuration).map(([name, value]) => `${name}=${value}`)
  return words.length === 0 ? 'as it is' : words.join(' ')
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function ratio(value: number | null): string {
  return value === null ? '–' : fixed(value, 2)
}

function share(value: number | null): string {
  return value === null ? '–' : percent(value, 0)
}
