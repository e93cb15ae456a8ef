import type { Currency } from '@cc/models'
import type { BadRows } from './bad-rows.js'
import type { ChainColumns } from './chain-columns.js'
import type { ChainRow, RowBefore } from './chain-row.js'
import { chainRowProblem } from './chain-row.js'

/** Builds the columns of one coin from its rows. */
export type ChainBuilder = {
  /**
   * Takes a row, which must not stand before those already taken: by time, expiry, strike, calls before puts. All rows of
   * a snapshot have one index. A row that cannot be taken is reported and left out; the row may be reused.
   *
   * @throws CcError `backtest/bad-row` where the collector refuses.
   */
  add(row: ChainRow): void
  /** The columns of all rows taken, on memory that threads can share if asked for. Ends the builder. */
  finish(options?: { shared?: boolean }): ChainColumns
}

/**
 * Begins the columns of one coin. Bad rows go to the collector. A builder that is told about how many rows to expect, rather
 * too many than too few, does not copy them in the end.
 */
export function createChainBuilder(
  currency: Currency,
  { badRows, expectedRows = BLOCK_ROWS }: { badRows: BadRows; expectedRows?: number },
): ChainBuilder {
  const snapshots: { timeMs: number; indexUsd: number; firstRow: number }[] = []
  const full: Block[] = []
  let fullRows = 0
  let capacity = Math.max(1, expectedRows)
  let block = createBlock(capacity)
  let filled = 0
  // One object for all rows: numbers in it are changed in place, where variables of a closure would make new ones.
  const before: RowBefore = { timeMs: Number.NEGATIVE_INFINITY, indexUsd: 0.5, expiryMs: 0.5, strikeUsd: 0.5, isPut: 0 }

  return {
    add(row) {
      const problem = chainRowProblem(row, before)
      if (problem !== undefined) {
        badRows.report({ file: row.file, row: row.row, ...problem })
        return
      }
      if (filled === capacity) {
        full.push(block)
        fullRows += capacity
        capacity = BLOCK_ROWS
        block = createBlock(capacity)
        filled = 0
      }
      if (row.timeMs !== before.timeMs) {
        snapshots.push({ timeMs: row.timeMs, indexUsd: row.indexUsd, firstRow: fullRows + filled })
      }
      before.timeMs = row.timeMs
      before.indexUsd = row.indexUsd
      before.expiryMs = row.expiryMs
      before.strikeUsd = row.strikeUsd
      before.isPut = row.isPut
      block.expiryMs[filled] = row.expiryMs
      block.strikeUsd[filled] = row.strikeUsd
      block.isPut[filled] = row.isPut
      block.bidCoin[filled] = row.bidCoin
      block.askCoin[filled] = row.askCoin
      block.markCoin[filled] = row.markCoin
      block.iv[filled] = row.iv
      block.forwardUsd[filled] = row.forwardUsd
      block.bidSizeCoin[filled] = row.bidSizeCoin
      block.askSizeCoin[filled] = row.askSizeCoin
      block.openInterestCoin[filled] = row.openInterestCoin
      block.volumeCoin[filled] = row.volumeCoin
      filled += 1
    },
    finish({ shared = false } = {}) {
      const rows = fullRows + filled
      const isWhole = !shared && full.length === 0 && 2 * rows >= capacity
      const parts = [...full, block]
      const memory = (bytes: number) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes))
      const numbers = (values: readonly number[]) => {
        const column = new Float64Array(memory(8 * values.length))
        column.set(values)
        return column
      }
      const firstRow = new Uint32Array(memory(4 * (snapshots.length + 1)))
      firstRow.set([...snapshots.map((snapshot) => snapshot.firstRow), rows])
      const joined = (name: Exclude<keyof Block, 'isPut'>) =>
        isWhole
          ? block[name].subarray(0, rows)
          : join(
              new Float64Array(memory(8 * rows)),
              parts.map((part) => part[name]),
            )
      const isPut = isWhole
        ? block.isPut.subarray(0, rows)
        : join(
            new Uint8Array(memory(rows)),
            parts.map((part) => part.isPut),
          )
      return {
        currency,
        timeMs: numbers(snapshots.map((snapshot) => snapshot.timeMs)),
        indexUsd: numbers(snapshots.map((snapshot) => snapshot.indexUsd)),
        firstRow,
        expiryMs: joined('expiryMs'),
        strikeUsd: joined('strikeUsd'),
        isPut,
        bidCoin: joined('bidCoin'),
        askCoin: joined('askCoin'),
        markCoin: joined('markCoin'),
        iv: joined('iv'),
        forwardUsd: joined('forwardUsd'),
        bidSizeCoin: joined('bidSizeCoin'),
        askSizeCoin: joined('askSizeCoin'),
        openInterestCoin: joined('openInterestCoin'),
        volumeCoin: joined('volumeCoin'),
      }
    },
  }
}

const BLOCK_ROWS = 65_536

type Block = ReturnType<typeof createBlock>

function createBlock(rows: number) {
  const numbers = () => new Float64Array(rows)
  return {
    expiryMs: numbers(),
    strikeUsd: numbers(),
    isPut: new Uint8Array(rows),
    bidCoin: numbers(),
    askCoin: numbers(),
    markCoin: numbers(),
    iv: numbers(),
    forwardUsd: numbers(),
    bidSizeCoin: numbers(),
    askSizeCoin: numbers(),
    openInterestCoin: numbers(),
    volumeCoin: numbers(),
  }
}

/** One part behind the other, as far as the column reaches. */
function join<Column extends Float64Array | Uint8Array>(column: Column, parts: readonly Column[]): Column {
  let at = 0
  for (const part of parts) {
    column.set(part.subarray(0, column.length - at), at)
    at += part.length
  }
  return column
}
