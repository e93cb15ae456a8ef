import { CcError, type Currency } from '@cc/models'
import type { DeribitClient } from '../client.js'
import { allTrades } from '../venue/all-pages.js'
import { unfitReply } from '../venue/unfit-reply.js'
import type { WireOrder } from '../wire/order.js'
import type { WirePosition } from '../wire/position.js'
import { userTradeKey, type WireUserTrade } from '../wire/trade.js'
import type { UserRead } from './user-ledger.js'

/** Whose account is read, and what of it. */
export type UserScope = {
  readonly currency: Currency
  readonly kind: 'option' | 'future' | 'option_combo' | 'future_combo'
}

export type UserReader = Pick<DeribitClient, 'private'>

type Since = { readonly fromMs: number; readonly openOrders: readonly string[]; readonly signal: AbortSignal }

/** The exchange knows of trades for 24 hours, and of orders that have ended for 30 minutes; of others its archive does. */
const RECENT_TRADES_MS = 86_400_000 - 3_600_000
const RECENT_ORDERS_MS = 1_800_000 - 300_000
/** Without `include_old` the archive leaves out what is older than two days. */
const OLD_ORDERS_MS = 2 * 86_400_000 - 3_600_000
const ORDERS_A_PAGE = 1_000
const MAX_PAGES = 200
/** The end of a span that has none: what happens while it is read is read too. */
const NO_END_MS = 32_503_680_000_000

/**
 * Reads what has become of an account since `fromMs`: every trade, every order that is open, every order that has ended,
 * and what became of `openOrders`, which were open before. Orders are read first, so that trades are never behind them.
 *
 * @throws CcError of the reads; `deribit/order-not-found`, with recovery `reconcile`, where an order that was open is nowhere
 */
export async function readSince(
  api: UserReader,
  scope: UserScope,
  { fromMs, openOrders, signal }: Partial<Since> & Pick<Since, 'signal'>,
): Promise<UserRead & { takenInMs: number }> {
  const { result: open, takenInMs } = await api.private.getOpenOrdersByCurrency(scope, { signal })
  const span = { fromMs: fromMs ?? takenInMs, openOrders: openOrders ?? [], signal }
  const ended = await endedOrders(api, scope, { ...span, takenInMs, open })
  const trades = await tradesSince(api, scope, { ...span, takenInMs })
  return { trades, orders: [...ended, ...open], takenInMs }
}

/** All positions of the account. */
export async function readPositions(
  api: UserReader,
  scope: UserScope,
  signal: AbortSignal,
): Promise<readonly WirePosition[]> {
  return (await api.private.getPositions(scope, { signal })).result
}

/** One order; `undefined` where the exchange does not know it any more. */
export async function readOrder(api: UserReader, id: string, signal: AbortSignal): Promise<WireOrder | undefined> {
  try {
    return (await api.private.getOrderState({ order_id: id }, { signal })).result
  } catch (error) {
    if (CcError.isInstance(error) && error.code === 'deribit/order-not-found') return undefined
    throw error
  }
}

async function tradesSince(
  api: UserReader,
  scope: UserScope,
  { fromMs, takenInMs, signal }: Since & { takenInMs: number },
): Promise<readonly WireUserTrade[]> {
  const read = (historical: boolean) =>
    allTrades(api, scope.currency, { fromMs, toMs: NO_END_MS, historical, kind: scope.kind, signal })
  const archived = takenInMs - fromMs > RECENT_TRADES_MS ? await read(true) : []
  const recent = await read(false)
  return [...new Map([...archived, ...recent].map((trade) => [userTradeKey(trade), trade])).values()]
}

async function endedOrders(
  api: UserReader,
  scope: UserScope,
  { fromMs, takenInMs, openOrders, open, signal }: Since & { takenInMs: number; open: readonly WireOrder[] },
): Promise<readonly WireOrder[]> {
  const gapMs = takenInMs - fromMs
  const found = new Map(open.map((order) => [order.order_id, order]))
  const missing = () => openOrders.filter((id) => !found.has(id))
  const add = (orders: readonly WireOrder[]) => {
    for (const order of orders) if (!found.has(order.order_id)) found.set(order.order_id, order)
  }
  const archive = () => orderHistory(api, scope, { historical: true, isOld: gapMs > OLD_ORDERS_MS, signal })

  add(await orderHistory(api, scope, { historical: false, isOld: false, signal }))
  for (const id of missing()) {
    const order = await readOrder(api, id, signal)
    if (order !== undefined) add([order])
  }
  const isLong = gapMs > RECENT_ORDERS_MS
  if (isLong || missing().length > 0) add(await archive())
  const [lost] = missing()
  if (lost !== undefined) throw untraced(lost)

  const isAsked = new Set(openOrders)
  const isOpen = new Set(open.map(({ order_id }) => order_id))
  return [...found.values()].filter(
    ({ order_id, last_update_timestamp }) =>
      !isOpen.has(order_id) && (isAsked.has(order_id) || last_update_timestamp >= fromMs),
  )
}

async function orderHistory(
  api: UserReader,
  { currency, kind }: UserScope,
  { historical, isOld, signal }: { historical: boolean; isOld: boolean; signal: AbortSignal },
): Promise<readonly WireOrder[]> {
  const orders: WireOrder[] = []
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = { count: ORDERS_A_PAGE, offset: page * ORDERS_A_PAGE, include_old: isOld, include_unfilled: true }
    const asked = { currency, kind, historical, ...query }
    const { result } = await api.private.getOrderHistoryByCurrency(asked, { signal })
    orders.push(...result)
    if (result.length < ORDERS_A_PAGE) return orders
  }
  throw unfitReply('private/get_order_history_by_currency', `it does not end after ${MAX_PAGES} pages`)
}

/** It has ended, and the archive may not have it yet. */
function untraced(orderId: string): CcError {
  return new CcError(`An order that was open is nowhere to be found: ${orderId}.`, {
    code: 'deribit/order-not-found',
    recovery: 'reconcile',
    facts: { orderId },
  })
}
