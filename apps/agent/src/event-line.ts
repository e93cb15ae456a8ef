import type { ActionName, DecisionRecord, LedgerEntry, LegResult, UnderlyingState } from '@cc/models'
import { coinChange, fixed, minute, size, usd, usdChange } from './number-format.js'

/** One event of a run in words, still in columns. */
export type EventLine = {
  timeMs: number
  currency: string
  spotUsd: number | null
  ivRv: string
  what: string
  symbol: string
  sizeCoin: number | null
  /** `null` where there is none, `unknown` where there is one that nobody knows yet. */
  premiumCoin: number | 'unknown' | null
  premiumUsd: number | 'unknown' | null
  outcome: string
}

type Column = { title: string; width: number; align?: 'right'; wide?: true; text(event: EventLine): string }

/** Those marked `wide` are left out where the terminal has no room for them. */
const COLUMNS: readonly Column[] = [
  { title: 'time (UTC)', width: 16, text: ({ timeMs }) => minute(timeMs) },
  { title: 'coin', width: 4, wide: true, text: ({ currency }) => currency },
  {
    title: 'spot USD',
    width: 8,
    align: 'right',
    wide: true,
    text: ({ spotUsd }) => (spotUsd === null ? '' : usd(spotUsd)),
  },
  { title: 'IV/RV', width: 7, align: 'right', wide: true, text: ({ ivRv }) => ivRv },
  { title: 'action', width: 10, text: ({ what }) => what },
  { title: 'symbol', width: 20, text: ({ symbol }) => symbol },
  { title: 'size', width: 5, align: 'right', text: ({ sizeCoin }) => (sizeCoin === null ? '' : size(sizeCoin)) },
  { title: 'coin +/-', width: 10, align: 'right', text: ({ premiumCoin }) => change(premiumCoin, coinChange) },
  { title: 'USD +/-', width: 9, align: 'right', wide: true, text: ({ premiumUsd }) => change(premiumUsd, usdChange) },
  { title: 'outcome', width: 0, wide: true, text: ({ outcome }) => outcome },
]
/** A row with all its columns and an outcome of some words. */
const WIDE_ROW = 124

/** The titles of the columns that {@link eventLines} has room for. */
export function eventHeader(width: number): string {
  return row(shownColumns(width), ({ title }) => title)
}

/** An event as one line, or in a terminal narrower than that as a short one and the outcome below it. */
export function eventLines(event: EventLine, width: number): string[] {
  const line = row(shownColumns(width), ({ text }) => text(event))
  return width >= WIDE_ROW || event.outcome === '' ? [line] : [line, `${INDENT}${event.outcome}`]
}

/** What belongs to the line above starts below its action. */
export const INDENT = ' '.repeat(18)

function shownColumns(width: number): readonly Column[] {
  return width >= WIDE_ROW ? COLUMNS : COLUMNS.filter(({ wide }) => !wide)
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
      premiumUsd: entry.indexUsd === null ? 'unknown' : entry.changeCoin * entry.indexUsd,
      outcome: settlementWords(entry),
    }))
}

/** What an action came to: one line per leg, or one for an action that was refused. */
export function actionEvents(record: DecisionRecord): EventLine[] {
  const { decision, execution } = record
  if (decision === null || decision.proposal.action === 'DO_NOTHING') return []
  const { action, params } = decision.proposal
  const name = actionName(action)
  if (execution === null || execution.legs.length === 0) {
    const symbol = 'toSymbol' in params ? params.toSymbol : params.symbol
    return [{ ...eventAt(record, symbol), what: name, sizeCoin: params.size, outcome: withoutLegs(record) }]
  }
  return execution.legs.map((leg) => ({
    ...eventAt(record, leg.symbol),
    what: action === 'ROLL_COVERED_CALL' ? `${name} ${leg.leg === 'close' ? 'out' : 'in'}` : name,
    ...(record.dryRun ? plannedTrade(leg) : trade(leg)),
  }))
}

/** `OPEN`, `ROLL`, `CLOSE`, `DO_NOTHING`: one short word for an action, wherever it is told. */
export function actionName(action: ActionName): string {
  return action.replace('_COVERED_CALL', '')
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

function trade({ side, requestedCoin, filledCoin, averagePriceCoin, feeCoin, fills, orders }: LegResult) {
  const sign = side === 'sell' ? 1 : -1
  const premiums = fills.map((fill) => {
    const netCoin = sign * fill.sizeCoin * fill.priceCoin - fill.feeCoin
    return { netCoin, netUsd: netCoin * fill.indexUsd }
  })
  // A fee that is not known is one of a fill that is not.
  const sum = (amounts: readonly number[]) =>
    feeCoin === null ? ('unknown' as const) : amounts.reduce((total, amount) => total + amount, 0)
  const filled = filledCoin === requestedCoin ? 'filled' : `${size(filledCoin)} of ${size(requestedCoin)} filled`
  const price = averagePriceCoin === null ? '' : ` at ${size(averagePriceCoin)}`
  const open = orders.some(({ outcome }) => outcome === 'unknown') ? ', the rest not known yet' : ''
  return {
    sizeCoin: filledCoin,
    premiumCoin: sum(premiums.map(({ netCoin }) => netCoin)),
    premiumUsd: sum(premiums.map(({ netUsd }) => netUsd)),
    outcome: `${filled}${price}${open}`,
  }
}

function plannedTrade({ requestedCoin, orders }: LegResult) {
  const [first] = orders
  const price = first === undefined ? '' : ` at ${size(first.terms.priceCoin)}`
  return { sizeCoin: requestedCoin, outcome: `dry run: not sent${price}` }
}

function withoutLegs({ verdict, failure }: DecisionRecord): string {
  if (failure !== null) return 'failed'
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

/** Both in percent: `41/45%`, `48/?` where one is missing. */
function ivRv(underlying: UnderlyingState | undefined): string {
  if (underlying === undefined) return ''
  const { atmIv, realisedVol } = underlying.vol
  const word = (ratio: number | null) => (ratio === null ? '?' : fixed(ratio * 100, 0))
  return `${word(atmIv)}/${word(realisedVol)}${realisedVol === null ? '' : '%'}`
}

function change(value: number | 'unknown' | null, format: (value: number) => string): string {
  return typeof value === 'number' ? format(value) : (value ?? '')
}

function row(columns: readonly Column[], cell: (column: Column) => string): string {
  return columns
    .map((column) =>
      column.align === 'right' ? cell(column).padStart(column.width) : cell(column).padEnd(column.width),
    )
    .join('  ')
    .trimEnd()
}
