import { black76, impliedVolatility, yearsBetween } from '@cc/pricing'
import type { ChainColumns } from './chain-columns.js'

/** A row as it can be quoted: what the columns lack is filled in by Black-76. */
type RowValues = { markCoin: number; iv: number; forwardUsd: number }

/**
 * Which rows are listed when. An option stays listed until its expiry: one that a snapshot lacks, or has without
 * forward, mark and IV, is carried on as its last row had it.
 */
type ListedRows = {
  /** Index of the latest snapshot that is not after a time; −1 before the first. */
  snapshotAt(atMs: number): number
  /** The rows of a snapshot itself that can be quoted and expire after a time: `from` inclusive to `to` exclusive. */
  present(snapshot: number, atMs: number): { from: number; to: number }
  /** Rows of earlier snapshots that this one lacks, and whose options expire after a time. */
  carried(snapshot: number, atMs: number): readonly number[]
  /** The row of an option, and whether it is carried; `undefined` where it was not listed by then. */
  find(snapshot: number, option: OptionKey): { row: number; isCarried: boolean } | undefined
  /** Of a row that any of the above names, as it was when it was recorded. */
  valuesOf(row: number): RowValues
  /** Whether the row has what a quote needs. */
  canBeQuoted(row: number): boolean
}

/** What tells one option of a coin from another. */
type OptionKey = { expiryMs: number; strikeUsd: number; isPut: number }

export function createListedRows(columns: ChainColumns): ListedRows {
  const { timeMs, firstRow, expiryMs, strikeUsd, isPut } = columns
  /** By snapshot, as far as anybody asked. In order of the rows. */
  const carriedBySnapshot: (readonly number[])[] = []
  const NONE: readonly number[] = []

  function rowsOf(snapshot: number): { from: number; to: number } {
    return { from: firstRow[snapshot] ?? 0, to: firstRow[snapshot + 1] ?? 0 }
  }

  /** Sign of the order of a row and an option: by expiry, strike, calls before puts. */
  function compare(row: number, option: OptionKey): number {
    return (
      (expiryMs[row] as number) - option.expiryMs ||
      (strikeUsd[row] as number) - option.strikeUsd ||
      (isPut[row] as number) - option.isPut
    )
  }

  function keyOf(row: number): OptionKey {
    return {
      expiryMs: expiryMs[row] as number,
      strikeUsd: strikeUsd[row] as number,
      isPut: isPut[row] as number,
    }
  }

  function findPresent(snapshot: number, option: OptionKey): number | undefined {
    let { from: low, to: high } = rowsOf(snapshot)
    const end = high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(middle, option) < 0) low = middle + 1
      else high = middle
    }
    return low < end && compare(low, option) === 0 && canBeQuoted(low) ? low : undefined
  }

  function carriedOf(snapshot: number): readonly number[] {
    for (let next = carriedBySnapshot.length; next <= snapshot; next += 1) {
      carriedBySnapshot.push(next === 0 ? NONE : missingFrom(next))
    }
    return carriedBySnapshot[snapshot] ?? NONE
  }

  /** Rows that the snapshot before had or carried, that have not expired, and that this one lacks. */
  function missingFrom(snapshot: number): readonly number[] {
    const { from, to } = rowsOf(snapshot)
    const before = rowsOf(snapshot - 1)
    const atMs = timeMs[snapshot] as number
    const missing: number[] = []
    let row = from
    for (let earlier = before.from; earlier < before.to; earlier += 1) {
      if ((expiryMs[earlier] as number) <= atMs || !canBeQuoted(earlier)) continue
      // Both are in the same order, so that one walk over them tells.
      while (row < to && compareRows(row, earlier) < 0) row += 1
      const isThere = row < to && compareRows(row, earlier) === 0 && canBeQuoted(row)
      if (!isThere) missing.push(earlier)
    }
    for (const earlier of carriedBySnapshot[snapshot - 1] ?? NONE) {
      if ((expiryMs[earlier] as number) > atMs && findPresent(snapshot, keyOf(earlier)) === undefined) {
        missing.push(earlier)
      }
    }
    return missing.length === 0 ? NONE : missing
  }

  function compareRows(a: number, b: number): number {
    return (
      (expiryMs[a] as number) - (expiryMs[b] as number) ||
      (strikeUsd[a] as number) - (strikeUsd[b] as number) ||
      (isPut[a] as number) - (isPut[b] as number)
    )
  }

  /** Needs a forward, and an IV or a mark that implies one. */
  function canBeQuoted(row: number): boolean {
    return (columns.forwardUsd[row] as number) > 0 && ivOf(row) > 0
  }

  /** NaN where neither the row nor its mark has one. */
  function ivOf(row: number): number {
    const iv = columns.iv[row] as number
    if (iv > 0) return iv
    const markCoin = columns.markCoin[row] as number
    if (!(markCoin > 0)) return Number.NaN
    const option = termsOf(row)
    return impliedVolatility({ ...option, priceUsd: markCoin * option.forwardUsd }) ?? Number.NaN
  }

  function termsOf(row: number) {
    const atMs = timeMs[lastAt(firstRow, row)] as number
    return {
      forwardUsd: columns.forwardUsd[row] as number,
      strikeUsd: strikeUsd[row] as number,
      expiryYears: yearsBetween(atMs, expiryMs[row] as number),
      kind: isPut[row] === 1 ? 'put' : 'call',
    } as const
  }

  return {
    snapshotAt: (atMs) => lastAt(timeMs, atMs),
    present(snapshot, atMs) {
      const { from, to } = rowsOf(snapshot)
      let low = from
      let high = to
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((expiryMs[middle] as number) <= atMs) low = middle + 1
        else high = middle
      }
      return { from: low, to }
    },
    carried(snapshot, atMs) {
      const rows = carriedOf(snapshot)
      return rows.length === 0 ? rows : rows.filter((row) => (expiryMs[row] as number) > atMs)
    },
    find(snapshot, option) {
      const row = findPresent(snapshot, option)
      if (row !== undefined) return { row, isCarried: false }
      const carried = carriedOf(snapshot).find((earlier) => compare(earlier, option) === 0)
      return carried === undefined ? undefined : { row: carried, isCarried: true }
    },
    valuesOf(row) {
      const iv = ivOf(row)
      const markCoin = columns.markCoin[row] as number
      return {
        iv,
        forwardUsd: columns.forwardUsd[row] as number,
        markCoin: markCoin >= 0 ? markCoin : black76({ ...termsOf(row), iv }).priceCoin,
      }
    },
    canBeQuoted,
  }
}

/** Place of the last of ascending values that is not above another, by halving; −1 where all are. */
export function lastAt(values: Float64Array | Uint32Array, at: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] as number) <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}
