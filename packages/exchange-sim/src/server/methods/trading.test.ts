import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, START_MS, STEP_MS } from '../../exchange/exchange.fixture.js'
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

describe('an order', () => {
  it('rests with the defaults of the protocol', () => {
    expect(open().call('private/sell', SELL)).toEqual({
      trades: [],
      order: {
        order_id: '1',
        order_state: 'open',
        order_type: 'limit',
        time_in_force: 'good_til_cancelled',
        instrument_name: SYMBOL,
        direction: 'sell',
        price: 0.025,
        amount: 0.5,
        contracts: 0.5,
        filled_amount: 0,
        average_price: 0,
        label: '',
        post_only: false,
        reduce_only: false,
        replaced: false,
        mmp: false,
        api: true,
        web: false,
        is_liquidation: false,
        risk_reducing: false,
        user_id: 7,
        creation_timestamp: START_MS,
        last_update_timestamp: START_MS,
      },
    })
  })

  it('trades at once with what it meets, and rests with the rest', () => {
    const { order, trades } = open().call('private/sell', { ...SELL, amount: 1.5, price: 0.02, label: 'mine' })
    expect(order).toMatchObject({ order_state: 'open', filled_amount: 1, average_price: 0.02, amount: 1.5 })
    expect(trades).toMatchObject([
      {
        trade_id: '1',
        trade_seq: 1,
        order_id: order.order_id,
        order_type: 'limit',
        instrument_name: SYMBOL,
        direction: 'sell',
        price: 0.02,
        amount: 1,
        liquidity: 'T',
        fee: 0.0003,
        fee_currency: 'BTC',
        label: 'mine',
        state: 'open',
        matching_id: null,
        index_price: 80_000,
        underlying_price: 80_000,
        mark_price: 0.0202,
        tick_direction: 1,
        profit_loss: 0,
      },
    ])
  })

  it('reads text as it reads types', () => {
    const typed = open().call('private/sell', {
      ...SELL,
      post_only: true,
      reject_post_only: true,
      label: 'x',
      reduce_only: false,
    })
    const text = open().get('private/sell', {
      ...SELL,
      post_only: true,
      reject_post_only: true,
      label: 'x',
      reduce_only: false,
    })
    expect(text).toEqual(typed)
    expect(text.order).toMatchObject({ post_only: true, reject_post_only: true })
  })

  it('may be counted in contracts, which must not disagree with the amount', () => {
    const { amount, ...rest } = SELL
    expect(open().call('private/sell', { ...rest, contracts: amount }).order.amount).toBe(0.5)
    expect(open().call('private/sell', { ...SELL, contracts: amount }).order.amount).toBe(0.5)
    expect(open().failure('private/sell', { ...SELL, contracts: 1 }).data).toMatchObject({ param: 'contracts' })
    expect(open().failure('private/sell', rest).data).toEqual({ reason: 'value is required', param: 'amount' })
  })

  it('at the market trades inside the band and never rests', () => {
    const { order, trades } = open().call('private/buy', { instrument_name: SYMBOL, amount: 3, type: 'market' })
    expect(trades).toMatchObject([{ price: 0.0205, amount: 1 }])
    expect(order).toMatchObject({
      order_type: 'limit',
      original_order_type: 'market',
      order_state: 'cancelled',
      filled_amount: 1,
    })
  })

  it('at the market with a limit rests where it traded', () => {
    const { order } = open().call('private/buy', { instrument_name: SYMBOL, amount: 3, type: 'market_limit' })
    expect(order).toMatchObject({
      original_order_type: 'market_limit',
      order_state: 'open',
      price: 0.0205,
      filled_amount: 1,
    })
  })

  it.each<[Record<string, unknown>, number, string, object?]>([
    [{ price: undefined }, -32602, 'Invalid params', { param: 'price' }],
    [{ price: 'a' }, -32602, 'Invalid params', { param: 'price' }],
    [{ type: 'iceberg' }, -32602, 'Invalid params', { param: 'type' }],
    [{ label: 'x'.repeat(65) }, -32602, 'Invalid params', { param: 'label' }],
    [{ time_in_force: 'gtc' }, -32602, 'Invalid params', { param: 'time_in_force' }],
    [{ type: 'market', time_in_force: 'immediate_or_cancel' }, -32602, 'Invalid params', { param: 'time_in_force' }],
    [{ reject_post_only: true }, -32602, 'Invalid params', { param: 'reject_post_only' }],
    [{ amount: 0.01 }, 10002, 'qty_too_low'],
    [{ amount: 0.55 }, 10021, 'invalid_amount'],
    [{ price: 0.0251 }, 10043, 'price_wrong_tick'],
    [{ price: 0.9 }, 10007, 'price_too_high 0.5'],
    [{ price: 0.02, post_only: true, reject_post_only: true }, 11054, 'post_only_reject'],
    [{ post_only: true, time_in_force: 'fill_or_kill' }, 11055, 'post_only_not_allowed'],
    [{ amount: 50 }, 10009, 'not_enough_funds'],
    [{ valid_until: START_MS - 1 }, 13888, 'timed_out'],
    [{ type: 'stop_limit', trigger_price: 1 }, 10033, 'not_implemented', { param: 'type' }],
    [{ trigger: 'mark_price' }, 10033, 'not_implemented', { param: 'trigger' }],
    [{ advanced: 'implv' }, 10033, 'not_implemented', { param: 'advanced' }],
    [{ display_amount: 10 }, 10033, 'not_implemented', { param: 'display_amount' }],
    [{ linked_order_type: 'one_cancels_other' }, 10033, 'not_implemented', { param: 'linked_order_type' }],
    [{ mmp: true }, 10033, 'not_implemented', { param: 'mmp' }],
  ])('with %j fails with %i', (change, code, message, data = {}) => {
    const { exchange, failure } = open()
    expect(failure('private/sell', { ...SELL, ...change })).toMatchObject({
      code,
      message,
      data: expect.objectContaining(data),
    })
    expect(exchange.orders('BTC')).toEqual([])
  })

  it('says what is not modelled', () => {
    expect(open().failure('private/buy', { ...SELL, type: 'trailing_stop' }).data).toEqual({
      reason: 'trailing_stop orders are not modelled by this exchange',
      param: 'type',
    })
  })

  it('is not taken in the pause after 08:00 UTC, nor after the expiry', () => {
    const { exchange, failure, call } = open()
    exchange.advanceTo(START_MS + 8 * 3_600_000 + 1_000)
    expect(failure('private/sell', SELL)).toMatchObject({ code: 10041, message: 'settlement_in_progress' })
    expect(call('public/get_instrument', { instrument_name: SYMBOL }).state).toBe('settlement')
    exchange.advanceTo(EXPIRY_MS + 60_000)
    expect(failure('private/sell', SELL)).toMatchObject({ code: 13019, message: 'orderbook_closed' })
  })
})

