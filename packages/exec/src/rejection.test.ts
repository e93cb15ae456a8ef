import { CcError, type OrderTerms } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { rejectionRuleOf } from './rejection.js'
import { closeLeg, executeAt, FAR, label, NEAR, openLeg, START_MS, type Venue } from './scripted-broker.fixture.js'

const roll = { legs: [closeLeg(), openLeg()] }
const FUNDS = ['not_enough_funds', 'not_enough_funds_in_currency']
const BAND = ['price_too_low', 'price_too_low4idx', 'price_too_high', 'price_not_allowed']
const BOOK = ['book_closed', 'orderbook_closed', 'invalid_or_unsupported_instrument']
const GRID = [
  ...['off_grid', 'price_wrong_tick', 'price_precision_exceeded', 'invalid_price'],
  ...['qty_too_low', 'invalid_amount', 'invalid_quantity', 'non_integer_contract_amount'],
]
const DOUBTFUL = [
  ...['too_many_requests', 'settlement_in_progress', 'matching_engine_queue_full', 'system_maintenance'],
  ...['locked_by_admin', 'timed_out', 'unauthorized', 'other_reject', 'never_heard_of'],
]

describe('a rejection by a code that leaves no doubt', () => {
  it.each(['not_sent', ...FUNDS, ...BAND, ...BOOK])(
    '%s ends the action at once, with nothing sent again',
    async (code) => {
      const { sent, result, order, clock, journal, calls } = await executeAt([{ reject: code }, { fillNow: 1 }])
      expect(rejectionRuleOf(code)?.after).toBe('end')
      expect(sent).toHaveLength(1)
      expect(order).toMatchObject({ outcome: 'rejected', detail: code, orderId: null, filledCoin: 0 })
      expect(result).toMatchObject({ status: 'not-filled', failure: null })
      expect(clock.now()).toBe(START_MS)
      expect(calls.filter((call) => call === 'findByLabel')).toHaveLength(1)
      expect(journal.entries.at(-1)).toMatchObject({ kind: 'outcome', outcome: 'rejected', filledCoin: 0 })
    },
  )

  it.each(GRID)('%s says that our grid is not the venue’s any more, and halts', async (code) => {
    const { sent, result, order } = await executeAt([{ reject: code }, { fillNow: 1 }])
    expect(sent).toHaveLength(1)
    expect(order).toMatchObject({ outcome: 'rejected', detail: code })
    expect(result).toMatchObject({
      status: 'not-filled',
      failure: { code: 'exec/instrument-drift', recovery: 'halt', facts: { rejection: code, symbol: FAR.symbol } },
    })
  })

  it('tells first of the journal where that fails too', async () => {
    const { result } = await executeAt([{ reject: 'invalid_amount' }], {
      prepare: ({ ports }) => ({
        journal: {
          ...ports.journal,
          append: async (entry) => {
            if (entry.kind === 'outcome') throw new CcError('Full.', { code: 'logging/full', recovery: 'halt' })
            await ports.journal.append(entry)
          },
        },
      }),
    })
    expect(result.failure).toMatchObject({ code: 'logging/full' })
  })

  it('post_only_reject counts as a peg, and is re-pegged without waiting', async () => {
    const { leg, clock, calls } = await executeAt([{ reject: 'post_only_reject' }, { fillNow: 1 }])
    expect(leg?.orders.map((order) => [order.terms.label, order.outcome, order.detail])).toEqual([
      [label('o', 1), 'rejected', 'post_only_reject'],
      [label('o', 2), 'filled', null],
    ])
    expect(clock.now()).toBe(START_MS)
    expect(calls.filter((call) => call === 'findByLabel')).toHaveLength(1)
  })

  it('post_only_reject in the closing leg of a roll does not keep the other from opening', async () => {
    const { result, sent } = await executeAt([{ reject: 'post_only_reject' }, { fillNow: 1 }, { fillNow: 1 }], roll)
    expect(sent.map(({ side }) => side)).toEqual(['buy', 'buy', 'sell'])
    expect(result.status).toBe('filled')
  })

  it('post_only_reject ends the action where the order was not post-only', async () => {
    const { sent } = await executeAt([{ reject: 'post_only_reject' }, { fillNow: 1 }], {
      prepare: ({ book }) => {
        book.askPriceCoin = null
        return undefined
      },
    })
    expect(sent).toHaveLength(1)
  })

  it.each(['post_only_reject', 'not_enough_funds'])('%s is believed where the look-up fails', async (code) => {
    const { order } = await executeAt([{ reject: code }], { failing: { findByLabel: 1 } })
    expect(order).toMatchObject({ outcome: 'rejected', detail: code })
  })

  it('is borne out by an order that the venue shows as rejected', async () => {
    const { order, result } = await executeAt([{ rejectFalsely: 'not_enough_funds' }], {
      prepare: ({ ports }) => ({
        broker: {
          ...ports.broker,
          findByLabel: async (...asked) => {
            const { orders, answeredAtMs } = await ports.broker.findByLabel(...asked)
            return { orders: orders.map((order) => ({ ...order, state: 'rejected' })), answeredAtMs }
          },
        },
      }),
    })
    expect(order).toMatchObject({ outcome: 'rejected', orderId: null })
    expect(result.failure).toBeNull()
  })

  it.each(['post_only_reject', 'price_wrong_tick', 'order_overlap'])(
    '%s that was not true: the order does not rest, its fills count, and all halts',
    async (code) => {
      const { order, orders, result, sent, journal } = await executeAt([{ rejectFalsely: code, fillNow: 0.3 }], roll)
      expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
      expect(sent).toHaveLength(1)
      expect(order).toMatchObject({ outcome: 'cancelled', filledCoin: 0.3 })
      expect(result.failure).toMatchObject({
        code: 'exec/rejected-yet-found',
        recovery: 'halt',
        facts: { rejection: code, orderIds: ['order-1'] },
      })
      expect(await journal.unfinished()).toEqual([])
    },
  )
})

