import { CcError, type Currency, type Span, type VenueHistory } from '@cc/models'
import type { DeribitPublicClient } from '../client.js'
import type { WireChart, WireVolatilityIndex } from '../wire/charts.js'
import { unfitReply } from './unfit-reply.js'

/** Bars that open inside the span, `toMs` excluded, of a resolution that Deribit has. */
export type HistoryRequest = Span & { kind: VenueHistory['kind']; resolutionMs: number }

type PublicClient = Pick<DeribitPublicClient, 'public'>

type Bar = readonly [openMs: number, open: number, high: number, low: number, close: number]
type Columns = Pick<VenueHistory, 'openMs' | 'open' | 'high' | 'low' | 'close'>

const MINUTE_MS = 60_000
/** Deribit answers at most 5,000 candles at once. */
const CANDLES_A_PAGE = 5_000
const MAX_PAGES = 200

const CANDLES = new Map(
  (['1', '3', '5', '10', '15', '30', '60', '120', '180', '360', '720'] as const).map((minutes) => [
    Number(minutes) * MINUTE_MS,
    minutes,
  ]),
)
const DVOL = new Map([
  [1_000, '1'],
  [MINUTE_MS, '60'],
  [60 * MINUTE_MS, '3600'],
  [720 * MINUTE_MS, '43200'],
  [1_440 * MINUTE_MS, '1D'],
] as const)

/**
 * Reads closed bars from the exchange. Candles are those of the perpetual, which Deribit keeps at the index: of the index
 * itself it has none. DVOL comes in percent and leaves as a ratio.
 *
 * @throws CcError `deribit/unknown-resolution` (recovery `halt`)
 */
export async function readHistory(
  client: PublicClient,
  currency: Currency,
  request: HistoryRequest,
): Promise<VenueHistory> {
  const { kind, resolutionMs, fromMs, toMs } = request
  const { bars, answeredMs } = await (kind === 'dvol' ? readDvol : readCandles)(client, currency, request)
  const columns: Columns = { openMs: [], open: [], high: [], low: [], close: [] }
  const closed = [...bars].filter(
    ([openMs]) => openMs >= fromMs && openMs < toMs && openMs + resolutionMs <= answeredMs,
  )
  const byTime = new Map(closed.map((bar) => [bar[0], bar]))
  for (const [openMs, open, high, low, close] of [...byTime.values()].sort((a, b) => a[0] - b[0])) {
    requirePrices(kind, [open, high, low, close])
    const one = kind === 'dvol' ? 100 : 1
    const values = { openMs, open: open / one, high: high / one, low: low / one, close: close / one }
    for (const name of Object.keys(values) as (keyof Columns)[]) (columns[name] as number[]).push(values[name])
  }
  return { kind, currency, resolutionMs, ...columns }
}

async function readCandles({ public: api }: PublicClient, currency: Currency, request: HistoryRequest) {
  const { resolutionMs, fromMs, toMs } = request
  const resolution = resolutionMs === 1_440 * MINUTE_MS ? '1D' : CANDLES.get(resolutionMs)
  if (resolution === undefined) throw unknownResolution(request, [...CANDLES.keys(), 1_440 * MINUTE_MS])
  const bars: Bar[] = []
  let answeredMs = Number.POSITIVE_INFINITY
  for (let startMs = fromMs; startMs < toMs; startMs += CANDLES_A_PAGE * resolutionMs) {
    const answer = await api.getTradingviewChartData({
      instrument_name: `${currency}-PERPETUAL`,
      start_timestamp: startMs,
      end_timestamp: Math.min(toMs, startMs + CANDLES_A_PAGE * resolutionMs) - 1,
      resolution,
    })
    bars.push(...barsOf(answer.result))
    answeredMs = Math.min(answeredMs, answer.answeredMs)
  }
  return { bars, answeredMs }
}

async function readDvol({ public: api }: PublicClient, currency: Currency, request: HistoryRequest) {
  const { resolutionMs, fromMs, toMs } = request
  const resolution = DVOL.get(resolutionMs as 1_000)
  if (resolution === undefined) throw unknownResolution(request, [...DVOL.keys()])
  const bars: Bar[] = []
  let answeredMs = Number.POSITIVE_INFINITY
  let endMs = toMs - 1
  for (let page = 0; page < MAX_PAGES && fromMs <= endMs; page += 1) {
    const span = { start_timestamp: fromMs, end_timestamp: endMs }
    const answer = await api.getVolatilityIndexData({ currency, resolution, ...span })
    const { data, continuation } = answer.result as WireVolatilityIndex
    for (const [openMs, open, high, low, close] of data) bars.push([openMs, open, high, low, close])
    answeredMs = Math.min(answeredMs, answer.answeredMs)
    if (continuation == null) return { bars, answeredMs }
    if (continuation >= endMs) throw unfitReply('public/get_volatility_index_data', 'its pages do not go back in time')
    endMs = continuation
  }
  return { bars, answeredMs }
}

function barsOf(chart: WireChart): readonly Bar[] {
  const ticks = chart.ticks ?? []
  const [open, high, low, close] = [chart.open ?? [], chart.high ?? [], chart.low ?? [], chart.close ?? []]
  return ticks.map((openMs, i) => {
    const values = [open[i], high[i], low[i], close[i]]
    if (values.some((value) => value === undefined)) {
      throw unfitReply('public/get_tradingview_chart_data', 'its columns are of different lengths')
    }
    return [openMs, ...(values as [number, number, number, number])]
  })
}

function requirePrices(kind: VenueHistory['kind'], values: readonly number[]): void {
  if (values.every((value) => value > 0)) return
  const method = kind === 'dvol' ? 'public/get_volatility_index_data' : 'public/get_tradingview_chart_data'
  throw unfitReply(method, `a bar has the values ${values.join(', ')}`)
}

function unknownResolution({ kind, resolutionMs }: HistoryRequest, has: readonly number[]): CcError {
  return new CcError(`Deribit has no ${kind} of ${resolutionMs} ms.`, {
    code: 'deribit/unknown-resolution',
    recovery: 'halt',
    facts: { field: 'resolutionMs', value: resolutionMs, expected: has },
  })
}
