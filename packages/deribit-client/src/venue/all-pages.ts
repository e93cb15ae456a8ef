import type { Currency, Span } from '@cc/models'
import type { WireOrder } from '../wire/order.js'
import { userTradeKey, type WireUserTrade } from '../wire/trade.js'
import type { WireTransaction } from '../wire/transaction-log.js'
import { unfitReply } from './unfit-reply.js'
import type { VenueClient } from './venue-client.js'

const TRADES_A_PAGE = 1_000
const ORDERS_A_PAGE = 1_000
const ROWS_A_PAGE = 250
/** Far more than an agent makes: what does not end by then does not end. */
const MAX_PAGES = 200

type TradeFilter = { kind?: 'option' | 'future' | 'option_combo' | 'future_combo'; signal?: AbortSignal }

/**
 * Every trade of a span, of options where nothing else is said, oldest first, each once. `historical` asks for what is
 * older than 24 hours, which the ordinary answer does not have.
 *
 * @throws CcError `deribit/unfit-reply` where pages do not come to an end
 */
export async function allTrades(
  { private: api }: Pick<VenueClient, 'private'>,
  currency: Currency,
  { fromMs, toMs, historical, kind = 'option', signal }: Span & { historical: boolean } & TradeFilter,
): Promise<readonly WireUserTrade[]> {
  const method = 'private/get_user_trades_by_currency_and_time'
  const trades = new Map<string, WireUserTrade>()
  let startMs = fromMs
  for (let page = 0; page < MAX_PAGES && startMs < toMs; page += 1) {
    const span = { start_timestamp: startMs, end_timestamp: toMs - 1 }
    const query = { currency, kind, count: TRADES_A_PAGE, sorting: 'asc', historical, ...span } as const
    const { result } = await api.getUserTradesByCurrencyAndTime(query, signal === undefined ? {} : { signal })
    const before = trades.size
    for (const trade of result.trades) trades.set(userTradeKey(trade), trade)
    if (!result.has_more) return [...trades.values()].sort((a, b) => a.timestamp - b.timestamp)
    // The next page begins at the last time, whose trades may not all have been on this one.
    startMs = Math.max(startMs, ...result.trades.map(({ timestamp }) => timestamp))
    if (trades.size === before) throw unfitReply(method, 'it has more trades and does not give them')
  }
  if (startMs >= toMs) return [...trades.values()]
  throw unfitReply(method, `it does not end after ${MAX_PAGES} pages`)
}

/** Every row of the account's book of a span, oldest first. @throws CcError `deribit/unfit-reply` where pages do not end */
export async function allTransactions(
  { private: api }: VenueClient,
  currency: Currency,
  { fromMs, toMs }: Span,
): Promise<readonly WireTransaction[]> {
  const rows = new Map<number, WireTransaction>()
  let continuation: number | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { result } = await api.getTransactionLog({
      currency,
      start_timestamp: fromMs,
      end_timestamp: toMs,
      count: ROWS_A_PAGE,
      ...(continuation === undefined ? {} : { continuation }),
    })
    for (const row of result.logs) rows.set(row.id, row)
    if (result.continuation == null) return [...rows.values()].sort((a, b) => a.timestamp - b.timestamp || a.id - b.id)
    continuation = result.continuation
  }
  throw unfitReply('private/get_transaction_log', `it does not end after ${MAX_PAGES} pages`)
}

/** Every closed option order that the exchange still knows of, without fills too. @throws CcError as above */
export async function allPastOrders(
  { private: api }: VenueClient,
  currency: Currency,
): Promise<{ orders: readonly WireOrder[]; answeredMs: number }> {
  const method = 'private/get_order_history_by_currency'
  const orders = new Map<string, WireOrder>()
  let sinceMs: number | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { result, answeredMs } = await api.getOrderHistoryByCurrency({
      currency,
      kind: 'option',
      count: ORDERS_A_PAGE,
      offset: page * ORDERS_A_PAGE,
      include_old: true,
      include_unfilled: true,
      historical: true,
    })
    // What ended after the first page was read may be on none.
    sinceMs ??= answeredMs
    for (const order of result) orders.set(order.order_id, order)
    if (result.length < ORDERS_A_PAGE) return { orders: [...orders.values()], answeredMs: sinceMs }
  }
  throw unfitReply(method, `it does not end after ${MAX_PAGES} pages`)
}
