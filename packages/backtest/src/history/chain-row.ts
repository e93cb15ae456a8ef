import type { BadRow } from './history.js'

/** One quote in plain numbers: prices and sizes in coin, IV a ratio, NaN is "none". */
export type ChainRow = {
  /** Where it stands: the name of the file, and its row counted from 1, a header aside. */
  file: string
  row: number
  timeMs: number
  /** Index at the snapshot, USD. */
  indexUsd: number
  expiryMs: number
  strikeUsd: number
  isPut: 0 | 1
  bidCoin: number
  askCoin: number
  markCoin: number
  iv: number
  forwardUsd: number
  bidSizeCoin: number
  askSizeCoin: number
  openInterestCoin: number
  volumeCoin: number
}

/** What is wrong with a row. */
export type RowProblem = Pick<BadRow, 'field' | 'value' | 'expected'>

/** Where the rows before it end. */
export type RowBefore = { timeMs: number; indexUsd: number; expiryMs: number; strikeUsd: number; isPut: number }

/**
 * A row without anything, to be read into again and again. A plain literal: of spread parts V8 would make an object that
 * holds each number in a box of its own.
 */
export function emptyRow(file: string): ChainRow {
  return {
    file,
    row: 0,
    timeMs: Number.NaN,
    indexUsd: Number.NaN,
    expiryMs: Number.NaN,
    strikeUsd: Number.NaN,
    isPut: 0,
    bidCoin: Number.NaN,
    askCoin: Number.NaN,
    markCoin: Number.NaN,
    iv: Number.NaN,
    forwardUsd: Number.NaN,
    bidSizeCoin: Number.NaN,
    askSizeCoin: Number.NaN,
    openInterestCoin: Number.NaN,
    volumeCoin: Number.NaN,
  }
}

/**
 * Says why a row cannot be taken: times, strikes, prices or sizes that are no sane numbers of their unit, an option that had
 * expired or that no symbol can name, a place before the row before, or another index than that row of its snapshot has. A
 * bid above its ask and a price between ticks are no problem: they occur.
 */
export function chainRowProblem(row: ChainRow, before: RowBefore): RowProblem | undefined {
  const priceMost = row.isPut === 1 ? PUT_MOST_COIN : CALL_MOST_COIN
  // NaN is "none" where a value may be missing, and fails the comparison where it may not.
  const isSane =
    isMoment(row.timeMs) &&
    row.expiryMs > row.timeMs &&
    isExpiry(row.expiryMs) &&
    isStrike(row.strikeUsd) &&
    row.indexUsd > 0 &&
    row.forwardUsd >= row.indexUsd / FORWARD_FACTOR &&
    row.forwardUsd <= row.indexUsd * FORWARD_FACTOR &&
    !(row.bidCoin <= 0 || row.bidCoin > priceMost) &&
    !(row.askCoin <= 0 || row.askCoin > priceMost) &&
    !(row.markCoin < 0 || row.markCoin > priceMost) &&
    !(row.iv < IV_LEAST || row.iv > IV_MOST) &&
    isSize(row.bidSizeCoin) &&
    isSize(row.askSizeCoin) &&
    isAmount(row.openInterestCoin) &&
    isAmount(row.volumeCoin)
  if (!isSane) return insane(row, priceMost)
  return row.timeMs === before.timeMs ? orderProblem(row, before) : timeProblem(row, before)
}

/** Those of 931 recorded chains lie from 0.106 to 3.49: the bounds tell a ratio from a percentage. */
export const IV_LEAST = 0.05
export const IV_MOST = 10

/** Whether a time can be one of a quote, UTC epoch ms: not of seconds or microseconds that were taken for it. */
export function isMoment(timeMs: number): boolean {
  return timeMs >= TIME_LEAST_MS && timeMs < TIME_MOST_MS
}

/** A number as a cell would have it: nothing for NaN. */
export function numberText(value: number): string {
  return Number.isNaN(value) ? '' : String(value)
}

/** A call is worth less than its coin; asks of 15 coin, which only keep a side open, do occur on puts. */
const CALL_MOST_COIN = 1
const PUT_MOST_COIN = 100
/** Forwards lay from 0.3 % below to 5 % above the index: the factor tells the coins apart. */
const FORWARD_FACTOR = 2
/** Symbols tell the years of one century. */
const TIME_LEAST_MS = Date.UTC(2000, 0)
const TIME_MOST_MS = Date.UTC(2100, 0)
const DAY_MS = 86_400_000
const EXPIRY_OF_DAY_MS = 8 * 3_600_000

