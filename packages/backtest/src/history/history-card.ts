import { createHash } from 'node:crypto'
import type { Currency } from '@cc/models'
import type { ChainColumns } from './chain-columns.js'
import type { HistoryGap } from './history.js'

/**
 * Finds the stretches without a snapshot of one coin that are longer than `maxGapMs`, by default three times the median
 * spacing of its snapshots: between them, and from the start and to the end of the span that was asked for, where it has any.
 */
export function gapsOf(
  currency: Currency,
  timeMs: ArrayLike<number>,
  {
    fromMs,
    toMs,
    maxGapMs,
  }: { fromMs?: number | undefined; toMs?: number | undefined; maxGapMs?: number | undefined } = {},
): HistoryGap[] {
  const times = Array.from(timeMs)
  const spacings = times.slice(1).map((time, i) => time - at(times, i))
  const most =
    maxGapMs ??
    USUAL_SPACINGS *
      at(
        spacings.toSorted((a, b) => a - b),
        spacings.length >> 1,
      )
  const marks = [...(fromMs === undefined ? [] : [fromMs]), ...times, ...(toMs === undefined ? [] : [toMs])]
  return marks.slice(1).flatMap((end, i) => {
    const start = at(marks, i)
    return end - start > most ? [{ currency, fromMs: start, toMs: end }] : []
  })
}

/** Hash of files in the order of their names and of the options that change what is made of them: SHA-256, hex. */
export function checksumOf(
  files: readonly { name: string; bytes: Uint8Array }[],
  options: Readonly<Record<string, unknown>>,
): string {
  const hash = createHash('sha256')
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const { name, bytes } of sorted) hash.update(`${name}\n${bytes.length}\n`).update(bytes)
  return hash.update(JSON.stringify(options)).digest('hex')
}

/** What a card says of the stored quotes by coin. */
export function coinCounts(chains: readonly ChainColumns[]): { currency: Currency; snapshots: number; rows: number }[] {
  return chains.map(({ currency, timeMs, expiryMs }) => ({ currency, snapshots: timeMs.length, rows: expiryMs.length }))
}

/** The times of all coins, ascending, each once. */
export function snapshotTimes(chains: readonly Pick<ChainColumns, 'timeMs'>[]): Float64Array {
  const all = chains.flatMap(({ timeMs }) => [...timeMs])
  return Float64Array.from(new Set(all)).toSorted()
}

const USUAL_SPACINGS = 3

function at(values: readonly number[], place: number): number {
  return values[place] as number
}
