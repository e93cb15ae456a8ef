import type { DecisionRecord, LedgerEntry, LegResult, UnderlyingState } from '@cc/models'
import { coinChange, minute, percentOf, size, usd, usdChange } from './number-format.js'

/** One event of a run in words, still in columns. */
export type EventLine = {
  timeMs: number
  currency: string
  spotUsd: number | null
  ivRv: string
  what: string
  symbol: string
  sizeCoin: number | null
  premiumCoin: number | null
  premiumUsd: number | null
  outcome: string
}

const COLUMNS: readonly [title: string, width: number, align: 'left' | 'right'][] = [
  ['time (UTC)', 16, 'left'],
  ['coin', 4, 'left'],
  ['spot USD', 8, 'right'],
  ['IV/RV', 7, 'right'],
  ['action', 10, 'left'],
  ['symbol', 20, 'left'],
  ['size', 5, 'right'],
  ['coin +/-', 10, 'right'],
  ['USD +/-', 9, 'right'],
  ['outcome', 0, 'left'],
]

export const eventHeader = row(COLUMNS.map(([title]) => title))

/** One line, at most about 130 columns wide. */
export function formatEvent(event: EventLine): string {
  return row([
    minute(event.timeMs),
    event.currency,
    event.spotUsd === null ? '' : usd(event.spotUsd),
    event.ivRv,
    event.what,
    event.symbol,
    event.sizeCoin === null ? '' : size(event.sizeCoin),
    event.premiumCoin === null ? '' : coinChange(event.premiumCoin),
    event.premiumUsd === null ? '' : usdChange(event.premiumUsd),
    event.outcome,
  ])
}

/** Deliveries that became known with this record: calls that expired or were settled in the money. */
export function settlementEvents({ ledger, state }: DecisionRecord): EventLine[] {
  return ledger
    .filter(({ kind }) => kind === 'delivery')
    .map((entry) => ({
      timeMs: entry.timestampMs,
      currency: entry.currency,
      spotUsd: entry.indexUsd,
      ivRv: ivRv(state?.underlyings.find(({ currency }) => currency === entry.currency)),
      what: isWorthless(entry) ? 'EXPIRED' : 'SETTLED',
      symbol: entry.symbol ?? '',
      sizeCoin: entry.sizeCoin,
      premiumCoin: entry.changeCoin,
      premiumUsd: entry.indexUsd === null ? null : entry.changeCoin * entry.indexUsd,
      outcome: settlementWords(entry),
    }))
}

/** What an action came to: one line per leg, or one for an action that was refused. */
export function actionEvents(record: DecisionRecord): EventLine[] {
  const { decision, execution, verdict } = record
  if (decision === null || decision.proposal.action === 'DO_NOTHING') return []
  const { action, params } = decision.proposal
  const name = action.replace('_COVERED_CALL', '')
  if (execution === null || execution.legs.length === 0) {
    const symbol = 'toSymbol' in params ? params.toSymbol : params.symbol
    return [{ ...eventAt(record, symbol), what: name, sizeCoin: params.size, outcome: verdictWord(verdict) }]
  }
  return execution.legs.map((leg) => ({
    ...eventAt(record, leg.symbol),
    what: action === 'ROLL_COVERED_CALL' ? `${name} ${leg.leg === 'close' ? 'out' : 'in'}` : name,
    ...(record.dryRun ? plannedTrade(leg) : trade(leg)),
  }))
}

/** `88,729 45/38%` for each underlying: what a cycle without an action saw. */
export function marketWords({ state }: DecisionRecord): string {
  return (state?.underlyings ?? [])
    .map((underlying) => `${underlying.currency} ${usd(underlying.spotUsd)} ${ivRv(underlying)}`)
    .join('  ')
}

function eventAt({ startedMs, state }: DecisionRecord, symbol: string): EventLine {
  const underlying = state?.underlyings.find(({ currency }) => symbol.startsWith(`${currency}-`))
  return {
    timeMs: startedMs,
    currency: underlying?.currency ?? '',
    spotUsd: underlying?.spotUsd ?? null,
    ivRv: ivRv(underlying),
    what: '',
    symbol,
    sizeCoin: null,
    premiumCoin: null,
    premiumUsd: null,
    outcome: '',
  }
}

function trade({ side, requestedCoin, filledCoin, averagePriceCoin, fills }: LegResult) {
  const sign = side === 'sell' ? 1 : -1
  const premiums = fills.map(({ sizeCoin, priceCoin, feeCoin, indexUsd }) => {
    const netCoin = sign * sizeCoin * priceCoin - feeCoin
    return { netCoin, netUsd: netCoin * indexUsd }
  })
  const price = averagePriceCoin === null ? '' : ` at ${size(averagePriceCoin)}`
  return {
    sizeCoin: filledCoin,
    premiumCoin: premiums.reduce((sum, { netCoin }) => sum + netCoin, 0),
    premiumUsd: premiums.reduce((sum, { netUsd }) => sum + netUsd, 0),
    outcome:
      filledCoin === requestedCoin ? `filled${price}` : `${size(filledCoin)} of ${size(requestedCoin)} filled${price}`,
  }
}

function plannedTrade({ requestedCoin, orders }: LegResult) {
  const [first] = orders
  const price = first === undefined ? '' : ` at ${size(first.terms.priceCoin)}`
  return { sizeCoin: requestedCoin, outcome: `dry run: not sent${price}` }
}

function verdictWord(verdict: DecisionRecord['verdict']): string {
  if (verdict === null) return 'not judged'
  return verdict.allowed ? 'allowed' : 'refused'
}

function isWorthless({ priceCoin }: LedgerEntry): boolean {
  return priceCoin === 0
}

function settlementWords(entry: LedgerEntry): string {
  const price = entry.deliveryPriceUsd === null ? '' : ` at ${usd(entry.deliveryPriceUsd)}`
  return isWorthless(entry) ? `worthless${price}` : `in the money${price}`
}

function ivRv(underlying: UnderlyingState | undefined): string {
  const iv = underlying?.vol.atmIv ?? null
  const rv = underlying?.vol.realisedVol ?? null
  const word = (ratio: number | null) => (ratio === null ? '-' : percentOf(ratio, 0).slice(0, -1))
  return underlying === undefined ? '' : `${word(iv)}/${word(rv)}%`
}

function row(cells: readonly string[]): string {
  const padded = cells.map((cell, index) => {
    const [, width = 0, align] = COLUMNS[index] ?? []
    return align === 'right' ? cell.padStart(width) : cell.padEnd(width)
  })
  return padded.join('  ').trimEnd()
}
