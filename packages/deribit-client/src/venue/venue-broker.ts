import {
  type AccountSnapshot,
  type Broker,
  CcError,
  type Currency,
  type OrderOutcome,
  type OrderReport,
  type OrderTerms,
  openApprovedOrder,
  parseSymbol,
} from '@cc/models'
import type { OrderAnswer } from '../method.js'
import type { WirePlacedOrder } from '../wire/order.js'
import { accountSnapshotOf } from './account-snapshot.js'
import { allPastOrders, allTrades, allTransactions } from './all-pages.js'
import type { JoinedReads } from './joined-reads.js'
import type { KeptListing } from './kept-listing.js'
import { ledgerEntryOf } from './ledger-entries.js'
import { fillOf, isOfCoin, orderReportOf } from './order-reports.js'
import type { VenueClient } from './venue-client.js'

/** A cancel that came too late: the order had ended, or Deribit no longer knows it as open. */
const ENDED = new Set([
  'deribit/not-open-order',
  'deribit/already-closed',
  'deribit/already-filled',
  'deribit/order-not-found',
])
/** Says nothing of the book but its best price. */
const POST_ONLY_REJECT = 'post_only_reject'
/** An hour less than the ordinary answer has: it is asked for a little later than this is looked at. */
const RECENT_MS = 23 * 3_600_000

export type BrokerParts = {
  join: JoinedReads
  listing: Pick<KeptListing, 'forget'>
  /** Hears that an order may have changed the book of this option; `undefined`: of one that is not known. */
  onTouched?: (symbol: string | undefined) => void
}

/** Deribit's account as the port knows it. */
export function createVenueBroker(client: VenueClient, { join, listing, onTouched = () => {} }: BrokerParts): Broker {
  const { private: api, clock } = client

  /** Summaries, positions and open orders of every coin at once, for all who ask in one breath. */
  function readAccount() {
    return join('account', async () => {
      const [summaries, positions, openOrders] = await Promise.all([
        api.getAccountSummaries({}),
        api.getPositions({ currency: 'any' }),
        api.getOpenOrders({}),
      ])
      return {
        summaries: summaries.result,
        positions: positions.result,
        openOrders: openOrders.result,
        answeredMs: Math.min(summaries.answeredMs, positions.answeredMs, openOrders.answeredMs),
      }
    })
  }

  async function order(orderId: string): Promise<OrderReport> {
    return orderReportOf((await api.getOrderState({ order_id: orderId })).result)
  }

  async function send(terms: OrderTerms): Promise<OrderOutcome> {
    try {
      return outcomeOf(await api[terms.side](wireOrderOf(terms)))
    } catch (error) {
      // What the client refuses to send is certainly not at the exchange.
      if (CcError.isInstance(error) && error.code in REFUSED_HERE) {
        return { outcome: 'rejected', code: REFUSED_HERE[error.code] ?? error.code, message: error.message }
      }
      throw error
    }
  }

  return {
    async account(currency): Promise<AccountSnapshot> {
      return accountSnapshotOf(currency, await readAccount())
    },
    async margins(request) {
      const { symbol, side, sizeCoin, priceCoin } = request
      const { result } = await api.getMargins({ instrument_name: symbol, amount: sizeCoin, price: priceCoin })
      return {
        symbol,
        side,
        sizeCoin,
        priceCoin,
        initialMarginCoin: result[side],
        minPriceCoin: result.min_price ?? null,
        maxPriceCoin: result.max_price ?? null,
      }
    },
    async place(approved) {
      const terms = openApprovedOrder(approved)
      if (terms.validUntilMs <= clock.now()) {
        return { outcome: 'rejected', code: 'timed_out', message: 'Its time was over before it was sent.' }
      }
      const outcome = await send(terms).finally(() => onTouched(terms.symbol))
      const currency = parseSymbol(terms.symbol)?.currency
      // Its book may have closed, or its grid have changed, since it was listed.
      if (currency !== undefined && outcome.outcome === 'rejected' && outcome.code !== POST_ONLY_REJECT) {
        listing.forget(currency)
      }
      return outcome
    },
    order,
    async findByLabel(currency, label, options) {
      if (options?.historical === true) {
        const { orders, answeredMs } = await allPastOrders(client, currency)
        const found = orders.filter((each) => each.label === label)
        return {
          orders: found.map(orderReportOf),
          answeredAtMs: Math.floor(answeredMs),
        }
      }
      const { result, answeredMs } = await api.getOrderStateByLabel({ currency, label })
      return {
        orders: result.map(orderReportOf),
        answeredAtMs: Math.floor(answeredMs),
      }
    },
    async cancel(orderId) {
      try {
        const { result } = await api.cancel({ order_id: orderId })
        onTouched(result.instrument_name)
        return orderReportOf(result)
      } catch (error) {
        onTouched(undefined)
        if (CcError.isInstance(error) && ENDED.has(error.code)) return order(orderId)
        throw error
      }
    },
    async fills(currency, { fromMs, toMs, historical = false }) {
      // What is older than a day is in the historical answer only, what is younger only in the ordinary one.
      const wantsOlder = historical || fromMs < clock.now() - RECENT_MS
      const spans = wantsOlder ? [true, false] : [false]
      const pages = await Promise.all(
        spans.map((older) => allTrades(client, currency, { fromMs, toMs, historical: older })),
      )
      const trades = new Map(pages.flat().map((trade) => [trade.trade_id, trade]))
      return [...trades.values()]
        .filter(
          ({ timestamp, instrument_name }) =>
            timestamp >= fromMs && timestamp < toMs && isOfCoin(instrument_name, currency),
        )
        .sort((a, b) => a.timestamp - b.timestamp || a.trade_seq - b.trade_seq)
        .map((trade) => fillOf(trade, 'private/get_user_trades_by_currency_and_time'))
    },
    async ledger(currency: Currency, { fromMs, toMs }) {
      const rows = await allTransactions(client, currency, { fromMs, toMs })
      return rows
        .filter(({ timestamp }) => timestamp >= fromMs && timestamp < toMs)
        .map((row) => ledgerEntryOf(row, currency))
    },
  }
}

