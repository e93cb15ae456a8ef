import {
  type AgentState,
  type DecisionRecord,
  type IntentRecord,
  type OperatorRecord,
  type OutcomeRecord,
  RECORD_SCHEMA_VERSION,
  type SendIntent,
} from '@cc/models'

/** A cycle that failed before it saw anything: the shortest record there is. */
export function failedCycle(startedMs: number, cycle = 0): DecisionRecord {
  return {
    kind: 'decision',
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: '0123456789abcdef',
    cycle,
    decisionId: null,
    startedMs,
    endedMs: startedMs + 40,
    policy: 'rules',
    dryRun: false,
    ledger: [],
    state: null,
    decision: null,
    review: null,
    verdict: null,
    execution: null,
    failure: { code: 'deribit/unreachable', recovery: 'skip', message: 'No answer.', facts: { waitedMs: 40 } },
  }
}

/** A cycle that saw a state and did nothing. Its id is of its number. */
export function decisionOf(state: AgentState, cycle = 0): DecisionRecord {
  return {
    ...failedCycle(state.timeMs, cycle),
    decisionId: cycle.toString(16).padStart(64, '0'),
    state,
    decision: { proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'No call pays enough.' } },
    review: { nowMs: state.timeMs, margins: [] },
    verdict: { allowed: true, legs: [], maxNetDebitCoin: null, maxOrders: 1, expiresMs: state.timeMs + 60_000 },
    execution: { status: 'no-action', legs: [], failure: null, startedMs: state.timeMs, endedMs: state.timeMs },
    failure: null,
  }
}

/** What one call of a decision came to. */
export function deliveredCall(knownMs: number): OutcomeRecord {
  return {
    kind: 'outcome',
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: '0123456789abcdef',
    decisionId: '0'.repeat(64),
    cycle: 0,
    currency: 'BTC',
    expiryMs: knownMs,
    deliveryUsd: 125_000,
    knownMs,
    calls: [{ symbol: 'BTC-30JAN26-100000-C', netCoin: -0.19045, netUsd: -23_806.25 }],
  }
}

/** A person told the agent to stop selling. */
export function paused(timeMs: number): OperatorRecord {
  return {
    kind: 'operator',
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: '0123456789abcdef',
    timeMs,
    command: 'pause',
    symbol: null,
    reason: 'Away for the weekend.',
  }
}

export function intent(label: string): SendIntent {
  return {
    kind: 'intent',
    timeMs: Date.UTC(2026, 0, 2, 9),
    decisionId: 'c0ffee00',
    leg: 'open',
    terms: {
      symbol: 'BTC-30JAN26-100000-C',
      side: 'sell',
      sizeCoin: 0.5,
      priceCoin: 0.0125,
      label,
      postOnly: false,
      reduceOnly: false,
      timeInForce: 'good-til-cancelled',
      validUntilMs: Date.UTC(2026, 0, 2, 9, 1),
    },
  }
}

export function filled(label: string): IntentRecord {
  return {
    kind: 'outcome',
    timeMs: Date.UTC(2026, 0, 2, 9, 0, 1),
    label,
    outcome: 'filled',
    orderId: 'BTC-1',
    filledCoin: 0.5,
  }
}
