import { CcError, type Fill } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  closeLeg,
  executeAt,
  label,
  openLeg,
  type SendScript,
  START_MS,
  type Venue,
} from './scripted-broker.fixture.js'

const roll = { legs: [closeLeg(), openLeg()] }
const ledBy = (code: string) => new CcError('No.', { code, recovery: 'skip' })
/** A venue that takes the order, and then throws. */
const throwing = (error: Error) => ({
  prepare: ({ ports }: Venue) => ({
    broker: {
      ...ports.broker,
      place: async (...[order]: Parameters<typeof ports.broker.place>) => {
        await ports.broker.place(order)
        throw error
      },
    },
  }),
})

describe('an order', () => {
  it('is re-pegged for what is left after a partial fill, also one that raced the cancel', async () => {
    const { sent, leg } = await executeAt([{ fillNow: 0.3, fillOnCancel: 0.2 }, { fillNow: 1 }])
    expect(sent.map((terms) => terms.sizeCoin)).toEqual([1, 0.5])
    expect(leg).toMatchObject({ filledCoin: 1 })
    expect(leg?.averagePriceCoin).toBeCloseTo(0.5 * 0.0035 + 0.5 * 0.0033, 12)
    expect(leg?.feeCoin).toBeCloseTo(0.0003, 12)
  })

  it('counts as a peg where post-only rejects it, and ends the leg at any other rejection', async () => {
    const again = await executeAt([{ reject: 'post_only_reject' }, { fillNow: 1 }])
    expect(again.leg?.orders.map((order) => [order.outcome, order.detail])).toEqual([
      ['rejected', 'post_only_reject'],
      ['filled', null],
    ])
    const ended = await executeAt([{ reject: 'not_enough_funds' }, { fillNow: 1 }])
    expect(ended.result.status).toBe('not-filled')
    expect(ended.sent).toHaveLength(1)
    expect(ended.journal.entries.at(-1)).toMatchObject({ kind: 'outcome', outcome: 'rejected' })
  })

  it('ends the leg when somebody else cancels it', async () => {
    const { sent, order } = await executeAt([{ answer: { state: 'cancelled', cancelReason: 'risk_mitigation' } }])
    expect(sent).toHaveLength(1)
    expect(order).toMatchObject({ outcome: 'cancelled', detail: 'risk_mitigation' })
  })
})

describe('the fills of an order', () => {
  const later: SendScript = { fillLater: { share: 1, afterMs: 500 } }

  it('are read from the account where they came while it rested', async () => {
    const { leg } = await executeAt([later])
    expect(leg).toMatchObject({ filledCoin: 1, feeCoin: 0.0003, fills: [{ sizeCoin: 1 }] })
  })

  it.each(['failing', 'lagging'] as const)('are read once more a little later where the index is %s', async (how) => {
    const { leg, clock } = await executeAt([later], { [how]: { fills: 1 } })
    expect(leg).toMatchObject({ filledCoin: 1, feeCoin: 0.0003, fills: [{ sizeCoin: 1 }] })
    expect(clock.now() - START_MS).toBe(2_000)
  })

  it.each(['failing', 'lagging'] as const)('leave the fee unknown where the index keeps %s, never 0', async (how) => {
    const { result, leg } = await executeAt([later], { [how]: { fills: 2 } })
    expect(result.status).toBe('filled')
    expect(leg).toMatchObject({ filledCoin: 1, averagePriceCoin: 0.0035, feeCoin: null, fills: [] })
  })

  it('leave the fee unknown where one of them is missing', async () => {
    const { leg } = await executeAt([{ fillNow: 0.4, fillOnCancel: 0.3 }], {
      legs: [openLeg({ worstPriceCoin: 0.0035 })],
      options: { pegs: 2 },
      failing: { fills: 2 },
    })
    expect(leg).toMatchObject({ filledCoin: 0.7, feeCoin: null, fills: [{ sizeCoin: 0.4 }] })
  })

  it.each(['account', 'reply'])('are those under its label alone, of what the %s tells', async (where) => {
    const withForeign = (own: readonly Fill[]) =>
      own.flatMap((fill) => [{ ...fill, tradeId: `x-${fill.tradeId}`, label: 'by-hand' }, fill])
    const { leg } = await executeAt(where === 'reply' ? [{ fillNow: 1 }] : [later], {
      prepare: ({ ports: { broker } }) => ({
        broker: {
          ...broker,
          fills: async (...request) => withForeign(await broker.fills(...request)),
          place: async (order) => {
            const outcome = await broker.place(order)
            return outcome.outcome === 'accepted' ? { ...outcome, fills: withForeign(outcome.fills) } : outcome
          },
        },
      }),
    })
    expect(leg?.fills.map((fill) => fill.label)).toEqual([label('o', 1)])
    expect(leg?.feeCoin).toBe(0.0003)
  })

  it.each([-4_999, 4_999])('are found where the venue stamps them %i ms away from our time', async (skewMs) => {
    const { leg } = await executeAt([later], {
      prepare: ({ ports, fills }) => {
        const skewed: typeof ports.broker.fills = async (_currency, { fromMs, toMs }) => {
          const stamped = fills.map((fill): Fill => ({ ...fill, timestampMs: START_MS + skewMs }))
          return stamped.filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs)
        }
        return { broker: { ...ports.broker, fills: skewed } }
      },
    })
    expect(leg?.feeCoin).toBe(0.0003)
  })
})

