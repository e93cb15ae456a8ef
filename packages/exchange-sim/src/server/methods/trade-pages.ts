import type { Trade } from '../../exchange/order.js'
import type { MethodCall } from '../method.js'
import type { Params } from '../params.js'
import { readCount, readCurrency, readKind } from './filters.js'
import { readListed } from './listing.js'
import { tapeOf } from './tape.js'

/** Which trades are asked for, and how they are handed out. */
export type TradeRequest = {
  readonly takes: (trade: Trade) => boolean
  readonly count: number
  /** From the earliest on, or from the latest back. */
  readonly order: 'asc' | 'desc'
}

/** What narrows a request down besides its book or currency. */
type Range = 'times' | 'times-from-start' | 'sequence' | 'ids'

/**
 * Reads the range, `count` and `sorting` of a request for trades. Without a sorting a request that names its start is
 * answered from the earliest on, as documented, and any other from the latest back, as recorded replies are.
 */
export function readTradeRequest(params: Params, ranges: readonly Range[]): TradeRequest {
  const bounds = ranges.map((range) => READERS[range](params))
  const sorting = params.optionalOneOf('sorting', ['asc', 'desc', 'default']) ?? 'default'
  const hasStart = bounds.some(({ from }) => from !== undefined)
  return {
    takes: (trade) =>
      bounds.every(({ of, from, to }) => {
        const value = of(trade)
        return (from === undefined || value >= from) && (to === undefined || value <= to)
      }),
    count: readCount(params, 10),
    order: sorting === 'default' ? (hasStart ? 'asc' : 'desc') : sorting,
  }
}

/** Trades, oldest first, and the tick that each made. */
export type TradeSource = { readonly trades: readonly Trade[]; readonly tickOf: (trade: Trade) => number }

/** All trades in the book that is asked for. Nothing trades in futures. */
export function readTradesOfInstrument(call: MethodCall): TradeSource {
  const listed = readListed(call)
  const { tradesOf, tickOf } = tapeOf(call.exchange, listed.currency)
  return { trades: listed.kind === 'future' ? [] : tradesOf(listed.instrument.symbol), tickOf }
}

/** All trades of the currency and kind that are asked for. */
export function readTradesOfCurrency(call: MethodCall): TradeSource {
  const [currency] = readCurrency(call)
  const isKind = readKind(call.params)
  if (currency === undefined || !isKind('option')) return NO_TRADES
  return { trades: call.exchange.trades(currency), tickOf: tapeOf(call.exchange, currency).tickOf }
}

/** One page of trades, which come oldest first, and whether it is not all of what was asked for. */
export function pageOf(trades: readonly Trade[], { takes, count, order }: TradeRequest) {
  const asked = trades.filter(takes)
  const ordered = order === 'asc' ? asked : asked.toReversed()
  return { trades: ordered.slice(0, count), hasMore: ordered.length > count }
}

/** What a currency or kind has in which nothing trades here. */
export const NO_TRADES: TradeSource = { trades: [], tickOf: () => 0 }

type Bounds = { of: (trade: Trade) => number; from: number | undefined; to: number | undefined }

const READERS: Readonly<Record<Range, (params: Params) => Bounds>> = {
  times: (params) => ({
    of: ({ timestampMs }) => timestampMs,
    from: params.optionalInteger('start_timestamp'),
    to: params.optionalInteger('end_timestamp'),
  }),
  // Documented with an end that is needed too; ccxt sends none where it asks for what was traded since some time.
  'times-from-start': (params) => ({
    of: ({ timestampMs }) => timestampMs,
    from: params.integer('start_timestamp'),
    to: params.optionalInteger('end_timestamp'),
  }),
  sequence: (params) => ({
    of: ({ tradeSeq }) => tradeSeq,
    from: params.optionalInteger('start_seq'),
    to: params.optionalInteger('end_seq'),
  }),
  ids: (params) => ({
    of: ({ tradeId }) => numberOfId(tradeId),
    from: readId(params, 'start_id'),
    to: readId(params, 'end_id'),
  }),
}

function readId(params: Params, name: string): number | undefined {
  const id = params.optionalText(name)
  return id === undefined ? undefined : numberOfId(id)
}

/** Ids of a currency count up: `48079` of BTC, `ETH-2696` of ETH. What is no id bounds nothing. */
function numberOfId(id: string): number {
  return Number(/(\d+)$/.exec(id)?.[1] ?? Number.NaN)
}
