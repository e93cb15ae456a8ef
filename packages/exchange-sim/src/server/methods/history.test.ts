import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, START_MS, STEP_MS } from '../../exchange/exchange.fixture.js'
import { callerOf } from './method-call.fixture.js'

const SYMBOL = optionOf().symbol
const OTHER = optionOf({ strikeUsd: 90_000 }).symbol
const SELL = { instrument_name: SYMBOL, amount: 0.1, price: 0.02 }
const DAY_MS = 86_400_000

type TradeRow = { trade_id: string; trade_seq: number; direction: string }

function opened() {
  const exchange = exchangeOver({ options: [optionOf(), optionOf({ strikeUsd: 90_000 })], deliveryUsd: 100_000 })
  const caller = callerOf(exchange)
  return {
    exchange,
    ...caller,
    sell: (change: Record<string, unknown> = {}) => caller.call('private/sell', { ...SELL, ...change }),
    pass: (ms: number) => exchange.advanceTo(exchange.nowMs() + ms),
  }
}

/** Six sales, one a minute. */
function sixTrades() {
  const exchange = opened()
  for (let trade = 0; trade < 6; trade++) {
    exchange.sell(trade % 3 === 2 ? { instrument_name: OTHER } : {})
    exchange.pass(STEP_MS)
  }
  const seen = (method: string, params: Record<string, unknown>) => {
    const { trades, has_more } = exchange.call(method, params)
    return { ids: trades.map((trade: TradeRow) => Number(trade.trade_id)), more: has_more }
  }
  return { ...exchange, seen }
}

describe.each(['private/get_user_trades', 'public/get_last_trades'])('%s', (family) => {
  it.each<[string, Record<string, unknown>, number[], boolean]>([
    ['by_currency', { currency: 'BTC' }, [6, 5, 4, 3, 2, 1], false],
    ['by_currency', { currency: 'BTC', count: 2 }, [6, 5], true],
    ['by_currency', { currency: 'BTC', count: 2, sorting: 'asc' }, [1, 2], true],
    ['by_currency', { currency: 'BTC', count: 2, start_timestamp: START_MS + STEP_MS }, [2, 3], true],
    ['by_currency', { currency: 'BTC', end_timestamp: START_MS + STEP_MS }, [2, 1], false],
    ['by_currency', { currency: 'BTC', start_id: '5' }, [5, 6], false],
    ['by_currency', { currency: 'BTC', start_id: '2', end_id: '4', sorting: 'desc' }, [4, 3, 2], false],
    ['by_currency', { currency: 'BTC', kind: 'option', count: 1 }, [6], true],
    ['by_currency', { currency: 'BTC', kind: 'future' }, [], false],
    ['by_currency', { currency: 'USDT' }, [], false],
    [
      'by_currency_and_time',
      { currency: 'BTC', start_timestamp: START_MS, end_timestamp: START_MS + 2 * STEP_MS },
      [1, 2, 3],
      false,
    ],
    ['by_instrument', { instrument_name: SYMBOL }, [5, 4, 2, 1], false],
    ['by_instrument', { instrument_name: SYMBOL, start_seq: 2, end_seq: 3 }, [2, 4], false],
    ['by_instrument', { instrument_name: 'BTC-PERPETUAL' }, [], false],
    [
      'by_instrument_and_time',
      { instrument_name: OTHER, start_timestamp: START_MS, end_timestamp: START_MS + DAY_MS, count: 1 },
      [3],
      true,
    ],
    ['by_currency_and_time', { currency: 'BTC', start_timestamp: START_MS + 4 * STEP_MS }, [5, 6], false],
    ['by_instrument_and_time', { instrument_name: OTHER, start_timestamp: START_MS }, [3, 6], false],
  ])('%s %j gives %j', (method, params, ids, more) => {
    expect(sixTrades().seen(`${family}_${method}`, params)).toEqual({ ids, more })
  })

  it('names what is wrong', () => {
    const { failure } = opened()
    expect(failure(`${family}_by_currency_and_time`, { currency: 'BTC', end_timestamp: 1 }).data).toMatchObject({
      param: 'start_timestamp',
    })
    expect(failure(`${family}_by_currency`, { currency: 'BTC', sorting: 'up' }).data).toMatchObject({
      param: 'sorting',
    })
    expect(failure(`${family}_by_currency`, { currency: 'BTC', count: 0 }).data).toMatchObject({ param: 'count' })
  })
})

