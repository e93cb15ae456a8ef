import { type AgentMemory, EMPTY_MEMORY } from '../memory.js'
import type { OptionPosition, PortfolioState } from '../portfolio.js'
import type { AgentState, UnderlyingState } from '../state.js'
import type { VolState } from '../vol-state.js'
import { candidateForTest, TEST_TIME_MS } from './option-doubles.js'
import { volForTest } from './vol-double.js'

type Parts = UnderlyingState['parts']

/** What a test says of a currency; the rest follows from it. */
export type UnderlyingParts = Partial<Omit<UnderlyingState, 'portfolio' | 'vol' | 'parts'>> & {
  /** Time of the state, ms. Default: `TEST_TIME_MS`. */
  timeMs?: number
  portfolio?: Partial<PortfolioState>
  vol?: Partial<VolState>
  /** Age of each part, ms; `null`: there is none. Default: 0. */
  ages?: { [Part in keyof Parts]?: null extends Parts[Part] ? number | null : number }
}

/** What a test says of a state; the rest follows from it. */
export type StateParts = Partial<Omit<AgentState, 'memory'>> & { memory?: Partial<AgentMemory> }

/** A whole state of one BTC account that is made of these parts. For tests only. */
export function stateForTest(parts: StateParts = {}): AgentState {
  const { timeMs = TEST_TIME_MS, memory = {}, ...given } = parts
  return {
    timeMs,
    source: { kind: 'synthetic', description: 'made by hand for a test' },
    venue: { testnet: true, locked: [], clockErrorMs: 0 },
    underlyings: [underlyingForTest({ timeMs })],
    ...given,
    memory: { ...EMPTY_MEMORY, ...memory },
  }
}

/** One coin at 90 000 USD with nothing sold and one call to sell, where nothing else is said. For tests only. */
export function underlyingForTest(parts: UnderlyingParts = {}): UnderlyingState {
  const { timeMs = TEST_TIME_MS, portfolio = {}, vol = {}, ages = {}, ...given } = parts
  const { currency = 'BTC', spotUsd = 90_000 } = given
  const part = (ageMs: number) => ({ timestampMs: timeMs - ageMs, ageMs })
  const optional = (ageMs: number | null | undefined) => (ageMs === null ? null : part(ageMs ?? 0))
  return {
    currency,
    spotUsd,
    dayChangePct: 0,
    candidates: [candidateForTest(`${currency}-30JAN26-100000-C`, { quotedMs: timeMs })],
    rejectedCandidates: [],
    missing: [],
    ...given,
    portfolio: portfolioForTest({ spotUsd, ...portfolio }),
    vol: volForTest({ timeMs, ...vol }),
    parts: {
      account: part(ages.account ?? 0),
      chain: part(ages.chain ?? 0),
      index: part(ages.index ?? 0),
      instruments: part(ages.instruments ?? 0),
      tickers: optional(ages.tickers),
      candles: optional(ages.candles),
      dvol: optional(ages.dvol),
    },
  }
}

/**
 * An account of one coin where nothing else is said. Without numbers of their own, the sums are those of its positions:
 * deltas, margin used, and coverage, of which short calls take their coins. For tests only.
 */
export function portfolioForTest(given: Partial<PortfolioState> & { spotUsd?: number } = {}): PortfolioState {
  const { spotUsd = 90_000, ...parts } = given
  const { balanceCoin = 1, positions = [] } = parts
  const { equityCoin = balanceCoin, marginBalanceCoin = balanceCoin, initialMarginCoin = 0 } = parts
  const netDeltaCoin = sumOf(positions, 'netDelta')
  const committedCoin = positions
    .filter(({ instrument, sizeCoin }) => instrument.kind === 'call' && sizeCoin < 0)
    .reduce((sum, { sizeCoin }) => sum - sizeCoin, 0)
  return {
    balanceCoin,
    equityCoin,
    equityUsd: equityCoin * spotUsd,
    marginBalanceCoin,
    initialMarginCoin,
    maintenanceMarginCoin: initialMarginCoin / 2,
    availableFundsCoin: marginBalanceCoin - initialMarginCoin,
    marginUsedPct: marginBalanceCoin > 0 ? (100 * initialMarginCoin) / marginBalanceCoin : null,
    optionsDeltaCoin: sumOf(positions, 'delta'),
    optionsNetDeltaCoin: netDeltaCoin,
    deltaTotalCoin: netDeltaCoin ?? 0,
    positions,
    otherPositions: [],
    openOrders: [],
    coverage: {
      coveredCoin: balanceCoin,
      committedCoin,
      freeCoin: Math.max(0, balanceCoin - committedCoin),
    },
    ...parts,
  }
}

function sumOf(positions: readonly OptionPosition[], greek: 'delta' | 'netDelta'): number | null {
  return positions.reduce<number | null>((sum, position) => {
    const value = position[greek]
    return sum === null || value === null ? null : sum + position.sizeCoin * value
  }, 0)
}
