import type {
  AgentMemory,
  AgentState,
  CandidateOption,
  Currency,
  MarginQuote,
  OptionInstrument,
  OptionPosition,
  OrderReport,
  ProposedAction,
  RecentOpen,
  RecentSend,
  UnderlyingState,
  UnresolvedIntent,
} from '@cc/models'
import {
  candidateForTest,
  instrumentForTest,
  type UnderlyingParts as PartsForTest,
  positionForTest,
  stateForTest,
  TEST_TIME_MS,
  underlyingForTest,
} from '@cc/models/testing'

/*
 * States to judge: one BTC account with one covered coin, at 90 000 USD. Calls are bid at 0.01 and marked at 0.0102, in
 * ticks of 0.0001 and 0.0005 above 0.005, with a fee of 0.0003: Deribit's.
 */

/** Two hours after options expired: at 08:00 itself nothing is sent. */
export const NOW_MS = TEST_TIME_MS + 7_200_000
export const DECISION_ID = 'cafe0123'

/** What is offered, dearest last in time: 23 Jan, 30 Jan. */
export const CALL = 'BTC-23JAN26-100000-C'
export const LATER_CALL = 'BTC-30JAN26-105000-C'
export const EARLIER_CALL = 'BTC-16JAN26-95000-C'
export const ETH_CALL = 'ETH-30JAN26-4000-C'

export function instrumentOf(symbol: string, changes: Partial<OptionInstrument> = {}): OptionInstrument {
  return instrumentForTest(symbol, changes)
}

export function candidateOf(symbol: string, changes: Partial<CandidateOption> = {}): CandidateOption {
  return candidateForTest(symbol, { quotedMs: NOW_MS, ...changes })
}

/** A short position when `sizeCoin` is negative. */
export function positionOf(symbol: string, sizeCoin: number, changes: Partial<OptionPosition> = {}): OptionPosition {
  return positionForTest(symbol, { sizeCoin, ...changes })
}

export function restingOrder(symbol: string, sizeCoin: number, changes: Partial<OrderReport> = {}): OrderReport {
  return {
    symbol,
    side: 'sell',
    sizeCoin,
    priceCoin: 0.02,
    orderId: `id-${symbol}`,
    label: `cc-resting-${symbol}`,
    state: 'open',
    filledCoin: 0,
    averagePriceCoin: null,
    postOnly: true,
    reduceOnly: false,
    createdMs: NOW_MS,
    updatedMs: NOW_MS,
    cancelReason: null,
    ...changes,
  }
}

export function unresolvedSend(symbol: string, changes: Partial<UnresolvedIntent> = {}): UnresolvedIntent {
  return { label: 'cc-lost', symbol, side: 'sell', sizeCoin: 0.1, validUntilMs: NOW_MS, ...changes }
}

/** An open of so many milliseconds ago. */
export function openedAgo(ms: number, changes: Partial<RecentOpen> = {}): RecentOpen {
  return { decisionId: 'dec0de', action: 'OPEN_COVERED_CALL', symbol: EARLIER_CALL, timeMs: NOW_MS - ms, ...changes }
}

/** A send of so many milliseconds ago. */
export function sentAgo(ms: number, changes: Partial<RecentSend> = {}): RecentSend {
  return { label: `cc-sent-${ms}`, symbol: EARLIER_CALL, timeMs: NOW_MS - ms, ...changes }
}

export type UnderlyingParts = PartsForTest & { coveredCoin?: number }

export function underlyingOf(
  currency: Currency,
  { portfolio, coveredCoin = 1, ...parts }: UnderlyingParts = {},
): UnderlyingState {
  const symbols = currency === 'BTC' ? [EARLIER_CALL, CALL, LATER_CALL] : []
  // Of the coverage nothing is to be believed but the first.
  const coverage = { coveredCoin, committedCoin: 0, freeCoin: Math.max(0, coveredCoin) }
  return underlyingForTest({
    timeMs: NOW_MS,
    currency,
    candidates: symbols.map((symbol) => candidateOf(symbol)),
    ...parts,
    portfolio: { balanceCoin: coveredCoin, coverage, ...portfolio },
  })
}

/** A state whose BTC account is made of these parts. */
export function stateOf(
  btc: UnderlyingParts = {},
  { memory = {}, others = [] }: { memory?: Partial<AgentMemory>; others?: UnderlyingState[] } = {},
): AgentState {
  return stateForTest({
    timeMs: NOW_MS,
    underlyings: [underlyingOf('BTC', btc), ...others],
    memory: { ledgerReadMs: NOW_MS, ...memory },
  })
}

export const NOTHING: ProposedAction = { action: 'DO_NOTHING', params: {}, reasoning: '' }

export function open(symbol: string, size: number): ProposedAction {
  return { action: 'OPEN_COVERED_CALL', params: { symbol, size }, reasoning: '' }
}

export function close(symbol: string, size: number): ProposedAction {
  return { action: 'CLOSE_COVERED_CALL', params: { symbol, size }, reasoning: '' }
}

export function roll(fromSymbol: string, toSymbol: string, size: number): ProposedAction {
  return { action: 'ROLL_COVERED_CALL', params: { fromSymbol, toSymbol, size }, reasoning: '' }
}

export function marginOf(symbol: string, sizeCoin: number, changes: Partial<MarginQuote> = {}): MarginQuote {
  return {
    symbol,
    side: 'sell',
    sizeCoin,
    priceCoin: 0.01,
    initialMarginCoin: 0.1102 * sizeCoin,
    minPriceCoin: null,
    maxPriceCoin: null,
    ...changes,
  }
}
