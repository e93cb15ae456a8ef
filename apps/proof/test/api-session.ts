import type { Reply } from './rpc.ts'
import type { SocketRpc } from './socket-rpc.ts'

type Rpc = (method: string, params?: Readonly<Record<string, unknown>>) => Promise<Reply>

/**
 * Plays one session that calls every method at least once with something to answer: orders that rest, trade, are
 * edited and cancelled, a position that is held over a settlement and one that is delivered in the money. The exchange
 * must be in virtual time with 2 BTC.
 */
export async function playSession(rpc: Rpc): Promise<void> {
  const ok = answered(rpc)
  const BTC = { currency: 'BTC' }
  const index = { index_name: 'btc_usd' }
  const nowMs = (await ok('public/get_time')) as number
  const span = { start_timestamp: nowMs - 3 * DAY_MS, end_timestamp: nowMs + 30 * DAY_MS }

  const { call, deep, bid, ask } = await tradable(ok)
  /** On the wide grid of dear options, which is on that of cheap ones too. */
  const high = Number((Math.ceil((2 * ask) / 0.0005) * 0.0005).toFixed(4))
  const one = { instrument_name: call }
  for (const method of ['public/test', 'public/status', 'public/get_currencies', 'public/get_index_price_names']) {
    await ok(method)
  }
  await ok('public/get_index_price_names', { extended: true })
  for (const kind of ['option', 'future']) await ok('public/get_instruments', { currency: 'any', kind })
  for (const method of ['public/get_instrument', 'public/get_contract_size', 'public/ticker']) await ok(method, one)
  for (const instrument_name of ['BTC-PERPETUAL', call]) {
    await ok('public/ticker', { instrument_name })
    await ok('public/get_order_book', { instrument_name, depth: 10 })
    await ok('public/get_book_summary_by_instrument', { instrument_name })
    for (const resolution of ['60', '1D']) {
      await ok('public/get_tradingview_chart_data', { instrument_name, resolution, ...span, end_timestamp: nowMs })
    }
  }
  for (const currency of ['BTC', 'any']) await ok('public/get_expirations', { currency, kind: 'any' })
  await ok('public/get_book_summary_by_currency', { ...BTC, kind: 'option' })
  await ok('public/get_index_price', index)
  await ok('public/get_index_chart_data', { ...index, range: '1d' })
  await ok('public/get_historical_volatility', BTC)
  await ok('public/get_volatility_index_data', { ...BTC, ...span, end_timestamp: nowMs, resolution: '3600' })
  await ok('public/get_mark_price_history', { ...one, ...span })
  const perpetual = { instrument_name: 'BTC-PERPETUAL' }
  for (const what of ['value', 'history']) {
    await ok(`public/get_funding_rate_${what}`, { ...perpetual, ...span, end_timestamp: nowMs })
  }
  await ok('public/get_funding_chart_data', { ...perpetual, length: '8h' })

  const conditions = { post_only: true, reject_post_only: true, reduce_only: false, valid_until: nowMs + 50_000 }
  const terms = { ...one, amount: 0.1, type: 'limit', label: 'a', time_in_force: 'good_til_cancelled' }
  const order = { ...terms, ...conditions, post_only: false, reject_post_only: false }
  const far = await placed(ok, 'private/sell', { ...terms, ...conditions, price: high })
  await ok('private/get_margins', { ...one, amount: 0.1, price: bid })
  await ok('private/get_order_margin_by_ids', { ids: [far] })
  await ok('private/edit', { order_id: far, amount: 0.2, price: high, ...conditions })
  await ok('private/edit_by_label', { ...one, label: 'a', amount: 0.1, price: high, ...conditions })
  await openOrders(ok, call)
  await ok('private/get_order_state', { order_id: far })
  await ok('private/cancel', { order_id: far })
  await placed(ok, 'private/sell', { ...order, price: high })
  await ok('private/cancel_by_label', { label: 'a', ...BTC })
  for (const [method, params] of [
    ['private/cancel_all', { detailed: true }],
    ['private/cancel_all', {}],
    ['private/cancel_all_by_currency', { ...BTC, kind: 'option' }],
    ['private/cancel_all_by_instrument', one],
    ['private/cancel_all_by_kind_or_type', { currency: 'any', kind: 'option' }],
  ] as const) {
    await placed(ok, 'private/sell', { ...order, price: high })
    await ok(method, params)
  }

  await placed(ok, 'private/sell', { ...order, price: bid })
  await placed(ok, 'private/sell', { ...order, instrument_name: deep.name, price: deep.bid })
  await placed(ok, 'private/buy', { ...order, price: ask, reduce_only: true })
  await placed(ok, 'private/sell', { ...order, price: bid })
  await account(ok, call)
  await ok('private/close_position', { ...one, type: 'limit', price: ask })
  await placed(ok, 'private/sell', { ...order, price: bid })
  await trades(ok, call, span)
  await ok('sim/advance_time', { to_timestamp: deep.expiryMs + 60_000 })
  await account(ok, call)
  await trades(ok, call, span)
  await ok('public/get_delivery_prices', { ...index, count: 5 })
  for (const side of ['public/get_last_settlements', 'private/get_settlement_history']) {
    await ok(`${side}_by_currency`, { ...BTC, count: 20 })
    await ok(`${side}_by_instrument`, { instrument_name: deep.name })
  }
  await ok('private/get_transaction_log', { ...BTC, ...span })
  await ok('public/get_instruments', { ...BTC, kind: 'option', expired: true })
}

