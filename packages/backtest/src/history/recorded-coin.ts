import type { Currency, Span } from '@cc/models'
import type { BadRows } from './bad-rows.js'
import { cutBars, openAt } from './bars.js'
import { type ChainBuilder, createChainBuilder } from './chain-builder.js'
import type { BarColumns, ChainColumns, CoinSeries } from './chain-columns.js'
import { type SeriesReading, seriesOf } from './coin-series.js'
import { readChainFile, readIndexes } from './recorded-chains.js'
import type { RecordedFiles, SeriesFiles } from './recorded-files.js'
import { type BarsWanted, readDvolDays, readDvolHours, readSpotBars, type SpotBars } from './recorded-series.js'
import { contentsOf, noHistory, statedBytes } from './source-file.js'

/** One coin as it was read, and what was found on the way. */
export type CoinReading = SeriesReading & { columns: ChainColumns; filledBars: number }

/** What of a coin is read. The span may be infinite. */
export type CoinRequest = Span & { folder: string; shared: boolean; badRows: BadRows }

/**
 * Reads the chains of one coin and its bars, which reach 400 days further back and end with the span.
 *
 * @throws CcError `backtest/no-history` where the span has no snapshot.
 */
export function readRecordedCoin(files: RecordedFiles, sources: SeriesFiles, request: CoinRequest): CoinReading {
  const { currency } = sources
  const { badRows, shared } = request
  const chains = files.chains.filter((file) => file.currency === currency)
  const beganMs = chains[0]?.startMs ?? Number.NEGATIVE_INFINITY
  const wanted = { sinceMs: Math.max(request.fromMs, beganMs) - HISTORY_BEFORE_MS, badRows }
  const spot = readSpotBars(sources.spot.name, contentsOf(sources.spot), wanted)
  // Rows have 75 to 110 bytes. Memory that is not written to costs nothing; shared memory is another, and filled by copying.
  const textBytes = chains.reduce((sum, file) => sum + statedBytes(file), 0)
  const expected = shared ? {} : { expectedRows: Math.ceil(textBytes / LEAST_ROW_BYTES) }
  const builder = createChainBuilder(currency, { badRows, ...expected })
  readChains(files, { currency, spot, builder, ...request })
  const columns = builder.finish({ shared })
  const { timeMs } = columns
  if (timeMs.length === 0) {
    const found = files.chains.map(({ name }) => name)
    throw noHistory(request.folder, `snapshot of ${currency}`, { span: request, found })
  }
  const first = Number.isFinite(request.fromMs) ? request.fromMs : (timeMs[0] as number)
  const toMs = Number.isFinite(request.toMs) ? request.toMs : (timeMs.at(-1) as number)
  const span = { fromMs: first - HISTORY_BEFORE_MS, toMs }
  const dvol = readDvol(sources, span, wanted)
  const reading = seriesOf(columns, { candles: spot.candles, dvol, deliveries: undefined }, span)
  const filledBars = spot.filledMs.filter((openMs) => openMs >= span.fromMs && openMs < toMs).length
  return { ...reading, columns, filledBars }
}

function readChains(
  files: RecordedFiles,
  to: CoinRequest & { currency: Currency; spot: SpotBars; builder: ChainBuilder },
): void {
  const { currency, spot, badRows } = to
  const indexesOf = new Map<string, ReadonlyMap<number, number>>()
  for (const file of files.chains.filter((chain) => chain.currency === currency)) {
    const { indexes: source } = file
    const known =
      source && (indexesOf.get(source.name) ?? readIndexes(source.name, contentsOf(source), { currency, badRows }))
    if (source !== undefined && known !== undefined) indexesOf.set(source.name, known)
    // The bar's open is older than the snapshot, so that nothing of the future stands in.
    const indexAt = (timeMs: number) =>
      known === undefined ? openAt(spot.candles, timeMs - (timeMs % HOUR_MS)) : known.get(timeMs)
    readChainFile(file.name, contentsOf(file), { ...to, indexAt })
  }
}

/** Hourly bars where no daily ones reach a day further, else daily ones: of each what had closed by the end of the span. */
export function readDvol({ dvolHours, dvolDays }: SeriesFiles, span: Span, wanted: BarsWanted): CoinSeries['dvol'] {
  const hours = dvolHours && cutBars(readDvolHours(dvolHours.name, contentsOf(dvolHours), wanted), span)
  const days = dvolDays && cutBars(readDvolDays(dvolDays.name, contentsOf(dvolDays), wanted), span)
  return endOf(days) - endOf(hours) >= DAY_MS || hours === undefined ? days : hours
}

function endOf(bars: BarColumns | undefined): number {
  return (bars?.openMs.at(-1) ?? 0) + (bars?.resolutionMs ?? 0)
}

/** How long before the first snapshot bars begin: a year of realised volatility, and what its first day needs. */
const HISTORY_BEFORE_MS = 400 * 86_400_000

const LEAST_ROW_BYTES = 64
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
