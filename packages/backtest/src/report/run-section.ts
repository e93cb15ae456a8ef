import type { HistoryCard } from '../history/history.js'
import type { BacktestResult, RunCard } from '../results/result.js'
import { code, day, figure, minute, words } from './figures.js'
import { html, type Markup } from './markup.js'
import { listSpots, type Spot } from './spot.js'
import { table } from './table.js'

const KINDS = {
  recorded: null,
  reconstructed:
    'The options are reconstructed: spot and the volatility index are real, every option price is a model’s.',
  synthetic: 'The market is synthetic: none of these prices was ever real.',
} as const

/** What a reader must know before the first figure: that prices are not real, and the warnings of the run. */
export function warningBox(run: Spot<RunCard>): Markup | null {
  const warnings = listSpots(run.at('warnings'))
  const unreal = KINDS[run.value.history.kind]
  if (warnings.length === 0 && unreal === null) return null
  return html`<section class="flag" aria-labelledby="warnings"><strong id="warnings">Know before you read</strong>
<ul>${unreal === null ? null : html`<li>${unreal}</li>`}${warnings.map((warning) => html`<li>${words(warning)}</li>`)}</ul></section>`
}

/** How the run was made: policy, history, hashes. */
export function runCard(result: Spot<BacktestResult>): Markup {
  const run = result.at('run')
  const history = run.at('history')
  const item = (label: string, value: Markup) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`
  const wide = (label: string, value: Markup) => html`<div class="wide"><dt>${label}</dt><dd>${value}</dd></div>`
  return html`<section aria-labelledby="run">
<h2 id="run">The run</h2>
<dl class="card">
${item('Policy', words(run.at('policy')))}
${item('Preset', words(run.at('preset')))}
${item('Fills', words(run.at('fill')))}
${item('Seed', html`<span data-path="${run.at('seed').path}" data-format="seed">${String(run.value.seed)}</span>`)}
${item('Code', words(run.at('codeVersion')))}
${item('Kind of history', words(history.at('kind')))}
${item('History from', day(history.at('fromMs')))}
${item('History to', day(history.at('toMs')))}
${wide('Source', words(history.at('description')))}
${wide('Checksum of the history', code(history.at('checksum')))}
${wide('Hash of the run: equal hashes are equal books', code(run.at('runHash')))}
${run.value.reproduce === null ? null : wide('The same again', code(run.at('reproduce')))}
</dl>
</section>`
}

/** What the history holds and what it lacks, what is assumed, and every option in force. */
export function foundations(result: Spot<BacktestResult>): Markup {
  const history = result.at('run').at('history')
  const configuration = result.at('run').at('configuration')
  const assumptions = listSpots(history.at('assumptions'))
  return html`<section aria-labelledby="foundations">
<h2 id="foundations">What it stands on</h2>
<h3>Assumptions</h3>
${assumptions.length === 0 ? html`<p>None is stated.</p>` : html`<ul class="list">${assumptions.map((text) => html`<li>${words(text)}</li>`)}</ul>`}
<div class="columns"><div>${coverage(history)}</div><div>${gaps(history)}</div></div>
${badRows(history)}
<details><summary>Every option in force</summary>
<pre data-path="${configuration.path}" data-format="json">${JSON.stringify(configuration.value, null, 2)}</pre></details>
</section>`
}

function coverage(history: Spot<HistoryCard>): Markup {
  return html`<h3>History</h3>${table(
    'What was read, by coin',
    ['Coin', 'Snapshots', 'Quotes'],
    listSpots(history.at('coins')).map((coin) => ({
      name: words(coin.at('currency')),
      cells: [
        figure(coin.at('snapshots'), 'count'),
        figure(coin.at('rows'), 'count', { missing: 'a model makes the quotes' }),
      ],
    })),
  )}`
}

function gaps(history: Spot<HistoryCard>): Markup {
  const found = listSpots(history.at('gaps'))
  if (found.length === 0) return html`<h3>Gaps</h3><p>None.</p>`
  const rows = found.map((gap) => ({
    name: words(gap.at('currency')),
    cells: [minute(gap.at('fromMs')), minute(gap.at('toMs'))],
  }))
  const shown = table('Stretches without a snapshot, UTC', ['Coin', 'From', 'To'], rows)
  return html`<h3>Gaps</h3>${found.length > 10 ? html`<details><summary>All gaps</summary>${shown}</details>` : shown}`
}

function badRows(history: Spot<HistoryCard>): Markup | null {
  const bad = history.at('badRows')
  if (bad.value.count === 0) return null
  return html`<h3>Rows left out</h3>
<p>${figure(bad.at('count'), 'count')} rows could not be taken. The first of them:</p>
${table(
  'Rows of the history that were left out',
  ['File', 'Row', { head: 'Field', kind: 'words' }, { head: 'Value', kind: 'why' }, { head: 'Expected', kind: 'why' }],
  listSpots(bad.at('first')).map((row) => ({
    name: words(row.at('file')),
    cells: [figure(row.at('row'), 'count'), words(row.at('field')), words(row.at('value')), words(row.at('expected'))],
  })),
)}`
}
