import { describe, expect, it } from 'vitest'
import { buy, closePosition, edit, editByLabel, sell } from './orders.js'
import { problems } from './params.fixture.js'

const order = {
  instrument_name: 'BTC-27MAR26-100000-C',
  type: 'limit',
  amount: 0.1,
  price: 0.0025,
  label: 'cc1-d1-open-1',
  time_in_force: 'good_til_cancelled',
  post_only: true,
  reject_post_only: true,
  reduce_only: false,
  valid_until: 1_772_098_865_543,
}

const { type: _, time_in_force: __, label, instrument_name, ...change } = order

describe.each([buy, sell])('$name', (method) => {
  it('takes a limit order that says everything', () => {
    expect(method.params.parse(order)).toEqual(order)
    for (const time_in_force of ['good_til_cancelled', 'good_til_day', 'fill_or_kill', 'immediate_or_cancel']) {
      expect(problems(method, { ...order, time_in_force, post_only: false, reject_post_only: false })).toEqual([])
    }
  })

  it.each(Object.keys(order))('asks for %s', (field) => {
    const { [field as 'label']: left, ...rest } = order
    expect(problems(method, rest)).toEqual([expect.stringContaining(`${field}:`)])
    expect(left).toBeDefined()
  })

  it.each([
    { wrong: { type: 'market' }, problem: 'type: expected limit: other types of orders are not sent' },
    { wrong: { type: 'stop_limit' }, problem: 'type: expected limit: other types of orders are not sent' },
    { wrong: { price: 0 }, problem: 'price: expected a price above 0' },
    { wrong: { price: '0.1' }, problem: 'price: expected a price above 0' },
    { wrong: { price: Number.NaN }, problem: 'price: expected a price above 0' },
    { wrong: { amount: -1 }, problem: 'amount: expected an amount above 0' },
    { wrong: { amount: Number.POSITIVE_INFINITY }, problem: 'amount: expected an amount above 0' },
    { wrong: { label: '' }, problem: 'label: expected a label of 1 to 64 characters' },
    { wrong: { label: 'x'.repeat(65) }, problem: 'label: expected a label of 1 to 64 characters' },
    { wrong: { valid_until: 1_772_098_865 }, problem: 'valid_until: expected UTC epoch milliseconds' },
    { wrong: { valid_until: 1_772_098_865_543.5 }, problem: 'valid_until: expected UTC epoch milliseconds' },
    { wrong: { label: 'ça' }, problem: 'label: expected a label of 1 to 64 ASCII characters' },
    { wrong: { label: 'a\nb' }, problem: 'label: expected a label of 1 to 64 ASCII characters' },
    { wrong: { post_only: false }, problem: 'reject_post_only: expected the same as post_only' },
    { wrong: { reject_post_only: false }, problem: 'reject_post_only: expected the same as post_only' },
    ...['good_til_day', 'immediate_or_cancel', 'fill_or_kill'].map((time_in_force) => ({
      wrong: { time_in_force },
      problem: 'post_only: expected false: only an order that is good_til_cancelled can be post-only',
    })),
    { wrong: { advanced: 'implv' }, problem: ': Unrecognized key: "advanced"' },
    { wrong: { trigger: 'mark_price' }, problem: ': Unrecognized key: "trigger"' },
  ])('refuses $wrong', ({ wrong, problem }) => {
    expect(problems(method, { ...order, ...wrong })).toEqual([problem])
  })
})

describe('edit and edit_by_label', () => {
  it('take a whole new order, and where it is', () => {
    expect(problems(edit, { order_id: 'ETH-1', ...change })).toEqual([])
    expect(problems(editByLabel, { label, instrument_name, ...change })).toEqual([])
  })

  it.each(Object.keys(change))('ask for %s', (field) => {
    const { [field as 'amount']: left, ...rest } = change
    expect(problems(edit, { order_id: 'ETH-1', ...rest })).toEqual([expect.stringContaining(`${field}:`)])
    expect(left).toBeDefined()
  })

  it('refuse to be moved, and to reject what they would let trade', () => {
    for (const wrong of [{ post_only: false }, { reject_post_only: false }]) {
      expect(problems(edit, { order_id: 'ETH-1', ...change, ...wrong })).toHaveLength(1)
      expect(problems(editByLabel, { label, instrument_name, ...change, ...wrong })).toHaveLength(1)
    }
    expect(problems(editByLabel, { label: 'ça', instrument_name, ...change })).toHaveLength(1)
  })
})

it('close_position takes a limit price, and no market order', () => {
  expect(problems(closePosition, { instrument_name, type: 'limit', price: 0.01 })).toEqual([])
  expect(problems(closePosition, { instrument_name, type: 'market' })).toEqual([
    'type: expected limit: other types of orders are not sent',
    'price: expected a price above 0',
  ])
})
