import { coin, coinChange, fixed, minute, percentOf, usd, usdChange } from './number-format.js'
import type { Amount, UnderlyingSummary } from './summary.js'

export type RunSummary = {
  /** Such as `synthetic market, seed 1`. */
  source: string
  startMs: number
  endMs: number
  objective: 'coin' | 'usd'
  underlyings: readonly UnderlyingSummary[]
  opens: number
  rolls: number
  closes: number
}

const DAY_MS = 86_400_000
const LEAST_DAYS_OF_A_YEARLY_RATE = 7

/** The end of a run: what came of the coins, in coin and USD, against never having traded. */
export function summaryLines(summary: RunSummary): string[] {
  const { source, startMs, endMs, underlyings, opens, rolls, closes } = summary
  const days = (endMs - startMs) / DAY_MS
  return [
    `Summary: ${labelled(source)}, ${minute(startMs)} to ${minute(endMs)} UTC (${length(days)}), paper money.`,
    `${opens} opened, ${rolls} rolled, ${closes} closed, ${settlements(underlyings)}.`,
    ...underlyings.flatMap((underlying) => ['', ...accountLines(underlying, days)]),
    '',
    ...verdictLines(summary),
    'Research only, on paper: no financial advice.',
  ]
}

function length(days: number): string {
  if (days < 2) return `${fixed(days * 24, 1)} hours`
  return `${fixed(days, days < 10 ? 1 : 0)} days`
}

/** `SYNTHETIC market, seed 1`: nobody shall take it for a real one. */
export function labelled(source: string): string {
  return source.replace(/^\w+/, (word) => word.toUpperCase())
}

function settlements(underlyings: readonly UnderlyingSummary[]): string {
  const expired = underlyings.reduce((sum, { expiredWorthless }) => sum + expiredWorthless, 0)
  const settled = underlyings.reduce((sum, { settledInTheMoney }) => sum + settledInTheMoney, 0)
  return `${expired} expired worthless, ${settled} settled in the money`
}

function accountLines(underlying: UnderlyingSummary, days: number): string[] {
  const { currency, premiumYield, openSymbols } = underlying
  // A few days times 365 says nothing.
  const yearly = days >= LEAST_DAYS_OF_A_YEARLY_RATE ? `, ${percentOf((premiumYield * 365) / days)} a year` : ''
  const open = openSymbols.length === 0 ? 'no open calls' : openSymbols.join(' ')
  return [
    row(currency, 'coin', 'USD'),
    amountRow('start', underlying.start),
    amountRow(
      'premium received',
      underlying.premiumReceived,
      'change',
      `${percentOf(premiumYield, 2)} of the coins${yearly}`,
    ),
    amountRow('bought back', negative(underlying.buyBacks), 'change'),
    amountRow('paid at settlement', negative(underlying.payouts), 'change'),
    amountRow('fees', negative(underlying.fees), 'change'),
    amountRow('open calls at mark', underlying.openOptions, 'change', open),
    amountRow('end', underlying.end),
    amountRow('just holding', underlying.holding),
    amountRow('against holding', underlying.againstHolding, 'change'),
  ]
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
  if (difference > 0) return `${what}: ${amount} better than just holding.`
  if (difference < 0) return `${what}: holding would have been better, by ${amount}.`
  return `${what}: the same as just holding.`
}

function negative(amount: Amount): Amount {
  return { coin: -amount.coin, usd: amount.usd === null ? null : -amount.usd }
}

function amountRow(name: string, amount: Amount, kind: 'level' | 'change' = 'level', note = ''): string {
  const inUsd = amount.usd === null ? 'unknown' : kind === 'level' ? usd(amount.usd) : usdChange(amount.usd)
  return row(`  ${name}`, kind === 'level' ? coin(amount.coin) : coinChange(amount.coin), inUsd, note)
}

function row(name: string, inCoin: string, inUsd: string, note = ''): string {
  return `${name.padEnd(21)}${inCoin.padStart(12)}${inUsd.padStart(14)}  ${note}`.trimEnd()
}
