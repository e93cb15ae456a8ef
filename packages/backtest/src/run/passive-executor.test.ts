import type { ApprovedAction, ExecutionResult, Executor } from '@cc/models'
import { approveForTest, instrumentForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { createPassiveExecutor, freshQuotes } from './passive-executor.js'
import { START_MS, syntheticHistory } from './synthetic-history.fixture.js'

const HOUR_MS = 3_600_000

describe('createPassiveExecutor', () => {
  it.each([
    ['as long as it is told', 2 * HOUR_MS, 6 * HOUR_MS],
    ['until quotes have changed once', 7 * HOUR_MS, 7 * HOUR_MS + 1_000],
    ['no longer than an approval lives', 24 * HOUR_MS, 6 * HOUR_MS],
    ['as long as it is told where quotes never change', Number.POSITIVE_INFINITY, 6 * HOUR_MS],
  ])('lets an order rest %s', async (_why, changesInMs, restMs) => {
    const { executor, rests } = setUp({ changesInMs })
    await executor.execute(saleOf('BTC'))
    expect(rests).toEqual([restMs])
  })

  it.each([
    ['as long as each of them may', HOUR_MS, 5.5 * HOUR_MS],
    ['no longer, where quotes change later', 6 * HOUR_MS, 5.5 * HOUR_MS],
  ])('lets the two orders of a roll rest %s within one approval', async (_why, changesInMs, restMs) => {
    const { executor, rests } = setUp({ changesInMs })
    await executor.execute(rollOf('BTC'))
    expect(rests).toEqual([restMs])
  })

  it('rests for nothing where nothing is traded, and quotes never change', async () => {
    const { executor, told } = setUp({ changesInMs: Number.POSITIVE_INFINITY })
    await executor.execute(approveForTest({ legs: [] }))
    expect(told).toEqual(['cross undefined'])
  })

  it('crosses at once with the next decision on a coin whose order ran out of time, until one is filled', async () => {
    const { executor, told } = setUp({ statuses: ['not-filled', 'filled', 'partial', 'filled', 'filled', 'filled'] })
    for (const currency of ['BTC', 'ETH', 'BTC', 'BTC', 'BTC', 'ETH'] as const) {
      await executor.execute(saleOf(currency))
    }
    expect(told).toEqual(['rest BTC', 'rest ETH', 'cross BTC', 'cross BTC', 'rest BTC', 'rest ETH'])
  })
})

describe('freshQuotes', () => {
  it.each([
    ['of the last hour', HOUR_MS, true],
    ['of before', HOUR_MS + 1, false],
  ])('shows bid and ask of a quote %s: %s', async (_why, ageMs, isShown) => {
    const { market } = syntheticHistory()
    const [shown] = market.chain('BTC', START_MS).filter(({ bidPriceCoin }) => bidPriceCoin !== null)
    if (shown === undefined) throw new Error('nobody bids')
    const quotes = freshQuotes({ quote: async () => shown }, { now: () => shown.timestampMs + ageMs })
    const { bidPriceCoin, askPriceCoin, markPriceCoin } = await quotes.quote(shown.symbol)
    expect(markPriceCoin).toBe(shown.markPriceCoin)
    expect([bidPriceCoin, askPriceCoin]).toEqual(isShown ? [shown.bidPriceCoin, shown.askPriceCoin] : [null, null])
  })
})

/** Executors that tell what they are asked for, and end as the script says. */
function setUp({
  changesInMs = HOUR_MS,
  statuses = [],
}: {
  changesInMs?: number
  statuses?: readonly ExecutionResult['status'][]
}) {
  const told: string[] = []
  const rests: number[] = []
  const executorOf = (way: string): Executor => ({
    async execute(approved: ApprovedAction) {
      const status = statuses[told.length] ?? 'filled'
      told.push(`${way} ${approved.bounds.legs[0]?.instrument.currency}`)
      return { status, legs: [], failure: null, startedMs: 0, endedMs: 0 }
    },
    recover: async () => ({ settled: [], unresolved: [], cancelledOrders: 0 }),
    cancelOwn: async () => 0,
  })
  const executor = createPassiveExecutor({
    resting(restMs) {
      rests.push(restMs)
      return executorOf('rest')
    },
    crossing: executorOf('cross'),
    restMs: 6 * HOUR_MS,
    nextChangeMs: (afterMs) => afterMs + changesInMs,
    clock: { now: () => START_MS },
  })
  return { executor, told, rests }
}

function saleOf(currency: 'BTC' | 'ETH'): ApprovedAction {
  return approveForTest({ legs: [openLeg(currency)] })
}

function rollOf(currency: 'BTC' | 'ETH'): ApprovedAction {
  const close = { ...openLeg(currency), leg: 'close', side: 'buy', reduceOnly: true } as const
  return approveForTest({ legs: [close, openLeg(currency)] })
}

function openLeg(currency: 'BTC' | 'ETH') {
  const instrument = instrumentForTest(`${currency}-9JAN26-90000-C`)
  return {
    leg: 'open',
    instrument,
    side: 'sell',
    maxSizeCoin: 1,
    worstPriceCoin: 0.01,
    reduceOnly: false,
  } as const
}
