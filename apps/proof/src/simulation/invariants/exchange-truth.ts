import { type Broker, type Currency, type Fill, type LedgerEntry, type OrderReport, parseSymbol } from '@cc/models'
import { count, type Tally } from '../tally.ts'
import { type Accuse, NOISE_COIN } from './violation.ts'

/** An order as the exchange had it when it was last looked at. */
type TrueOrder = {
  label: string
  orderId: string
  symbol: string
  side: 'buy' | 'sell'
  sizeCoin: number
  priceCoin: number
  filledCoin: number
  state: OrderReport['state']
}

/** What the exchange's own books say, told row by row and added up anew. */
export type ExchangeTruth = {
  readonly orders: ReadonlyMap<string, TrueOrder>
  /** Takes in an order that the exchange accepted. */
  register(report: OrderReport): void
  /** Takes in what the exchange booked since. */
  observe(): Promise<void>
  /** What is short, what rests and what covers it, coin. Sells in `coming` are on their way or may be. */
  naked(
    currency: Currency,
    coming: Iterable<ComingSale>,
    onlyExpiryMs?: number,
  ): { neededCoin: number; coveredCoin: number }
  positionCoin(symbol: string): number
  shortSymbols(): readonly string[]
  /** Rows of the ledger, in the order of the exchange. */
  readonly rows: readonly LedgerEntry[]
  /** Compares what was added up with what the exchange says of its account. */
  compare(): Promise<void>
}

/** A sale that the exchange may still carry out. */
export type ComingSale = { symbol: string; sizeCoin: number; priceCoin: number }

type Book = { balanceCoin: number; positions: Map<string, number>; seen: Set<string>; fromMs: number; trades: number }

/** The most that a trade costs, coin per coin: Deribit's fee, or an eighth of the price where that is less. */
function feeOf(priceCoin: number): number {
  return Math.min(0.0003, 0.125 * priceCoin)
}

/**
 * Keeps the books of an exchange beside it, from its ledger and its fills alone. At every trade it asks whether the account
 * was covered, and at every purchase whether it turned a position around.
 */
