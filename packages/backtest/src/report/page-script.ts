/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type uPlot from 'uplot'
import type { Chart, ChartCall, CoinCharts } from './chart.js'

/**
 * What runs inside the page: puts a chart that answers the pointer and the arrow keys in the place of each drawing. Its
 * text is copied into the page (`toString`), so it may use nothing but its arguments and what a browser has.
 */
export function pageScript(Plot: typeof uPlot, coins: readonly CoinCharts[]): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  for (const { timeSec, charts } of coins) {
    for (const chart of charts) {
      const figure = document.getElementById(chart.id)
      if (figure !== null) mount(figure, chart, timeSec)
    }
  }

  function mount(figure: HTMLElement, chart: Chart, timeSec: readonly number[]): void {
    const box = document.createElement('div')
    box.className = 'live'
    box.tabIndex = 0
    box.setAttribute('role', 'group')
    box.setAttribute('aria-label', `${chart.title}. The left and right arrow keys move along it.`)
    const told = document.createElement('p')
    told.className = 'told'
    let isLog = false
    const draw = () => new Plot(options(chart, isLog, box.clientWidth, told), dataOf(chart, timeSec), box)
    if (chart.hasLog) figure.append(logButton())
    figure.append(box)
    if (chart.calls.length > 0) figure.append(told)
    figure.classList.add('is-live')
    let plot = draw()

    const redraw = () => {
      plot.destroy()
      plot = draw()
    }
    dark.addEventListener('change', redraw)
    new ResizeObserver(() => {
      if (box.clientWidth > 0 && box.clientWidth !== plot.width)
        plot.setSize({ width: box.clientWidth, height: plot.height })
    }).observe(box)
    box.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
      if (step === 0) return
      event.preventDefault()
      const row = Math.min(
        timeSec.length - 1,
        Math.max(0, (plot.cursor.idx ?? (step > 0 ? -1 : timeSec.length)) + step),
      )
      plot.setCursor({ left: plot.valToPos(timeSec[row] ?? 0, 'x'), top: 0 })
    })

    function logButton(): HTMLElement {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = 'Logarithmic scale'
      button.setAttribute('aria-pressed', 'false')
      button.addEventListener('click', () => {
        isLog = !isLog
        button.setAttribute('aria-pressed', String(isLog))
        redraw()
      })
      return button
    }
  }

  function dataOf(chart: Chart, timeSec: readonly number[]): uPlot.AlignedData {
    return [[...timeSec], ...chart.lines.map(({ values }) => [...values])]
  }

  function options(chart: Chart, isLog: boolean, width: number, told: HTMLElement): uPlot.Options {
    const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
    const axis = {
      stroke: colour('muted'),
      grid: { stroke: colour('rule'), width: 1 },
      ticks: { stroke: colour('rule') },
    }
    return {
      width,
      height: 280,
      tzDate: (sec) => Plot.tzDate(new Date(sec * 1000), 'Etc/UTC'),
      cursor: { drag: { x: false, y: false } },
      scales: { y: { distr: isLog ? 3 : 1, range: (_, low, high) => padded(chart, low, high) } },
      axes: [
        { ...axis, space: 64, values: (_, splits, __, ___, step) => splits.map((sec) => dayText(sec, step)) },
        {
          ...axis,
          // As wide as its widest label, at 12 px of a font whose digits are 7 px wide.
          size: (_, labels) => 18 + 7 * Math.max(4, ...(labels ?? []).map((label) => label.length)),
          splits: (_, __, low, high) => ticks(low, high),
          // A logarithmic axis would keep powers of ten alone.
          filter: (_, splits) => splits,
          values: (_, splits) => splits.map((value) => tickText(value, splits)),
        },
      ],
      series: [
        { label: 'Time, UTC', value: (_, sec) => (sec === null ? '–' : minuteText(sec)) },
        ...chart.lines.map(({ label, tone }) => ({
          label: `${label}, ${chart.unit}`,
          stroke: colour(tone),
          width: 1.5,
          points: { show: false },
          value: (_: uPlot, value: number | null) => (value === null ? '–' : figureText(value, chart.unit)),
        })),
      ],
      ...(chart.isBand ? { bands: [{ series: [1, 2] as [number, number], fill: colour('loss-2') }] } : {}),
      hooks: {
        draw: [(plot) => drawCalls(plot, chart.calls, colour('strike'))],
        setCursor: [(plot) => tell(plot, chart.calls, told)],
      },
    }
  }

  function drawCalls(plot: uPlot, calls: readonly ChartCall[], stroke: string): void {
    const context = plot.ctx
    const size = 4 * devicePixelRatio
    context.save()
    context.strokeStyle = stroke
    context.fillStyle = stroke
    context.lineWidth = 1.5 * devicePixelRatio
    for (const call of calls) {
      const y = plot.valToPos(call.strikeUsd, 'y', true)
      const from = plot.valToPos(call.fromSec, 'x', true)
      const to = plot.valToPos(call.toSec, 'x', true)
      line(context, [from, y, to, y])
      context.fill(shape([from - size, y - size, from + size, y - size, from, y + size]))
      if (call.end === 'delivered') context.fillRect(to - size, y - size, 2 * size, 2 * size)
      if (call.end === 'rolled') context.fill(shape([to, y - size, to + size, y, to, y + size, to - size, y]))
      if (call.end === 'bought-back') {
        line(context, [to - size, y - size, to + size, y + size])
        line(context, [to - size, y + size, to + size, y - size])
      }
      if (call.end === 'expired') {
        context.beginPath()
        context.arc(to, y, 0.85 * size, 0, 2 * Math.PI)
        context.stroke()
      }
    }
    context.restore()
  }

  function line(context: CanvasRenderingContext2D, [x1, y1, x2, y2]: [number, number, number, number]): void {
    context.beginPath()
    context.moveTo(x1, y1)
    context.lineTo(x2, y2)
    context.stroke()
  }

  function shape(corners: readonly number[]): Path2D {
    const path = new Path2D()
    for (let at = 0; at + 1 < corners.length; at += 2) path.lineTo(corners[at] ?? 0, corners[at + 1] ?? 0)
    path.closePath()
    return path
  }

  function tell(plot: uPlot, calls: readonly ChartCall[], told: HTMLElement): void {
    const sec = plot.cursor.idx == null ? undefined : plot.data[0][plot.cursor.idx]
    const open = calls.filter((call) => sec !== undefined && call.fromSec <= sec && sec < call.toSec)
    const text = open.length > 0 ? `Short: ${open.map(({ symbol }) => symbol).join(', ')}` : '\u00a0'
    if (told.textContent !== text) told.textContent = text
  }

  function padded(chart: Chart, low: number, high: number): [number, number] {
    const strikes = chart.calls.map(({ strikeUsd }) => strikeUsd)
    const [least, most] = [Math.min(low, ...strikes), Math.max(high, ...strikes)]
    const room = 0.05 * (most - least || Math.abs(most) || 1)
    return [chart.hasLog ? Math.max(least - room, least / 2) : least - room, most + room]
  }

  function ticks(low: number, high: number): number[] {
    const rough = (high - low) / 5
    const power = 10 ** Math.floor(Math.log10(rough))
    const step = ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power
    const from = Math.ceil(low / step)
    return Array.from({ length: Math.floor(high / step) - from + 1 }, (_, at) =>
      Number(((from + at) * step).toPrecision(12)),
    )
  }

  function tickText(value: number, splits: readonly number[]): string {
    const step = Math.abs((splits[1] ?? value) - (splits[0] ?? 0)) || 1
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
    return numberText(value, digits)
  }

  function figureText(value: number, unit: string): string {
    return numberText(value, unit === 'USD' ? 0 : Math.abs(value) < 1 ? 5 : 4)
  }

  function numberText(value: number, digits: number): string {
    const format = { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'negative' } as const
    return value.toLocaleString('en-GB', format).replace('-', '−')
  }

  function minuteText(sec: number): string {
    return new Date(sec * 1000).toISOString().slice(0, 16).replace('T', ' ')
  }

  function dayText(sec: number, stepSec: number): string {
    const date = new Date(sec * 1000)
    const month = months[date.getUTCMonth()] ?? ''
    if (stepSec >= 28 * 86_400) return `${month} ${date.getUTCFullYear()}`
    if (stepSec >= 86_400) return `${date.getUTCDate()} ${month}`
    return date.toISOString().slice(11, 16)
  }
}