/** Plays one connection that calls every method of connections, and ends with a logout, which has no reply. */
export async function playConnection(
  { ask, ended }: Pick<SocketRpc, 'ask' | 'ended'>,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
): Promise<void> {
  const ok = answered(ask)
  await ok('public/hello', { client_name: 'proof', client_version: '1' })
  await ok('public/set_heartbeat', { interval: 10 })
  await ok('public/disable_heartbeat')
  const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const { refresh_token } = (await ok('public/auth', grant)) as { refresh_token: string }
  await ok('public/auth', { grant_type: 'refresh_token', refresh_token })
  for (const change of ['enable', 'disable']) {
    for (const scope of ['connection', 'account']) {
      await ok(`private/${change}_cancel_on_disconnect`, { scope })
      await ok('private/get_cancel_on_disconnect', { scope })
    }
  }
  for (const side of ['public', 'private']) {
    const channels = ['deribit_price_index.btc_usd', 'no.such.channel']
    await ok(`${side}/subscribe`, { channels })
    await ok(`${side}/unsubscribe`, { channels })
    await ok(`${side}/unsubscribe_all`)
  }
  const unanswered = ask('private/logout').then(
    () => Promise.reject(new Error('A logout was answered.')),
    () => {},
  )
  await Promise.all([unanswered, ended])
}

const DAY_MS = 86_400_000

function answered(rpc: Rpc): Ok {
  return async (method, params) => {
    const reply = await rpc(method, params)
    if (reply.error !== undefined)
      throw new Error(`${method} ${JSON.stringify(params)}: ${JSON.stringify(reply.error)}`)
    return reply.result
  }
}

type Ok = (method: string, params?: Readonly<Record<string, unknown>>) => Promise<unknown>
type Row = { instrument_name: string; bid_price: number | null; ask_price: number | null; underlying_price: number }
type Listed = { instrument_name: string; option_type: string; strike: number; expiration_timestamp: number }

/** A quoted call of the second week above its forward, and one deep in the money of the first expiry with a bid. */
async function tradable(ok: Ok) {
  const listed = (await ok('public/get_instruments', { currency: 'BTC', kind: 'option' })) as Listed[]
  const rows = (await ok('public/get_book_summary_by_currency', { currency: 'BTC', kind: 'option' })) as Row[]
  const nowMs = (await ok('public/get_time')) as number
  const calls = listed
    .filter(({ option_type }) => option_type === 'call')
    .map((option) => ({ ...option, row: rows.find((row) => row.instrument_name === option.instrument_name) }))
    .filter(({ row }) => row?.bid_price != null && row.ask_price != null)
    .sort((a, b) => a.expiration_timestamp - b.expiration_timestamp || a.strike - b.strike)
  const near = calls.find(
    ({ expiration_timestamp, strike, row }) =>
      expiration_timestamp > nowMs + 14 * DAY_MS && strike > 1.02 * Number(row?.underlying_price),
  )
  const deep = calls.find(
    ({ expiration_timestamp, strike, row }) =>
      expiration_timestamp > nowMs + DAY_MS && strike < 0.97 * Number(row?.underlying_price),
  )
  if (near === undefined || deep === undefined) throw new Error('No calls to play with.')
  return {
    call: near.instrument_name,
    bid: Number(near.row?.bid_price),
    ask: Number(near.row?.ask_price),
    deep: { name: deep.instrument_name, bid: Number(deep.row?.bid_price), expiryMs: deep.expiration_timestamp },
  }
}

async function placed(ok: Ok, method: string, params: Readonly<Record<string, unknown>>): Promise<string> {
  return ((await ok(method, params)) as { order: { order_id: string } }).order.order_id
}

async function openOrders(ok: Ok, instrument_name: string): Promise<void> {
  await ok('private/get_open_orders')
  await ok('private/get_open_orders_by_currency', { currency: 'BTC' })
  await ok('private/get_open_orders_by_instrument', { instrument_name })
  await ok('private/get_open_orders_by_label', { currency: 'BTC', label: 'a' })
  await ok('private/get_order_state_by_label', { currency: 'BTC', label: 'a' })
}

async function account(ok: Ok, instrument_name: string): Promise<void> {
  for (const extended of [false, true]) {
    await ok('private/get_account_summary', { currency: 'BTC', extended })
    await ok('private/get_account_summaries', { extended })
  }
  for (const currency of ['BTC', 'any']) await ok('private/get_positions', { currency })
  await ok('private/get_position', { instrument_name })
  await ok('private/get_position', { instrument_name: 'BTC-PERPETUAL' })
  await ok('private/get_subaccounts')
  await ok('private/get_currencies')
  for (const what of ['deposits', 'withdrawals', 'transfers']) await ok(`private/get_${what}`, { currency: 'BTC' })
}

async function trades(ok: Ok, instrument_name: string, span: Readonly<Record<string, number>>): Promise<void> {
  const lists: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['by_instrument', { instrument_name }],
    ['by_instrument_and_time', { instrument_name, ...span }],
    ['by_currency', { currency: 'BTC' }],
    ['by_currency_and_time', { currency: 'BTC', ...span }],
  ]
  for (const [by, params] of lists) {
    await ok(`public/get_last_trades_${by}`, params)
    await ok(`private/get_user_trades_${by}`, { ...params, historical: true })
    await ok(`private/get_user_trades_${by}`, params)
  }
  const history = { include_old: true, include_unfilled: true, count: 100 }
  await ok('private/get_order_history_by_currency', { currency: 'BTC', ...history })
  const orders = (await ok('private/get_order_history_by_instrument', { instrument_name, ...history })) as {
    order_id: string
  }[]
  if (orders[0] !== undefined) await ok('private/get_user_trades_by_order', { order_id: orders[0].order_id })
}
