import type { CoinResult } from '../results/result.js'
import { monthName, premiumBars } from './attribution-section.js'
import { figure } from './figures.js'
import { html, type Markup } from './markup.js'
import { listSpots, type Spot } from './spot.js'
import { heatCell, table } from './table.js'

type Month = CoinResult['months'][number]

/** The run month by month: what the calls did, and both books in USD, the ground telling how much. */
export function monthsSection(currency: string, coin: Spot<CoinResult>): Markup {
  const months = listSpots(coin.at('months'))
  if (months.length === 0) return html`<h3>Months</h3><p>The run has none.</p>`
  const most = (keys: readonly ('overlayCoin' | 'returnUsd' | 'heldReturnUsd')[]) =>
    months.reduce((least, { value }) => Math.max(least, ...keys.map((key) => Math.abs(value[key] ?? 0))), 0)
  const [mostCoin, mostUsd] = [most(['overlayCoin']), most(['returnUsd', 'heldReturnUsd'])]
  const share = (month: Spot<Month>, key: 'returnUsd' | 'heldReturnUsd') =>
    heatCell(figure(month.at(key), 'percent', { signed: true }), month.value[key], mostUsd)
  return html`<h3>Months</h3>
<div class="columns"><div>
${table(
  'By UTC month. Darker ground: larger figure of its kind',
  ['Month', `Calls alone, ${currency}`, 'Strategy, USD', 'Holding, USD'],
  months.map((month) => ({
    name: monthName(month),
    cells: [
      heatCell(figure(month.at('overlayCoin'), 'coin', { signed: true }), month.value.overlayCoin, mostCoin),
      share(month, 'returnUsd'),
      share(month, 'heldReturnUsd'),
    ],
  })),
)}
</div><div>
${premiumBars(currency, coin)}
</div></div>`
}
