import { modelWords } from './model-tally.js'
import { coin, coinChange, fixed, minute, percent, usd, usdChange } from './number-format.js'
import type { Amount, RunSummary, UnderlyingSummary } from './summary.js'

const DAY_MS = 86_400_000
const HALF_A_SATOSHI = 5e-9
const LEAST_DAYS_OF_A_YEARLY_RATE = 30

/** The end of a run: what came of the coins, in coin and USD, against never having traded. */
export function summaryLines(summary: RunSummary): string[] {
  const { name, money, startMs, endMs, underlyings, opens, rolls, closes, model } = summary
  const days = (endMs - startMs) / DAY_MS
  return [
    `Summary: ${name}, ${minute(startMs)} to ${minute(endMs)} UTC (${length(days)}), ${money}.`,
    `${opens} opened, ${rolls} rolled, ${closes} closed, ${settlements(underlyings)}.`,
    ...(model === undefined ? [] : [modelWords(model)]),
    ...underlyings.flatMap((underlying) => ['', ...accountLines(underlying, days)]),
    '',
    ...verdictLines(summary),
    `Research only, with ${money}: no financial advice.`,
  ]
}

function length(days: number): string {
  const minutes = days * 24 * 60
  if (minutes < 2) return `${fixed(minutes * 60, 0)} seconds`
  if (minutes < 100) return `${fixed(minutes, minutes < 10 ? 1 : 0)} minutes`
  if (days < 2) return `${fixed(days * 24, 1)} hours`
  return `${fixed(days, days < 10 ? 1 : 0)} days`
}

function settlements(underlyings: readonly UnderlyingSummary[]): string {
  const expired = underlyings.reduce((sum, { expiredWorthless }) => sum + expiredWorthless, 0)
  const settled = underlyings.reduce((sum, { settledInTheMoney }) => sum + settledInTheMoney, 0)
  return `${expired} expired worthless, ${settled} settled in the money`
}

function accountLines(underlying: UnderlyingSummary, days: number): string[] {
  const { currency, start, openSymbols } = underlying
  const open = openSymbols.length === 0 ? 'no open calls' : openSymbols.join(' ')
  return [
    row(currency, 'coin', 'USD'),
    levelRow('start', start),
    changeRow('premium received', underlying.premiumReceived, gross(underlying)),
    changeRow('bought back', negative(underlying.buyBacks)),
    changeRow('paid at settlement', negative(underlying.payouts)),
    changeRow('fees', negative(underlying.fees)),
    changeRow(underlying.hadOptions ? 'open calls since' : 'open calls at mark', underlying.openOptions, open),
    ...rowUnlessNone('moved in or out', underlying.transfers),
    ...rowUnlessNone('other', underlying.other),
    row('  coin price since', '', inUsd(underlying.priceChangeUsd, usdChange)),
    levelRow('end', underlying.end),
    levelRow('just holding', underlying.holding),
    changeRow('against holding', underlying.againstHolding, net(underlying, days)),
  ]
}

function gross({ start, premiumReceived }: UnderlyingSummary): string {
  return start.coin > 0 ? `${percent(premiumReceived.coin / start.coin, 2)} of the coins` : ''
}

/** What is left of the premium: only this can be told as a yearly rate, and not from a few days. */
function net({ start, againstHolding }: UnderlyingSummary, days: number): string {
  if (!(start.coin > 0)) return ''
  const ratio = againstHolding.coin / start.coin
  const share = `${ratio > 0 ? '+' : ''}${percent(ratio, 2)} of the coins`
  const yearly = (ratio * 365) / days
  return days < LEAST_DAYS_OF_A_YEARLY_RATE
    ? share
    : `${share}, ${percent(yearly, Math.abs(yearly) < 0.1 ? 1 : 0)} a year`
}

function verdictLines({ objective, underlyings }: RunSummary): string[] {
  if (objective === 'coin') {
    return underlyings.map(({ currency, againstHolding }) =>
      verdict(currency, againstHolding.coin, `${coin(Math.abs(againstHolding.coin))} ${currency}`),
    )
  }
  const difference = underlyings.reduce((sum, { againstHolding }) => sum + (againstHolding.usd ?? 0), 0)
  const change = underlyings.reduce((sum, { start, end }) => sum + (end.usd ?? 0) - (start.usd ?? 0), 0)
  return [
    `${verdict('In USD', difference, `${usd(Math.abs(difference))} USD`)} The value changed by ${usdChange(change)} USD.`,
  ]
}

function verdict(what: string, difference: number, amount: string): string {
  if (Math.abs(difference) < HALF_A_SATOSHI) return `${what}: the same as just holding.`
  if (difference > 0) return `${what}: ${amount} better than just holding.`
  return `${what}: holding would have been better, by ${amount}.`
}

function negative(amount: Amount): Amount {
  return { coin: -amount.coin, usd: amount.usd === null ? null : -amount.usd }
}

function levelRow(name: string, amount: Amount): string {
  return row(`  ${name}`, coin(amount.coin), inUsd(amount.usd, usd))
}

function changeRow(name: string, amount: Amount, note = ''): string {
  return row(`  ${name}`, coinChange(amount.coin), inUsd(amount.usd, usdChange), note)
}

/** A row that most runs have no use for. */
function rowUnlessNone(name: string, amount: Amount): string[] {
  return Math.abs(amount.coin) < HALF_A_SATOSHI ? [] : [changeRow(name, amount)]
}

function inUsd(value: number | null, format: (value: number) => string): string {
  return value === null ? 'unknown' : format(value)
}

function row(name: string, inCoin: string, inUsd: string, note = ''): string {
  return `${name.padEnd(21)}${inCoin.padStart(12)}${inUsd.padStart(14)}  ${note}`.trimEnd()
}