describe('a fill whose price the venue does not tell', () => {
  const unpriced: SendScript = { fillNow: 1, answer: { averagePriceCoin: null } }
  const unread: SendScript = { ...unpriced, tellsNoFills: true }

  it('has the price of its trades', async () => {
    const { leg, order, journal } = await executeAt([unpriced])
    expect(order).toMatchObject({ outcome: 'filled', filledCoin: 1, averagePriceCoin: 0.0035 })
    expect(leg?.averagePriceCoin).toBe(0.0035)
    expect(await journal.unfinished()).toEqual([])
  })

  it('has none where they are not known either, and is settled all the same', async () => {
    const { result, leg, order, journal } = await executeAt([unread], {
      lagging: { fills: 2 },
    })
    expect(result).toMatchObject({ status: 'filled', failure: null })
    expect(order).toMatchObject({ outcome: 'filled', filledCoin: 1, averagePriceCoin: null })
    expect(leg).toMatchObject({ averagePriceCoin: null, feeCoin: null })
    expect(await journal.unfinished()).toEqual([])
  })

  it.each([
    { why: 'as it would be above the cap at the worst price of the close', maxNetDebitCoin: 0.015, legs: 1 },
    { why: 'as it is within the cap at the worst price of the close', maxNetDebitCoin: 0.017, legs: 2 },
  ])('counts as the worst for the net debit of a roll, which opens or not $why', async ({ maxNetDebitCoin, legs }) => {
    const { sent } = await executeAt([unread, { fillNow: 1 }], {
      ...roll,
      maxNetDebitCoin,
      lagging: { fills: 2 },
    })
    expect(sent).toHaveLength(legs)
  })
})

describe('a send that throws', () => {
  it.each(['models/deadline-passed', 'models/sleep-in-hold', 'client/unreachable'])(
    'with %s may have left: the order is found and does not rest',
    async (code) => {
      const { result, order, orders } = await executeAt([{ fillNow: 0.4 }], throwing(ledBy(code)))
      expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
      expect(order).toMatchObject({ outcome: 'cancelled', filledCoin: 0.4 })
      expect(result).toMatchObject({ status: 'partial', failure: null })
    },
  )

  it.each(['models/forged-order', 'models/order-already-sent'])(
    'with %s did not leave: it fails an action of which nothing was sent',
    async (code) => {
      await expect(executeAt([], throwing(ledBy(code)))).rejects.toMatchObject({ code })
    },
  )

  it('with the refusal of the seal after another send ends the action with a failure', async () => {
    const { result } = await executeAt([{ fillNow: 1 }], {
      ...roll,
      prepare: ({ ports, sent }) => ({
        broker: {
          ...ports.broker,
          place: (order) =>
            sent.length > 0 ? Promise.reject(ledBy('models/forged-order')) : ports.broker.place(order),
        },
      }),
    })
    expect(result).toMatchObject({
      status: 'partial',
      legs: [{ filledCoin: 1 }, { orders: [] }],
      failure: { code: 'models/forged-order' },
    })
  })
})

