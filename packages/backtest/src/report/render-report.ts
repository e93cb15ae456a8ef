import { createHash } from 'node:crypto'
import { CURRENCIES, type Currency } from '@cc/models'
import type { BacktestResult, CoinResult } from '../results/result.js'
import { attributionSection } from './attribution-section.js'
import { callsSection } from './calls-section.js'
import { type CoinCharts, coinCharts } from './chart.js'
import { readChartLibrary } from './chart-library.js'
import { chartSection } from './chart-section.js'
import { comparisonSection } from './comparison-section.js'
import { decisionsSection } from './decisions-section.js'
import { day, words } from './figures.js'
import { drawdownTable, headlineSection } from './headline-section.js'
import { html, jsonText, type Markup, markupText, rawText } from './markup.js'
import { monthsSection } from './months-section.js'
import { pageScript } from './page-script.js'
import { pageStyle } from './page-style.js'
import { foundations, runCard, warningBox } from './run-section.js'
import { rootSpot, type Spot } from './spot.js'
import { markShapes } from './svg-plot.js'
import { verdictSection } from './verdict-section.js'

/**
 * Writes the report of a backtest as one HTML file: it asks no network, is read without scripts and on paper, and every
 * number in it is a figure of {@link BacktestResult} whose path stands in its `data-path`. Its content security policy
 * lets nothing run but the one script in it, by its hash. Texts of the result are escaped.
 *
 * @throws CcError `backtest/no-chart-library` when uPlot is not installed.
 */
export function renderReport(result: BacktestResult): string {
  const root = rootSpot(result)
  const coins = coinSpots(root).map(([currency, coin]) => ({ currency, coin, charts: coinCharts(currency, coin) }))
  const { style, script } = pageParts()
  return markupText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${titleOf(result)}</title>
<style>${rawText(style)}</style>
</head>
<body>
<header>
<h1>${coins.map(({ currency }) => currency).join(' and ')} covered calls: ${words(nameSpot(root))}</h1>
<p>${coins.slice(0, 1).map(({ coin }) => html`${day(coin.at('fromMs'))} to ${day(coin.at('toMs'))}, `)}${words(root.at('run').at('history').at('kind'))} history. Times are UTC.</p>
</header>
<main>
${coins.map(({ currency, coin }) => verdictSection(currency, coin))}
${warningBox(root.at('run'))}
${navigation(coins.map(({ currency }) => currency))}
${runCard(root)}
${coins.map((coin) => coinSection(coin))}
${decisionsSection(root)}
${foundations(root)}
</main>
<footer>Every number here is in the JSON of the run, under the path in its <code>data-path</code>. A dash: the figure cannot be stated. Past results say little about later ones.</footer>
${markShapes()}
<script type="application/json" id="chart-data">${jsonText(coins.map(({ charts }) => charts))}</script>
<script>${rawText(script)}</script>
</body>
</html>
`)
}

type Coin = { currency: Currency; coin: Spot<CoinResult>; charts: CoinCharts }

function coinSection({ currency, coin, charts }: Coin): Markup {
  return html`<section id="coin-${currency}" aria-labelledby="name-${currency}">
<h2 id="name-${currency}">${currency}</h2>
${headlineSection(currency, coin)}
${chartSection(charts)}
${callsSection(currency, coin)}
${attributionSection(currency, coin)}
${monthsSection(currency, coin)}
${drawdownTable(currency, coin)}
${comparisonSection(currency, coin)}
</section>`
}

function coinSpots(root: Spot<BacktestResult>): readonly (readonly [Currency, Spot<CoinResult>])[] {
  const coins = root.at('underlyings')
  return CURRENCIES.flatMap((currency) => {
    const coin = coins.at(currency)
    return isPresent(coin) ? [[currency, coin] as const] : []
  })
}

function isPresent<T>(spot: Spot<T | undefined>): spot is Spot<T> {
  return spot.value !== undefined
}

function navigation(currencies: readonly string[]): Markup {
  const links = [
    ['run', 'The run'],
    ...currencies.map((currency) => [`coin-${currency}`, currency] as const),
    ['decisions', 'Decisions'],
    ['foundations', 'What it stands on'],
  ] as const
  return html`<nav aria-label="Parts of the report"><ul>${links.map(
    ([id, name]) => html`<li><a href="#${id}">${name}</a></li>`,
  )}</ul></nav>`
}

function nameSpot(root: Spot<BacktestResult>): Spot<string | null> {
  return root.value.run.preset === null ? root.at('run').at('policy') : root.at('run').at('preset')
}

function titleOf({ run, underlyings }: BacktestResult): string {
  return `${Object.keys(underlyings).join(' and ')} covered calls: ${run.preset ?? run.policy}`
}

function pageParts(): { style: string; script: string } {
  const library = readChartLibrary()
  return {
    style: `${library.style}\n${pageStyle()}`,
    script: `/*!\n${library.licence}*/\n${library.script}\n;(${pageScript.toString()})(uPlot,JSON.parse(document.getElementById('chart-data').textContent))`,
  }
}

function policyOf(style: string, script: string): string {
  return [
    `default-src 'none'`,
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`
}
