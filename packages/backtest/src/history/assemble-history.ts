import type { Logger } from '@cc/models'
import type { ChainColumns, CoinSeries } from './chain-columns.js'
import { sizeAssumption } from './coin-assumptions.js'
import type { History, HistoryCard } from './history.js'
import { readHistoryCache, type StoredHistory, writeHistoryCache } from './history-cache.js'
import { coinCounts, gapsOf, snapshotTimes } from './history-card.js'
import { quotedHistory } from './quoted-history.js'
import { noHistory } from './source-file.js'

/** What a reader made of its files. */
export type SourceReading = {
  chains: readonly ChainColumns[]
  series: readonly CoinSeries[]
  badRows: HistoryCard['badRows']
  assumptions: readonly string[]
}

/** Where a history is kept, under the hash of all that it is made of; without a folder nowhere. */
export type CacheRequest = { cacheFolder?: string | undefined; checksum: string; shared: boolean }

/** Takes a history from the cache; `undefined`: it must be read. */
export function recallHistory({ cacheFolder, checksum, shared }: CacheRequest): StoredHistory | undefined {
  return cacheFolder === undefined ? undefined : readHistoryCache({ folder: cacheFolder, key: checksum }, { shared })
}

/** Keeps in the cache what was read, and hands it on. A cache that cannot be written is told, and costs time only. */
export function keepHistory(
  stored: StoredHistory,
  { cacheFolder, checksum }: CacheRequest,
  { logger }: { logger?: Logger },
): StoredHistory {
  if (cacheFolder === undefined) return stored
  try {
    writeHistoryCache({ folder: cacheFolder, key: checksum }, stored)
  } catch (error) {
    logger?.warn('The cache of the history was not written: the next run reads the files again.', {
      error: error instanceof Error ? error.message : String(error),
    })
  }
  return stored
}

/** Describes what was read. `name` says what it is, and `from` where it was, in a few words without a path. */
export function describeReading(
  { chains, series, badRows, assumptions }: SourceReading,
  { name, from, checksum }: { name: string; from?: string; checksum: string },
): StoredHistory {
  const times = snapshotTimes(chains)
  const [fromMs = 0] = times
  const toMs = times.at(-1) ?? fromMs
  const currencies = chains.map(({ currency }) => currency)
  const where = from === undefined ? '' : `, from ${from}`
  const card: HistoryCard = {
    kind: 'recorded',
    description: `${name} of ${currencies.join(' and ')}, ${dayOf(fromMs)} to ${dayOf(toMs)}${where}`,
    currencies,
    fromMs,
    toMs,
    coins: coinCounts(chains),
    gaps: [],
    checksum,
    badRows,
    assumptions: [...assumptions],
  }
  return { chains, series, card }
}

/**
 * Puts a history behind the port of the local exchange, and tells its gaps, those at both ends of the span that was asked for
 * among them.
 *
 * @throws CcError `backtest/no-history` (recovery `halt`) where sizes are asked for and a coin has none.
 */
export function assembleHistory(
  { chains, series, card }: StoredHistory,
  options: {
    folder: string
    sizes: 'assumed' | 'recorded'
    fromMs?: number | undefined
    toMs?: number | undefined
    maxGapMs?: number | undefined
  },
): History {
  const { folder, sizes } = options
  const sizeless = chains.find(({ bidSizeCoin }) => bidSizeCoin.every(Number.isNaN))
  if (sizes === 'recorded' && sizeless !== undefined) {
    throw noHistory(folder, `sizes for the quotes of ${sizeless.currency}`)
  }
  return quotedHistory({
    kind: 'quoted',
    card: {
      ...card,
      gaps: chains.flatMap(({ currency, timeMs }) => gapsOf(currency, timeMs, options)),
      assumptions: [sizeAssumption(sizes), ...card.assumptions],
    },
    ...{ chains, series, sizes },
  })
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}
