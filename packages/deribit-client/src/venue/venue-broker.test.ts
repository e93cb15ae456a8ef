import { CcError } from '@cc/models'
import { orderForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import type { WireUserTrade } from '../wire/trade.js'
import { createJoinedReads } from './joined-reads.js'
import { createVenueBroker } from './venue-broker.js'
import type { VenueClient } from './venue-client.js'

const NOW_MS = Date.UTC(2026, 0, 5, 12)
const SYMBOL = 'BTC-27MAR26-100000-C'

const INSTRUMENT = {
  symbol: SYMBOL,
  currency: 'BTC',
  kind: 'call',
  strikeUsd: 100_000,
  expiryMs: Date.UTC(2026, 2, 27, 8),
  tickSizeCoin: 0.0001,
  tickSteps: [],
  minSizeCoin: 0.1,
  sizeStepCoin: 0.1,
  makerFeeRate: 0.0003,
  takerFeeRate: 0.0003,
  settlementPeriod: 'month',
  state: 'open',
} as const

const ORDER = {
  order_id: '1',
  order_state: 'open',
  order_type: 'limit',
  instrument_name: SYMBOL,
  direction: 'sell',
  label: 'x',
  price: 0.01,
  amount: 0.5,
  filled_amount: 0,
  creation_timestamp: 1,
  last_update_timestamp: 2,
}

const trade = (id: number, timestamp: number): WireUserTrade => ({
  trade_id: String(id),
  trade_seq: id,
  instrument_name: SYMBOL,
  timestamp,
  price: 0.01,
  amount: 0.1,
  index_price: 80_000,
  order_id: '1',
  direction: 'sell',
  fee: 0.00003,
  fee_currency: 'BTC',
  liquidity: 'M',
})

type Asked = { method: string; params: Record<string, unknown> }

/** A broker over a client whose private methods answer what the test says. */
function scripted(answers: Record<string, (params: Record<string, unknown>) => unknown>) {
  const asked: Asked[] = []
  const api = new Proxy(
    {},
    {
      get: (_target, method: string) => async (params: Record<string, unknown>) => {
        asked.push({ method, params })
        return answers[method]?.(params)
      },
    },
  )
  const client = { private: api, clock: { now: () => NOW_MS } } as unknown as VenueClient
  const forgotten: string[] = []
  const listing = { forget: (currency: string) => void forgotten.push(currency) }
  return { asked, forgotten, broker: createVenueBroker(client, { join: createJoinedReads(), listing }) }
}

const result = (value: unknown) => ({ result: value, takenInMs: NOW_MS, answeredMs: NOW_MS + 0.5, testnet: true })
const failing = (code: string) => () => {
  throw new CcError(code, { code, recovery: 'skip' })
}

function order(changes: object = {}) {
  return orderForTest(INSTRUMENT, {
    label: 'x',
    side: 'sell',
    sizeCoin: 0.5,
    priceCoin: 0.01,
    postOnly: true,
    reduceOnly: false,
    timeInForce: 'good-til-cancelled',
    validUntilMs: NOW_MS + 3_000,
    ...changes,
  })
}

describe('place', () => {
  it('says everything that Deribit has a default for', async () => {
    const { asked, broker } = scripted({ sell: () => ({ outcome: 'accepted', order: ORDER, trades: [] }) })
    expect(await broker.place(order())).toMatchObject({ outcome: 'accepted', order: { orderId: '1', state: 'open' } })
    expect(asked).toEqual([
      {
        method: 'sell',
        params: {
          instrument_name: SYMBOL,
          type: 'limit',
          amount: 0.5,
          price: 0.01,
          label: 'x',
          time_in_force: 'good_til_cancelled',
          post_only: true,
          reject_post_only: true,
          reduce_only: false,
          valid_until: NOW_MS + 3_000,
        },
      },
    ])
  })

  it('passes on what was rejected, and what is not known', async () => {
    const rejected = { outcome: 'rejected', word: 'post_only_reject', number: 11_054, message: 'm' }
    expect(await scripted({ sell: () => rejected }).broker.place(order())).toEqual({
      outcome: 'rejected',
      code: 'post_only_reject',
      message: 'm',
    })
    const unknown = { outcome: 'unknown', reason: 'deribit/no-answer' }
    expect(await scripted({ sell: () => unknown }).broker.place(order())).toEqual(unknown)
  })

  it.each([
    ['price_wrong_tick', ['BTC']],
    ['book_closed', ['BTC']],
    ['post_only_reject', []],
  ])('has the listing asked for anew, or not, after %s', async (word, expected) => {
    const { broker, forgotten } = scripted({
      sell: () => ({ outcome: 'rejected', word, number: 1, message: 'm' }),
    })
    await broker.place(order())
    expect(forgotten).toEqual(expected)
  })

  it('sends nothing once its time is over', async () => {
    const { asked, broker } = scripted({})
    expect(await broker.place(order({ validUntilMs: NOW_MS }))).toMatchObject({
      outcome: 'rejected',
      code: 'timed_out',
    })
    expect(asked).toEqual([])
  })

  it.each(['deribit/off-grid', 'deribit/invalid-params'])(
    'takes the refusal of the client for one: %s',
    async (code) => {
      const { broker } = scripted({ sell: failing(code) })
      expect(await broker.place(order())).toMatchObject({ outcome: 'rejected' })
    },
  )

  it('does not know what became of an order whose reply it cannot read', async () => {
    const { broker } = scripted({
      sell: () => ({ outcome: 'accepted', order: { ...ORDER, order_state: 'dreaming' }, trades: [] }),
    })
    expect(await broker.place(order())).toEqual({ outcome: 'unknown', reason: 'the order is dreaming limit' })
  })

  it('nor of one whose fill it cannot read', async () => {
    const trades = [{ ...trade(1, NOW_MS), fee_currency: 'USDC' }]
    const { broker } = scripted({ sell: () => ({ outcome: 'accepted', order: ORDER, trades }) })
    expect(await broker.place(order())).toEqual({ outcome: 'unknown', reason: 'deribit/unfit-reply' })
  })

  it('throws a bug as it is', async () => {
    const broken = () => {
      throw new TypeError('bug')
    }
    await expect(scripted({ sell: broken }).broker.place(order())).rejects.toThrow(TypeError)
  })
})

describe('cancel', () => {
  it.each(['not-open-order', 'already-closed', 'already-filled', 'order-not-found'])(
    'reports an order that had ended: %s',
    async (word) => {
      const { broker } = scripted({
        cancel: failing(`deribit/${word}`),
        getOrderState: () => result({ ...ORDER, order_state: 'filled', filled_amount: 0.5, average_price: 0.01 }),
      })
      expect(await broker.cancel('1')).toMatchObject({ state: 'filled', filledCoin: 0.5 })
    },
  )

  it('passes on any other failure', async () => {
    await expect(scripted({ cancel: failing('deribit/no-answer') }).broker.cancel('1')).rejects.toThrow('no-answer')
  })
})

describe('findByLabel', () => {
  it('takes an order of ours in a state that nobody documented for one that may still trade', async () => {
    const { broker } = scripted({ getOrderStateByLabel: () => result([{ ...ORDER, order_state: 'dreaming' }]) })
    const { orders } = await broker.findByLabel('BTC', 'x')
    expect(orders).toMatchObject([{ label: 'x', state: 'open', sizeCoin: 0.5, cancelReason: 'dreaming limit' }])
  })

  it('says when the exchange answered', async () => {
    const { broker } = scripted({ getOrderStateByLabel: () => result([]) })
    expect(await broker.findByLabel('BTC', 'x')).toEqual({ orders: [], answeredAtMs: NOW_MS })
  })

  it('reads all pages of the past, and of those the label', async () => {
    const page = (offset: number) =>
      Array.from({ length: offset === 0 ? 1_000 : 3 }, (_, i) => ({
        ...ORDER,
        order_id: String(offset + i),
        label: i === 2 ? 'x' : 'y',
      }))
    const { asked, broker } = scripted({
      getOrderHistoryByCurrency: ({ offset }) => ({
        ...result(page(Number(offset))),
        answeredMs: NOW_MS + Number(offset),
      }),
    })
    const { orders, answeredAtMs } = await broker.findByLabel('BTC', 'x', { historical: true })
    expect(orders.map(({ orderId }) => orderId)).toEqual(['2', '1002'])
    expect(answeredAtMs).toBe(NOW_MS)
    expect(asked.map(({ params }) => [params.offset, params.historical])).toEqual([
      [0, true],
      [1_000, true],
    ])
  })
})

describe('fills', () => {
  const DAY_MS = 86_400_000

  it('reads the last day where nothing older is wanted', async () => {
    const { asked, broker } = scripted({
      getUserTradesByCurrencyAndTime: () => result({ trades: [trade(1, NOW_MS - 5)], has_more: false }),
    })
    const fills = await broker.fills('BTC', { fromMs: NOW_MS - 10, toMs: NOW_MS })
    expect(fills).toMatchObject([{ tradeId: '1', feeCoin: 0.00003, liquidity: 'maker' }])
    expect(asked.map(({ params }) => params.historical)).toEqual([false])
  })

  it('asks for the past too where the span begins on the edge of the day', async () => {
    const { asked, broker } = scripted({
      getUserTradesByCurrencyAndTime: () => result({ trades: [], has_more: false }),
    })
    await broker.fills('BTC', { fromMs: NOW_MS - DAY_MS, toMs: NOW_MS })
    expect(asked.map(({ params }) => params.historical)).toEqual([true, false])
  })

  it('asks for the past too where the span begins there, and counts each trade once', async () => {
    const { asked, broker } = scripted({
      getUserTradesByCurrencyAndTime: ({ historical }) =>
        result({
          trades: historical === true ? [trade(1, NOW_MS - 2 * DAY_MS), trade(2, NOW_MS - 5)] : [trade(2, NOW_MS - 5)],
          has_more: false,
        }),
    })
    const fills = await broker.fills('BTC', { fromMs: NOW_MS - 3 * DAY_MS, toMs: NOW_MS })
    expect(fills.map(({ tradeId }) => tradeId)).toEqual(['1', '2'])
    expect(asked).toHaveLength(2)
  })

  it('reads page after page, also where a page ends inside one millisecond', async () => {
    const all = Array.from({ length: 2_500 }, (_, i) => trade(i, NOW_MS - 1_000 + Math.floor(i / 7)))
    const { broker } = scripted({
      getUserTradesByCurrencyAndTime: ({ start_timestamp }) => {
        const rest = all.filter(({ timestamp }) => timestamp >= Number(start_timestamp))
        return result({ trades: rest.slice(0, 1_000), has_more: rest.length > 1_000 })
      },
    })
    expect(await broker.fills('BTC', { fromMs: NOW_MS - 1_000, toMs: NOW_MS })).toHaveLength(2_500)
  })

  it('refuses pages that do not go on', async () => {
    const { broker } = scripted({
      getUserTradesByCurrencyAndTime: () => result({ trades: [trade(1, NOW_MS - 5)], has_more: true }),
    })
    await expect(broker.fills('BTC', { fromMs: NOW_MS - 10, toMs: NOW_MS })).rejects.toMatchObject({
      code: 'deribit/unfit-reply',
    })
  })
})

describe('ledger', () => {
  it('reads all pages, oldest first, inside the span', async () => {
    const row = (id: number) => ({ id, type: 'deposit', currency: 'BTC', timestamp: id, change: 1, balance: id })
    const pages: Record<string, number[]> = { first: [9, 8], 8: [7, 6], 6: [5] }
    const { broker } = scripted({
      getTransactionLog: ({ continuation }) => {
        const ids = pages[continuation === undefined ? 'first' : String(continuation)] ?? []
        return result({ logs: ids.map(row), continuation: ids.length === 2 ? ids[1] : null })
      },
    })
    const entries = await broker.ledger('BTC', { fromMs: 6, toMs: 9 })
    expect(entries.map(({ id }) => id)).toEqual(['6', '7', '8'])
  })
})

describe('account', () => {
  it('asks once for all coins that are wanted in one breath', async () => {
    const summary = (currency: string) => ({
      currency,
      balance: 2,
      equity: 2,
      margin_balance: 2,
      initial_margin: 0,
      maintenance_margin: 0,
      available_funds: 2,
      options_value: 0,
      futures_session_rpl: 0,
      futures_session_upl: 0,
      delta_total: 0,
    })
    const { asked, broker } = scripted({
      getAccountSummaries: () => result({ summaries: [summary('BTC'), summary('ETH')] }),
      getPositions: () => result([]),
      getOpenOrders: () => result([]),
    })
    const both = await Promise.all([broker.account('BTC'), broker.account('ETH')])
    expect(both.map(({ currency }) => currency)).toEqual(['BTC', 'ETH'])
    expect(asked.map(({ method }) => method).sort()).toEqual(['getAccountSummaries', 'getOpenOrders', 'getPositions'])
  })
})
