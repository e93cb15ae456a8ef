import { runCycle } from '@cc/engine'
import { createSimVenue } from '@cc/exchange-sim'
import { createExecutor } from '@cc/exec'
import type { DecisionRecord } from '@cc/models'
import {
  createMemoryHalt,
  createMemoryJournal,
  createMemoryLog,
  createMemoryStore,
  silentLogger,
} from '@cc/models/testing'
import { createRulesPolicy } from '@cc/policy-rules'
import { createRiskGate, verdictRecord } from '@cc/risk'
import { createObserver } from '@cc/state'

/**
 * One cycle of an agent that holds two bitcoin on the local exchange: what it saw, proposed, was allowed and
 * traded. After a build: `node_modules/.bin/node examples/one-cycle.ts`
 */
export async function oneCycle(seed: number): Promise<DecisionRecord> {
  const runId = seed.toString(16).padStart(8, '0')
  const venue = createSimVenue({ seed, currencies: ['BTC'], depositsCoin: { BTC: 2 } })
  const { market, broker, clock } = venue
  const halt = createMemoryHalt()
  const journal = createMemoryJournal()

  return runCycle(
    {
      clock,
      observer: createObserver(venue, { underlyings: ['BTC'], deltaMax: 0.3 }),
      policy: createRulesPolicy({ target: { delta: 0.2 } }),
      gate: createRiskGate({ maxMarginUsedPct: 50 }),
      verdictRecord,
      executor: createExecutor(
        { market, broker, clock, journal, halt, logger: silentLogger },
        { runId, dryRun: false, underlyings: ['BTC'] },
      ),
      broker,
      market,
      journal,
      log: createMemoryLog(),
      store: createMemoryStore(),
      halt,
      logger: silentLogger,
    },
    { runId, dryRun: false, underlyings: ['BTC'] },
  )
}

if (import.meta.main) {
  const { decision, verdict, execution } = await oneCycle(7)
  process.stdout.write(`${decision?.proposal.action}: ${decision?.proposal.reasoning}\n`)
  process.stdout.write(`${verdict?.allowed ? 'allowed' : 'refused'}, ${execution?.status ?? 'nothing sent'}\n`)
  for (const { side, filledCoin, symbol, averagePriceCoin } of execution?.legs ?? []) {
    process.stdout.write(`${side} ${filledCoin} ${symbol} at ${averagePriceCoin} BTC\n`)
  }
}
