import { describe, expect, it } from 'vitest'
import { exchangeOver, optionOf } from '../../exchange/exchange.fixture.js'
import { callerOf } from './method-call.fixture.js'

const SYMBOL = optionOf().symbol
const OTHER = optionOf({ strikeUsd: 90_000 }).symbol
const ETHER = optionOf({ currency: 'ETH', strikeUsd: 3_000 }).symbol
const SELL = { instrument_name: SYMBOL, amount: 0.1, price: 0.025 }
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

function opened() {
  const exchange = exchangeOver({
    options: [optionOf(), optionOf({ strikeUsd: 90_000 }), optionOf({ currency: 'ETH', strikeUsd: 3_000 })],
  })
  const caller = callerOf(exchange)
  const sell = (change: Record<string, unknown> = {}): string =>
    caller.call('private/sell', { ...SELL, ...change }).order.order_id
  const ids = (method: string, params: Record<string, unknown>): string[] =>
    caller.call(method, params).map((order: { order_id: string }) => order.order_id)
  return { exchange, ...caller, sell, ids, pass: (ms: number) => exchange.advanceTo(exchange.nowMs() + ms) }
}

describe('open orders', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['private/get_open_orders', {}, ['1', '2', 'ETH-3']],
    ['private/get_open_orders', { kind: 'future' }, []],
    ['private/get_open_orders', { type: 'limit' }, ['1', '2', 'ETH-3']],
    ['private/get_open_orders', { type: 'trigger_all' }, []],
    ['private/get_open_orders_by_currency', { currency: 'ETH' }, ['ETH-3']],
    ['private/get_open_orders_by_currency', { currency: 'USDC' }, []],
    ['private/get_open_orders_by_instrument', { instrument_name: OTHER }, ['2']],
    ['private/get_open_orders_by_instrument', { instrument_name: 'BTC-PERPETUAL' }, []],
    ['private/get_open_orders_by_label', { currency: 'BTC', label: 'a' }, ['1']],
    ['private/get_open_orders_by_label', { currency: 'BTC', label: 'b' }, []],
  ])('of %s %j are %j', (method, params, expected) => {
    const { sell, ids } = opened()
    sell({ label: 'a' })
    sell({ instrument_name: OTHER })
    sell({ instrument_name: ETHER, amount: 1, label: 'a' })
    expect(ids(method, params)).toEqual(expected)
  })

  it('are told of for as long as they rest', () => {
    const { sell, ids, call, pass } = opened()
    const id = sell({ label: 'a' })
    pass(3 * DAY_MS)
    expect(ids('private/get_open_orders', {})).toEqual([id])
    expect(call('private/get_order_state', { order_id: id })).toMatchObject({ order_state: 'open' })
    expect(ids('private/get_order_state_by_label', { currency: 'BTC', label: 'a' })).toEqual([id])
  })
})

describe.each(['filled', 'cancelled'])('an order that was %s', (state) => {
  const ended = () => {
    const exchange = opened()
    const id = exchange.sell({ label: 'a', ...(state === 'filled' ? { price: 0.02 } : {}) })
    if (state === 'cancelled') exchange.call('private/cancel', { order_id: id })
    return { ...exchange, id }
  }

  it('is told of for 30 minutes, by id and by label', () => {
    const { id, ids, call, failure, pass } = ended()
    pass(30 * MINUTE_MS)
    expect(call('private/get_order_state', { order_id: id })).toMatchObject({ order_state: state, label: 'a' })
    expect(ids('private/get_order_state_by_label', { currency: 'BTC', label: 'a' })).toEqual([id])
    pass(1)
    expect(failure('private/get_order_state', { order_id: id })).toMatchObject({
      code: 10004,
      message: 'order_not_found',
    })
    expect(ids('private/get_order_state_by_label', { currency: 'BTC', label: 'a' })).toEqual([])
  })

  it('is in the history, and after 30 minutes in the historical one', () => {
    const { id, ids, pass } = ended()
    const history = (historical: boolean) =>
      ids('private/get_order_history_by_instrument', { instrument_name: SYMBOL, include_unfilled: true, historical })
    expect([history(false), history(true)]).toEqual([[id], []])
    pass(30 * MINUTE_MS + 1)
    expect([history(false), history(true)]).toEqual([[], [id]])
  })
})

describe('the order history', () => {
  it('leaves out what never filled, and what is older than two days, unless asked for', () => {
    const { sell, call, ids, pass } = opened()
    const unfilled = sell()
    call('private/cancel', { order_id: unfilled })
    const filled = sell({ price: 0.02 })
    const history = (params: Record<string, unknown>) =>
      ids('private/get_order_history_by_currency', { currency: 'BTC', ...params })
    expect(history({})).toEqual([filled])
    expect(history({ include_unfilled: true })).toEqual([filled, unfilled])
    expect(history({ kind: 'future' })).toEqual([])
    pass(2 * DAY_MS + 1)
    expect(history({ historical: true })).toEqual([])
    expect(history({ historical: true, include_old: true })).toEqual([filled])
  })

  it('holds a cancelled order that had traded', () => {
    const { sell, call, ids } = opened()
    const id = sell({ amount: 1.2, price: 0.02 })
    expect(ids('private/get_order_history_by_currency', { currency: 'BTC' })).toEqual([])
    call('private/cancel', { order_id: id })
    expect(ids('private/get_order_history_by_currency', { currency: 'BTC' })).toEqual([id])
  })

  it('comes newest first, in pages by offset or by continuation', () => {
    const { sell, call, ids } = opened()
    const sold = Array.from({ length: 7 }, () => sell({ price: 0.02 })).toReversed()
    const request = { currency: 'BTC', count: 3 }
    expect(ids('private/get_order_history_by_currency', { currency: 'BTC' })).toEqual(sold)
    expect(ids('private/get_order_history_by_currency', request)).toEqual(sold.slice(0, 3))
    expect(ids('private/get_order_history_by_currency', { ...request, offset: 5 })).toEqual(sold.slice(5))

    const pages: string[] = []
    let continuation: string | undefined
    do {
      const page = call('private/get_order_history_by_currency', { ...request, with_continuation: true, continuation })
      pages.push(...page.orders.map((order: { order_id: string }) => order.order_id))
      continuation = page.continuation ?? undefined
    } while (continuation !== undefined)
    expect(pages).toEqual(sold)
  })

  it('names what is wrong with a request', () => {
    const { failure } = opened()
    const history = (params: Record<string, unknown>) =>
      failure('private/get_order_history_by_currency', { currency: 'BTC', ...params }).data
    expect(history({ count: 1_001 })).toEqual({ reason: 'value must be <= 1000', param: 'count' })
    expect(history({ offset: -1 })).toMatchObject({ param: 'offset' })
    expect(history({ continuation: 'x' })).toMatchObject({ param: 'continuation' })
    expect(failure('private/get_order_history_by_currency').data).toMatchObject({ param: 'currency' })
  })
})

it('asks for the margin of orders by their ids, and skips what it does not know', () => {
  const { sell, call } = opened()
  const resting = sell()
  const filled = sell({ price: 0.02 })
  const margins = call('private/get_order_margin_by_ids', { ids: [filled, resting, 'ETH-9'] })
  expect(margins).toEqual([
    { order_id: filled, initial_margin: 0, initial_margin_currency: 'BTC' },
    { order_id: resting, initial_margin: expect.closeTo(0.1 * 0.1702, 9), initial_margin_currency: 'BTC' },
  ])
})
