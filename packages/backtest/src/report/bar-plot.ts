import type { FigureFormat } from './figure-format.js'
import { figure } from './figures.js'
import { html, type Markup } from './markup.js'
import type { Spot } from './spot.js'

/** A bar with its name and the figure that it shows. */
export type Bar = { name: Markup; spot: Spot<number> }

/**
 * Bars beside their figures, all in one scale: to the right of the line in the middle what is gained, to the left what is
 * lost; from the left edge where nothing is lost. A table, so that it is read without seeing it.
 */
export function barTable(
  caption: string,
  heads: readonly [name: string, figure: string],
  bars: readonly Bar[],
  format: FigureFormat,
): Markup {
  const most = bars.reduce((least, { spot }) => Math.max(least, Math.abs(spot.value)), 0)
  const hasLoss = bars.some(({ spot }) => spot.value < 0)
  const signed = hasLoss || format === 'usd'
  return html`<table class="bars"><caption><span>${caption}</span></caption>
<thead><tr><th scope="col">${heads[0]}</th><th scope="col" class="num">${heads[1]}</th><td class="bar"></td></tr></thead>
<tbody>${bars.map(
    ({ name, spot }) => html`<tr><th scope="row">${name}</th><td class="num">${figure(spot, format, { signed })}</td>
<td class="bar">${barMarkup(spot.value, most, hasLoss)}</td></tr>`,
  )}</tbody></table>`
}

function barMarkup(value: number, most: number, hasLoss: boolean): Markup {
  const [origin, room] = hasLoss ? [50, 50] : [0, 100]
  const width = most === 0 ? 0 : (room * Math.abs(value)) / most
  const from = value < 0 ? origin - width : origin
  const tone = value < 0 ? 'loss' : 'gain'
  return html`<svg class="bar" aria-hidden="true"><rect class="${tone}" x="${from.toFixed(1)}%" y="15%" width="${width.toFixed(1)}%" height="70%"/></svg>`
}
