import {
  type AccountSnapshot,
  type Currency,
  type Fill,
  type LedgerEntry,
  type MarginQuote,
  type OptionInstrument,
  type OptionQuote,
  type OrderOutcome,
  type OrderReport,
  type OrderRequest,
  type OrderTerms,
  parseSymbol,
  type Span,
} from '@cc/models'
import { missingQuote, unknownCurrency, unknownOrder, unknownSymbol } from '../failures.js'
import type { Market } from '../market.js'
import { checkFunds, checkOverlap, checkTerms, type Rejection, reject } from './acceptance.js'
import { type AccountBook, createAccountBook, deliverExpired } from './account-book.js'
import { byPriority, createLiquidity, crosses, idleReduceOnly, oppositeOf, restingFillCoin } from './liquidity.js'
import { exposuresOf, flat, marginOf, reducibleCoin, summarise, withResting } from './margin.js'
import { createOrderStore, type Order, reportOf } from './order-store.js'

/**
 * One exchange, one account per currency. It knows no clock: whoever asks brings it to the present with
 * `advanceTo` first, and nothing else moves its time.
 */
export type Exchange = {
  /**
   * Plays what happened since the last call, in order of time. At one time: resting orders meet the quotes of the
   * new step; then the orders of expiring options are cancelled; then all positions of that expiry are delivered,
   * at one price. An earlier time than the last does nothing.
   */
  advanceTo(nowMs: number): void
  place(terms: OrderTerms): OrderOutcome
  cancel(orderId: string): OrderReport
  order(orderId: string): OrderReport
  findByLabel(currency: Currency, label: string): readonly OrderReport[]
  fills(currency: Currency, span: Span): readonly Fill[]
  ledger(currency: Currency, span: Span): readonly LedgerEntry[]
  account(currency: Currency): AccountSnapshot
  margins(request: OrderRequest): MarginQuote
  quote(symbol: string): OptionQuote
  chain(currency: Currency): readonly OptionQuote[]
}

type Listing = { instrument: OptionInstrument; quote: OptionQuote; book: AccountBook }

