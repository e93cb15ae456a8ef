import {
  type AgentMemory,
  type AgentState,
  type DecisionRecord,
  EMPTY_MEMORY,
  type MarketSource,
  type MissingDatum,
  RECORD_SCHEMA_VERSION,
  type UnderlyingState,
} from '@cc/models'
import type { AgentStateOf2, DecisionRecordOf2, MemoryOf2, UnderlyingOf2 } from './record-version-2.js'

/**
 * A decision record of schema version 2 as one of today. What that version did not hold is `null`, empty, or what it comes
 * to where nothing is known, and named in `missing`.
 *
 * @param writtenAs the version that the record was written as, which is what `missing` speaks of
 */
export function upgradedFrom2(record: DecisionRecordOf2, writtenAs: number): DecisionRecord {
  const { state, verdict } = record
  return {
    ...record,
    schemaVersion: RECORD_SCHEMA_VERSION,
    state: state && upgradedState(state, writtenAs),
    // No version before this one bounded the number of orders.
    verdict: verdict?.allowed ? { ...verdict, maxOrders: Number.MAX_SAFE_INTEGER } : verdict,
  }
}

function upgradedState({ underlyings, memory, ...state }: AgentStateOf2, writtenAs: number): AgentState {
  const venue = venueOf(state.source)
  const missing = missingFrom2(venue, memory, writtenAs)
  return {
    ...state,
    venue,
    underlyings: underlyings.map((underlying) => upgradedUnderlying(underlying, missing)),
    memory: upgradedMemory(memory),
  }
}

/**
 * What is known of a venue of those days. That it was a testnet is: nothing was read from another one, of which each reply
 * was to say so itself, nor from none at all. The clock of a market in memory is the market's own; how far that of an
 * exchange may have been off, nobody wrote down.
 */
function venueOf({ kind }: MarketSource): AgentState['venue'] {
  const isExchange = kind === 'deribit-testnet' || kind === 'local-exchange'
  return { testnet: true, locked: [], clockErrorMs: isExchange ? Number.MAX_VALUE : 0 }
}

function missingFrom2({ clockErrorMs }: AgentState['venue'], { recentOpens }: MemoryOf2, writtenAs: number) {
  const data = [
    'venue.locked',
    ...(clockErrorMs === 0 ? [] : ['venue.clockErrorMs']),
    'vol.dvolDayChange',
    'memory.dayStart',
    'memory.explained',
    'memory.recentSends',
    'memory.rejectsInARow',
    'memory.enabledMs',
    'memory.guards',
    ...(recentOpens.length === 0 ? [] : ['memory.recentOpens.decisionId', 'memory.recentOpens.action']),
  ]
  return data.map((datum): MissingDatum => ({ datum, reason: `schema version ${writtenAs} did not record it` }))
}

function upgradedUnderlying({ vol, ...same }: UnderlyingOf2, missing: readonly MissingDatum[]): UnderlyingState {
  return { ...same, vol: { ...vol, dvolDayChange: null }, missing: [...same.missing, ...missing] }
}

function upgradedMemory({ recentOpens, ...known }: MemoryOf2): AgentMemory {
  return {
    ...EMPTY_MEMORY,
    ...known,
    // Whether it was one of a roll is not known: as an open it counts for more.
    recentOpens: recentOpens.map((open) => ({ decisionId: '', action: 'OPEN_COVERED_CALL', ...open })),
  }
}