describe('a rejection by any other code', () => {
  it.each(DOUBTFUL)('%s is one only once the fence proves that there is no order', async (code) => {
    const { sent, order, result, clock, journal } = await executeAt([{ reject: code }, { fillNow: 1 }])
    expect(rejectionRuleOf(code)).toBeUndefined()
    expect(sent).toHaveLength(1)
    expect(clock.now() - START_MS).toBe(9_001)
    expect(order).toMatchObject({ outcome: 'rejected', detail: code })
    expect(result).toMatchObject({ status: 'not-filled', failure: null })
    expect(journal.entries.at(-1)).toMatchObject({ outcome: 'rejected' })
  })

  it.each<{ when: string; arrives: true | number; afterMs: number }>([
    { when: 'at once where it was told after the effect', arrives: true, afterMs: 0 },
    { when: 'after the fence where the order came late', arrives: 2_900, afterMs: 8_001 },
  ])('is an order that is found $when', async ({ arrives, afterMs }) => {
    const script = [{ rejectFalsely: 'settlement_in_progress', arrives, fillNow: 0.4 }, { fillNow: 1 }]
    const { order, orders, result, sent, clock } = await executeAt(script, roll)
    expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
    expect(clock.now() - START_MS).toBe(afterMs)
    expect(sent).toHaveLength(1)
    expect(order).toMatchObject({ outcome: 'cancelled', filledCoin: 0.4, detail: 'settlement_in_progress' })
    expect(result).toMatchObject({ status: 'partial', failure: null })
  })

  it('leaves the send unknown where the look-ups fail', async () => {
    const { result, journal } = await executeAt([{ reject: 'too_many_requests' }], { failing: { findByLabel: 9 } })
    expect(result.status).toBe('unknown')
    expect(await journal.unfinished()).toHaveLength(1)
  })
})