export function createExchange({
  market,
  currencies,
  depositsCoin,
}: {
  market: Market
  currencies: readonly Currency[]
  depositsCoin: Readonly<Partial<Record<Currency, number | undefined>>>
}): Exchange {
  const orders = createOrderStore()
  const liquidity = createLiquidity(market)
  let trades = 0
  let nowMs = market.startMs
  const books = new Map(currencies.map((currency) => [currency, openBook(currency)]))

  function openBook(currency: Currency): AccountBook {
    const book = createAccountBook(currency, () => ++trades)
    const amountCoin = depositsCoin[currency] ?? 0
    if (amountCoin > 0) book.bookDeposit({ amountCoin, indexUsd: market.indexUsd(currency, nowMs), nowMs })
    return book
  }

  function advanceTo(toMs: number): void {
    if (market.frozen) {
      nowMs = Math.max(nowMs, toMs)
      return
    }
    for (let eventMs = nextEventMs(); eventMs <= toMs; eventMs = nextEventMs()) {
      if (eventMs % market.stepMs === 0) matchResting(eventMs)
      cancelExpired(eventMs)
      deliverExpired(market, books.values(), eventMs)
      nowMs = Math.max(nowMs, eventMs)
    }
    nowMs = Math.max(nowMs, toMs)
  }

  /** Without resting orders nothing happens before the next expiry of a position: the steps between are skipped. */
  function nextEventMs(): number {
    const resting = orders.open()
    const nextStepMs =
      resting.length === 0 ? Number.POSITIVE_INFINITY : (Math.floor(nowMs / market.stepMs) + 1) * market.stepMs
    const held = [...books.values()].flatMap((book) => [...book.positions().values()])
    return [...resting, ...held].reduce((next, { instrument }) => Math.min(next, instrument.expiryMs), nextStepMs)
  }

  function matchResting(atMs: number): void {
    for (const order of orders.open().toSorted(byPriority)) {
      const quote = order.state === 'open' ? liquidity.quote(order.terms.symbol, atMs) : undefined
      if (quote === undefined) continue
      const opposite = oppositeOf(quote, order.terms.side)
      const sizeCoin = restingFillCoin(order, opposite, positionCoin(order.instrument))
      if (sizeCoin === 0) continue
      const { priceCoin } = order.terms
      execute(order, { sizeCoin, priceCoin, liquidity: 'maker', indexUsd: quote.indexUsd, nowMs: atMs })
    }
  }

  function cancelExpired(atMs: number): void {
    for (const order of orders.open()) {
      if (order.instrument.expiryMs <= atMs) orders.cancel(order, { reason: 'settlement', nowMs: atMs })
    }
  }

  function place(terms: OrderTerms): OrderOutcome {
    const { symbol, side, timeInForce } = terms
    if (nowMs > terms.validUntilMs) {
      return rejected(reject('timed_out', `It arrived ${nowMs - terms.validUntilMs} ms after it was valid.`))
    }
    const listing = findListing(symbol)
    if (listing === undefined) return rejected(notListed(symbol))
    const { instrument, quote, book } = listing

    const resting = restingOf(instrument.currency)
    const refusal = checkTerms(terms, instrument, quote) ?? checkOverlap(terms, resting)
    if (refusal !== undefined) return rejected(refusal)

    const reducible = reducibleCoin(positionCoin(instrument), side)
    if (terms.reduceOnly && reducible === 0) {
      return rejected(reject('other_reject', `reduce_only: there is no position in ${symbol} that a ${side} reduces.`))
    }
    const sizeCoin = terms.reduceOnly ? Math.min(terms.sizeCoin, reducible) : terms.sizeCoin
    const opposite = oppositeOf(quote, side)
    const trade =
      opposite !== undefined && crosses(side, terms.priceCoin, opposite.priceCoin)
        ? { priceCoin: opposite.priceCoin, sizeCoin: Math.min(sizeCoin, opposite.sizeCoin) }
        : undefined
    if (terms.postOnly && trade !== undefined) {
      return rejected(reject('post_only_reject', `It would trade at ${trade.priceCoin}.`))
    }
    const shortage = checkFunds(terms, instrument, {
      sizeCoin,
      trade,
      balanceCoin: book.balanceCoin(),
      exposures: exposuresOf(book.positions(), resting),
      quoteOf,
    })
    if (shortage !== undefined) return rejected(shortage)

    const order = orders.add(instrument, terms, { sizeCoin, nowMs })
    const fills =
      trade === undefined ? [] : [execute(order, { ...trade, liquidity: 'taker', indexUsd: quote.indexUsd, nowMs })]
    if (timeInForce === 'immediate-or-cancel' && order.state === 'open') orders.cancel(order, { reason: null, nowMs })
    return { outcome: 'accepted', order: reportOf(order), fills }
  }

  function execute(order: Order, execution: Parameters<AccountBook['bookFill']>[1]): Fill {
    const { symbol, side } = order.terms
    const { sizeCoin, nowMs: atMs } = execution
    liquidity.take({ symbol, side, sizeCoin, atMs })
    orders.fill(order, execution)
    const fill = bookOf(order.instrument.currency).bookFill(order, execution)
    const idle = idleReduceOnly(orders.open(), symbol, positionCoin(order.instrument))
    for (const each of idle) orders.cancel(each, { reason: null, nowMs: atMs })
    return fill
  }

  function findListing(symbol: string): Listing | undefined {
    const currency = parseSymbol(symbol)?.currency
    const book = currency === undefined ? undefined : books.get(currency)
    if (book === undefined) return undefined
    const instrument = liquidity.instrument(symbol, book.currency, nowMs)
    const quote = liquidity.quote(symbol, nowMs)
    return instrument === undefined || quote === undefined ? undefined : { instrument, quote, book }
  }

  function notListed(symbol: string): Rejection {
    const parts = parseSymbol(symbol)
    return parts !== undefined && !market.frozen && parts.expiryMs <= nowMs
      ? reject('orderbook_closed', `${symbol} has expired.`)
      : reject('invalid_or_unsupported_instrument', `${symbol} is not listed.`)
  }

  function listingOf(symbol: string): Listing {
    const listing = findListing(symbol)
    if (listing !== undefined) return listing
    throw unknownSymbol(symbol)
  }

  /** Of what the account has to do with: its quote cannot be missing. */
  function quoteOf(symbol: string): OptionQuote {
    const quote = liquidity.quote(symbol, nowMs)
    if (quote !== undefined) return quote
    throw missingQuote(symbol, 'quote')
  }

  function bookOf(currency: Currency): AccountBook {
    const book = books.get(currency)
    if (book !== undefined) return book
    throw unknownCurrency(currency, currencies)
  }

  function orderOf(orderId: string): Order {
    const order = orders.get(orderId)
    if (order !== undefined) return order
    throw unknownOrder(orderId)
  }

  function restingOf(currency: Currency): readonly Order[] {
    return orders.open().filter(({ instrument }) => instrument.currency === currency)
  }

  function positionCoin({ symbol, currency }: OptionInstrument): number {
    return bookOf(currency).positions().get(symbol)?.sizeCoin ?? 0
  }

  return {
    advanceTo,
    place,
    cancel(orderId) {
      const order = orderOf(orderId)
      if (order.state === 'open') orders.cancel(order, { reason: 'user_request', nowMs })
      return reportOf(order)
    },
    order: (orderId) => reportOf(orderOf(orderId)),
    findByLabel: (currency, label) => orders.withLabel(bookOf(currency).currency, label).map(reportOf),
    fills: (currency, span) => bookOf(currency).fills(span),
    ledger: (currency, span) => bookOf(currency).ledger(span),
    account: (currency) => summarise(bookOf(currency), restingOf(currency), { nowMs, quoteOf }),
    margins(request) {
      const { instrument, quote, book } = listingOf(request.symbol)
      const exposures = exposuresOf(book.positions(), restingOf(instrument.currency))
      const before = exposures.get(request.symbol) ?? flat(instrument)
      const after = marginOf(withResting(before, request), quote)
      return {
        ...request,
        initialMarginCoin: Math.max(0, after.ordersMarginCoin - marginOf(before, quote).ordersMarginCoin),
        minPriceCoin: quote.minPriceCoin,
        maxPriceCoin: quote.maxPriceCoin,
      }
    },
    quote: (symbol) => listingOf(symbol).quote,
    chain: (currency) => liquidity.chain(bookOf(currency).currency, nowMs),
  }
}

function rejected({ code, message }: Rejection): OrderOutcome {
  return { outcome: 'rejected', code, message }
}
