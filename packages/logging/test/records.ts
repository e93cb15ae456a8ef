import { type DecisionRecord, type IntentRecord, RECORD_SCHEMA_VERSION, type SendIntent } from '@cc/models'

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
