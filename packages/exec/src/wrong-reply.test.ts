import { describe, expect, it } from 'vitest'
import { closeLeg, executeAt, openLeg, type SendScript } from './scripted-broker.fixture.js'

const roll = { legs: [closeLeg(), openLeg()] }

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

  it('that fills more than was sent is told as it is, frees nothing and halts', async () => {
    const answer = { state: 'filled' as const, filledCoin: 1.1, averagePriceCoin: 0.0035 }
    const { result, order, sent } = await executeAt([{ answer }], roll)
    expect(order).toMatchObject({ outcome: 'filled', filledCoin: 1.1 })
    expect(sent).toHaveLength(1)
    expect(result.failure).toMatchObject({
      code: 'exec/overfilled',
      recovery: 'halt',
      facts: { sentCoin: 1, filledCoin: 1.1 },
    })
  })

  it('that fills more than was sent while it rests does not rest on', async () => {
    const { result, orders } = await executeAt([{}], {
      prepare: ({ ports }) => ({
        broker: { ...ports.broker, order: async (id) => ({ ...(await ports.broker.order(id)), filledCoin: 1.1 }) },
      }),
    })
    expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
    expect(result.failure).toMatchObject({ code: 'exec/overfilled' })
  })

  it('is told of as unknown where it fills more than was sent and cannot be cancelled', async () => {
    const answer = { filledCoin: 1.1, averagePriceCoin: 0.0035 }
    const { result, order } = await executeAt([{ answer }], { failing: { cancel: 9 } })
    expect(order).toMatchObject({ outcome: 'unknown', detail: 'cancel-unconfirmed', filledCoin: 1.1 })
    expect(result).toMatchObject({ status: 'unknown', failure: { code: 'exec/overfilled' } })
  })

  it.each<{ what: string; edit: SendScript['answer'] }>([
    { what: 'priceCoin', edit: { priceCoin: 0.0036 } },
    { what: 'sizeCoin', edit: { sizeCoin: 1.1 } },
  ])('as when somebody edits the $what of ours while it rests: it is cancelled, and halts', async ({ what, edit }) => {
    const { result, orders, sent } = await executeAt([{}], {
      prepare: ({ ports, orders }) => ({
        broker: {
          ...ports.broker,
          order: async (id) => {
            Object.assign(orders.get(id) ?? {}, edit)
            return ports.broker.order(id)
          },
        },
      }),
    })
    expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
    expect(sent).toHaveLength(1)
    expect(result).toMatchObject({ failure: { code: 'exec/reply-mismatch', facts: { differs: what } } })
  })

  it('that could open a position where ours may only reduce one is not ours', async () => {
    const { result } = await executeAt([{ answer: { reduceOnly: false } }], { legs: [closeLeg()] })
    expect(result.failure).toMatchObject({ code: 'exec/reply-mismatch', facts: { differs: 'reduceOnly' } })
  })

  it('of less than a satoshi too much is settled as it can be, and halts', async () => {
    const answer = { filledCoin: 1 + 4e-9, state: 'filled' as const, averagePriceCoin: 0.0035 }
    const { result, journal } = await executeAt([{ answer }], { lagging: { fills: 2 } })
    expect(result.failure).toMatchObject({ code: 'models/invalid-settlement' })
    expect(await journal.unfinished()).toEqual([])
  })

  it('of no more than rounding is the order that was sent', async () => {
    const answer = { priceCoin: 0.0035 + 1e-10, sizeCoin: 1 + 1e-10, filledCoin: 1 + 1e-12, state: 'filled' as const }
    const { result } = await executeAt([{ answer: { ...answer, averagePriceCoin: 0.0035 } }], {
      lagging: { fills: 2 },
    })
    expect(result.failure).toBeNull()
  })
})
