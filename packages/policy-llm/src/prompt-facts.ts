import type { AgentState, UnderlyingState } from '@cc/models'
import { coinWord, type HeldCall, heldCalls, shareOfCover } from './menu-facts.js'
import type { PromptValue } from './menu-item.js'
import type { LlmOptions } from './options.js'
import { significant } from './significant.js'

/** A table of a prompt: names of columns, which are of ours, and a row of values for each thing. */
type PromptTable = {
  columns: readonly string[]
  rows: readonly (readonly PromptValue[])[]
}

/** What a prompt tells before its menu. No text, no date, no name and no price in USD of the state is in it. */
export type PromptFacts = {
  objective: PromptValue
  mode: PromptValue
  underlyings: PromptTable
  held: PromptTable
}

/** Reads a state for a model: numbers with 4 significant digits, `null` where there are none, and words of ours. */
export function promptFacts({ underlyings, memory }: AgentState, { objective }: LlmOptions): PromptFacts {
  return {
    objective: objective === 'usd' ? 'usd' : 'coin',
    mode: memory.mode === 'normal' ? 'normal' : 'reduce-only',
    underlyings: tableOf(underlyings.map(underlyingRow), UNDERLYING_COLUMNS),
    held: tableOf(heldCalls(underlyings).map(heldRow), HELD_COLUMNS),
  }
}

/** What is told of each coin; the standing text says what each means. */
export const UNDERLYING_COLUMNS = [
  'coin',
  'day_change_pct',
  'iv',
  'rv',
  'iv_rv',
  'forecast',
  'term_front',
  'term_back',
  'skew',
  'dvol',
  'dvol_day_change',
  'iv_percentile',
  'free',
  'short',
  'book_delta',
  'margin_used_pct',
] as const

/** What is told of each short call. */
export const HELD_COLUMNS = [
  'held',
  'coin',
  'size',
  'dte',
  'delta',
  'otm',
  'sold_at',
  'bid',
  'ask',
  'iv',
  'kept',
  'time_value',
] as const

type Row<Columns extends readonly string[]> = Readonly<Record<Columns[number], PromptValue>>

function underlyingRow(underlying: UnderlyingState): Row<typeof UNDERLYING_COLUMNS> {
  const { currency, dayChangePct, portfolio, vol } = underlying
  const horizon = vol.tenors.find(({ days }) => days === vol.horizonDays)
  return {
    coin: coinWord(currency),
    day_change_pct: significant(dayChangePct),
    iv: significant(vol.atmIv),
    rv: significant(vol.realisedVol),
    iv_rv: significant(vol.ivrv),
    forecast: significant(vol.forecast?.vol),
    term_front: significant(vol.termSlope.front),
    term_back: significant(vol.termSlope.back),
    skew: significant(horizon?.riskReversal25),
    dvol: significant(vol.dvol),
    dvol_day_change: significant(vol.dvolDayChange),
    iv_percentile: significant(vol.ivRank?.percentile),
    free: shareOfCover(portfolio.coverage.freeCoin, underlying),
    short: shareOfCover(portfolio.coverage.committedCoin, underlying),
    book_delta: shareOfCover(portfolio.optionsDeltaCoin, underlying),
    margin_used_pct: significant(portfolio.marginUsedPct),
  }
}

function heldRow({ held, underlying, position }: HeldCall): Row<typeof HELD_COLUMNS> {
  const { sizeCoin, dte, delta, moneyness, averagePriceCoin, bidPriceCoin, askPriceCoin } = position
  return {
    held,
    coin: coinWord(underlying.currency),
    size: shareOfCover(-sizeCoin, underlying),
    dte: significant(dte),
    delta: significant(delta),
    otm: significant(moneyness),
    sold_at: significant(averagePriceCoin),
    bid: significant(bidPriceCoin),
    ask: significant(askPriceCoin),
    iv: significant(position.markIv),
    kept: significant(position.premiumCaptured),
    // Beyond (F − K) / F, which is the moneyness K / F − 1 with the sign turned.
    time_value: askPriceCoin === null ? null : significant(askPriceCoin - Math.max(0, -moneyness)),
  }
}

function tableOf<Columns extends readonly string[]>(rows: readonly Row<Columns>[], columns: Columns): PromptTable {
  return { columns, rows: rows.map((row) => columns.map((column: Columns[number]) => row[column])) }
}
