import type { BacktestResult, DecisionFigures } from '../results/result.js'
import { figure } from './figures.js'
import { html, type Markup } from './markup.js'
import { recordSpots, type Spot } from './spot.js'
import { table } from './table.js'

const TABLES = [
  ['actions', 'What was decided', 'Action'],
  ['refusals', 'What the risk limits refused', 'Breach'],
  ['failures', 'What failed', 'Failure'],
  ['rejections', 'Why calls were no candidates, in total', 'Reason'],
] as const

/** How often what was decided, refused, rejected, and how often something failed. */
export function decisionsSection(result: Spot<BacktestResult>): Markup {
  const decisions = result.at('decisions')
  return html`<section aria-labelledby="decisions">
<h2 id="decisions">Decisions</h2>
<p>${figure(decisions.at('decisions'), 'count')} decisions, over all coins.</p>
<div class="columns">${TABLES.map(([key, caption, head]) => html`<div>${countTable(decisions, key, caption, head)}</div>`)}</div>
</section>`
}

function countTable(
  decisions: Spot<DecisionFigures>,
  key: (typeof TABLES)[number][0],
  caption: string,
  head: string,
): Markup {
  const counts = recordSpots(decisions.at(key)).toSorted(([, a], [, b]) => b.value - a.value)
  if (counts.length === 0) return html`<p class="note">${caption}: nothing.</p>`
  const rows = counts.map(([name, count]) => ({
    name: html`<bdi data-key="${count.path}">${name}</bdi>`,
    cells: [figure(count, 'count')],
  }))
  return table(caption, [head, 'Times'], rows)
}
