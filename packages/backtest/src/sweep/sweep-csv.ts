import { cell } from '../report/report-csv.js'
import type { SweepResult } from './sweep-result.js'

/**
 * A sweep as CSV, in the form of `reportCsv`: a row for each job and coin, in the order of the grid. The columns are the parameters of the grid, then coin
 * and figures.
 */
export function sweepCsv({ jobs }: SweepResult): string {
  const axes = [...new Set(jobs.flatMap(({ configuration }) => Object.keys(configuration)))]
  const rows = jobs.flatMap(({ id, configuration, cycles, recordsHash, underlyings }) =>
    Object.entries(underlyings).map(([currency, coin]) => [
      ...axes.map((axis) => configuration[axis] ?? ''),
      ...[currency, coin.depositCoin, coin.finalEquityCoin, coin.finalEquityUsd, coin.heldUsd],
      ...[coin.overlayCoin, coin.overlayUsd, coin.overlayFall.maxDrawdownCoin],
      ...[coin.coin.sharpe.value, coin.usd.sharpe.value, coin.coin.maxDrawdown, coin.usd.maxDrawdown],
      ...[coin.psr, coin.dsr, coin.sales, coin.premiumKept, coin.feesCoin, cycles, id, recordsHash, coin.dailyHash],
    ]),
  )
  return [[...axes, ...FIGURES], ...rows].map((row) => `${row.map((value) => cell(value)).join(',')}\r\n`).join('')
}

const FIGURES = [
  ...['currency', 'depositCoin', 'finalEquityCoin', 'finalEquityUsd', 'heldUsd'],
  ...['overlayCoin', 'overlayUsd', 'overlayMaxDrawdownCoin'],
  ...['sharpeCoin', 'sharpeUsd', 'maxDrawdownCoin', 'maxDrawdownUsd'],
  ...['psr', 'dsr', 'sales', 'premiumKept', 'feesCoin', 'cycles', 'id', 'recordsHash', 'dailyHash'],
]
