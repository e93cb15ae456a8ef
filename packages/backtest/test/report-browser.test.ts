import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openRecordedHistory } from '../src/history/recorded-history.js'
import { renderReport } from '../src/report/render-report.js'
import { reportJson } from '../src/report/report-json.js'
import { blankResultForTest, resultForTest } from '../src/report/result.fixture.js'
import type { BacktestResult } from '../src/results/result.js'
import { summarise } from '../src/results/summarise.js'
import { composeRules } from '../src/run/compose-rules.js'
import { runBacktest } from '../src/run/run-backtest.js'
import { problemOf, valueAt } from './report-figures.js'
import * as inPage from './report-page.js'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
if (executablePath === undefined) console.warn('No chromium: tests of the report in a browser are skipped.')

const recordings = inject('recordings')
const result = resultForTest()
const blank = blankResultForTest()
const hostile = hostileResult(result)
type View = { width: number; colorScheme: 'light' | 'dark'; javaScriptEnabled: boolean }

const views: readonly View[] = [1280, 390, 360].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    [true, false].map((javaScriptEnabled) => ({ width, colorScheme, javaScriptEnabled })),
  ),
)
const edges = views.filter(({ width, colorScheme }) => (width === 360) === (colorScheme === 'dark'))

describe.skipIf(executablePath === undefined)('the report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-'))
  let browser: Browser

  beforeAll(async () => {
    // Root, as in a container, has no sandbox to start in.
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  describe.each([
    ['a usual result', result, views],
    ['a result with nothing to say', blank, edges],
    ['a result with hostile words', hostile, edges],
  ])('of %s', (name, of, seen) => {
    it.each(seen)('is laid out at $width px, $colorScheme, scripts $javaScriptEnabled', (view) =>
      isLaidOut(name, of, view),
    )

    it('shows each figure as the JSON has it, and no number beside them', () => hasFiguresOf(name, of))
  })

  it.skipIf(recordings === null)('shows a real window as any other', async () => {
    const of = await recordedResult(`${recordings}/data`)
    await hasFiguresOf('recorded', of)
    for (const view of edges) await isLaidOut('recorded', of, view)
  })

  it.each([
    { rule: '.card{margin-bottom:-40px}', judge: inPage.overlaps, why: 'a card under what follows it' },
    {
      rule: '.tick .middle{transform:translateX(-100px)}',
      judge: inPage.overlaps,
      why: 'labels of an axis on each other',
    },
    { rule: '.card dd{overflow-wrap:normal;width:30px}', judge: inPage.overlaps, why: 'a figure wider than its box' },
    { rule: '.note{color:#999}', judge: inPage.faintTexts, why: 'a faint note' },
  ])('is judged by what finds $why', async ({ rule, judge }) => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 900 },
      bypassCSP: true,
      javaScriptEnabled: false,
    })
    const page = await context.newPage()
    await page.setContent(renderReport(blank).replace('</head>', `<style>${rule}</style></head>`))
    expect(await page.evaluate(judge)).not.toEqual([])
    await context.close()
  })

  it('draws what the JSON has', async () => {
    const { page } = await open('data', result, { width: 800, colorScheme: 'light', javaScriptEnabled: false })
    const coins = await page.evaluate(inPage.chartData)
    expect(coins.length).toBe(2)
    for (const [at, { rows, timeSec, charts }] of coins.entries()) {
      const curve = Object.values(result.underlyings)[at]?.curve
      expect(timeSec).toEqual(rows.map((row) => (curve?.timeMs[row] ?? Number.NaN) / 1000))
      for (const { path, label, values, decimals } of charts.flatMap(({ lines }) => lines)) {
        const column = valueAt(result, path) as readonly number[]
        const drawn = rows.map((row) => Number(column[row]?.toFixed(decimals)))
        const expected = label === 'Highest so far' ? drawn.map((_, to) => Math.max(...drawn.slice(0, to + 1))) : drawn
        expect(values).toEqual(expected)
      }
    }
    await page.context().close()
  })

  it('is read by keyboard: the charts follow the arrows, a button turns one logarithmic', async () => {
    const { page, told } = await open('keys', result, { width: 800, colorScheme: 'light', javaScriptEnabled: true })
    const chart = page.locator('#chart-BTC-equity')
    const button = chart.getByRole('button', { name: 'Logarithmic scale' })
    await button.press('Enter')
    expect(await button.getAttribute('aria-pressed')).toBe('true')
    await chart.locator('.live').focus()
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowRight')
    const [coin] = await page.evaluate(inPage.chartData)
    const curve = result.underlyings.BTC?.curve
    const row = coin?.rows[2] ?? Number.NaN
    const usd = (value = Number.NaN) => Math.round(value).toLocaleString('en-GB')
    const legend = chart.locator('.u-legend .u-value')
    await expect
      .poll(() => legend.allTextContents())
      .toEqual([
        new Date(curve?.timeMs[row] ?? 0).toISOString().slice(0, 16).replace('T', ' '),
        usd(curve?.equityUsd[row]),
        usd(curve?.heldUsd[row]),
      ])
    const strikes = page.locator('#chart-BTC-strikes')
    await strikes.locator('.live').focus()
    await page.keyboard.press('ArrowRight')
    await expect
      .poll(() => strikes.locator('.told').textContent())
      .toBe(`Short: ${result.underlyings.BTC?.stories[0]?.symbol}`)
    expect(told).toEqual([])
    await page.context().close()
  })

  it('follows a change of theme and of width', async () => {
    const { page, told } = await open('change', result, { width: 1280, colorScheme: 'light', javaScriptEnabled: true })
    const canvas = page.locator('#chart-BTC-equity canvas')
    const before = await canvas.evaluate(inPage.pixels)
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(() => canvas.evaluate(inPage.pixels)).not.toBe(before)
    await page.setViewportSize({ width: 360, height: 800 })
    await expect.poll(async () => (await canvas.boundingBox())?.width ?? 999).toBeLessThan(340)
    await expect.poll(() => page.evaluate(inPage.sidewaysScroll)).toBe(0)
    expect(told).toEqual([])
    await page.context().close()
  })

  it('is dark on light on paper, with the drawings in the place of the charts', async () => {
    const { page } = await open('paper', result, { width: 800, colorScheme: 'dark', javaScriptEnabled: true })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.evaluate(inPage.visiblePlots)).toEqual({ drawn: 6, live: 0 })
    expect(await page.evaluate(inPage.ground)).toBe('rgb(255, 255, 255)')
    await page.context().close()
  })

  async function isLaidOut(name: string, of: BacktestResult, view: View): Promise<void> {
    const { page, told } = await open(name, of, view)
    expect(await page.evaluate(inPage.sidewaysScroll)).toBe(0)
    expect(await page.evaluate(inPage.overlaps)).toEqual([])
    expect(await page.evaluate(inPage.faintTexts)).toEqual([])
    const plots = 3 * Object.keys(of.underlyings).length
    const shown = view.javaScriptEnabled ? { drawn: 0, live: plots } : { drawn: plots, live: 0 }
    expect(await page.evaluate(inPage.visiblePlots)).toEqual(shown)
    expect(told).toEqual([])
    await page.context().close()
  }

  async function hasFiguresOf(name: string, of: BacktestResult): Promise<void> {
    const { page } = await open(name, of, { width: 1280, colorScheme: 'light', javaScriptEnabled: false })
    const json: unknown = JSON.parse(reportJson(of))
    const figures = await page.evaluate(inPage.figures)
    expect(figures.length).toBeGreaterThan(100)
    expect(figures.map((figure) => problemOf(json, figure)).filter((problem) => problem !== null)).toEqual([])
    expect(await page.evaluate(inPage.looseNumbers)).toEqual([])
    await page.context().close()
  }

  async function open(
    name: string,
    of: BacktestResult,
    { width, ...view }: View,
  ): Promise<{ page: Page; told: string[] }> {
    const file = join(folder, `${name.replaceAll(' ', '-')}.html`)
    if (!existsSync(file)) writeFileSync(file, renderReport(of))
    const context = await browser.newContext({ viewport: { width, height: 900 }, ...view })
    const page = await context.newPage()
    const told: string[] = []
    page.on('console', (message) => told.push(message.text()))
    page.on('pageerror', (error) => told.push(error.message))
    page.on('dialog', (dialog) => told.push(`dialog ${dialog.message()}`))
    page.on('request', (request) => request.url() !== pathToFileURL(file).href && told.push(request.url()))
    await page.goto(pathToFileURL(file).href)
    return { page, told }
  }
})

