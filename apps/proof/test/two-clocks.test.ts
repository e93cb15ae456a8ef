import { setImmediate as turn } from 'node:timers/promises'
import { createAgent } from '@cc/engine'
import { createSimVenue } from '@cc/exchange-sim'
import { createExecutor } from '@cc/exec'
import type { Policy } from '@cc/models'
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
import { describe, expect, it } from 'vitest'

/*
 * The whole agent on the local exchange, in simulated time. Real work that takes long, such as a model that thinks for
 * twenty seconds, must not expire a deadline of that time; an order that is under way too long must.
 */

/** Work that takes long, and asks no clock. In turns of the event loop: how long they take is the machine's affair. */
async function longWork(): Promise<void> {
  for (let turns = 0; turns < 20_000; turns += 1) await turn()
}

const runId = 'c10c0000'
const rules = createRulesPolicy()

function agentWith({
  policy = () => rules,
  delayMs,
}: {
  policy?: (hold: <T>(work: () => Promise<T>) => Promise<T>) => Policy
  delayMs?: (request: { method: string }) => number
}) {
  const venue = createSimVenue({ seed: 3, currencies: ['BTC'], depositsCoin: { BTC: 2 } }, delayMs ? { delayMs } : {})
  const { market, broker, clock } = venue
  const halt = createMemoryHalt()
  const log = createMemoryLog()
  const journal = createMemoryJournal()
  const agent = createAgent(
    {
      clock,
      observer: createObserver(venue, { underlyings: ['BTC'] }),
      policy: policy(clock.hold),
      gate: createRiskGate(),
      verdictRecord,
      executor: createExecutor(
        { market, broker, clock, journal, halt, logger: silentLogger },
        { runId, dryRun: false, underlyings: ['BTC'] },
      ),
      broker,
      market,
      journal,
      log: { record: (entry) => clock.hold(() => longWork().then(() => log.record(entry))) },
      store: createMemoryStore(),
      halt,
      logger: silentLogger,
    },
    { runId, dryRun: false, underlyings: ['BTC'] },
  )
  return { agent, broker, log, journal, clock }
}

/** The rules, after thinking for long. */
const thinking = (around: <T>(work: () => Promise<T>) => Promise<T>): Policy => ({
  name: 'slow',
  decide: (state) => around(() => longWork().then(() => rules.decide(state))),
})

describe('the two clocks', () => {
  it('a long model call and a slow disk expire nothing where they are held', async () => {
    const { agent, log, clock } = agentWith({ policy: (hold) => thinking(hold) })
    const startedMs = clock.now()
    await agent.once()
    expect(log.entries).toMatchObject([{ failure: null, execution: { status: 'filled' } }])
    expect(clock.now() - startedMs).toBeLessThan(120_000)
  })

  it('the same call expires the cycle where it is not held: what hold is for', async () => {
    const { agent, log } = agentWith({ policy: () => thinking((work) => work()) })
    await agent.once()
    expect(log.entries).toMatchObject([{ failure: { code: 'models/deadline-passed' }, execution: null }])
  })

  it('an order that arrives seven seconds late is seen to be late, and leaves nothing behind', async () => {
    const { agent, broker, log, journal } = agentWith({ delayMs: ({ method }) => (method === 'place' ? 7_000 : 0) })
    await agent.once()
    expect(log.entries).toMatchObject([
      { execution: { status: 'not-filled', legs: [{ orders: [{ outcome: 'rejected', detail: 'timed_out' }] }] } },
    ])
    expect(await broker.account('BTC')).toMatchObject({ balanceCoin: 2, positions: [], openOrders: [] })
    expect(await journal.unfinished()).toEqual([])
  })
})
