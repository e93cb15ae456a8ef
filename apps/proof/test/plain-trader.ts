import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { WireBookSummary, WireInstrument, WireOrder, WirePosition, WireUserTrade } from '@cc/deribit-client'
import type { SeededRandom } from '../src/seeded-random.ts'
import type { Reply } from './rpc.ts'

export type Levels = readonly (readonly [price: number, amount: number])[]
export type ServedBook = { readonly change_id: number; readonly bids: Levels; readonly asks: Levels }

/** What the exchange says of an account: everything since it was opened. */
export type Account = {
  readonly trades: readonly WireUserTrade[]
  readonly orders: readonly WireOrder[]
  readonly positions: readonly WirePosition[]
}

/** Whoever else trades in the account, over HTTP, which nothing goes wrong with. */
export type PlainTrader = {
  /** @throws Error with the word, where it is refused */
  ask(method: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>
  book(symbol: string): Promise<ServedBook>
  /** Names of options with bids and asks above the fine part of the grid. */
  symbols(count: number, random: SeededRandom): Promise<readonly string[]>
  /** Does something that changes the account or a book; refusals are part of trading. */
  move(symbol: string, random: SeededRandom): Promise<void>
  /** Lets an order rest far from the market: its id. */
  rest(symbol: string, random: SeededRandom): Promise<string>
  account(): Promise<Account>
  close(): void
}

/** Both grids of BTC options have these prices. */
const TICK = 0.0005
export const priceOf = (ticks: number) => Number((Math.max(12, ticks) * TICK).toFixed(4))
export const ticksOf = (price: number) => Math.round(price / TICK)
export const TRADER_LABEL = 'trader'
const MOST_ROWS = 1_000
/** Options that expire are another matter: their positions go without a trade. */
const LEAST_LIFE_MS = 2 * 86_400_000

export function createPlainTrader(httpUrl: string, { clientId, clientSecret }: Record<string, string>): PlainTrader {
  const agent = new Agent({ keepAlive: true })
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const url = new URL(`${httpUrl}/api/v2`)
  let id = 0

  async function ask(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    id += 1
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params })
    const { error, result } = await new Promise<Reply>((resolve, reject) => {
      const headers = { 'content-length': Buffer.byteLength(text), authorization }
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Reply))
      })
      sent.on('error', reject).end(text)
    })
    if (error !== undefined) throw new Error(`${method} ${JSON.stringify(params)}: ${JSON.stringify(error)}`)
    return result
  }

  const tried = (method: string, params: Readonly<Record<string, unknown>>) =>
    ask(method, params).then(
      () => {},
      (error: Error) => {
        if (!/"code":1\d{4}|not_open_order|order_not_found/.test(error.message)) throw error
      },
    )

  const book = async (instrument_name: string) =>
    (await ask('public/get_order_book', { instrument_name, depth: 10_000 })) as ServedBook

  const openIn = async (instrument_name: string) =>
    (await ask('private/get_open_orders_by_instrument', { instrument_name })) as WireOrder[]

  async function move(symbol: string, random: SeededRandom): Promise<void> {
    const { bids, asks } = await book(symbol)
    const [bid, offer] = [bids[0]?.[0] ?? 30 * TICK, asks[0]?.[0] ?? 60 * TICK]
    const order = (side: 'buy' | 'sell', ticks: number) =>
      tried(`private/${side}`, {
        instrument_name: symbol,
        type: 'limit',
        price: priceOf(ticks),
        amount: Math.ceil(random.between(0, 9)) / 10,
        label: TRADER_LABEL,
        time_in_force: random.pick(['good_til_cancelled', 'good_til_cancelled', 'immediate_or_cancel']),
        post_only: false,
        reduce_only: false,
      })
    const sellOrBuy = () => {
      const inside = Math.floor(random.between(-2, 6))
      return random.isTrue(0.5) ? order('sell', ticksOf(offer) + inside) : order('buy', ticksOf(bid) - inside)
    }
    switch (random.pick(['rest', 'rest', 'take', 'take', 'edit', 'cancel', 'many', 'sweep'])) {
      case 'rest':
        return sellOrBuy()
      case 'take':
        return random.isTrue(0.5) ? order('buy', ticksOf(offer)) : order('sell', ticksOf(bid))
      case 'many':
        await Promise.all([sellOrBuy(), sellOrBuy(), order('buy', ticksOf(offer))])
        return
      case 'edit':
        for (const each of (await openIn(symbol)).slice(0, 2)) {
          const price = priceOf(ticksOf(Number(each.price)) + (each.direction === 'buy' ? -1 : 1))
          await tried('private/edit', { order_id: each.order_id, amount: each.amount, price, post_only: false })
        }
        return
      case 'cancel': {
        const [oldest] = await openIn(symbol)
        return oldest && tried('private/cancel', { order_id: oldest.order_id })
      }
      case 'sweep':
        if ((await openIn(symbol)).length > 8)
          await tried('private/cancel_all_by_instrument', { instrument_name: symbol })
    }
  }

  return {
    ask,
    book,
    move,
    async symbols(count, random) {
      const of = { currency: 'BTC', kind: 'option' }
      const rows = (await ask('public/get_book_summary_by_currency', of)) as WireBookSummary[]
      const listed = (await ask('public/get_instruments', of)) as WireInstrument[]
      const fromMs = ((await ask('public/get_time')) as number) + LEAST_LIFE_MS
      const living = new Set(
        listed.filter((each) => each.expiration_timestamp > fromMs).map(({ instrument_name }) => instrument_name),
      )
      const left = rows
        .filter(({ bid_price, ask_price }) => (bid_price ?? 0) > 0.015 && (ask_price ?? 1) < 0.1)
        .map(({ instrument_name }) => instrument_name)
        .filter((name) => living.has(name))
        .sort()
      return Array.from({ length: count }, () => left.splice(Math.floor(random.next() * left.length), 1)[0] ?? '')
    },
    async rest(symbol, random) {
      const [offer] = (await book(symbol)).asks
      const price = priceOf(ticksOf(offer?.[0] ?? 0.05) + Math.ceil(random.between(3, 20)))
      const terms = {
        instrument_name: symbol,
        type: 'limit',
        amount: 0.1,
        price,
        label: TRADER_LABEL,
        post_only: false,
      }
      for (;;) {
        try {
          return ((await ask('private/sell', terms)) as { order: WireOrder }).order.order_id
        } catch (error) {
          // In the pause after 08:00 UTC.
          if (!String(error).includes('settlement_in_progress')) throw error
          await delay(10)
        }
      }
    },
    async account() {
      const of = { currency: 'BTC', kind: 'option' }
      const ended = { ...of, count: MOST_ROWS, include_unfilled: true, include_old: true }
      const [made, open, recent, older, positions] = (await Promise.all([
        ask('private/get_user_trades_by_currency', { ...of, count: MOST_ROWS, sorting: 'asc' }),
        ask('private/get_open_orders_by_currency', of),
        ask('private/get_order_history_by_currency', ended),
        ask('private/get_order_history_by_currency', { ...ended, historical: true }),
        ask('private/get_positions', of),
      ])) as [{ trades: WireUserTrade[]; has_more: boolean }, WireOrder[], WireOrder[], WireOrder[], WirePosition[]]
      if (made.has_more || Math.max(recent.length, older.length) >= MOST_ROWS) {
        throw new Error('More happened than one page holds.')
      }
      const orders = new Map([...open, ...older, ...recent].map((order) => [order.order_id, order]))
      return { trades: made.trades, orders: [...orders.values()], positions }
    },
    close: () => agent.destroy(),
  }
}
