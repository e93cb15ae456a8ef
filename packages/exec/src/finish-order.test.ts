import type { Fill } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { closeLeg, executeAt, label, openLeg, type SendScript, START_MS } from './scripted-broker.fixture.js'

const roll = { legs: [closeLeg(), openLeg()] }

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

  it('are asked of the recent index, around the time of the order', async () => {
    const asked: unknown[] = []
    await executeAt([later], {
      prepare: ({ ports: { broker } }) => ({
        broker: {
          ...broker,
          fills: async (currency, span) => {
            asked.push([currency, span])
            return broker.fills(currency, span)
          },
        },
      }),
    })
    expect(asked).toEqual([['BTC', { fromMs: START_MS - 5_000, toMs: START_MS + 1_000 + 5_000 }]])
  })

  it('are told in the order of time, each once, whatever the order in which the venue tells them', async () => {
    const shuffled = (own: readonly Fill[]) => [...own].reverse().flatMap((fill) => [fill, { ...fill }])
    const script = { fillNow: 0.2, fillLater: { share: 0.3, afterMs: 500 }, fillOnCancel: 0.5 }
    const { leg, order } = await executeAt([script], {
      prepare: ({ ports: { broker } }) => ({
        broker: { ...broker, fills: async (...request) => shuffled(await broker.fills(...request)) },
      }),
    })
    expect(order).toMatchObject({ outcome: 'filled', filledCoin: 1 })
    expect(leg?.fills.map(({ tradeId, sizeCoin }) => [tradeId, sizeCoin])).toEqual([
      ['trade-1', 0.2],
      ['trade-2', 0.3],
      ['trade-3', 0.5],
    ])
  })

  it('that are told late by the account stand between those that were told before', async () => {
    const { leg } = await executeAt([{ fillNow: 0.2, fillOnCancel: 0.8 }], {
      prepare: ({ ports: { broker } }) => ({
        broker: {
          ...broker,
          fills: async (...request) => {
            const all = await broker.fills(...request)
            return all.map((fill) => ({ ...fill, timestampMs: START_MS - (fill.tradeId === 'trade-2' ? 1 : 0) }))
          },
        },
      }),
    })
    expect(leg?.fills.map(({ tradeId }) => tradeId)).toEqual(['trade-2', 'trade-1'])
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

  it('has that of a part of it too', async () => {
    const { order } = await executeAt([{ fillNow: 0.4, answer: { averagePriceCoin: null, state: 'cancelled' } }])
    expect(order?.averagePriceCoin).toBeCloseTo(0.0035, 12)
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

describe('trades of which the order does not tell', () => {
  const hidden: SendScript = { fillNow: 0.6, answer: { filledCoin: 0.2, state: 'cancelled' } }

  it('count, and halt', async () => {
    const { result, order, sent } = await executeAt([hidden], roll)
    expect(order).toMatchObject({ outcome: 'cancelled', filledCoin: 0.6 })
    expect(sent).toHaveLength(1)
    expect(result.failure).toMatchObject({
      code: 'exec/fills-exceed-order',
      recovery: 'halt',
      facts: { filledCoin: 0.2, tradedCoin: 0.6, tradeIds: ['trade-1'] },
    })
  })

  it('count of an order whose outcome is unknown too', async () => {
    const { order } = await executeAt([{ ...hidden, answer: { filledCoin: 0.2 } }], {
      failing: { cancel: 9, order: 99 },
    })
    expect(order).toMatchObject({ outcome: 'unknown', filledCoin: 0.6 })
  })

  it('count of an order whose outcome is unknown also where the reply told of them and the account cannot', async () => {
    const told: SendScript = { fillNow: 0.6, answer: { filledCoin: 0.2 } }
    const { order } = await executeAt([told], { failing: { cancel: 9, order: 99, fills: 99 } })
    expect(order).toMatchObject({ outcome: 'unknown', filledCoin: 0.6 })
  })
})
