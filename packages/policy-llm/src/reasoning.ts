import type { AgentState } from '@cc/models'
import { purchaseCostCoin } from '@cc/pricing'
import type { Answer } from './answer-form.js'
import type { FallbackReason } from './fallback-reason.js'
import type { MenuAction } from './menu-item.js'
import { candidateOf, positionOf } from './state-calls.js'

/** What the model said of its choice, cleaned, and among how many lines it chose. */
export type ChoiceWords = Pick<Answer, 'rationale' | 'confidence'> & { lines: number }

/**
 * Tells what a choice of the model does, in words of ours with the state's numbers, then what the model gave as its
 * reason, in quotes. At most 4 000 characters.
 */
export function choiceReasoning(action: MenuAction, state: AgentState, choice: ChoiceWords): string {
  const { rationale, confidence, lines } = choice
  const ours = `${actionWords(action, state)}: the model chose it among ${lines} (confidence ${confidence}).`
  const theirs = quotable(rationale)
  return cut(theirs === '' ? ours : `${ours} It says: “${theirs}”`, MOST_REASONING)
}

/** Tells why there is no choice of the model to follow. */
export function fallbackReasoning(reason: FallbackReason): string {
  return `Nothing is done, since the model's choice is not there to follow: ${fallbackWords(reason)} (${reason}).`
}

/** Tells that there was nothing to choose. */
export const NO_CHOICE_REASONING = 'Nothing is done: risk allows no trade now, so the model was not asked.'

/** Tells people what happened: `the call took longer than its deadline`. */
export function fallbackWords(reason: FallbackReason): string {
  return FALLBACK_WORDS[reason]
}

const FALLBACK_WORDS: Readonly<Record<FallbackReason, string>> = {
  disabled: 'no provider is set up',
  deadline: 'the call took longer than its deadline',
  timeout: 'an attempt took too long',
  connection: 'the provider cannot be reached, or the connection broke',
  'rate-limited': 'the provider takes no more calls just now',
  quota: 'the account has no credit left',
  auth: 'the provider does not take the key',
  'model-gone': 'the provider does not have the model',
  'bad-request': 'the provider does not take the request',
  server: 'the provider failed',
  refusal: 'the model refused to answer',
  incomplete: 'the answer was cut off',
  failed: 'the provider says that the answer failed',
  empty: 'the answer has no text',
  'invalid-json': 'the answer is not one JSON object',
  schema: 'the answer is not in the form that was asked for, or names nothing of the menu',
  'bad-payload': 'what came is no reply of such a provider',
  stale: 'the market has moved on since the state was taken',
  'breaker-open': 'it is not asked for a while, since calls failed',
  budget: 'the call might cost more than is allowed, or too many were made',
  'replay-miss': 'the recording has no such call',
  stopped: 'the agent is being stopped',
  unexpected: 'something failed that should not',
}

/** `Sell 1 BTC-30JAN26-100000-C at 0.01 BTC (873 USD for 1 after the fee, 20-delta, 28 days, sold at IV 44 %)` */
function actionWords(action: MenuAction, state: AgentState): string {
  switch (action.action) {
    case 'DO_NOTHING':
      return 'Do nothing'
    case 'OPEN_COVERED_CALL':
      return `Sell ${saleWords(action.params.symbol, action.params.size, state)}`
    case 'CLOSE_COVERED_CALL':
      return `Buy back ${purchaseWords(action.params.symbol, action.params.size, state)}`
    case 'ROLL_COVERED_CALL': {
      const { fromSymbol, toSymbol, size: sizeCoin } = action.params
      return `Roll ${purchaseWords(fromSymbol, sizeCoin, state)} to ${saleWords(toSymbol, sizeCoin, state)}`
    }
  }
}

function saleWords(symbol: string, sizeCoin: number, state: AgentState): string {
  const call = candidateOf(symbol, state)
  if (call === undefined) return `${size(sizeCoin)} ${symbol}`
  const { instrument, bidPriceCoin, netPremiumUsd, delta, dte, bidIv } = call
  const terms = [
    `${usd(netPremiumUsd * sizeCoin)} for ${size(sizeCoin)} after the fee`,
    `${(delta * 100).toFixed(0)}-delta`,
    days(dte),
    `sold at IV ${percent(bidIv)}`,
  ]
  return `${size(sizeCoin)} ${symbol} at ${size(bidPriceCoin)} ${instrument.currency} (${terms.join(', ')})`
}

function premiumWords(captured: number): string {
  return captured >= 0 ? `${percent(captured)} of its premium kept` : `${percent(-captured)} dearer than sold`
}

function purchaseWords(symbol: string, sizeCoin: number, state: AgentState): string {
  const call = positionOf(symbol, state)
  if (call === undefined) return `${size(sizeCoin)} ${symbol}`
  const { instrument, askPriceCoin, premiumCaptured, delta, dte } = call
  const captured = premiumCaptured === null ? [] : [premiumWords(premiumCaptured)]
  const terms = [...(delta === null ? [] : [`${(delta * 100).toFixed(0)}-delta`]), days(dte), ...captured]
  if (askPriceCoin === null) return `${size(sizeCoin)} ${symbol} (${terms.join(', ')})`
  const costCoin = purchaseCostCoin({ sizeCoin, priceCoin: askPriceCoin, feeRate: instrument.takerFeeRate })
  const cost = `${size(costCoin)} ${instrument.currency} for ${size(sizeCoin)} with the fee`
  return `${size(sizeCoin)} ${symbol} at ${size(askPriceCoin)} ${instrument.currency} (${[cost, ...terms].join(', ')})`
}

/** Longest reasoning that a proposal may carry. */
const MOST_REASONING = 4_000
/** Without quotes of the kind that are put around it, so that it cannot pretend to have ended. */
function quotable(rationale: string): string {
  return rationale.replace(/[“”]/g, '"').trim()
}

/** By code points, so that no half of one stays. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text
  let kept = ''
  for (const point of text) {
    if (kept.length + point.length > most - 1) break
    kept += point
  }
  return `${kept}…`
}

function size(amountCoin: number): string {
  return String(Number(amountCoin.toFixed(6)))
}

/** Written out here: the text is part of the record, and a locale's rules change with the runtime. */
function usd(amountUsd: number): string {
  return `${String(Math.round(amountUsd)).replace(/\B(?=(\d{3})+$)/g, ',')} USD`
}

function days(dte: number): string {
  return `${dte.toFixed(dte < 3 ? 1 : 0)} days`
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`
}
