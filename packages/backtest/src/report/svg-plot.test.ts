import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Chart, coinCharts } from './chart.js'
import { markupText } from './markup.js'
import { resultForTest } from './result.fixture.js'
import { rootSpot } from './spot.js'
import { niceTicks, svgPlot } from './svg-plot.js'

const result = resultForTest({ currencies: ['BTC'], days: 30 })
const coin = result.underlyings.BTC
if (coin === undefined) throw new Error('The fixture has no BTC.')
const charts = coinCharts('BTC', rootSpot(coin))

describe('niceTicks', () => {
  it('are round, inside their bounds, and neither few nor many', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-4, max: 1e6, noNaN: true }),
        (low, size) => {
          const ticks = niceTicks(low, low + size, 4)
          expect(ticks.length).toBeGreaterThanOrEqual(1)
          expect(ticks.length).toBeLessThanOrEqual(6)
          const slack = 1e-9 * (Math.abs(low) + size)
          expect(ticks.every((tick) => tick >= low - slack && tick <= low + size + slack)).toBe(true)
        },
      ),
    )
  })
})

describe('svgPlot', () => {
  it.each(charts.charts.map((chart) => [chart.id, chart] as const))('draws %s inside its frame', (_, chart) => {
    const text = markupText(svgPlot(chart, charts))
    expect(text).not.toMatch(/NaN|Infinity|undefined/)
    const places = [...text.matchAll(/[ML](-?\d+) (-?\d+)/g)].flatMap(([, x, y]) => [Number(x), Number(y)])
    expect(places.length).toBeGreaterThan(500)
    expect(places.every((place) => place >= 0 && place <= 1000)).toBe(true)
  })

  it('marks each call where it was sold, and its end where it has one', () => {
    const [, , strikes] = charts.charts as readonly [Chart, Chart, Chart]
    const text = markupText(svgPlot(strikes, charts))
    expect(text.match(/#mark-sold/g)?.length).toBe(coin.stories.length)
    const ended = coin.stories.filter(({ end }) => end !== 'open')
    expect(text.match(/#mark-(?!sold)/g)?.length).toBe(ended.length)
  })

  it('draws a flat line and a single moment', () => {
    const flat = { ...charts, rows: [0], timeSec: [1_767_312_000] }
    const lines = [{ label: 'Flat', path: 'x', tone: 'strategy', decimals: 0, values: [0] }] as const
    const text = markupText(svgPlot({ ...(charts.charts[0] as Chart), lines, calls: [] }, flat))
    expect(text).not.toMatch(/NaN|Infinity|undefined/)
  })
})