/** What the client turns away by itself, in the words that the exchange has for it. */
const REFUSED_HERE: Readonly<Record<string, string>> = {
  'deribit/off-grid': 'off_grid',
  'deribit/invalid-params': 'invalid_params',
}

function wireOrderOf(terms: OrderTerms) {
  return {
    instrument_name: terms.symbol,
    type: 'limit',
    amount: terms.sizeCoin,
    price: terms.priceCoin,
    label: terms.label,
    time_in_force: terms.timeInForce === 'good-til-cancelled' ? 'good_til_cancelled' : 'immediate_or_cancel',
    post_only: terms.postOnly,
    reject_post_only: terms.postOnly,
    reduce_only: terms.reduceOnly,
    valid_until: terms.validUntilMs,
  } as const
}

function outcomeOf(answer: OrderAnswer<WirePlacedOrder>): OrderOutcome {
  if (answer.outcome === 'rejected') return { outcome: 'rejected', code: answer.word, message: answer.message }
  if (answer.outcome === 'unknown') return answer
  try {
    const { order: placed, trades } = answer
    const order = orderReportOf(placed)
    // We send plain orders only: of one that is said to be another, nothing is known yet.
    if (order.state === 'open' && order.cancelReason !== null) {
      return { outcome: 'unknown', reason: `the order is ${order.cancelReason}` }
    }
    return {
      outcome: 'accepted',
      order,
      fills: trades.map((trade) => fillOf(trade, 'an order')),
    }
  } catch (error) {
    // It was taken; what is said of it cannot be used, so it is looked up.
    return { outcome: 'unknown', reason: CcError.isInstance(error) ? error.code : 'unreadable reply' }
  }
}
