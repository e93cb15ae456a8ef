import type { CoinResult, Metrics } from '../results/result.js'
import type { FigureFormat } from './figure-format.js'
import { day, estimate, figure } from './figures.js'
import { html, type Markup, type Slot } from './markup.js'
import type { Spot } from './spot.js'
import { table } from './table.js'

const TOO_SHORT = 'stated from 30 days on, where returns vary'

/** The strategy in coin and in USD beside holding the coins, and the deepest fall of each. */
export function headlineSection(currency: string, coin: Spot<CoinResult>): Markup {
  const books = [coin.at('coin'), coin.at('usd'), coin.at('held')] as const
  const row = (name: string, cell: (metrics: Spot<Metrics>, at: number) => Slot) => ({ name, cells: books.map(cell) })
  const plain = (name: string, key: Plain, format: FigureFormat) =>
    row(name, (metrics) => figure(metrics.at(key), format, { missing: TOO_SHORT }))
  const toHolding = (name: string, key: Plain) =>
    row(name, (metrics, at) =>
      figure(metrics.at(key), 'ratio', { missing: at === 0 ? 'holding does not move in coin' : TOO_SHORT }),
    )
  return html`<h3>Strategy and holding</h3>
${table(
  'After all costs, from returns by UTC day. In brackets: 95 % interval of a block bootstrap.',
  ['Figure', `Strategy, ${currency}`, 'Strategy, USD', 'Holding, USD'],
  [
    {
      name: 'At the end',
      cells: [
        figure(coin.at('finalEquityCoin'), 'coin'),
        figure(coin.at('finalEquityUsd'), 'usd'),
        figure(coin.at('heldUsd'), 'usd'),
      ],
      kind: 'total',
    },
    row('Total return', (metrics) => figure(metrics.at('totalReturn'), 'percent', { signed: true })),
    row('Return a year', (metrics) => figure(metrics.at('cagr'), 'percent', { signed: true, missing: TOO_SHORT })),
    plain('Volatility', 'volatility', 'percent'),
    row('Sharpe ratio', (metrics) => estimate(metrics.at('sharpe'), 'ratio', { missing: TOO_SHORT })),
    plain('Sortino ratio', 'sortino', 'ratio'),
    plain('Calmar ratio', 'calmar', 'ratio'),
    plain('Deepest drawdown', 'maxDrawdown', 'percent'),
    plain('Value at risk, 95 %, a day', 'var95', 'percent'),
    plain('Mean loss beyond it', 'cvar95', 'percent'),
    plain('Ulcer index', 'ulcer', 'percent'),
    plain('Ulcer performance', 'upi', 'ratio'),
    plain('Skew', 'skew', 'ratio'),
    plain('Kurtosis', 'kurtosis', 'ratio'),
    plain('Tail ratio', 'tailRatio', 'ratio'),
    toHolding('Beta to holding', 'beta'),
    toHolding('Beta when holding falls', 'downsideBeta'),
    toHolding('Share of rises', 'upCapture'),
    toHolding('Share of falls', 'downCapture'),
  ],
)}
<p class="note">Holding the deposit of ${figure(coin.at('depositCoin'), 'coin')} ${currency} does not move in ${currency}: the first column is what the calls did to it.</p>`
}

/** When the deepest drawdown of each book began, was lowest and was made good; and how far the calls alone fell. */
export function drawdownTable(currency: string, coin: Spot<CoinResult>): Markup {
  const books: readonly (readonly [string, Spot<Metrics>])[] = [
    [`Strategy, ${currency}`, coin.at('coin')],
    ['Strategy, USD', coin.at('usd')],
    ['Holding, USD', coin.at('held')],
  ]
  const fall = coin.at('overlayFall')
  const row = (name: string, depth: Markup, dates: Spot<Dates>) => ({
    name,
    cells: [
      depth,
      day(dates.at('drawdownFromMs'), { missing: 'no drawdown' }),
      day(dates.at('drawdownLowMs'), { missing: 'no drawdown' }),
      day(dates.at('drawdownToMs'), { missing: 'not back at its high by the end' }),
    ],
  })
  return html`<h3>Drawdowns</h3>
<div class="columns"><div>
${table(
  'The deepest of each book, by its values at midnight UTC; that of the calls alone over the deposit. A dash in the last column: not back at its high by the end',
  ['Book', 'Depth', 'High', 'Low', 'Back'],
  [
    ...books.map(([name, metrics]) => row(name, figure(metrics.at('maxDrawdown'), 'percent'), metrics)),
    row('Calls alone', figure(fall.at('maxDrawdownShare'), 'percent'), fall),
  ],
)}
</div><div>
<dl class="card">
<div><dt>Deepest fall of the calls, ${currency}</dt><dd>${figure(fall.at('maxDrawdownCoin'), 'coin')}</dd></div>
<div><dt>Their worst day, ${currency}</dt><dd>${figure(fall.at('worstDayCoin'), 'coin')}</dd></div>
<div><dt>Their worst day, of the deposit</dt><dd>${figure(fall.at('worstDayShare'), 'percent')}</dd></div>
<div><dt>It was on</dt><dd>${day(fall.at('worstDayMs'), { missing: 'no day had a loss' })}</dd></div>
</dl>
</div></div>`
}

type Dates = Pick<Metrics, 'drawdownFromMs' | 'drawdownLowMs' | 'drawdownToMs'>

type Plain = { [K in keyof Metrics]: Metrics[K] extends number | null ? K : never }[keyof Metrics]
