import type { Chart, CoinCharts } from './chart.js'
import { html, type Markup } from './markup.js'
import { markLegend, svgPlot } from './svg-plot.js'

/** The charts of a coin, as drawings that need no script. */
export function chartSection(coin: CoinCharts): Markup {
  return html`<h3>Charts</h3>
<p class="note">Of a long run, each stretch shows its lowest and its highest moments.</p>
${coin.charts.map((chart) => chartFigure(chart, coin))}`
}

function chartFigure(chart: Chart, coin: CoinCharts): Markup {
  return html`<figure id="${chart.id}">
<figcaption><h4>${chart.title}, ${chart.unit}</h4>${chart.description}</figcaption>
<ul class="keys">${chart.lines.map(({ label, tone }) => html`<li class="${tone}">${label}</li>`)}</ul>
${chart.calls.length === 0 ? null : markLegend()}
${svgPlot(chart, coin)}
</figure>`
}