/** What a preset comes to on recorded quotes of some weeks. */
async function recordedResult(folder: string): Promise<BacktestResult> {
  const [fromMs, toMs] = [Date.UTC(2026, 0, 2), Date.UTC(2026, 1, 20)]
  const history = openRecordedHistory({ folder, currencies: ['BTC'], fromMs: fromMs - 30 * 86_400_000, toMs })
  const compose = composeRules({ preset: 'weekly-25-delta' })
  const run = await runBacktest({ history, deposits: { BTC: 10 }, fill: 'cross', fromMs, toMs, compose })
  const context = { objective: 'coin', codeVersion: '1', preset: 'weekly-25-delta', seed: 1, fill: 'cross' } as const
  return summarise(run, { ...context, reproduce: null })
}

/** Words that try to be markup, to break out of their box, to turn the direction, and figures at the edge of what is told. */
function hostileResult(of: BacktestResult): BacktestResult {
  const coin = of.underlyings.BTC
  if (coin === undefined) throw new Error('The fixture has no BTC.')
  const trap = `</script><script>alert(1)</script><img src=x onerror=alert(1)>${'W'.repeat(300)} & "quoted" 'too'`
  return {
    ...of,
    run: {
      ...of.run,
      policy: trap,
      preset: null,
      reproduce: trap,
      warnings: [trap, 'ltr שלום rtl'],
      configuration: { [trap]: trap },
      history: { ...of.run.history, description: trap, assumptions: [trap] },
    },
    underlyings: {
      BTC: {
        ...coin,
        overlayUsd: -0.4,
        months: coin.months.map((month) => ({ ...month, returnUsd: null })),
        finalEquityUsd: 123_456_789_012,
        verdict: { ...coin.verdict, evidence: 'against', sentence: trap, reasons: [trap] },
        stories: coin.stories.map((story) => ({ ...story, reasoning: trap })),
        benchmarks: coin.benchmarks.map((benchmark) => ({ ...benchmark, name: trap })),
      },
    },
    decisions: { ...of.decisions, rejections: { [trap]: 2, 'is 0.5. off': 1 } },
  }
}