describe('a reply about another order', () => {
  it.each<{ what: string; answer: SendScript['answer'] }>([
    { what: 'price', answer: { priceCoin: 0.0036 } },
    { what: 'size', answer: { sizeCoin: 10 } },
    { what: 'side', answer: { side: 'buy' } },
    { what: 'symbol', answer: { symbol: 'BTC-27FEB26-120000-C' } },
    { what: 'label', answer: { label: 'cc-abcdef01-cafe' } },
    { what: 'label and id', answer: { label: 'cc-abcdef01-cafe', orderId: 'by-hand' } },
  ])('by its $what ends the action, with our order cancelled and its fills told', async ({ answer = {} }) => {
    const { result, order, orders, sent, journal, events } = await executeAt([{ fillOnCancel: 0.4, answer }])
    expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
    expect(events).not.toContain('cancel by-hand')
    expect(order).toMatchObject({ outcome: 'cancelled', filledCoin: 0.4 })
    expect(result).toMatchObject({ status: 'partial', failure: { code: 'exec/reply-mismatch', recovery: 'halt' } })
    expect(sent).toHaveLength(1)
    expect(await journal.unfinished()).toEqual([])
  })

  it('is no proof of absence where nothing is found under our label', async () => {
    const { result, journal } = await executeAt([{ answer: { label: 'cc-abcdef01-cafe' } }], {
      lagging: { findByLabel: 9 },
    })
    expect(result).toMatchObject({
      status: 'unknown',
      legs: [{ orders: [{ outcome: 'unknown', detail: 'reply-mismatch' }] }],
      failure: { code: 'exec/reply-mismatch' },
    })
    expect(await journal.unfinished()).toHaveLength(1)
  })

  it('leaves ours unknown, and told as it was seen, where it cannot be cancelled', async () => {
    const { order } = await executeAt([{ fillNow: 0.4, answer: { label: 'cc-abcdef01-cafe' } }], {
      failing: { cancel: 9 },
    })
    expect(order).toMatchObject({ outcome: 'unknown', detail: 'cancel-unconfirmed', filledCoin: 0.4 })
  })

  it('is taken at its word where it bears our label and the look-ups fail', async () => {
    const { order } = await executeAt([{ fillNow: 0.4, answer: { priceCoin: 0.0036 } }], {
      failing: { findByLabel: 9 },
    })
    expect(order).toMatchObject({ outcome: 'cancelled', filledCoin: 0.4 })
  })

  it.each(['open', 'cancelled'] as const)(
    'that comes while ours rests, %s, does not keep ours resting',
    async (state) => {
      const { result, orders, events } = await executeAt([{}], {
        prepare: ({ ports }) => ({
          broker: {
            ...ports.broker,
            order: async (orderId) => ({
              ...(await ports.broker.order(orderId)),
              orderId: 'by-hand',
              label: 'by-hand',
              state,
            }),
          },
        }),
      })
      expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
      expect(events).not.toContain('cancel by-hand')
      expect(result.failure).toMatchObject({ code: 'exec/reply-mismatch', facts: { differs: 'label' } })
    },
  )

  it('that fills more than was sent is told as it is, and frees nothing', async () => {
    const answer = { state: 'filled' as const, filledCoin: 2, averagePriceCoin: 0.0035 }
    const { result, order } = await executeAt([{ answer }])
    expect(order).toMatchObject({ outcome: 'filled', filledCoin: 2 })
    expect(result.failure).toMatchObject({ code: 'models/invalid-settlement', recovery: 'halt' })
  })
})

