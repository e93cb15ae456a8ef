import type { BacktestResult, Benchmark, CoinResult, Estimate } from '@cc/backtest'
import type { Currency } from '@cc/models'
import { coin, coinChange, fixed, minute, percent, usd, usdChange } from './number-format.js'
import { wrapped } from './terminal-width.js'

const LABEL_WIDTH = 26
const CELL_WIDTH = 16
const BENCHMARK_WIDTH = 13

/** A backtest for a terminal of so many characters: the verdict first, then coin and USD against holding, then the calls. */
export function backtestLines(
  name: string,
  { run, underlyings, decisions }: BacktestResult,
  { width }: { width: number },
): string[] {
  const { history, fill, warnings } = run
  const coins = Object.entries(underlyings) as [Currency, CoinResult][]
  const texts = (indent: number, lines: readonly string[]) => lines.flatMap((line) => paragraph(line, indent, width))
  return [
    ...texts(0, [`Backtest: ${name}, ${history.description}.`]),
    ...texts(0, [`Sold ${FILL_WORDS[fill]}; ${decisions.decisions} decisions.`]),
    ...texts(0, refusalWords(decisions.refusals)),
    ...coins.flatMap(([currency, result]) => [
      '',
      `${currency}, ${minute(result.fromMs)} to ${minute(result.toMs)} UTC`,
      ...texts(2, [result.verdict.sentence]),
      ...texts(4, result.verdict.reasons),
      '',
      ...moneyLines(currency, result),
      '',
      ...benchmarkLines(name, currency, result),
    ]),
    ...(warnings.length === 0
      ? []
      : [
          '',
          ...texts(
            0,
            warnings.map((warning) => `Note: ${warning}`),
          ),
        ]),
    '',
    ...texts(0, ['Past results say little about later ones. Research only: no financial advice.']),
  ]
}

/** What risk refused, the most frequent first: why nothing was sold for a while. */
function refusalWords(refusals: Readonly<Record<string, number>>): string[] {
  const counts = Object.entries(refusals).sort(([, a], [, b]) => b - a)
  return counts.length === 0
    ? []
    : [`Refused by risk: ${counts.map(([code, times]) => `${code} ${times}`).join(', ')}.`]
}

const FILL_WORDS = {
  cross: 'at the bid',
  mid: 'at the middle of the book',
  passive: 'from orders that rested at the middle first',
} as const

function moneyLines(currency: Currency, result: CoinResult): string[] {
  const { calls, coin: own, usd: inUsd, held, attribution, overlayFall } = result
  const startUsd = result.curve.heldUsd[0]
  const start = startUsd === undefined ? '–' : usd(startUsd)
  return [
    row('', currency, 'USD', 'holding, USD'),
    row('start', coin(result.depositCoin), start, start),
    row('end', coin(result.finalEquityCoin), usd(result.finalEquityUsd), usd(result.heldUsd)),
    row('calls brought', coinChange(result.overlayCoin), usdChange(result.overlayUsd)),
    row('return', share(own.totalReturn), share(inUsd.totalReturn), share(held.totalReturn)),
    row('Sharpe ratio a year', ...[own, inUsd, held].map(({ sharpe }) => ratio(sharpe.value))),
    row('  95 % interval', ...[own, inUsd, held].map(({ sharpe }) => interval(sharpe))),
    row('largest fall', ...[own, inUsd, held].map(({ maxDrawdown }) => share(maxDrawdown))),
    row('largest fall of the calls', coinChange(overlayFall.maxDrawdownCoin)),
    row('premium', coin(calls.premiumCoin), usd(calls.premiumUsd), `kept ${share(calls.premiumKept)}`),
    row('bought back', coin(calls.buybackCoin)),
    row('paid at settlement', coin(calls.payoutCoin)),
    row('fees', coin(calls.feesCoin)),
    row('calls sold', String(calls.sales), '', `won ${share(calls.winRate)}`),
    row('ended in the money', share(calls.assignmentRate), '', `expected ${share(calls.expectedAssignmentRate)}`),
    ...(['passive', 'timing', 'shortVol', 'trading'] as const).map((part) =>
      row(ATTRIBUTION_WORDS[part], coinChange(attribution.coin[part]), usdChange(attribution.usd[part])),
    ),
  ]
}

const ATTRIBUTION_WORDS = {
  passive: 'from the coins held',
  timing: 'from the changing delta',
  shortVol: 'from selling volatility',
  trading: 'from fills and fees',
} as const

/** This run among simple strategies: what is left of the same deposit under the same fills and costs. */
function benchmarkLines(name: string, currency: Currency, result: CoinResult): string[] {
  const { finalEquityCoin, finalEquityUsd, coin: inCoin, usd: inUsd, benchmarks } = result
  const own: Benchmark = { name: `${name} (this run)`, finalEquityCoin, finalEquityUsd, coin: inCoin, usd: inUsd }
  const line = (label: string, cells: readonly string[]) =>
    `  ${label.padEnd(LABEL_WIDTH)}${cells.map((cell) => cell.padStart(BENCHMARK_WIDTH)).join('')}`
  return [
    line('compared', [`end, ${currency}`, 'end, USD', `return, ${currency}`, 'return, USD']),
    ...[own, ...benchmarks].map((each) =>
      line(each.name, [
        coin(each.finalEquityCoin),
        usd(each.finalEquityUsd),
        share(each.coin.totalReturn),
        share(each.usd.totalReturn),
      ]),
    ),
  ]
}

function row(label: string, ...cells: readonly string[]): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${cells.map((cell) => cell.padStart(CELL_WIDTH)).join('')}`.trimEnd()
}

/** Running text in lines of the terminal, each behind so many spaces; with the minus sign of the numbers below it. */
function paragraph(text: string, indent: number, width: number): string[] {
  return wrapped(text.replaceAll('−', '-'), width - indent).map((line) => `${' '.repeat(indent)}${line}`)
}

function share(value: number | null): string {
  return value === null ? '–' : percent(value, 1)
}

function ratio(value: number | null): string {
  return value === null ? '–' : fixed(value, 2)
}

function interval({ low, high }: Estimate): string {
  return low === null || high === null ? '–' : `${fixed(low, 1)} to ${fixed(high, 1)}`
}