it('opens nothing after a rejection in the closing leg, whatever had been closed before it', async () => {
  for (const reject of ['not_enough_funds', 'system_maintenance']) {
    const { sent, result } = await executeAt([{ fillNow: 0.4 }, { reject }, { fillNow: 1 }], roll)
    expect(sent.map(({ side }) => side)).toEqual(['buy', 'buy'])
    expect(result).toMatchObject({ status: 'partial', legs: [{ filledCoin: 0.4 }] })
  }
})

it('ends a roll whose new leg has left its book between the legs, closed', async () => {
  const { result, sent } = await executeAt([{ fillNow: 1 }, { reject: 'orderbook_closed' }], roll)
  expect(sent.map(({ side }) => side)).toEqual(['buy', 'sell'])
  expect(result).toMatchObject({ status: 'partial', failure: null, legs: [{ filledCoin: 1 }, { filledCoin: 0 }] })
})

it('ends a close of what is flat already unfilled, and without a failure', async () => {
  const { result, sent } = await executeAt([{ reject: 'other_reject' }], { legs: [closeLeg()] })
  expect(sent).toHaveLength(1)
  expect(result).toMatchObject({ status: 'not-filled', failure: null })
})

describe('an order that meets an own one', () => {
  const resting: Omit<OrderTerms, 'symbol' | 'label'> = {
    ...{ side: 'buy', sizeCoin: 1, priceCoin: 0.0035, postOnly: true, reduceOnly: true },
    ...{ timeInForce: 'good-til-cancelled', validUntilMs: START_MS + 3_000 },
  }
  const withResting = {
    prepare: ({ take }: Venue) => {
      take({ ...resting, symbol: FAR.symbol, label: 'cc-abcdef01-00000000-c-1' }, {})
      take({ ...resting, symbol: FAR.symbol, label: 'by-hand' }, {})
      take({ ...resting, symbol: NEAR.symbol, label: 'cc-abcdef01-00000000-c-2' }, {})
      return undefined
    },
  }

  it.each([{ reject: 'order_overlap' }, { cancelReason: 'order_overlap' }])(
    'by %o has that one cancelled, no other, and is not sent again',
    async (script) => {
      const { orders, sent, result, order } = await executeAt([script, { fillNow: 1 }], withResting)
      const stateOf = (name: string) => [...orders.values()].find(({ label }) => label === name)?.state
      expect(stateOf('cc-abcdef01-00000000-c-1')).toBe('cancelled')
      expect(stateOf('by-hand')).toBe('open')
      expect(stateOf('cc-abcdef01-00000000-c-2')).toBe('open')
      expect(sent).toHaveLength(1)
      expect(order?.detail).toBe('order_overlap')
      expect(result).toMatchObject({ status: 'not-filled', failure: null })
    },
  )

  it('ends all the same where that one cannot be cancelled', async () => {
    const { result } = await executeAt([{ reject: 'order_overlap' }], {
      ...withResting,
      failing: { cancel: 3, order: 1 },
    })
    expect(result).toMatchObject({ status: 'not-filled', failure: null })
    const unread = await executeAt([{ reject: 'order_overlap' }], { ...withResting, failing: { account: 1 } })
    expect(unread.result).toMatchObject({ status: 'not-filled', failure: null })
  })

  it.each([{ reject: 'order_overlap' }, { cancelReason: 'order_overlap' }])(
    'by %o halts where that one is of another agent',
    async (script) => {
      const { result, orders } = await executeAt([script], {
        prepare: ({ take }) => {
          take({ ...resting, symbol: FAR.symbol, label: 'cc-99999999-00000000-c-1' }, {})
          return undefined
        },
      })
      expect([...orders.values()][0]?.state).toBe('open')
      expect(result.failure).toMatchObject({ code: 'exec/peer-detected', recovery: 'halt' })
    },
  )

  it('of another subaccount has nothing cancelled here', async () => {
    const { orders } = await executeAt([{ cancelReason: 'order_overlap_another_sub' }], withResting)
    expect([...orders.values()].filter(({ state }) => state === 'open')).toHaveLength(3)
  })
})
