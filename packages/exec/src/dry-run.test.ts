import { approveForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { executeAction } from './execute-action.js'
import { closeLeg, createScriptedBroker, executeAt, FAR, label, openLeg, RUN_ID } from './scripted-broker.fixture.js'

const roll = { legs: [closeLeg(), openLeg()] }

describe('dry-run', () => {
  it('shows the first order of each leg and calls nothing but quote', async () => {
    const { result, calls, journal } = await executeAt([], { ...roll, options: { dryRun: true } })
    expect(new Set(calls)).toEqual(new Set(['quote']))
    expect(journal.entries).toEqual([])
    expect(result.status).toBe('dry-run')
    expect(result.legs.map((leg) => leg.orders[0])).toMatchObject([
      { outcome: 'not-sent', terms: { label: label('c', 1), side: 'buy', priceCoin: 0.0035, sizeCoin: 1 } },
      { outcome: 'not-sent', terms: { label: label('o', 1), side: 'sell', priceCoin: 0.0035, sizeCoin: 1 } },
    ])
  })

  it('shows no more to open than there is to close', async () => {
    const legs = [closeLeg({ maxSizeCoin: 0.7 }), openLeg({ maxSizeCoin: 1 })]
    const { result } = await executeAt([], { legs, options: { dryRun: true } })
    expect(result.legs.map((leg) => leg.orders[0]?.terms.sizeCoin)).toEqual([0.7, 0.7])
  })

  it('shows nothing to open where there is nothing to close with', async () => {
    const legs = [closeLeg({ worstPriceCoin: 0.00005 }), openLeg()]
    const { result } = await executeAt([], { legs, options: { dryRun: true } })
    expect(result.legs.map((leg) => leg.orders)).toEqual([[], []])
  })

  it.each([
    { why: 'its debit is above the cap', maxNetDebitCoin: -0.0001, maxOrders: 9, shown: 1 },
    { why: 'its debit is at the cap', maxNetDebitCoin: 0, maxOrders: 9, shown: 2 },
    { why: 'the approval allows one order', maxNetDebitCoin: null, maxOrders: 1, shown: 1 },
    { why: 'the approval allows two orders', maxNetDebitCoin: null, maxOrders: 2, shown: 2 },
  ])('shows $shown legs of a roll where $why', async ({ shown, why: _, ...bounds }) => {
    const { result } = await executeAt([], { ...roll, ...bounds, options: { dryRun: true } })
    expect(result.legs.filter((leg) => leg.orders.length > 0)).toHaveLength(shown)
  })

  it.each([
    { maxNetDebitCoin: null, shown: 2 },
    { maxNetDebitCoin: 0.001, shown: 2 },
    { maxNetDebitCoin: 0.0009, shown: 1 },
  ])(
    'shows $shown legs of a roll that costs 0.001 with a cap of $maxNetDebitCoin',
    async ({ maxNetDebitCoin, shown }) => {
      const { result } = await executeAt([], {
        ...roll,
        maxNetDebitCoin,
        options: { dryRun: true },
        prepare: ({ ports }) => ({
          market: {
            quote: async (symbol) => {
              const quote = await ports.market.quote(symbol)
              return symbol === FAR.symbol ? { ...quote, bidPriceCoin: 0.002, askPriceCoin: 0.003 } : quote
            },
          },
        }),
      })
      expect(result.legs.filter((leg) => leg.orders.length > 0)).toHaveLength(shown)
    },
  )

  it('is told in the words of a result, with nothing traded', async () => {
    const { result } = await executeAt([], { options: { dryRun: true } })
    expect(result.legs[0]).toMatchObject({
      ...{ filledCoin: 0, averagePriceCoin: null, feeCoin: 0, fills: [] },
      orders: [{ outcome: 'not-sent', orderId: null, filledCoin: 0, averagePriceCoin: null, detail: 'dry-run' }],
    })
  })

  it('is the default', async () => {
    const { ports, sent } = createScriptedBroker()
    const result = await executeAction(ports, approveForTest({ legs: [openLeg()] }), { runId: RUN_ID })
    expect(result.status).toBe('dry-run')
    expect(sent).toEqual([])
  })
})
