import type { DecisionRecord } from '@cc/models'

/**
 * A decision record of about `sizeBytes`, half of it rules with the numbers that they compared, half rows of the venue's
 * ledger: short texts, booleans, and numbers with many digits, as a cycle of the agent has them.
 */
export function cycleRecord(cycle: number, sizeBytes: number): DecisionRecord {
  const startedMs = Date.UTC(2026, 0, 2) + cycle
  const record = {
    kind: 'decision',
    schemaVersion: 3,
    runId: '0123456789abcdef',
    cycle,
    decisionId: 'c0ffee00'.repeat(8),
    startedMs,
    endedMs: startedMs + 40,
    policy: 'rules',
    dryRun: false,
    ledger: Array.from({ length: Math.round(sizeBytes / 730) }, (_, index) => ledgerRow(cycle, index)),
    state: null,
    decision: {
      proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'No call pays enough.' },
      rules: Array.from({ length: Math.round(sizeBytes / 490) }, (_, index) => rule(cycle, index)),
    },
    review: { nowMs: startedMs, margins: [] },
    verdict: { allowed: true, legs: [], maxNetDebitCoin: null, maxOrders: 1, expiresMs: startedMs + 60_000 },
    execution: { status: 'no-action', legs: [], failure: null, startedMs, endedMs: startedMs },
    failure: null,
  } satisfies DecisionRecord
  return record
}

function ledgerRow(cycle: number, index: number): DecisionRecord['ledger'][number] {
  return {
    id: `${cycle}-${index}`,
    currency: 'BTC',
    timestampMs: Date.UTC(2026, 0, 2) + 977 * index,
    kind: 'trade',
    venueKind: 'trade',
    symbol: `BTC-30JAN26-${90_000 + 1_000 * index}-C`,
    sizeCoin: -0.1 * (index + 1),
    priceCoin: figure(cycle, index, 0.05),
    deliveryPriceUsd: null,
    feeCoin: figure(cycle, index + 1, 0.0003),
    changeCoin: figure(cycle, index + 2, 0.005),
    balanceCoin: figure(cycle, index + 3, 2),
    indexUsd: 1 + figure(cycle, index + 4, 90_000),
  }
}

function rule(cycle: number, index: number) {
  return {
    rule: 'premium-too-small',
    subject: `BTC-30JAN26-${90_000 + 1_000 * index}-C`,
    fired: index % 3 === 0,
    facts: {
      premiumUsd: figure(cycle, index, 400),
      delta: figure(cycle, index + 1, 0.35),
      iv: figure(cycle, index + 2, 0.6),
      moneyness: figure(cycle, index + 3, 0.2),
      dte: figure(cycle, index + 4, 45),
      minimumUsd: 5,
    },
  }
}

/** From 0 to `largest`, another for each cycle and place. */
function figure(cycle: number, index: number, largest: number): number {
  return ((cycle * 0.618 + index * 0.414) % 1) * largest
}
