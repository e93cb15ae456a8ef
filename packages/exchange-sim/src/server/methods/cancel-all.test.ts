import { describe, expect, it } from 'vitest'
import { exchangeOver, optionOf } from '../../exchange/exchange.fixture.js'
import { callerOf } from './method-call.fixture.js'

const SYMBOL = optionOf().symbol
const OTHER = optionOf({ strikeUsd: 90_000 })
const SELL = { instrument_name: SYMBOL, amount: 0.5, price: 0.025 }

const open = () => {
  const exchange = exchangeOver({
    options: [optionOf(), OTHER, optionOf({ currency: 'ETH', strikeUsd: 3_000 })],
  })
  return { exchange, ...callerOf(exchange) }
}

describe('a cancel', () => {
  it('answers with the order', () => {
    const { call, failure } = open()
    const { order } = call('private/sell', SELL)
    expect(call('private/cancel', { order_id: order.order_id })).toEqual({
      ...order,
      order_state: 'cancelled',
      cancel_reason: 'user_request',
    })
    expect(failure('private/cancel', { order_id: order.order_id })).toMatchObject({
      code: 11044,
      message: 'not_open_order',
    })
    expect(failure('private/cancel', { order_id: 'ETH-5' })).toMatchObject({ code: 10004, message: 'order_not_found' })
  })

  it('of a filled order says so', () => {
    const { call, failure } = open()
    call('private/sell', { ...SELL, price: 0.02 })
    expect(failure('private/cancel', { order_id: '1' })).toMatchObject({ code: 11008, message: 'already_filled' })
  })

  it.each<[string, Record<string, unknown>, number]>([
    ['private/cancel_all', {}, 4],
    ['private/cancel_by_label', { label: 'a' }, 2],
    ['private/cancel_by_label', { label: 'a', currency: 'ETH' }, 0],
    ['private/cancel_by_label', { label: 'none' }, 0],
    ['private/cancel_all_by_currency', { currency: 'BTC' }, 3],
    ['private/cancel_all_by_currency', { currency: 'BTC', kind: 'future' }, 0],
    ['private/cancel_all_by_currency', { currency: 'USDC' }, 0],
    ['private/cancel_all_by_currency', { currency: 'ETH', type: 'limit' }, 1],
    ['private/cancel_all_by_currency', { currency: 'ETH', type: 'stop' }, 0],
    ['private/cancel_all_by_instrument', { instrument_name: OTHER.symbol }, 1],
    ['private/cancel_all_by_kind_or_type', { currency: 'any', kind: 'option' }, 4],
    ['private/cancel_all_by_kind_or_type', { currency: ['BTC', 'ETH'] }, 4],
    ['private/cancel_all_by_kind_or_type', { currency: 'ETH', type: 'trigger_all' }, 0],
  ])('of many: %s %j ends %i', (method, params, count) => {
    const filled = () => {
      const { call, exchange } = open()
      call('private/sell', { ...SELL, label: 'a' })
      call('private/sell', { ...SELL, label: 'a', amount: 0.1 })
      call('private/sell', { ...SELL, instrument_name: OTHER.symbol })
      call('private/sell', { ...SELL, instrument_name: 'ETH-9JAN26-3000-C', amount: 1 })
      return { call, exchange }
    }
    const { call, exchange } = filled()
    expect(call(method, params)).toBe(count)
    expect(exchange.openOrders()).toHaveLength(4 - count)
    const detailed = filled().call(method, { ...params, detailed: true })
    expect(detailed).toHaveLength(count)
    for (const { order } of detailed)
      expect(order).toMatchObject({ order_state: 'cancelled', cancel_reason: 'user_request' })
  })

  it('of many names what it does not understand', () => {
    expect(open().failure('private/cancel_all_by_kind_or_type', { currency: ['BTC', 'X'] }).data).toMatchObject({
      param: 'currency',
    })
    expect(open().failure('private/cancel_by_label', {}).data).toMatchObject({ param: 'label' })
  })
})
