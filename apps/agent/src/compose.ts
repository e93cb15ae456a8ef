import { type Agent, createAgent } from '@cc/engine'
import { createExecutor } from '@cc/exec'
import { createOutcomeKeeper } from '@cc/logging'
import type { Broker, Clock, DecisionRecord, Executor, LogEntry, Logger, OperatorRecord } from '@cc/models'
import { createRulesPolicy } from '@cc/policy-rules'
import { createRiskGate, verdictRecord } from '@cc/risk'
import { createObserver } from '@cc/state'
import { openModelPolicy } from './model-policy.js'
import type { OpenVenue } from './open-venue.js'
import { policyOptionsOf, riskLimitsOf, screeningOf } from './part-options.js'
import type { RunPlan } from './run-plan.js'
import type { Session } from './session.js'

/** An agent, and what cancels its resting orders where the agent itself no longer can. */
export type Composed = {
  agent: Agent
  cancelOwn: Executor['cancelOwn']
  /** Closes what its policy holds open. */
  close(): void
}

/** The agent of a plan over an exchange. Writing things down takes no venue time: it is held. */
export function composeAgent(
  plan: RunPlan,
  deps: {
    exchange: Pick<OpenVenue, 'venue' | 'underlyings' | 'runId' | 'ledgerLagMs'>
    session: Session
    logger: Logger
    onRecord?: (record: DecisionRecord) => void
    /** Told of what a person commanded, once it is written down. */
    onCommand?: (record: OperatorRecord) => void
  },
): Composed {
  const { settings, dryRun, maxSizeCoin } = plan
  const { session, logger, onRecord, onCommand } = deps
  const { venue, underlyings, runId, ledgerLagMs } = deps.exchange
  const { clock, market } = venue
  const { halt } = session
  const broker = dryRun ? withoutOrders(venue.broker) : venue.broker

  const journal = heldJournal(clock, session)
  const executor = createExecutor({ market, broker, clock, journal, logger, halt }, { runId, dryRun, underlyings })

  async function record(entry: LogEntry): Promise<void> {
    // Only what is written is held: an answer of the exchange takes its time.
    await clock.hold(() => session.decisions.record(entry))
    if (entry.kind === 'operator') onCommand?.(entry)
  }

  const gate = createRiskGate(riskLimitsOf(settings, maxSizeCoin))
  const { policy, close } =
    plan.policy.kind === 'model'
      ? openModelPolicy(plan, plan.policy, { venue, session, gate, logger })
      : { policy: createRulesPolicy(policyOptionsOf(settings, maxSizeCoin)), close() {} }

  const agent = createAgent(
    {
      clock,
      observer: createObserver({ market, broker, clock }, { underlyings, ...screeningOf(settings) }),
      policy,
      gate,
      verdictRecord,
      executor,
      broker,
      market,
      journal,
      log: createOutcomeKeeper({
        log: { record },
        read: () => heldReading(clock, session),
        deliveryPrice: market.deliveryPrice,
        clock,
        logger,
      }),
      store: {
        load: (key) => clock.hold(() => session.store.load(key)),
        save: (key, value) => clock.hold(() => session.store.save(key, value)),
      },
      halt,
      logger,
      ...(onRecord === undefined ? {} : { onRecord }),
    },
    {
      runId,
      dryRun,
      underlyings,
      intervalMs: settings.LOOP_INTERVAL_SEC * 1_000,
      ...(ledgerLagMs === undefined ? {} : { ledgerLagMs }),
      ...(plan.runForMs === undefined ? {} : { runForMs: plan.runForMs }),
    },
  )
  return { agent, cancelOwn: executor.cancelOwn, close }
}

function heldJournal(clock: Clock, { intents }: Session): Session['intents'] {
  return {
    append: (entry) => clock.hold(() => intents.append(entry)),
    unfinished: () => clock.hold(() => intents.unfinished()),
    since: (fromMs) => clock.hold(() => intents.since(fromMs)),
  }
}

/** Reading takes no venue time either. */
async function* heldReading(clock: Clock, { readDecisions }: Session): ReturnType<Session['readDecisions']> {
  const lines = readDecisions()[Symbol.asyncIterator]()
  for (let line = await nextOf(); line.done !== true; line = await nextOf()) yield line.value

  function nextOf() {
    return clock.hold(() => lines.next())
  }
}

/** In a dry run not even a mistake of ours can send an order. */
function withoutOrders(broker: Broker): Broker {
  const refuse = async () => {
    throw new Error('a dry run tried to change an order')
  }
  return { ...broker, place: refuse, cancel: refuse }
}
