import type { Chart, ChartCall, CoinCharts } from './chart.js'
import { formatDay } from './figure-format.js'
import { html, type Markup } from './markup.js'

/**
 * A chart that needs no script: lines in a stretched drawing, text and marks beside it at places in percent, so that it
 * fits any width and its text keeps its size. Colours come from classes.
 */
export function svgPlot(chart: Chart, { timeSec }: CoinCharts): Markup {
  const lines = chart.lines.map(({ values }) => values)
  const [low, high] = padded([...lines.flat(), ...chart.calls.map(({ strikeUsd }) => strikeUsd)])
  const [first, last] = [timeSec[0] ?? 0, Math.max(timeSec.at(-1) ?? 1, (timeSec[0] ?? 0) + 1)]
  const x = (sec: number) => Math.round((1000 * (sec - first)) / (last - first))
  const y = (value: number) => Math.round((1000 * (high - value)) / (high - low))
  const points = lines.map((values) => values.map((value, at) => `${x(timeSec[at] ?? first)} ${y(value)}`))
  const ticks = niceTicks(low, high, 4)
  return html`<div class="plot" role="img" aria-label="${`${chart.title}. ${chart.description}`}">
<svg class="tick">${ticks.map(
    (tick) => html`<text class="end" x="56" y="${percent(y(tick))}" dy="4">${tickText(tick, ticks)}</text>`,
  )}</svg>
<svg>
<svg class="lines" viewBox="0 0 1000 1000" preserveAspectRatio="none">
${ticks.map((tick) => html`<path class="grid" d="M0 ${String(y(tick))}H1000"/>`)}
${chart.isBand ? html`<path class="band" d="${`M${[...(points[0] ?? []), ...(points[1] ?? []).toReversed()].join('L')}Z`}"/>` : null}
${chart.calls.map((call) => html`<path class="strike" d="${`M${x(call.fromSec)} ${y(call.strikeUsd)}H${x(call.toSec)}`}"/>`)}
${points.map((path, at) => html`<path class="line ${chart.lines[at]?.tone ?? ''}" d="${`M${path.join('L')}`}"/>`)}
</svg>
${chart.calls.map((call) => callMarks(call, x, y))}
<g class="tick">${dayTicks(first, last).map(
    ([sec, anchor]) =>
      html`<text class="${anchor}" x="${percent(x(sec))}" y="100%" dy="-4">${formatDay(sec * 1000)}</text>`,
  )}</g>
</svg>
</div>`
}

/** Shapes of the marks of calls, once on a page: other plots use them by name. */
export function markShapes(): Markup {
  return html`<svg class="shapes" aria-hidden="true"><defs>
<path id="mark-sold" class="mark sold" d="M-4 -4H4L0 4Z"/>
<circle id="mark-expired" class="mark expired" r="3.5"/>
<path id="mark-delivered" class="mark delivered" d="M-4 -4H4V4H-4Z"/>
<path id="mark-bought-back" class="mark bought-back" d="M-4 -4L4 4M4 -4L-4 4"/>
<path id="mark-rolled" class="mark rolled" d="M0 -5L5 0L0 5L-5 0Z"/>
</defs></svg>`
}

/** What the marks mean, with the same shapes. */
export function markLegend(): Markup {
  const marks = ['sold', 'expired', 'delivered', 'bought-back', 'rolled']
  return html`<ul class="legend">${marks.map((mark) => html`<li>${swatch(mark)} ${mark.replace('-', ' ')}</li>`)}</ul>`
}

/** Round numbers between two bounds, about `count` of them, ascending. */
export function niceTicks(low: number, high: number, count: number): readonly number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power
  const from = Math.ceil(low / step)
  const to = Math.floor(high / step)
  return Array.from({ length: to - from + 1 }, (_, at) => Number(((from + at) * step).toPrecision(12)))
}

function callMarks(call: ChartCall, x: (sec: number) => number, y: (value: number) => number): Markup {
  const use = (mark: string, sec: number) =>
    html`<use href="#mark-${mark}" x="${percent(x(sec))}" y="${percent(y(call.strikeUsd))}"/>`
  return html`${use('sold', call.fromSec)}${call.end === 'open' ? null : use(call.end, call.toSec)}`
}

function swatch(mark: string): Markup {
  return html`<svg class="swatch" viewBox="-6 -6 12 12" aria-hidden="true"><use href="#mark-${mark}"/></svg>`
}

/** Both ends of what is drawn, with room for a mark and for the days below; never of no height. */
function padded(values: readonly number[]): readonly [low: number, high: number] {
  const finite = values.filter(Number.isFinite)
  const low = finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  if (low > high) return [0, 1]
  const room = high > low ? high - low : Math.abs(high) || 1
  return [low - 0.14 * room, high + 0.08 * room]
}

function dayTicks(first: number, last: number): readonly (readonly [sec: number, anchor: string])[] {
  return [
    [first, 'start'],
    [first + (last - first) / 2, 'middle'],
    [last, 'end'],
  ]
}

function tickText(tick: number, ticks: readonly number[]): string {
  const step = Math.abs((ticks[1] ?? tick) - (ticks[0] ?? 0)) || 1
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return tick
    .toLocaleString('en-GB', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      signDisplay: 'negative',
    })
    .replace('-', '−')
}

function percent(thousandths: number): string {
  return `${(thousandths / 10).toFixed(1)}%`
}
