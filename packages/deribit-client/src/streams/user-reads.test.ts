import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import type { WireOrder } from '../wire/order.js'
import type { WireUserTrade } from '../wire/trade.js'
import { readSince, type UserReader } from './user-reads.js'

const NOW_MS = 1_789_000_000_000
const HOUR_MS = 3_600_000
const scope = { currency: 'BTC', kind: 'option' } as const
const { signal } = new AbortController()

function order(order_id: string, agoMs: number, order_state = 'cancelled'): WireOrder {
  const what = { order_type: 'limit', instrument_name: 'BTC-27NOV26-90000-C', direction: 'sell', amount: 1 } as const
  return { ...what, order_id, order_state, creation_timestamp: 0, last_update_timestamp: NOW_MS - agoMs }
}

/** Answers with what it is given, and tells what it was asked. */
function account(has: { open?: WireOrder[]; recent?: WireOrder[]; archived?: WireOrder[]; single?: WireOrder[] }) {
  const asked: string[] = []
  const answer = (text: string, result: unknown) => {
    asked.push(text)
    return Promise.resolve({ result, takenInMs: NOW_MS, answeredMs: NOW_MS, testnet: true })
  }
  const api = {
    getOpenOrdersByCurrency: () => answer('open', has.open ?? []),
    getOrderHistoryByCurrency: ({ historical, include_old }: { historical: boolean; include_old: boolean }) =>
      answer(
        `${historical ? 'archived' : 'recent'}${include_old ? ' old' : ''}`,
        (historical ? has.archived : has.recent) ?? [],
      ),
    getOrderState: ({ order_id }: { order_id: string }) => {
      const found = has.single?.find((one) => one.order_id === order_id)
      if (found !== undefined) return answer(`state ${order_id}`, found)
      throw new CcError('Not found.', { code: 'deribit/order-not-found', recovery: 'reconcile' })
    },
    getUserTradesByCurrencyAndTime: ({ historical }: { historical: boolean }) =>
      answer(historical ? 'archived trades' : 'trades', { trades: [] as WireUserTrade[], has_more: false }),
  }
  return { asked, api: { private: api } as unknown as UserReader }
}

const idsOf = (orders: readonly WireOrder[]) => orders.map(({ order_id }) => order_id).toSorted()

describe('what has become of an account', () => {
  it('has every order that ended since, and what became of those that were open, whenever that was', async () => {
    const recent = [order('new', 10), order('old', 2_000), order('asked', 3_000)]
    const { api, asked } = account({ recent, open: [order('open', 0, 'open')], single: [order('single', 9_000)] })
    const span = { fromMs: NOW_MS - 1_000, openOrders: ['asked', 'single', 'open'], signal }
    const { orders, takenInMs } = await readSince(api, scope, span)
    expect([idsOf(orders), takenInMs]).toEqual([['asked', 'new', 'open', 'single'], NOW_MS])
    expect(asked).toEqual(['open', 'recent', 'state single', 'trades'])
  })

  it('has an order once, as it was open, where it has ended while it was read', async () => {
    const { api } = account({ open: [order('a', 0, 'open')], recent: [order('a', 0, 'filled')] })
    const { orders } = await readSince(api, scope, { fromMs: NOW_MS - 1_000, signal })
    expect(orders.map(({ order_state }) => order_state)).toEqual(['open'])
  })

  it.each([
    [0.4, ['open', 'recent', 'trades']],
    [0.5, ['open', 'recent', 'archived', 'trades']],
    [24, ['open', 'recent', 'archived', 'archived trades', 'trades']],
    [48, ['open', 'recent', 'archived old', 'archived trades', 'trades']],
  ])('asks the archive for what has left the ordinary answers, after %d hours', async (hours, wanted) => {
    const { api, asked } = account({ archived: [order('b', 1)] })
    const { orders } = await readSince(api, scope, { fromMs: NOW_MS - hours * HOUR_MS, signal })
    expect(asked).toEqual(wanted)
    expect(idsOf(orders)).toEqual(hours < 0.5 ? [] : ['b'])
  })

  it('is an error where an order that was open is nowhere', async () => {
    const { api, asked } = account({})
    const reading = readSince(api, scope, { fromMs: NOW_MS, openOrders: ['lost'], signal })
    await expect(reading).rejects.toMatchObject({ code: 'deribit/order-not-found', facts: { orderId: 'lost' } })
    expect(asked).toEqual(['open', 'recent', 'archived'])
  })
})