describe('an edit', () => {
  it('changes what it names and keeps id and label', () => {
    const { exchange, call } = open()
    const { order } = call('private/sell', { ...SELL, label: 'mine', post_only: true })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(call('private/edit', { order_id: order.order_id, amount: 0.7 }).order).toMatchObject({
      order_id: order.order_id,
      label: 'mine',
      amount: 0.7,
      price: 0.025,
      post_only: true,
      replaced: true,
      creation_timestamp: START_MS,
      last_update_timestamp: START_MS + STEP_MS,
    })
    const { order: traded, trades } = call('private/edit', {
      order_id: order.order_id,
      amount: 0.7,
      price: 0.02,
      post_only: false,
    })
    expect(traded).toMatchObject({ order_state: 'filled', filled_amount: 0.7 })
    expect(trades).toHaveLength(1)
  })

  it('that would trade where it must not ends the order', () => {
    const { call } = open()
    const { order } = call('private/sell', { ...SELL, post_only: true, reject_post_only: true })
    expect(call('private/edit', { order_id: order.order_id, amount: 0.5, price: 0.02 }).order).toMatchObject({
      order_state: 'cancelled',
      cancel_reason: 'edit_post_only_reject',
    })
  })

  it.each<[Record<string, unknown>, number, string]>([
    [{ order_id: '99', amount: 1 }, 10004, 'order_not_found'],
    [{ amount: 1 }, -32602, 'Invalid params'],
    [{ order_id: '1', advanced: 'usd' }, 11041, 'not_adv_order'],
    [{ order_id: '1', mmp: true }, -32602, 'Invalid params'],
    [{ order_id: '1', price: 0.9 }, 10007, 'price_too_high 0.5'],
  ])('with %j fails with %i', (params, code, message) => {
    const { call, failure } = open()
    call('private/sell', SELL)
    expect(failure('private/edit', params)).toMatchObject({ code, message })
  })

  it('by label needs exactly one such order', () => {
    const { call, failure } = open()
    const edit = { label: 'a', instrument_name: SYMBOL, amount: 0.4, price: 0.03 }
    expect(failure('private/edit_by_label', edit)).toMatchObject({ code: 10004, message: 'order_not_found' })
    call('private/sell', { ...SELL, label: 'a' })
    call('private/sell', { ...SELL, label: 'a', instrument_name: OTHER.symbol })
    expect(call('private/edit_by_label', edit).order).toMatchObject({ amount: 0.4, price: 0.03 })
    call('private/sell', { ...SELL, label: 'a' })
    expect(failure('private/edit_by_label', edit)).toMatchObject({ code: 13032, message: 'non_unique_order_label' })
  })
})

