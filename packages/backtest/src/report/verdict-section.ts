import type { CoinResult } from '../results/result.js'
import { estimate, figure, words } from './figures.js'
import { html, type Markup } from './markup.js'
import { listSpots, type Spot } from './spot.js'

const NAMES = {
  for: 'The calls helped',
  against: 'The calls harmed',
  none: 'No evidence either way',
} as const

/** What one coin's run comes to, in words first, with what it stands on and the figures at its end. */
export function verdictSection(currency: string, coin: Spot<CoinResult>): Markup {
  const verdict = coin.at('verdict')
  const { evidence, objective, reasons } = verdict.value
  const unit = objective === 'coin' ? currency : 'USD'
  return html`<section class="verdict ${evidence}" aria-labelledby="verdict-${currency}">
<h2 id="verdict-${currency}">${currency}: ${NAMES[evidence]}, judged in ${unit}</h2>
<p class="sentence">${words(verdict.at('sentence'))}</p>
${reasons.length === 0 ? null : html`<ul>${listSpots(verdict.at('reasons')).map((reason) => html`<li>${words(reason)}</li>`)}</ul>`}
<dl class="card">
<div class="twice"><dt>Edge of the calls, a year</dt><dd>${estimate(verdict.at('edge'), 'percent', {
    signed: true,
    missing: 'the run is too short to tell',
  })}</dd></div>
<div><dt>Calls alone, ${currency}</dt><dd>${figure(coin.at('overlayCoin'), 'coin', { signed: true })}</dd></div>
<div><dt>Calls alone, USD</dt><dd>${figure(coin.at('overlayUsd'), 'usd', { signed: true })}</dd></div>
<div><dt>At the end, ${currency}</dt><dd>${figure(coin.at('finalEquityCoin'), 'coin')}</dd></div>
<div><dt>At the end, USD</dt><dd>${figure(coin.at('finalEquityUsd'), 'usd')}</dd></div>
<div><dt>Held instead, USD</dt><dd>${figure(coin.at('heldUsd'), 'usd')}</dd></div>
</dl>
</section>`
}
