import {
  type AgentMemory,
  type AgentState,
  type Currency,
  type Decision,
  EMPTY_MEMORY,
  type ExecutionResult,
  type IntentRecord,
  type LedgerEntry,
  type LegResult,
  type OptionPosition,
  type OrderTrace,
  type PortfolioState,
  type RecoveryReport,
  type UnresolvedIntent,
  type VenueStatus,
  type Verdict,
  type VerdictRecord,
} from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import {
  type ApprovedLeg,
  approveForTest,
  createMemoryHalt,
  createMemoryJournal,
  createMemoryLog,
  createMemoryStore,
  instrumentForTest,
  silentLogger,
  stateForTest,
  underlyingForTest,
} from '@cc/models/testing'
import type { EnginePorts } from './ports.js'

export const START_MS = Date.UTC(2026, 0, 2)
export const RUN_ID = 'abcdef01'
export const SYMBOL = 'BTC-30JAN26-100000-C'

export const NOTHING: Decision = { proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'nothing to sell' } }
export const OPEN: Decision = {
  proposal: { action: 'OPEN_COVERED_CALL', params: { symbol: SYMBOL, size: 0.5 }, reasoning: 'best premium' },
}

const CALL = instrumentForTest(SYMBOL)

/** A whole agent of doubles on a virtual clock. `events` tells who was called, in order. */
export function createWorld(
  initial: { store?: Readonly<Record<string, unknown>>; journal?: readonly IntentRecord[]; startMs?: number } = {},
) {
  const clock = createVirtualClock({ startMs: initial.startMs ?? START_MS })
  const log = createMemoryLog()
  const store = createMemoryStore(initial.store)
  const halt = createMemoryHalt()
  const journal = createMemoryJournal(initial.journal)
  const events: string[] = []
  const ledger: LedgerEntry[] = []
  /** What comes next; the last of each stays. */
  const script = {
    decisions: [NOTHING] as unknown[],
    executions: [execution('filled', [trace('filled', 0.5)])],
    recoveries: [{ settled: [], unresolved: [], cancelledOrders: 0 }] as RecoveryReport[],
    refuse: false,
    equityCoin: 2,
    /** Of the account, as `observe` sees it. */
    positions: [] as readonly OptionPosition[],
    venue: VENUE,
    /** How far the venue's clock is ahead of ours, ms. */
    aheadMs: 0,
  }
  const next = <T>(queue: T[]): T => (queue.length > 1 ? queue.shift() : queue[0]) as T

  const ports: EnginePorts = {
    clock,
    log,
    store,
    journal,
    halt,
    logger: silentLogger,
    market: {
      async status() {
        events.push('status')
        return script.venue
      },
      serverTime: async () => clock.now() + script.aheadMs,
    },
    observer: {
      async observe(memory) {
        events.push('observe')
        return stateOf(memory, clock.now(), { balanceCoin: script.equityCoin, positions: script.positions })
      },
    },
    policy: {
      name: 'scripted',
      async decide() {
        events.push('decide')
        return next(script.decisions) as Decision
      },
    },
    gate: {
      guard: ({ memory }) => memory.guards,
      ordersFor: ({ action }) =>
        action === 'OPEN_COVERED_CALL' ? [{ symbol: SYMBOL, side: 'sell', sizeCoin: 0.5, priceCoin: 0.003 }] : [],
      review({ proposal, decisionId }) {
        events.push('review')
        if (script.refuse) return REFUSED
        const legs = proposal.action === 'DO_NOTHING' ? [] : [OPEN_LEG]
        return { allowed: true, action: approveForTest({ legs, decisionId }), reasons: [] }
      },
    },
    verdictRecord,
    broker: {
      async margins(order) {
        events.push('margins')
        return { ...order, initialMarginCoin: 0.1, minPriceCoin: null, maxPriceCoin: null }
      },
      async ledger(currency: Currency, { fromMs, toMs }) {
        return ledger.filter((row) => row.currency === currency && row.timestampMs >= fromMs && row.timestampMs < toMs)
      },
    },
    executor: {
      async execute(approved) {
        events.push('execute')
        const timeMs = clock.now()
        if (approved.bounds.legs.length === 0)
          return { ...execution('no-action', []), startedMs: timeMs, endedMs: timeMs }
        return { ...next(script.executions), startedMs: timeMs, endedMs: timeMs }
      },
      async recover() {
        events.push('recover')
        return next(script.recoveries)
      },
      async cancelOwn() {
        events.push('cancelOwn')
        return 0
      },
    },
  }
  return { ports, clock, log, store, journal, halt, events, ledger, script }
}

