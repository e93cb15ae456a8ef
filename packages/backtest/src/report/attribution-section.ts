import type { Attribution, CoinResult } from '../results/result.js'
import { type Bar, barTable } from './bar-plot.js'
import type { FigureFormat } from './figure-format.js'
import { figure } from './figures.js'
import { html, type Markup } from './markup.js'
import { listSpots, type Spot } from './spot.js'
import { scrollBox } from './table.js'

const PARTS = [
  ['timing', 'Timing: the delta around its mean'],
  ['shortVol', 'Short volatility'],
  ['trading', 'Trading: fills and fees'],
  ['total', 'Total'],
] as const

/** Where the result comes from, in coin and in USD, each with bars in one scale. */
export function attributionSection(currency: string, coin: Spot<CoinResult>): Markup {
  const attribution = coin.at('attribution')
  const part = (
    unit: string,
    spot: Spot<Attribution>,
    told: { format: FigureFormat; passive: string; delta: string },
  ) => {
    const caption = `What the account gained in ${unit}: the parts add up to the total`
    const parts = [['passive', told.passive], ...PARTS] as const
    const bars: readonly Bar[] = parts.map(([key, name]) => ({ name: html`${name}`, spot: spot.at(key) }))
    const mean = figure(spot.at('meanDelta'), 'ratio', { missing: 'no call was held' })
    return html`<div>${scrollBox(caption, barTable(caption, ['Part', unit], bars, told.format))}
<p class="note">${told.delta}: ${mean}. It is known only after the run.</p></div>`
  }
  return html`<h3>Where it comes from</h3>
<div class="columns">
${part(currency, attribution.at('coin'), {
  format: 'coin',
  passive: 'Passive: the calls at their mean delta',
  delta: 'Mean delta of a call, less its mark as it is paid in coin',
})}
${part('USD', attribution.at('usd'), {
  format: 'usd',
  passive: 'Passive: the coins, less the calls at their mean delta',
  delta: 'Mean delta of a call; a coin has a delta of one',
})}
</div>`
}

/** Premium of each UTC month as bars. */
export function premiumBars(currency: string, coin: Spot<CoinResult>): Markup {
  const months = listSpots(coin.at('months'))
  const caption = `Premium taken in each UTC month, ${currency}`
  const bars: readonly Bar[] = months.map((month) => ({ name: monthName(month), spot: month.at('premiumCoin') }))
  return scrollBox(caption, barTable(caption, ['Month', currency], bars, 'coin'))
}

/** The name of a month, `2026-01`. */
export function monthName(month: Spot<CoinResult['months'][number]>): Markup {
  const name = month.at('month')
  return html`<time datetime="${name.value}" data-path="${name.path}" data-format="text">${name.value}</time>`
}