describe('an unknown outcome', () => {
  it.each<{ why: string; script: SendScript; afterMs: number }>([
    { why: 'at once where the reply was lost', script: { answered: false, fillNow: 0.4 }, afterMs: 0 },
    { why: 'at once where the call threw after the send', script: { answered: 'throws', fillNow: 0.4 }, afterMs: 0 },
    {
      why: 'after the fence where the request arrived late, yet in time',
      script: { arrives: 2_900, fillNow: 0.4 },
      afterMs: 8_001,
    },
  ])('is settled by label $why', async ({ script, afterMs }) => {
    const { leg, sent, clock, result, journal } = await executeAt([script])
    expect(clock.now() - START_MS).toBe(afterMs)
    expect(sent).toHaveLength(1)
    expect(leg).toMatchObject({ filledCoin: 0.4, orders: [{ outcome: 'cancelled' }], fills: [{ sizeCoin: 0.4 }] })
    expect(result.status).toBe('partial')
    expect(await journal.unfinished()).toEqual([])
  })

  it.each([
    { why: 'it was lost', arrives: false },
    { why: 'it arrived after validUntil', arrives: 3_001 },
  ])('is absent where $why, and is not sent again', async ({ arrives }) => {
    const { result, order, sent, journal } = await executeAt([{ arrives }])
    expect(sent).toHaveLength(1)
    expect(result.status).toBe('not-filled')
    expect(order).toMatchObject({ outcome: 'not-sent', detail: 'absent' })
    expect(journal.entries.at(-1)).toMatchObject({ outcome: 'absent', filledCoin: 0 })
  })

  it.each([
    { why: 'the look-ups fail', failing: { findByLabel: 9 }, script: { answered: false }, detail: 'look-up-failed' },
    {
      why: 'the cancel is never confirmed',
      failing: { cancel: 9 },
      script: { fillNow: 0.5 },
      detail: 'cancel-unconfirmed',
    },
    {
      why: 'the found order cannot be cancelled',
      failing: { cancel: 9 },
      script: { answered: false },
      detail: 'cancel-unconfirmed',
    },
  ] as const)('stays unknown and in the journal while $why', async ({ failing, script, detail }) => {
    const { result, sent, journal } = await executeAt([script], {
      ...roll,
      failing,
    })
    expect(result).toMatchObject({
      status: 'unknown',
      legs: [{ leg: 'close', feeCoin: null, orders: [{ outcome: 'unknown', detail }] }],
      failure: null,
    })
    expect(sent).toHaveLength(1)
    expect(await journal.unfinished()).toHaveLength(1)
  })

  it('is what a venue makes of an order that it never says has ended', async () => {
    const { result } = await executeAt([], {
      prepare: ({ ports }) => ({ broker: { ...ports.broker, cancel: ports.broker.order } }),
    })
    expect(result).toMatchObject({ status: 'unknown', legs: [{ orders: [{ detail: 'cancel-unconfirmed' }] }] })
  })

  it('is two orders under one label at worst: neither is left resting, both are told, and the action ends', async () => {
    let copy = () => {}
    const twice: SendScript = { answered: false, fillNow: 0.2, onArrival: () => copy() }
    const { result, order, orders, journal } = await executeAt([twice], {
      prepare: ({ sent, take }) => {
        copy = () => void take(sent[0]!, { fillNow: 0.3 })
      },
    })
    expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
    expect(order).toMatchObject({ outcome: 'cancelled', filledCoin: 0.5, averagePriceCoin: 0.0035 })
    expect(result).toMatchObject({ status: 'partial', failure: { code: 'exec/duplicate-label', recovery: 'halt' } })
    expect(await journal.unfinished()).toEqual([])
  })
})
