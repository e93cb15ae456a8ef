import type { IntentRecord, OrderTerms } from '@cc/models'
import { createExecutor } from './executor.js'
import type { ExecPorts } from './ports.js'
import { createScriptedBroker, FAR, RUN_ID, START_MS, type Venue } from './scripted-broker.fixture.js'

/** A send of an earlier life, of which the journal holds no outcome. */
export const terms: OrderTerms = {
  label: 'cc-00000000-11111111-o-1',
  symbol: FAR.symbol,
  side: 'sell',
  sizeCoin: 1,
  priceCoin: 0.0035,
  postOnly: true,
  reduceOnly: false,
  timeInForce: 'good-til-cancelled',
  validUntilMs: START_MS + 1_000,
}
export const intent: Extract<IntentRecord, { kind: 'intent' }> = {
  kind: 'intent',
  timeMs: START_MS - 2_000,
  decisionId: '1'.repeat(64),
  leg: 'open',
  terms,
}

/** An executor that starts at a venue, with the journal of an earlier life. */
export function restart({
  dryRun = false,
  earlier = [intent],
  underlyings = ['BTC'],
  prepare,
}: {
  dryRun?: boolean
  earlier?: readonly IntentRecord[]
  underlyings?: readonly ('BTC' | 'ETH')[]
  prepare?: (venue: Venue) => Partial<ExecPorts>
} = {}) {
  const venue = createScriptedBroker({ earlier })
  const ports = { ...venue.ports, ...prepare?.(venue) }
  const stateOf = (label: string) => [...venue.orders.values()].find((order) => order.label === label)?.state
  return {
    ...venue,
    stateOf,
    executor: createExecutor(ports, { runId: RUN_ID, dryRun, underlyings: [...underlyings] }),
  }
}
