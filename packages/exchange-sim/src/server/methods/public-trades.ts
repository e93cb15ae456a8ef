import { DAY_MS } from '../../contract-terms.js'
import type { Method, MethodCall } from '../method.js'
import { wirePublicTrade } from '../wire/trade.js'
import { SETTLEMENT_READS } from './settlements.js'
import {
  NO_TRADES,
  pageOf,
  readTradeRequest,
  readTradesOfCurrency,
  readTradesOfInstrument,
  type TradeRequest,
  type TradeSource,
} from './trade-pages.js'

/** What everybody sees of trades and settlements. They are those of the account: nobody else trades here. */
export const PUBLIC_TRADE_METHODS: readonly Method[] = [
  {
    name: 'public/get_last_trades_by_instrument',
    pool: 'non-matching',
    scope: null,
    handle: (call) => wirePage(readTradesOfInstrument(call), readTradeRequest(call.params, ['times', 'sequence'])),
  },
  {
    name: 'public/get_last_trades_by_instrument_and_time',
    pool: 'non-matching',
    scope: null,
    handle: (call) => wirePage(readTradesOfInstrument(call), readTradeRequest(call.params, ['times-from-start'])),
  },
  {
    name: 'public/get_last_trades_by_currency',
    pool: 'non-matching',
    scope: null,
    handle: (call) => wirePage(readTradesOfCurrency(call), readTradeRequest(call.params, ['times', 'ids'])),
  },
  {
    name: 'public/get_last_trades_by_currency_and_time',
    pool: 'non-matching',
    scope: null,
    handle: tradesOfLastDay,
  },
  {
    name: 'public/get_last_settlements_by_currency',
    pool: 'non-matching',
    scope: null,
    handle: SETTLEMENT_READS.ofCurrency,
  },
  {
    name: 'public/get_last_settlements_by_instrument',
    pool: 'non-matching',
    scope: null,
    handle: SETTLEMENT_READS.ofInstrument,
  },
]

/** A start of more than a day ago is answered with nothing, as documented. */
function tradesOfLastDay(call: MethodCall): object {
  const request = readTradeRequest(call.params, ['times-from-start'])
  const isTooOld = call.params.integer('start_timestamp') < call.nowMs - DAY_MS
  return wirePage(isTooOld ? NO_TRADES : readTradesOfCurrency(call), request)
}

function wirePage({ trades, tickOf }: TradeSource, request: TradeRequest): object {
  const page = pageOf(trades, request)
  return { trades: page.trades.map((trade) => wirePublicTrade(trade, tickOf(trade))), has_more: page.hasMore }
}
