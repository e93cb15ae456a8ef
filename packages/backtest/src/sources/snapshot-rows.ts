import type { Currency } from '@cc/models'
import type { BadRows } from '../history/bad-rows.js'
import { type ChainBuilder, createChainBuilder } from '../history/chain-builder.js'
import type { ChainColumns } from '../history/chain-columns.js'
import type { ChainRow } from '../history/chain-row.js'

/** Takes rows of several coins as they come. */
export type SnapshotRows = {
  /** Takes a row of a snapshot, of which no later one was taken yet. The row may be reused. */
  add(currency: Currency, row: ChainRow): void
  /** The columns of each coin that had rows, in the order of the coins. Ends it. */
  finish(options: { shared: boolean }): ChainColumns[]
}

/**
 * Collects the rows of snapshots, which may stand in any order within one, and hands them on as columns want them. Times
 * must not go back within a coin.
 *
 * @throws CcError `backtest/bad-row` where the collector of bad rows refuses.
 */
export function createSnapshotRows(
  currencies: readonly Currency[],
  { badRows, fromMs, toMs }: { badRows: BadRows; fromMs: number; toMs: number },
): SnapshotRows {
  const coins = new Map(currencies.map((currency) => [currency, coinOf(createChainBuilder(currency, { badRows }))]))

  return {
    add(currency, row) {
      const coin = coins.get(currency)
      if (coin === undefined || row.timeMs < fromMs || row.timeMs > toMs) return
      if (row.timeMs < coin.timeMs) {
        const [value, before] = [row.timeMs, coin.timeMs].map((timeMs) => new Date(timeMs).toISOString())
        const expected = `no time before ${before}, that of rows before`
        badRows.report({ file: row.file, row: row.row, field: 'ts', value: value ?? '', expected })
        return
      }
      if (row.timeMs > coin.timeMs) flush(coin)
      coin.timeMs = row.timeMs
      coin.rows.push({ ...row })
    },
    finish(options) {
      return [...coins.values()].flatMap((coin) => {
        flush(coin)
        const columns = coin.builder.finish(options)
        return columns.timeMs.length === 0 ? [] : [columns]
      })
    },
  }
}

type Coin = { builder: ChainBuilder; timeMs: number; rows: ChainRow[] }

function coinOf(builder: ChainBuilder): Coin {
  return { builder, timeMs: Number.NEGATIVE_INFINITY, rows: [] }
}

function flush({ builder, rows }: Coin): void {
  rows.sort((a, b) => a.expiryMs - b.expiryMs || a.strikeUsd - b.strikeUsd || a.isPut - b.isPut)
  for (const row of rows) builder.add(row)
  rows.length = 0
}
