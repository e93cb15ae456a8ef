import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { closeLeg, executeAt, openLeg, type SendScript, START_MS, type Venue } from './scripted-broker.fixture.js'

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

  it('ends the leg when somebody else cancels it', async () => {
    const { sent, order, result } = await executeAt([{ cancelReason: 'user_request' }])
    expect(sent).toHaveLength(1)
    expect(order).toMatchObject({ outcome: 'cancelled', detail: 'user_request' })
    expect(result).toMatchObject({ status: 'not-filled', failure: null })
  })

  it('lets the next leg of a roll follow what had traded when somebody else cancelled it', async () => {
    const { sent } = await executeAt([{ fillNow: 0.4, cancelReason: 'user_request' }, { fillNow: 1 }], roll)
    expect(sent.map(({ side, sizeCoin }) => [side, sizeCoin])).toEqual([
      ['buy', 1],
      ['sell', 0.4],
    ])
  })

  it.each(['autoliquidation', 'position_locked', 'risk_mitigation', 'pme_risk_reduction', 'pme_account_locked'])(
    'that the venue ends by %s halts, with what it had traded told and nothing sent after it',
    async (cancelReason) => {
      const { sent, order, result, journal } = await executeAt([{ fillNow: 0.3, cancelReason }], roll)
      expect(sent).toHaveLength(1)
      expect(order).toMatchObject({ outcome: 'cancelled', filledCoin: 0.3, detail: cancelReason })
      expect(result).toMatchObject({
        status: 'partial',
        failure: { code: 'exec/venue-intervened', recovery: 'halt', facts: { cancelReason, orderId: 'order-1' } },
      })
      expect(await journal.unfinished()).toEqual([])
    },
  )

  it('of a close may be made smaller by the venue, and only what it then trades counts', async () => {
    const { sent, result } = await executeAt(
      [{ answer: { sizeCoin: 0.6, filledCoin: 0.6, state: 'filled', averagePriceCoin: 0.0035 } }, { fillNow: 1 }],
      { ...roll, lagging: { fills: 2 } },
    )
    expect(sent.map(({ side, sizeCoin }) => [side, sizeCoin])).toEqual([
      ['buy', 1],
      ['sell', 0.6],
    ])
    expect(result).toMatchObject({ status: 'partial', failure: null })
  })

  it('is not sent where the journal took longer than its quote is good for, and nothing is left of it', async () => {
    const { sent, result, journal } = await executeAt([], {
      prepare: ({ ports, clock }) => ({
        journal: {
          ...ports.journal,
          append: async (entry) => {
            if (entry.kind === 'intent') await clock.sleep(3_000)
            await ports.journal.append(entry)
          },
        },
      }),
    })
    expect(sent).toEqual([])
    expect(result).toMatchObject({ status: 'not-filled', legs: [{ orders: [] }], failure: null })
    expect(journal.entries.map((entry) => entry.kind === 'outcome' && entry.outcome)).toEqual([false, 'absent'])
  })

  it('is sent while its quote is good', async () => {
    const { sent } = await executeAt([{ fillNow: 1 }], {
      prepare: ({ ports, clock }) => ({
        journal: {
          ...ports.journal,
          append: async (entry) => {
            if (entry.kind === 'intent') await clock.sleep(2_999)
            await ports.journal.append(entry)
          },
        },
      }),
    })
    expect(sent).toHaveLength(1)
  })

  it('whose send threw may have left: what ends the action then is told beside it', async () => {
    const { result } = await executeAt([{ answered: 'throws', fillNow: 0.4 }], {
      prepare: ({ ports }) => ({
        journal: {
          ...ports.journal,
          append: async (entry) => {
            if (entry.kind === 'outcome') throw ledBy('logging/full')
            await ports.journal.append(entry)
          },
        },
      }),
    })
    expect(result).toMatchObject({ legs: [{ filledCoin: 0.4 }], failure: { code: 'logging/full' } })
  })

  it.each<{ why: string; script: SendScript }>([
    { why: 'never arrived', script: { arrives: false } },
    { why: 'has no known outcome', script: { answered: false, answer: {}, fillNow: 0 } },
    { why: 'is not seen cancelled', script: {} },
    { why: 'was rejected', script: { reject: 'not_enough_funds' } },
    { why: 'the venue shows as rejected', script: { answer: { state: 'rejected' } } },
  ])('that $why ends the action: not even a quote is asked for after it', async ({ why, script }) => {
    const { events, sent } = await executeAt([{ fillNow: 0.4 }, script, { fillNow: 1 }, { fillNow: 1 }], {
      ...roll,
      prepare: ({ failing, sent, ports }) => ({
        broker: {
          ...ports.broker,
          place: async (order) => {
            if (why.startsWith('has') && sent.length === 1) failing.findByLabel = 9
            if (why.startsWith('is not') && sent.length === 1) Object.assign(failing, { cancel: 9, order: 99 })
            return ports.broker.place(order)
          },
        },
      }),
    })
    expect(sent).toHaveLength(2)
    expect(events.filter((event) => event.startsWith('quote'))).toEqual(Array(2).fill('quote BTC-30JAN26-100000-C'))
  })

  it('that slept through its approval is cancelled, and none follows it', async () => {
    let asleep = false
    const { sent, orders, result, clock } = await executeAt([{ fillLater: { share: 0.3, afterMs: 60_000 } }], {
      ...roll,
      expiresMs: START_MS + 120_000,
      // A machine that is suspended for ten minutes in its first sleep.
      prepare: ({ ports }) => ({
        clock: {
          ...ports.clock,
          sleep: (durationMs, signal) => {
            const sleeps = asleep ? durationMs : 600_000
            asleep = true
            return ports.clock.sleep(sleeps, signal)
          },
        },
      }),
    })
    expect(clock.now()).toBeGreaterThanOrEqual(START_MS + 600_000)
    expect(sent).toHaveLength(1)
    expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
    expect(result).toMatchObject({ status: 'partial', legs: [{ filledCoin: 0.3 }, { orders: [] }], failure: null })
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

  it.each([
    ['a failure that halts', new CcError('This is no testnet.', { code: 'venue/not-testnet', recovery: 'halt' })],
    ['a bug', new TypeError('it is undefined')],
  ])('with %s is settled, and then stops the agent', async (_, error) => {
    const { result, orders } = await executeAt([{ fillNow: 0.4 }], throwing(error))
    expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
    const code = CcError.isInstance(error) ? error.code : 'exec/unexpected'
    expect(result).toMatchObject({ status: 'partial', failure: { code, recovery: 'halt' } })
  })

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