export const VENUE: VenueStatus = {
  source: { kind: 'synthetic', description: 'made by hand for a test' },
  ...{ testnet: true, locked: [], scopes: [], clockErrorMs: 0 },
}

const OPEN_LEG: ApprovedLeg = {
  ...{ leg: 'open', instrument: CALL, side: 'sell', maxSizeCoin: 0.5, worstPriceCoin: 0.003, reduceOnly: false },
}

const REFUSED: Verdict = {
  allowed: false,
  reasons: ['No more than 2 coins may be covered, 3 are needed.'],
  breaches: [{ code: 'coverage-exceeded', on: 'BTC', neededCoin: 3, coveredCoin: 2 }],
}

function verdictRecord(verdict: Verdict): VerdictRecord {
  if (!verdict.allowed) return { allowed: false, breaches: verdict.breaches, reasons: verdict.reasons }
  const { legs, maxNetDebitCoin, maxOrders, expiresMs } = verdict.action.bounds
  const plain = legs.map(({ instrument, ...leg }) => ({ ...leg, symbol: instrument.symbol }))
  return { allowed: true, legs: plain, maxNetDebitCoin, maxOrders, expiresMs }
}

/** What is stored of an agent that has read the ledger. */
export function memoryAt(ledgerReadMs: number, changes: Partial<AgentMemory> = {}): AgentMemory {
  return { ...EMPTY_MEMORY, ledgerReadMs, ...changes }
}

/** A send as the memory holds it. */
export function unresolved(label = trace('unknown').terms.label): UnresolvedIntent {
  const { symbol, side, sizeCoin, validUntilMs } = trace('unknown').terms
  return { label, symbol, side, sizeCoin, validUntilMs }
}

export function trace(outcome: OrderTrace['outcome'], filledCoin = 0): OrderTrace {
  return {
    terms: {
      ...{ label: 'cc-abcdef01-cafe0123-o-1', symbol: SYMBOL, side: 'sell', sizeCoin: 0.5, priceCoin: 0.003 },
      ...{ postOnly: true, reduceOnly: false, timeInForce: 'good-til-cancelled', validUntilMs: START_MS + 3_000 },
    },
    ...{ outcome, orderId: null, filledCoin, averagePriceCoin: filledCoin > 0 ? 0.003 : null, detail: null },
  }
}

export function execution(status: ExecutionResult['status'], orders: readonly OrderTrace[]): ExecutionResult {
  const filledCoin = orders.reduce((sum, order) => sum + order.filledCoin, 0)
  const leg: LegResult = {
    ...{ leg: 'open', symbol: SYMBOL, side: 'sell', requestedCoin: 0.5, filledCoin, feeCoin: 0, orders, fills: [] },
    averagePriceCoin: filledCoin > 0 ? 0.003 : null,
  }
  return { status, legs: orders.length > 0 ? [leg] : [], failure: null, startedMs: START_MS, endedMs: START_MS }
}

export function row(id: string, timestampMs: number, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    ...{ id, timestampMs, currency: 'BTC', kind: 'trade', venueKind: 'trade', symbol: SYMBOL, sizeCoin: -0.5 },
    ...{ priceCoin: 0.003, deliveryPriceUsd: null, feeCoin: 0, changeCoin: 0.0015, balanceCoin: 2, indexUsd: 90_000 },
    ...changes,
  }
}

export function stateOf(memory: AgentMemory, timeMs: number, portfolio: Partial<PortfolioState>): AgentState {
  return stateForTest({ timeMs, memory, underlyings: [underlyingForTest({ timeMs, portfolio })] })
}