describe('closing a position', () => {
  it('sends a reduce-only order of its size to the other side', () => {
    const { call } = open()
    call('private/sell', { ...SELL, price: 0.02 })
    const { order, trades } = call('private/close_position', { instrument_name: SYMBOL, type: 'limit', price: 0.0205 })
    expect(order).toMatchObject({ direction: 'buy', amount: 0.5, reduce_only: true, order_state: 'filled' })
    expect(trades).toMatchObject([{ reduce_only: true, profit_loss: expect.closeTo(-0.00025, 12) }])
  })

  it('may be at the market', () => {
    const { call } = open()
    call('private/buy', { ...SELL, price: 0.0205 })
    expect(call('private/close_position', { instrument_name: SYMBOL, type: 'market' }).order).toMatchObject({
      direction: 'sell',
      original_order_type: 'market',
      order_state: 'filled',
    })
  })

  it('needs a position, a type, and for a limit a price', () => {
    const { call, failure } = open()
    const close = { instrument_name: SYMBOL, type: 'market' }
    expect(failure('private/close_position', close)).toMatchObject({ code: 10010, message: 'already_closed' })
    call('private/sell', { ...SELL, price: 0.02 })
    expect(failure('private/close_position', { instrument_name: SYMBOL }).data).toMatchObject({ param: 'type' })
    expect(failure('private/close_position', { ...close, type: 'limit' }).data).toMatchObject({ param: 'price' })
  })
})

const recordings = inject('recordings')

it.skipIf(recordings === null).each(['buy', 'sell', 'edit', 'cancel'])(
  'an order has the fields of a recorded %s',
  (what) => {
    const { result } = JSON.parse(
      readFileSync(join(recordings ?? '', `fixtures/nautilus/ws_order_${what}_response.json`), 'utf8'),
    )
    const { call } = open()
    const { order } = call('private/sell', { ...SELL, post_only: true, label: 'a' })
    const ours = what === 'cancel' ? call('private/cancel', { order_id: order.order_id }) : order
    expect(Object.keys(ours).toSorted()).toEqual(Object.keys(result.order ?? result).toSorted())
  },
)
