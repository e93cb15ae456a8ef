import { type Agent, createAgent } from '@cc/engine'
import { createExecutor } from '@cc/exec'
import type { Broker, Clock, DecisionRecord, Logger } from '@cc/models'
import { createRulesPolicy } from '@cc/policy-rules'
import { createRiskGate, riskLimitsSchema, verdictRecord } from '@cc/risk'
import { createObserver } from '@cc/state'
import type { OpenVenue } from './open-venue.js'
import type { RunPlan } from './run-plan.js'
import type { Session } from './session.js'

/** The agent of a plan over an exchange. Writing things down takes no venue time: it is held. */
export function composeAgent(
  plan: RunPlan,
  deps: {
    exchange: Pick<OpenVenue, 'venue' | 'underlyings' | 'runId' | 'ledgerLagMs'>
    session: Session
    logger: Logger
    onRecord?: (record: DecisionRecord) => void
  },
): Agent {
  const { settings, dryRun, maxSizeCoin } = plan
  const { session, logger, onRecord } = deps
  const { venue, underlyings, runId, ledgerLagMs } = deps.exchange
  const { clock, market } = venue
  const { halt } = session
  const broker = dryRun ? withoutOrders(venue.broker) : venue.broker

  const limits = riskLimitsSchema.parse({
    maxMarginUsedPct: settings.MAX_MARGIN_USED_PCT,
    maxNetDeltaAbs: settings.MAX_NET_DELTA_ABS,
    maxExpiryExposure: settings.MAX_EXPIRY_EXPOSURE,
    maxOrderCoin: maxSizeCoin,
  })

  return createAgent(
    {
      clock,
      observer: createObserver(
        { market, broker, clock },
        {
          underlyings,
          deltaMin: settings.DELTA_MIN,
          deltaMax: settings.DELTA_MAX,
          dteMin: settings.DTE_MIN,
          dteMax: settings.DTE_MAX,
          premiumMinUsd: settings.PREMIUM_MIN_USD,
          ...(settings.IVRV_MIN === undefined ? {} : { ivrvMin: settings.IVRV_MIN }),
          liquidity: {
            maxSpreadTicks: settings.MAX_SPREAD_TICKS,
            maxSpreadIv: settings.MAX_SPREAD_IV,
            minBidSizeCoin: settings.MIN_BID_SIZE,
            minOpenInterestCoin: settings.MIN_OPEN_INTEREST,
          },
        },
      ),
      policy: createRulesPolicy({
        ...rulesTargets(settings),
        // The policy proposes nothing that risk would refuse for its size alone.
        maxSizeCoin: limits.maxOrderCoin,
      }),
      gate: createRiskGate(limits),
      verdictRecord,
      executor: createExecutor(
        { market, broker, clock, journal: heldJournal(clock, session), logger, halt },
        { runId, dryRun, underlyings },
      ),
      broker,
      log: { record: (entry) => clock.hold(() => session.decisions.record(entry)) },
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
}

/** The middle of the allowed range; of days the geometric one, as premium grows with the root of time. */
export function rulesTargets({ DELTA_MIN, DELTA_MAX, DTE_MIN, DTE_MAX }: RunPlan['settings']) {
  const leastDays = Math.max(DTE_MIN, Math.min(1, DTE_MAX / 2))
  return { deltaTarget: (DELTA_MIN + DELTA_MAX) / 2, dteTarget: Math.sqrt(leastDays * DTE_MAX) }
}

function heldJournal(clock: Clock, { intents }: Session): Session['intents'] {
  return {
    append: (entry) => clock.hold(() => intents.append(entry)),
    unfinished: () => clock.hold(() => intents.unfinished()),
  }
}

/** In a dry run not even a mistake of ours can send an order. */
function withoutOrders(broker: Broker): Broker {
  const refuse = async () => {
    throw new Error('a dry run tried to change an order')
  }
  return { ...broker, place: refuse, cancel: refuse }
}