describe('own trades', () => {
  it('are recent for 24 hours, and historical after that: never both, never neither', () => {
    const { seen, pass } = sixTrades()
    const both = () =>
      [false, true].map(
        (historical) => seen('private/get_user_trades_by_currency', { currency: 'BTC', historical }).ids,
      )
    pass(DAY_MS - 6 * STEP_MS)
    expect(both()).toEqual([[6, 5, 4, 3, 2, 1], []])
    pass(1)
    expect(both()).toEqual([[6, 5, 4, 3, 2], [1]])
    pass(DAY_MS)
    expect(both()).toEqual([[], [6, 5, 4, 3, 2, 1]])
  })

  it('of an order are a bare list', () => {
    const { call, failure, sell } = opened()
    const { order } = sell({ amount: 1.2 })
    expect(call('private/get_user_trades_by_order', { order_id: order.order_id })).toMatchObject([
      { trade_id: '1', amount: 1, order_id: order.order_id },
    ])
    expect(call('private/get_user_trades_by_order', { order_id: order.order_id, historical: true })).toEqual([])
    expect(failure('private/get_user_trades_by_order', { order_id: '77' })).toMatchObject({ code: 10004 })
  })

  it('show the public the direction of the taker', () => {
    const { call, pass, exchange } = (() => {
      const own = exchangeOver({ topAt: (atMs) => (atMs === START_MS ? {} : { bid: 0.025, ask: 0.03 }) })
      return { ...callerOf(own), exchange: own, pass: () => own.advanceTo(START_MS + STEP_MS) }
    })()
    call('private/sell', { ...SELL, price: 0.021 })
    pass()
    expect(exchange.trades('BTC')).toHaveLength(1)
    expect(call('private/get_user_trades_by_currency', { currency: 'BTC' }).trades).toMatchObject([
      { direction: 'sell', liquidity: 'M', price: 0.021 },
    ])
    expect(call('public/get_last_trades_by_currency', { currency: 'BTC' }).trades).toMatchObject([
      { direction: 'buy', price: 0.021 },
    ])
  })

  it('have nothing of the account in public', () => {
    const { call, sell } = opened()
    sell({ label: 'secret' })
    const [row] = call('public/get_last_trades_by_currency', { currency: 'BTC' }).trades
    expect(Object.keys(row)).not.toEqual(expect.arrayContaining(['label']))
    expect(Object.keys(row).toSorted()).toEqual([
      'amount',
      'contracts',
      'direction',
      'index_price',
      'instrument_name',
      'iv',
      'mark_price',
      'price',
      'tick_direction',
      'timestamp',
      'trade_id',
      'trade_seq',
    ])
  })
})

it('the last day of public trades has no start before it', () => {
  const { seen, pass } = sixTrades()
  pass(DAY_MS - 3 * STEP_MS)
  const request = { currency: 'BTC', end_timestamp: START_MS + 9 * DAY_MS }
  expect(seen('public/get_last_trades_by_currency_and_time', { ...request, start_timestamp: START_MS }).ids).toEqual([])
  expect(
    seen('public/get_last_trades_by_currency_and_time', { ...request, start_timestamp: START_MS + 4 * STEP_MS }).ids,
  ).toEqual([5, 6])
})

describe('settlement histories', () => {
  const held = () => {
    const exchange = opened()
    exchange.sell({ amount: 0.5 })
    exchange.exchange.advanceTo(EXPIRY_MS + 1)
    return exchange
  }

  it('tell of every settlement and of the delivery, the same to the public', () => {
    const { call } = held()
    const { settlements, continuation } = call('private/get_settlement_history_by_currency', { currency: 'BTC' })
    expect(continuation).toBe('none')
    expect(settlements.map(({ type }: { type: string }) => type)).toEqual(['delivery', ...Array(7).fill('settlement')])
    expect(settlements[0]).toMatchObject({
      instrument_name: SYMBOL,
      position: -0.5,
      mark_price: 0.2,
      timestamp: EXPIRY_MS,
    })
    expect(settlements[0].profit_loss).toBeLessThan(0)
    expect(call('public/get_last_settlements_by_currency', { currency: 'BTC' }).settlements).toEqual(settlements)
    expect(call('public/get_last_settlements_by_instrument', { instrument_name: OTHER }).settlements).toEqual([])
  })

  it('come in pages that join, and by type and time', () => {
    const { call, failure } = held()
    const whole = call('private/get_settlement_history_by_instrument', { instrument_name: SYMBOL }).settlements
    const pages: unknown[] = []
    let continuation: string | undefined
    do {
      const page = call('private/get_settlement_history_by_instrument', {
        instrument_name: SYMBOL,
        count: 3,
        continuation,
      })
      pages.push(...page.settlements)
      continuation = page.continuation === 'none' ? undefined : page.continuation
    } while (continuation !== undefined)
    expect(pages).toEqual(whole)
    const of = (params: Record<string, unknown>) =>
      call('private/get_settlement_history_by_currency', { currency: 'BTC', ...params }).settlements
    expect(of({ type: 'delivery' })).toHaveLength(1)
    expect(of({ type: 'bankruptcy' })).toHaveLength(0)
    expect(of({ search_start_timestamp: EXPIRY_MS - 1 })).toHaveLength(7)
    expect(
      failure('private/get_settlement_history_by_currency', { currency: 'BTC', continuation: 'x' }).data,
    ).toMatchObject({ param: 'continuation' })
  })
})
