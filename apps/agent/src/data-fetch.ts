import type { PublicArchive } from '@cc/deribit-client'
import type { Currency, Span } from '@cc/models'
import { appendSnapshot, writeSeries } from './data-files.js'
import { type FetchedData, openFetched, SERIES, type Series } from './fetched-data.js'
import { unlessStopped } from './open-venue.js'

export type FetchRequest = {
  /** Folder that is written to. */
  folder: string
  /** Whose data it is, such as `https://www.deribit.com`: a folder holds that of one exchange. */
  source: string
  currencies: readonly Currency[]
  /** What is fetched of the past; `undefined`: nothing. */
  span: Span | undefined
  /** Whether the present chain is appended. */
  chain: boolean
}

export type FetchDeps = {
  archive: PublicArchive
  /** The exchange's time: what had closed by then is fetched. */
  nowMs: number
  stop: AbortSignal
  /** Hears how far it is. */
  tell(line: string): void
}

/** One series of one coin: what is in the folder now, and what the exchange had nothing for within the span. */
type FetchedSeries = {
  series: Series
  currency: Currency
  /** Rows in the file, those of earlier spans among them. */
  rows: number
  /** Rows that came with this call. */
  fetched: number
  /** Times in the span for which the exchange has no row. */
  absent: number
}

/** What was done. */
export type FetchReport = {
  series: readonly FetchedSeries[]
  chains: readonly { currency: Currency; timeMs: number; rows: number; file: string }[]
  files: readonly string[]
}

/**
 * Fetches candles, DVOL and delivery prices of a span, hour by hour and day by day, and writes them as `candles.csv`,
 * `dvol.csv` and `deliveries.csv`. What lies in the folder is not asked for again, whether its call came to an end or not:
 * the files are written from all that was ever fetched into it, so that they do not tell in how many calls it was.
 *
 * @throws CcError `agent/data-folder`, `agent/usage`, `deribit/…`; the reason of `stop` once aborted.
 */
export async function fetchHistory(request: FetchRequest, deps: FetchDeps): Promise<FetchReport> {
  const { folder, source, currencies, span } = request
  const fetched = openFetched(folder, source)
  const series: FetchedSeries[] = []
  const files: string[] = []
  if (span !== undefined) {
    try {
      for (const currency of currencies) {
        for (const name of SERIES) series.push(await fetchSeries(fetched, { series: name, currency, span }, deps))
      }
    } finally {
      // Also where it was stopped: what was fetched so far is of use.
      for (const name of SERIES) {
        files.push(...(await writeSeries(folder, name, (currency) => fetched.rows(name, currency))))
      }
    }
  }
  const chains = []
  for (const currency of request.chain ? currencies : []) {
    const snapshot = await unlessStopped(deps.archive.snapshot(currency), deps.stop)
    const { file, rows } = await appendSnapshot(folder, snapshot)
    chains.push({ currency, timeMs: snapshot.timestampMs, rows, file })
    deps.tell(`${currency} chain: ${rows} quotes`)
  }
  return { series, chains, files: [...new Set([...files, ...chains.map(({ file }) => file)])] }
}

async function fetchSeries(
  fetched: FetchedData,
  { series, currency, span }: { series: Series; currency: Currency; span: Span },
  { archive, nowMs, stop, tell }: FetchDeps,
): Promise<FetchedSeries> {
  const { stepMs, offsetMs, stepsAtOnce, knownAfterMs } = STEPS[series]
  const onStep = (timeMs: number, round: (steps: number) => number) =>
    round((timeMs - offsetMs) / stepMs) * stepMs + offsetMs
  const presentMs = onStep(nowMs - knownAfterMs, Math.floor) + stepMs
  const whole = {
    fromMs: onStep(span.fromMs, Math.ceil),
    toMs: Math.min(onStep(span.toMs, Math.ceil), presentMs),
  }
  const pieces = fetched.missing(series, currency, whole).flatMap((missing) => piecesOf(missing, stepsAtOnce * stepMs))
  let count = 0
  for (const [place, piece] of pieces.entries()) {
    stop.throwIfAborted()
    const rows = await unlessStopped(readPiece(archive, series, currency, piece), stop)
    // What is not there yet at the very end may still come.
    const lastMs = rows.at(-1)?.[0] ?? piece.fromMs - stepMs
    const toMs = piece.toMs === presentMs ? lastMs + stepMs : piece.toMs
    if (toMs > piece.fromMs) fetched.add({ series, currency, fromMs: piece.fromMs, toMs, rows })
    count += rows.length
    tell(`${currency} ${series}: to ${dayOf(piece.toMs - 1)}, ${place + 1} of ${pieces.length}`)
  }
  const all = fetched.rows(series, currency)
  const within = all.filter(([timeMs = 0]) => timeMs >= whole.fromMs && timeMs < whole.toMs).length
  const wanted = Math.max(0, (whole.toMs - whole.fromMs) / stepMs)
  return { series, currency, rows: all.length, fetched: count, absent: wanted - within }
}

async function readPiece(archive: PublicArchive, series: Series, currency: Currency, span: Span) {
  if (series === 'deliveries') {
    const prices = await archive.deliveryPrices(currency, span)
    return prices.map(({ expiryMs, priceUsd }) => [expiryMs, priceUsd])
  }
  const bars = await archive.bars(currency, { kind: series, resolutionMs: HOUR_MS, ...span })
  return Array.from(bars.openMs, (openMs, i) =>
    [openMs, bars.open[i], bars.high[i], bars.low[i], bars.close[i]].map((value) => value ?? Number.NaN),
  )
}

function piecesOf({ fromMs, toMs }: Span, lengthMs: number): Span[] {
  const count = Math.ceil((toMs - fromMs) / lengthMs)
  return Array.from({ length: count }, (_, i) => ({
    fromMs: fromMs + i * lengthMs,
    toMs: Math.min(toMs, fromMs + (i + 1) * lengthMs),
  }))
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Until what is known of a step is in the exchange's books, too. */
const BOOKED_MS = 60_000

/**
 * When steps begin, how many Deribit is asked for at once, and how long after its begin one is known. It gives up to 5,000
 * candles and 1,000 bars of DVOL in one answer, and of delivery prices pages that the client turns.
 */
const STEPS: Readonly<Record<Series, { stepMs: number; offsetMs: number; stepsAtOnce: number; knownAfterMs: number }>> =
  {
    candles: { stepMs: HOUR_MS, offsetMs: 0, stepsAtOnce: 2_000, knownAfterMs: HOUR_MS + BOOKED_MS },
    dvol: { stepMs: HOUR_MS, offsetMs: 0, stepsAtOnce: 1_000, knownAfterMs: HOUR_MS + BOOKED_MS },
    deliveries: { stepMs: DAY_MS, offsetMs: 8 * HOUR_MS, stepsAtOnce: 10_000, knownAfterMs: BOOKED_MS },
  }
