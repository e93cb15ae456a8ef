import type { CoinResult, Sensitivity } from '../results/result.js'
import { estimate, figure, words } from './figures.js'
import { html, type Markup } from './markup.js'
import { listSpots, type Spot } from './spot.js'
import { heatCell, table } from './table.js'

/** Simple strategies under the same costs, what the costs decide, and whether the run stands out of all that were tried. */
export function comparisonSection(currency: string, coin: Spot<CoinResult>): Markup {
  return html`${benchmarkTable(currency, coin)}
<div class="columns"><div>${sensitivityGrid(currency, coin)}</div><div>${overfitList(coin)}</div></div>`
}

function benchmarkTable(currency: string, coin: Spot<CoinResult>): Markup {
  const benchmarks = listSpots(coin.at('benchmarks'))
  if (benchmarks.length === 0) return html`<h3>Benchmarks</h3><p>None was run.</p>`
  const own = {
    name: 'This run',
    kind: 'total' as const,
    cells: [
      figure(coin.at('finalEquityCoin'), 'coin'),
      figure(coin.at('finalEquityUsd'), 'usd'),
      figure(coin.at('coin').at('totalReturn'), 'percent', { signed: true }),
      figure(coin.at('usd').at('totalReturn'), 'percent', { signed: true }),
      figure(coin.at('usd').at('volatility'), 'percent'),
      estimate(coin.at('usd').at('sharpe'), 'ratio'),
      figure(coin.at('usd').at('maxDrawdown'), 'percent'),
    ],
  }
  return html`<h3>Benchmarks</h3>
${table(
  'The same deposit, fills and costs under simple rules',
  [
    'Rule',
    `End, ${currency}`,
    'End, USD',
    `Return, ${currency}`,
    'Return, USD',
    'Volatility, USD',
    'Sharpe, USD',
    'Drawdown, USD',
  ],
  [
    own,
    ...benchmarks.map((benchmark) => ({
      name: words(benchmark.at('name')),
      cells: [
        figure(benchmark.at('finalEquityCoin'), 'coin'),
        figure(benchmark.at('finalEquityUsd'), 'usd'),
        figure(benchmark.at('coin').at('totalReturn'), 'percent', { signed: true }),
        figure(benchmark.at('usd').at('totalReturn'), 'percent', { signed: true }),
        figure(benchmark.at('usd').at('volatility'), 'percent'),
        estimate(benchmark.at('usd').at('sharpe'), 'ratio'),
        figure(benchmark.at('usd').at('maxDrawdown'), 'percent'),
      ],
    })),
  ],
)}`
}

function sensitivityGrid(currency: string, coin: Spot<CoinResult>): Markup {
  const cells = listSpots(coin.at('sensitivity'))
  if (cells.length === 0) return html`<h3>What the costs decide</h3><p>No other costs were tried.</p>`
  const byFactor = (key: 'spreadFactor' | 'feeFactor') => [
    ...new Map(cells.map((cell) => [cell.value[key], cell.at(key)])).values(),
  ]
  const most = cells.reduce((least, { value }) => Math.max(least, Math.abs(value.overlayCoin)), 0)
  const fees = byFactor('feeFactor')
  const find = (spread: number, fee: number): Spot<Sensitivity> | undefined =>
    cells.find(({ value }) => value.spreadFactor === spread && value.feeFactor === fee)
  return html`<h3>What the costs decide</h3>
${table(
  `The calls alone, ${currency} over USD, at multiples of the spread (down) and of the fees (across)`,
  ['Spread', ...fees.map((fee) => ({ head: html`Fees × ${figure(fee, 'plain')}`, kind: 'num' as const }))],
  [
    ...byFactor('spreadFactor').map((spread) => ({
      name: html`× ${figure(spread, 'plain')}`,
      cells: fees.map((fee) => {
        const cell = find(spread.value, fee.value)
        if (cell === undefined) return html`<span title="not tried">–</span>`
        const content = html`${figure(cell.at('overlayCoin'), 'coin', { signed: true })}<br><small>${figure(cell.at('overlayUsd'), 'usd', { signed: true })}</small>`
        return heatCell(content, cell.value.overlayCoin, most)
      }),
    })),
  ],
)}`
}

function overfitList(coin: Spot<CoinResult>): Markup {
  const overfit = coin.at('overfit')
  return html`<h3>Luck of the search</h3>
<dl class="card">
<div><dt>Runs tried</dt><dd>${figure(overfit.at('trials'), 'count')}</dd></div>
<div><dt>Probability that the Sharpe ratio is above zero</dt><dd>${figure(overfit.at('psr'), 'percent')}</dd></div>
<div><dt>The same, for the number of runs tried</dt><dd>${figure(overfit.at('dsr'), 'percent', {
    missing: 'needs more than one run',
  })}</dd></div>
<div><dt>Probability that the best of them is overfitted</dt><dd>${figure(overfit.at('pbo'), 'percent', {
    missing: 'needs more than one run',
  })}</dd></div>
</dl>`
}
