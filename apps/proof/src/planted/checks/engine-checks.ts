import { createAgent } from '@cc/engine'
import {
  type AgentMemory,
  CcError,
  type Clock,
  type DecisionLog,
  type ExecutionResult,
  type Executor,
  type HaltSwitch,
  type Policy,
  type RiskGate,
  type Store,
  type UnresolvedIntent,
} from '@cc/models'
import {
  approveForTest,
  createMemoryHalt,
  createMemoryJournal,
  createMemoryLog,
  createMemoryStore,
  silentLogger,
  stateForTest,
  TEST_TIME_MS,
} from '@cc/models/testing'
import { createRiskGate, verdictRecord } from '@cc/risk'
import { createSimulatedClock } from '../../simulation/simulated-clock.ts'
import type { Check } from './check.ts'

/** What the engine owes whoever calls it. */
export const ENGINE_CHECKS: readonly (readonly [string, Check])[] = [
  [
    'one-run-at-a-time',
    async () => {
      const { agent, clock } = agentOf({ policy: resting })
      const stop = new AbortController()
      const first = agent.run(stop.signal)
      const second = agent.run(stop.signal).then(
        () => 'it ran',
        (error: { code?: string }) => error.code,
      )
      const said = await Promise.race([second, clock.sleep(10_000).then(() => 'it runs beside the first')])
      stop.abort(new Error('enough'))
      await first
      return said === 'engine/already-running' ? undefined : `a second run was asked for, and ${said}`
    },
  ],
  [
    'a-bug-halts',
    async () => {
      const broken: Policy = {
        name: 'broken',
        async decide() {
          throw new TypeError('no such thing')
        },
      }
      const { agent, halt } = agentOf({ policy: broken })
      await agent.once()
      return halt.read().halted ? undefined : 'a policy failed in a way that nobody foresaw, and nothing halted'
    },
  ],
  [
    'execution-is-waited-for',
    async () => {
      let ended = false
      const { agent, clock } = agentOf({
        policy: resting,
        gate: { guard: ({ memory }) => memory.guards, ordersFor: () => [], review: allow },
        async execute() {
          const startedMs = clock.now()
          await clock.sleep(30_000)
          ended = true
          return { status: 'no-action', legs: [], failure: null, startedMs, endedMs: clock.now() }
        },
      })
      const stop = new AbortController()
      void clock.sleep(10_000).then(() => stop.abort(new Error('enough')))
      await agent.run(stop.signal)
      return ended ? undefined : 'the run ended while an order may still have been worked'
    },
  ],
  [
    'a-cycle-without-record-halts',
    async () => {
      const { agent, halt } = agentOf({
        policy: resting,
        log: {
          async record() {
            throw new CcError('The disk is full.', { code: 'logging/append-failed', recovery: 'halt' })
          },
        },
      })
      await agent.once().catch(() => {})
      return halt.read().halted ? undefined : 'a cycle could not be recorded, and nothing halted'
    },
  ],
  [
    'an-unknown-outcome-is-remembered',
    async () => {
      const store = createMemoryStore()
      const { agent, clock } = agentOf({
        policy: resting,
        store,
        gate: { guard: ({ memory }) => memory.guards, ordersFor: () => [], review: allow },
        execute: async () => unknownSale(clock.now()),
        unresolved: [UNKNOWN],
      })
      await agent.once()
      const { unresolved } = store.values.get('memory') as AgentMemory
      return unresolved.length === 1 ? undefined : `${unresolved.length} sends of unknown outcome are remembered`
    },
  ],
]

const UNKNOWN = {
  label: 'cc-ab12cd34-cafe0123-o-1',
  symbol: 'BTC-27MAR26-100000-C',
  side: 'sell',
  sizeCoin: 1,
  validUntilMs: TEST_TIME_MS + 3_000,
} as const

/** A sale of which nobody knows what became of it. */
function unknownSale(timeMs: number): ExecutionResult {
  const limit = { priceCoin: 0.01, postOnly: true, reduceOnly: false, timeInForce: 'good-til-cancelled' } as const
  const nothing = { orderId: null, filledCoin: 0, averagePriceCoin: null }
  const order = { terms: { ...UNKNOWN, ...limit }, ...nothing, outcome: 'unknown', detail: 'timeout' } as const
  const { symbol, side, sizeCoin: requestedCoin } = UNKNOWN
  const sums = { filledCoin: 0, averagePriceCoin: null, feeCoin: null, orders: [order], fills: [] }
  const legs = [{ leg: 'open', symbol, side, requestedCoin, ...sums } as const]
  return { status: 'unknown', legs, failure: null, startedMs: timeMs, endedMs: timeMs }
}

const allow: RiskGate['review'] = () => ({ allowed: true, action: approveForTest({ legs: [] }), reasons: [] })

const resting: Policy = {
  name: 'resting',
  decide: async () => ({ proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'none' } }),
}

function agentOf({
  policy,
  gate = createRiskGate(),
  execute = async () => ({
    status: 'no-action',
    legs: [],
    failure: null,
    startedMs: TEST_TIME_MS,
    endedMs: TEST_TIME_MS,
  }),
  log = createMemoryLog(),
  store = createMemoryStore(),
  unresolved = [],
}: {
  policy: Policy
  gate?: RiskGate
  execute?: Executor['execute']
  log?: DecisionLog
  store?: Store
  unresolved?: readonly UnresolvedIntent[]
}): { agent: ReturnType<typeof createAgent>; clock: Clock; halt: HaltSwitch } {
  const clock = createSimulatedClock({ startMs: TEST_TIME_MS, endMs: TEST_TIME_MS + 86_400_000 })
  const halt = createMemoryHalt()
  const state = stateForTest()
  let hasExecuted = false
  const executor: Executor = {
    async execute(approved, signal) {
      hasExecuted = true
      return execute(approved, signal)
    },
    recover: async () => ({ settled: [], unresolved: hasExecuted ? unresolved : [], cancelledOrders: 0 }),
    cancelOwn: async () => 0,
  }
  const market = {
    status: async () => ({ source: state.source, testnet: true, locked: [], scopes: [], clockErrorMs: 0 }),
    serverTime: async () => clock.now(),
  }
  const broker = {
    async margins() {
      throw new Error('no margin is to be asked for')
    },
    ledger: async () => [],
  }
  const agent = createAgent(
    {
      ...{ clock, halt, policy, executor, market, broker, verdictRecord, gate, logger: silentLogger },
      observer: { observe: async (memory) => ({ ...state, memory }) },
      journal: createMemoryJournal(),
      log,
      store,
    },
    { runId: 'ab12cd34', dryRun: false },
  )
  return { agent, clock, halt }
}
