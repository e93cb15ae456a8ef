import { type Agent, createAgent } from '@cc/engine'
import { createExecutor } from '@cc/exec'
import { createTextRedactor, type OpenRecord, openRecord } from '@cc/logging'
import type { HaltSwitch, Logger, Policy, RiskGate, Venue } from '@cc/models'
import { createRiskGate, verdictRecord } from '@cc/risk'
import { createObserver } from '@cc/state'
import type { Accuse } from './invariants/violation.ts'
import type { Life } from './life.ts'
import type { MemoryDisk } from './memory-disk.ts'
import { createMemoryText } from './memory-text.ts'
import { CANARY } from './network.ts'
import type { Scenario } from './scenario.ts'
import { count, type Tally } from './tally.ts'
import type { WorldWitness } from './witness.ts'

/** Where all that lasts lies. */
const FOLDER = '/run'

const secrets = [{ name: 'CANARY', value: CANARY }]
/** What a person's terminal and files are cleaned with. */
export const redact = createTextRedactor(secrets)

/** The agent of one life: every package as it ships, over ports that can fail. */
export async function composeAgent(world: {
  scenario: Scenario
  life: Life
  venue: Venue
  disk: MemoryDisk
  halt: HaltSwitch
  policy: Policy
  witness: WorldWitness
  tally: Tally
  runId: string
  runForMs: number
  onEvent: (event: string) => void
}): Promise<{ agent: Agent; record: OpenRecord }> {
  const { scenario, life, venue, disk, halt, witness, tally, runId, runForMs } = world
  const { intervalMs, dryRun, limits, exec, readTickers, market } = scenario
  const { clock } = life
  const underlyings = [...market.currencies]
  const record = await life.told(
    openRecord({ folder: FOLDER, runId, codeVersion: '0.0.0', configuration: {} }, { secrets, disk }),
  )
  const logger = createWatchedLogger(witness.accuse, world.onEvent)
  const proposals = new Set<string>()
  const policy = watchPolicy(world.policy, { proposals, witness, life })
  const gate = watchGate(createRiskGate(limits), { proposals, witness, tally })
  const journal = {
    async append(entry: Parameters<OpenRecord['intents']['append']>[0]) {
      await life.point('journal/before')
      await life.told(record.intents.append(entry))
      witness.onIntent(entry)
      await life.point('journal/after')
    },
    unfinished: () => life.told(record.intents.unfinished()),
    since: (fromMs: number) => life.told(record.intents.since(fromMs)),
  }
  const agent = createAgent(
    {
      clock,
      observer: createObserver(venue, {
        underlyings,
        deltaMin: 0.02,
        deltaMax: 0.7,
        dteMin: 0,
        premiumMinUsd: 1,
        maxCandidates: 3,
        readTickers,
        volHorizonDays: 1,
      }),
      policy,
      gate,
      verdictRecord,
      executor: createExecutor(
        { market: venue.market, broker: venue.broker, clock, journal, logger, halt },
        { runId, dryRun, underlyings, ...exec },
      ),
      broker: venue.broker,
      market: venue.market,
      journal,
      log: {
        async record(entry) {
          await life.point('log/before')
          await life.told(record.decisions.record(entry))
          witness.onEntry(entry)
          await life.point('log/after')
        },
      },
      store: createMemoryText(disk, life),
      halt,
      logger,
    },
    { runId, dryRun, underlyings, intervalMs, runForMs },
  )
  return { agent, record }
}

/** Everything that a policy says is kept, to know later who asked for an order. */
function watchPolicy(
  policy: Policy,
  { proposals, witness, life }: { proposals: Set<string>; witness: WorldWitness; life: Life },
): Policy {
  let isFirst = true
  return {
    name: policy.name,
    async decide(state, signal) {
      if (isFirst) witness.onFirstDecision(state.memory.unresolved.map(({ label }) => label))
      isFirst = false
      await life.point('policy/before')
      const decision = await policy.decide(state, signal)
      proposals.add(JSON.stringify(decision.proposal))
      return decision
    },
  }
}

function watchGate(
  gate: RiskGate,
  { proposals, witness, tally }: { proposals: Set<string>; witness: WorldWitness; tally: Tally },
): RiskGate {
  return {
    guard: (state) => gate.guard(state),
    ordersFor: (proposal, state) => gate.ordersFor(proposal, state),
    review(request) {
      const answer = gate.review(request)
      const verdict = verdictRecord(answer)
      const { proposal, decisionId } = request
      const { action } = proposal
      witness.rules.reviewed(decisionId, { proposal, verdict, fromPolicy: proposals.has(JSON.stringify(proposal)) })
      if (verdict.allowed) count(tally, `allowed/${action}`)
      else for (const { code } of verdict.breaches) count(tally, `refusal/${code}`)
      return answer
    },
  }
}

/** What is printed for people goes through the redaction of the terminal; no secret may be left then. */
function createWatchedLogger(accuse: Accuse, onEvent: (event: string) => void): Logger {
  const say = (level: string) => (message: string, facts?: unknown) => {
    const text = redact(`${level} ${message} ${JSON.stringify(facts ?? {})}`)
    if (text.includes(CANARY)) accuse('I6', `a secret is in a line for people: ${text.slice(0, 200)}`)
    onEvent(text)
  }
  const quiet = () => {}
  return { debug: quiet, info: quiet, warn: say('warn'), error: say('error') }
}