function isExpiry(timeMs: number): boolean {
  return isMoment(timeMs) && timeMs % DAY_MS === EXPIRY_OF_DAY_MS
}

function isStrike(value: number): boolean {
  return value > 0 && Number.isSafeInteger(value)
}

function isSize(value: number): boolean {
  return !(value <= 0 || value === Number.POSITIVE_INFINITY)
}

function isAmount(value: number): boolean {
  return !(value < 0 || value === Number.POSITIVE_INFINITY)
}

function timeProblem(row: ChainRow, before: RowBefore): RowProblem | undefined {
  if (row.timeMs > before.timeMs) return undefined
  return { field: 'ts', value: isoOf(row.timeMs), expected: `no time before ${isoOf(before.timeMs)}, the row before` }
}

function orderProblem(row: ChainRow, before: RowBefore): RowProblem | undefined {
  if (row.indexUsd !== before.indexUsd) {
    return { field: 'index', value: numberText(row.indexUsd), expected: `${before.indexUsd}, as the row before has it` }
  }
  if (row.expiryMs !== before.expiryMs) {
    if (row.expiryMs > before.expiryMs) return undefined
    const expected = `no expiry before ${isoOf(before.expiryMs)}, the row before`
    return { field: 'expiry', value: isoOf(row.expiryMs), expected }
  }
  if (row.strikeUsd !== before.strikeUsd) {
    if (row.strikeUsd > before.strikeUsd) return undefined
    return {
      field: 'strike',
      value: String(row.strikeUsd),
      expected: `no strike below ${before.strikeUsd}, the row before`,
    }
  }
  if (row.isPut > before.isPut) return undefined
  const expected = row.isPut === before.isPut ? 'each option once in a snapshot' : 'the call before the put of a strike'
  return { field: 'cp', value: row.isPut === 1 ? 'P' : 'C', expected }
}

function insane(row: ChainRow, priceMost: number): RowProblem {
  const { timeMs, expiryMs, strikeUsd, indexUsd, forwardUsd } = row
  const price = `nothing, or a price in coin above 0, at most ${priceMost}`
  const lowest = indexUsd / FORWARD_FACTOR
  const highest = indexUsd * FORWARD_FACTOR
  const checks: readonly (readonly [field: string, value: number, isSane: boolean, expected: string])[] = [
    ['ts', timeMs, isMoment(timeMs), 'a time'],
    ['expiry', expiryMs, isExpiry(expiryMs), 'a time at 08:00 UTC'],
    ['expiry', expiryMs, expiryMs > timeMs, `a time after the snapshot, ${isMoment(timeMs) ? isoOf(timeMs) : timeMs}`],
    ['strike', strikeUsd, isStrike(strikeUsd), 'a strike in whole USD above 0'],
    ['index', indexUsd, indexUsd > 0 && indexUsd < Number.POSITIVE_INFINITY, 'an index in USD above 0'],
    ['fwd', forwardUsd, forwardUsd >= lowest && forwardUsd <= highest, `a forward in USD from ${lowest} to ${highest}`],
    ['bid', row.bidCoin, !(row.bidCoin <= 0 || row.bidCoin > priceMost), price],
    ['ask', row.askCoin, !(row.askCoin <= 0 || row.askCoin > priceMost), price],
    ['mark', row.markCoin, !(row.markCoin < 0 || row.markCoin > priceMost), `nothing, or 0 to ${priceMost} coin`],
    [
      'iv',
      row.iv,
      !(row.iv < IV_LEAST || row.iv > IV_MOST),
      `nothing, or an IV as a ratio from ${IV_LEAST} to ${IV_MOST}`,
    ],
    ['bid_size', row.bidSizeCoin, isSize(row.bidSizeCoin), 'nothing, or a size in coin above 0'],
    ['ask_size', row.askSizeCoin, isSize(row.askSizeCoin), 'nothing, or a size in coin above 0'],
    ['oi', row.openInterestCoin, isAmount(row.openInterestCoin), 'nothing, or coins from 0'],
    ['vol', row.volumeCoin, isAmount(row.volumeCoin), 'nothing, or coins from 0'],
  ]
  const [field, value, , expected] = checks.find(([, , isSane]) => !isSane) as (typeof checks)[number]
  const isTime = (field === 'ts' || field === 'expiry') && isMoment(value)
  return { field, value: isTime ? isoOf(value) : numberText(value), expected }
}

function isoOf(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
