import { describe, expect, it } from 'vitest'
import { mismatchOf } from './order-reply.js'
import { placedResult, SELL } from './replies.fixture.js'
import type { WireOrder } from './wire/order.js'

const orderOf = (overrides: object = {}, sent: Record<string, unknown> = SELL) =>
  placedResult(sent).order as WireOrder & typeof overrides
const reply = (overrides: object, sent: Record<string, unknown> = SELL) =>
  ({ ...orderOf({}, sent), ...overrides }) as WireOrder

describe('mismatchOf', () => {
  it('finds nothing in the order that was sent', () => {
    expect(mismatchOf('private/sell', SELL, reply({}))).toBeUndefined()
  })

  it.each([
    [{ label: 'other' }, 'label'],
    [{ label: '' }, 'label'],
    [{ label: null }, 'label'],
    [{ instrument_name: 'BTC-30JAN26-110000-C' }, 'instrument_name'],
    [{ direction: 'buy' as const }, 'direction'],
    [{ order_type: 'market' }, 'order_type'],
    [{ amount: 3 }, 'amount'],
    [{ amount: 0.2 }, 'amount'],
    [{ price: 0.0125 }, 'price'],
    [{ price: 'market_price' }, 'price'],
    [{ price: null }, 'price'],
    [{ post_only: false }, 'post_only'],
    [{ post_only: undefined }, 'post_only'],
    [{ reject_post_only: false }, 'reject_post_only'],
    [{ reject_post_only: undefined }, 'reject_post_only'],
  ])('finds what differs in %j', (overrides, field) => {
    expect(mismatchOf('private/sell', SELL, reply(overrides))).toBe(field)
  })

  it('takes noise for the same, and an absent flag for false', () => {
    const taker = { ...SELL, post_only: false, reject_post_only: false }
    expect(mismatchOf('private/sell', SELL, reply({ price: 0.012000000000000002, amount: 0.30000000000000004 }))).toBe(
      undefined,
    )
    const bare = { post_only: undefined, reject_post_only: undefined, reduce_only: undefined }
    expect(mismatchOf('private/sell', taker, reply(bare, taker))).toBeUndefined()
  })

  it('lets a reduce-only order be smaller, never larger, and never anything else', () => {
    const closing = { ...SELL, reduce_only: true }
    expect(mismatchOf('private/sell', closing, reply({ amount: 0.2 }, closing))).toBeUndefined()
    expect(mismatchOf('private/sell', closing, reply({ amount: 0 }, closing))).toBe('amount')
    expect(mismatchOf('private/sell', closing, reply({ amount: 0.4 }, closing))).toBe('amount')
    expect(mismatchOf('private/sell', closing, reply({ reduce_only: false }, closing))).toBe('reduce_only')
  })

  it('compares an edit by its order id', () => {
    const edit = { order_id: '146062', amount: 0.3, price: 0.012, post_only: true, reject_post_only: true }
    expect(mismatchOf('private/edit', edit, reply({}))).toBeUndefined()
    expect(mismatchOf('private/edit', edit, reply({ order_id: '146063' }))).toBe('order_id')
  })
})