export function createExchangeTruth(
  broker: Broker,
  { currencies, accuse, tally }: { currencies: readonly Currency[]; accuse: Accuse; tally: Tally },
): ExchangeTruth {
  const orders = new Map<string, TrueOrder>()
  const byId = new Map<string, TrueOrder>()
  const rows: LedgerEntry[] = []
  const books = new Map<Currency, Book>(
    currencies.map((currency) => [
      currency,
      { balanceCoin: 0, positions: new Map(), seen: new Set(), fromMs: 0, trades: 0 },
    ]),
  )

  function bookOf(currency: Currency): Book {
    const book = books.get(currency)
    if (book === undefined) throw new RangeError(`no account in ${currency}`)
    return book
  }

  function restingSells(currency: Currency, atMs: number): TrueOrder[] {
    return [...orders.values()].filter(({ side, state, symbol }) => {
      const parts = parseSymbol(symbol)
      return side === 'sell' && state === 'open' && parts?.currency === currency && parts.expiryMs > atMs
    })
  }

  function naked(currency: Currency, coming: Iterable<ComingSale>, onlyExpiryMs?: number, atMs = 0) {
    const { balanceCoin, positions } = bookOf(currency)
    const counts = (symbol: string) => onlyExpiryMs === undefined || parseSymbol(symbol)?.expiryMs === onlyExpiryMs
    let neededCoin = 0
    let coveredCoin = balanceCoin
    for (const [symbol, sizeCoin] of positions) if (counts(symbol)) neededCoin += Math.max(0, -sizeCoin)
    const add = ({ symbol, priceCoin }: ComingSale, sizeCoin: number) => {
      if (!counts(symbol)) return
      neededCoin += sizeCoin
      coveredCoin += sizeCoin * (priceCoin - feeOf(priceCoin))
    }
    for (const order of restingSells(currency, atMs)) add(order, order.sizeCoin - order.filledCoin)
    for (const sale of coming) add(sale, sale.sizeCoin)
    return { neededCoin, coveredCoin }
  }

  function takeTrade(currency: Currency, row: LedgerEntry, fill: Fill | undefined): void {
    const { positions } = bookOf(currency)
    const sizeCoin = row.sizeCoin ?? Number.NaN
    const symbol = row.symbol ?? ''
    const order = fill && byId.get(fill.orderId)
    if (fill === undefined || order === undefined || fill.symbol !== symbol) {
      accuse('I13', `the ledger has a trade of ${symbol} that no order of the agent explains (${fill?.label})`)
      return
    }
    const signedCoin = fill.side === 'sell' ? -fill.sizeCoin : fill.sizeCoin
    const cashCoin = -signedCoin * fill.priceCoin - fill.feeCoin
    if (Math.abs(signedCoin - sizeCoin) > NOISE_COIN || Math.abs(cashCoin - row.changeCoin) > NOISE_COIN) {
      accuse(
        'I13',
        `a fill of ${fill.label} is ${signedCoin} coin for ${cashCoin}, its row ${sizeCoin} for ${row.changeCoin}`,
      )
    }
    order.filledCoin += fill.sizeCoin
    if (order.filledCoin > order.sizeCoin + NOISE_COIN) accuse('I2', `${order.label} filled more than its size`)
    const positionCoin = positions.get(symbol) ?? 0
    count(tally, `fill/${fill.liquidity}`)
    if (order.filledCoin < order.sizeCoin - NOISE_COIN) count(tally, 'fill/partial')
    if (positionCoin > NOISE_COIN) {
      accuse('I14', `${order.label} left ${positionCoin} coin of ${symbol}: more was bought back than was short`)
    }
    if (fill.side === 'sell') {
      const { neededCoin, coveredCoin } = naked(currency, [], undefined, row.timestampMs)
      if (neededCoin > coveredCoin + NOISE_COIN) {
        accuse('I1', `naked at a fill of ${order.label}: ${neededCoin} coin short or on sale, ${coveredCoin} cover it`)
      }
    }
  }

  async function observeCurrency(currency: Currency): Promise<void> {
    const book = bookOf(currency)
    const span = { fromMs: book.fromMs, toMs: Number.MAX_SAFE_INTEGER }
    const fresh = (await broker.ledger(currency, span)).filter(({ id }) => !book.seen.has(id))
    if (fresh.length === 0) return
    const fills = fresh.some(({ kind }) => kind === 'trade')
      ? await broker.fills(currency, { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })
      : []
    for (const row of fresh) {
      if (book.seen.has(row.id)) continue
      book.seen.add(row.id)
      book.fromMs = Math.max(book.fromMs, row.timestampMs)
      rows.push(row)
      count(tally, `ledger/${row.kind}`)
      book.balanceCoin += row.changeCoin
      if (Math.abs(book.balanceCoin - row.balanceCoin) > NOISE_COIN) {
        accuse('I13', `the ${row.kind} row ${row.id} ends at ${row.balanceCoin} coin, and not at ${book.balanceCoin}`)
        book.balanceCoin = row.balanceCoin
      }
      if (row.symbol !== null && row.sizeCoin !== null) {
        const left = (book.positions.get(row.symbol) ?? 0) + row.sizeCoin
        if (Math.abs(left) < NOISE_COIN) book.positions.delete(row.symbol)
        else book.positions.set(row.symbol, left)
      }
      if (row.kind === 'trade') takeTrade(currency, row, fills[book.trades++])
    }
  }

  return {
    orders,
    rows,
    naked,
    register(report) {
      const { label, orderId, symbol, side, sizeCoin, priceCoin, state } = report
      const known = orders.get(label)
      if (known !== undefined) accuse('I2', `the exchange has a second order under ${label}`)
      const order: TrueOrder = { label, orderId, symbol, side, sizeCoin, priceCoin, filledCoin: 0, state }
      orders.set(label, order)
      byId.set(orderId, order)
    },
    async observe() {
      for (const currency of currencies) await observeCurrency(currency)
      for (const order of orders.values()) {
        if (order.state !== 'open') continue
        const { state, filledCoin } = await broker.order(order.orderId)
        order.state = state
        if (Math.abs(filledCoin - order.filledCoin) > NOISE_COIN) {
          accuse('I13', `${order.label} reports ${filledCoin} coin filled, its fills are ${order.filledCoin}`)
        }
      }
    },
    positionCoin: (symbol) => {
      const currency = parseSymbol(symbol)?.currency
      return (currency && books.get(currency)?.positions.get(symbol)) ?? 0
    },
    shortSymbols: () => [...books.values()].flatMap(({ positions }) => [...positions.keys()]),
    async compare() {
      for (const currency of currencies) {
        const { balanceCoin, positions } = bookOf(currency)
        const account = await broker.account(currency)
        if (Math.abs(account.balanceCoin - balanceCoin) > NOISE_COIN) {
          accuse('I13', `the ${currency} account has ${account.balanceCoin} coin, its rows come to ${balanceCoin}`)
        }
        const held = new Map(account.positions.map(({ symbol, sizeCoin }) => [symbol, sizeCoin]))
        for (const symbol of new Set([...held.keys(), ...positions.keys()])) {
          const [saysCoin, isCoin] = [held.get(symbol) ?? 0, positions.get(symbol) ?? 0]
          if (Math.abs(saysCoin - isCoin) > NOISE_COIN) {
            accuse('I13', `the account has ${saysCoin} coin of ${symbol}, its rows come to ${isCoin}`)
          }
        }
      }
    },
  }
}
