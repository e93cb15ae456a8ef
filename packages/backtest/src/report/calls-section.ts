import type { CallFigures, CallStory, CoinResult } from '../results/result.js'
import type { FigureFormat } from './figure-format.js'
import { day, type FigureOptions, figure, words } from './figures.js'
import { html, type Markup } from './markup.js'
import { listSpots, type Spot } from './spot.js'
import { table } from './table.js'

const WORST = 10

/** What the calls brought and cost, how they ended, and the ten that lost most with why they were sold. */
export function callsSection(currency: string, coin: Spot<CoinResult>): Markup {
  const calls = coin.at('calls')
  const item = (label: string, key: keyof CallFigures, format: FigureFormat, options: FigureOptions = {}) =>
    html`<div><dt>${label}</dt><dd>${figure(calls.at(key), format, options)}</dd></div>`
  const none = { missing: 'no call that could tell' }
  return html`<h3>The calls</h3>
<dl class="card">
${item('Sales', 'sales', 'count')}
${item(`Premium, ${currency}`, 'premiumCoin', 'coin')}
${item('Premium, USD', 'premiumUsd', 'usd')}
${item('Premium kept', 'premiumKept', 'percent', none)}
${item('Premium over coins, a year', 'grossYield', 'percent', none)}
${item(`Bought back for, ${currency}`, 'buybackCoin', 'coin')}
${item(`Paid out, ${currency}`, 'payoutCoin', 'coin')}
${item(`Fees, ${currency}`, 'feesCoin', 'coin')}
${item(`Upside forgone, ${currency}`, 'upsideForgoneCoin', 'coin')}
${item('Calls that won', 'winRate', 'percent', none)}
${item('Expired in the money', 'assignmentRate', 'percent', none)}
${item('Expected in the money', 'expectedAssignmentRate', 'percent', none)}
${item('Time with nothing short', 'timeUncovered', 'percent')}
${item('Delta at sale, mean', 'averageDelta', 'ratio', none)}
${item('Days to expiry at sale, mean', 'averageDte', 'days', none)}
${item('IV over RV at sale, mean', 'averageIvrv', 'ratio', none)}
${item('Rolls', 'rolls', 'count')}
${item(`Credit of rolls, ${currency}`, 'rollCreditCoin', 'coin', { signed: true })}
${item('Turnover over the deposit, a year', 'turnover', 'ratio', none)}
${item('Margin used, 95th percentile', 'marginUsedP95Pct', 'points', none)}
${item('Fill to middle, bp of premium', 'fillAgainstMidBps', 'bps', { ...none, signed: true })}
${item('The same in IV, points', 'fillAgainstMidIv', 'percent', { ...none, signed: true })}
${item('Fill to mark, bp of premium', 'fillAgainstMarkBps', 'bps', { ...none, signed: true })}
</dl>
${worstCalls(currency, coin.at('stories'))}`
}

function worstCalls(currency: string, stories: Spot<readonly CallStory[]>): Markup {
  const worst = listSpots(stories)
    .filter(({ value }) => Number.isFinite(value.pnlCoin))
    .sort((a, b) => a.value.pnlCoin - b.value.pnlCoin)
    .slice(0, WORST)
  if (worst.length === 0) return html`<p>No call was sold.</p>`
  return table(
    'The calls with the least result in coin, at most ten; under each why it was sold',
    [
      'Call',
      `Result, ${currency}`,
      'Result, USD',
      'Sold',
      { head: 'End', kind: 'words' },
      'Size',
      'Delta',
      'IV',
      `Premium, ${currency}`,
    ],
    worst.map((story) => ({
      name: words(story.at('symbol')),
      cells: [
        figure(story.at('pnlCoin'), 'coin', { signed: true }),
        figure(story.at('pnlUsd'), 'usd', { signed: true }),
        day(story.at('soldMs')),
        words(story.at('end')),
        figure(story.at('sizeCoin'), 'plain'),
        figure(story.at('delta'), 'ratio'),
        figure(story.at('iv'), 'percent', { missing: 'no implied volatility in the history' }),
        figure(story.at('premiumCoin'), 'coin'),
      ],
      below: words(story.at('reasoning')),
    })),
  )
}
