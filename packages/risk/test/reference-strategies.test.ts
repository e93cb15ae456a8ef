import { type AgentMemory, EMPTY_MEMORY, type OptionPosition, type RecentOpen } from '@cc/models'
import { candidateForTest, instrumentForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import { black76, deliveryFeeCoin, roundSizeDown } from '@cc/pricing'
import { checkActionAllowed, type RiskLimitsInput } from '@cc/risk'
import { describe, expect, inject, it } from 'vitest'
import { hourlySpot, type ReferenceSale, type ReferenceStrategy, referenceStrategies } from './reference-sales.js'

const recordings = inject('recordings')
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Sizes that the reference begins with, and sells at most. */
const START_COIN = { BTC: 10, ETH: 100 }
const STEP_COIN = { BTC: 0.1, ETH: 1 }
/** Since when prices below 0.005 have finer ticks. */
const FINE_TICKS_MS = Date.UTC(2023, 0, 1)

describe.skipIf(recordings === null)('the limits as they stand', () => {
  const spot =
    recordings === null ? undefined : { BTC: hourlySpot(recordings, 'BTC'), ETH: hourlySpot(recordings, 'ETH') }

  it.each(recordings === null ? [] : referenceStrategies(recordings))('never refuse a sale of $name', (strategy) => {
    const account = accountOf(strategy, (atMs) => spot?.[strategy.currency].get(atMs))
    for (const sale of strategy.sales) {
      account.liveUntil(sale.soldMs)
      const { verdict, sizeCoin } = account.propose(sale)
      expect([sale.symbol, ...verdict.reasons]).toEqual([sale.symbol])
      account.sell(sale, sizeCoin)
    }
    account.liveUntil(Number.POSITIVE_INFINITY)
    expect(account.equities.length).toBeGreaterThan(40)
  })
})

/** An account that lives through the sales of one strategy, looked at each midnight as an agent would. */
function accountOf({ currency, isAtTheMoney }: ReferenceStrategy, spotAt: (atMs: number) => number | undefined) {
  const startCoin = START_COIN[currency]
  const limits: RiskLimitsInput = {
    maxOrderCoin: START_COIN,
    maxOrderUsd: 2_000_000,
    // What a strategy at the money sets.
    ...(isAtTheMoney && { minMoneyness: -0.03, maxNetDeltaAbs: 1 }),
  }
  let balanceCoin = startCoin
  let short: { sale: ReferenceSale; sizeCoin: number } | undefined
  let opens: RecentOpen[] = []
  let day = { dayMs: 0, equityCoin: startCoin }
  let lookedMs = 0
  const equities: number[] = []

  function look(atMs: number): void {
    const owedCoin = short === undefined ? 0 : short.sizeCoin * markOf(short.sale, spotAt(atMs), atMs)
    day = { dayMs: atMs, equityCoin: balanceCoin - owedCoin }
    equities.push(day.equityCoin)
  }

  function settle(): void {
    if (short === undefined) return
    const { sale, sizeCoin } = short
    const { payoutCoin } = sale
    balanceCoin -= sizeCoin * payoutCoin + deliveryFeeCoin({ sizeCoin, payoutCoin, daily: false })
    short = undefined
  }

  return {
    equities,
    liveUntil(untilMs: number): void {
      for (; short !== undefined && lookedMs + DAY_MS <= untilMs; lookedMs += DAY_MS) {
        if (short.sale.expiryMs < lookedMs + DAY_MS) settle()
        if (lookedMs + DAY_MS <= untilMs && short !== undefined) look(lookedMs + DAY_MS)
      }
      if (short !== undefined && short.sale.expiryMs <= untilMs) settle()
    },
    propose(sale: ReferenceSale) {
      const sizeCoin = roundSizeDown(Math.min(startCoin, balanceCoin), STEP_COIN[currency])
      const highWaterCoin = Math.max(balanceCoin, ...equities)
      const memory: AgentMemory = {
        ...EMPTY_MEMORY,
        highWaterCoin: { [currency]: highWaterCoin },
        dayStart: { [currency]: day },
        explained: { [currency]: { balanceCoin, positions: [] } },
        recentOpens: opens.filter(({ timeMs }) => timeMs > sale.soldMs - DAY_MS),
      }
      const state = stateOf(sale, { currency, balanceCoin, memory })
      const { symbol } = sale
      const proposal = { action: 'OPEN_COVERED_CALL' as const, params: { symbol, size: sizeCoin }, reasoning: '' }
      return { verdict: checkActionAllowed(state, proposal, limits), sizeCoin }
    },
    sell(sale: ReferenceSale, sizeCoin: number): void {
      balanceCoin += sizeCoin * (sale.bidPriceCoin - sale.feeCoin)
      short = { sale, sizeCoin }
      lookedMs = Math.floor(sale.soldMs / DAY_MS) * DAY_MS
      opens = [
        ...opens,
        { decisionId: 'dec0de', action: 'OPEN_COVERED_CALL', symbol: sale.symbol, timeMs: sale.soldMs },
      ]
    },
  }
}

function markOf({ strikeUsd, expiryMs, iv }: ReferenceSale, forwardUsd: number | undefined, atMs: number): number {
  if (forwardUsd === undefined) return 0
  const expiryYears = Math.max(0, expiryMs - atMs) / (365 * DAY_MS)
  return black76({ forwardUsd, strikeUsd, expiryYears, iv, kind: 'call' }).priceCoin
}

type Given = { currency: 'BTC' | 'ETH'; balanceCoin: number; memory: AgentMemory }

/**
 * The moment of a sale on a healthy account in a calm market: its quote as recorded, the index at the forward. On some of
 * these days the index had moved more than 8 % within 24 h, and an agent would have waited.
 */
function stateOf(sale: ReferenceSale, { currency, balanceCoin, memory }: Given) {
  const { soldMs: timeMs, symbol, delta, iv: markIv, forwardUsd, bidPriceCoin, askPriceCoin, markPriceCoin } = sale
  const coarse = timeMs < FINE_TICKS_MS ? { tickSizeCoin: 0.0005, tickSteps: [] } : {}
  const candidate = candidateForTest(symbol, {
    ...{ instrument: instrumentForTest(symbol, coarse), quotedMs: timeMs },
    ...{ bidPriceCoin, askPriceCoin, markPriceCoin, markIv, delta, forwardUsd },
  })
  const portfolio = { balanceCoin, positions: [] as OptionPosition[] }
  const underlying = { currency, timeMs, spotUsd: forwardUsd, candidates: [candidate], portfolio }
  return stateForTest({ timeMs, underlyings: [underlyingForTest(underlying)], memory })
}
