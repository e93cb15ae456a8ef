import { createAgent } from '@cc/engine'
import { createSimVenue } from '@cc/exchange-sim'
import { createExecutor } from '@cc/exec'
import type { Broker, Clock, Currency, DecisionRecord, Logger } from '@cc/models'
import { createRulesPolicy } from '@cc/policy-rules'
import { createRiskGate, riskLimitsSchema, verdictRecord } from '@cc/risk'
import { createObserver } from '@cc/state'
import type { Coins } from './flag-values.js'
import type { RunPlan } from './run-plan.js'
import type { Session } from './session.js'

/** The agent over a simulated exchange. This is the one place that knows which exchange it is. */
export function composeSim(
  plan: RunPlan,
  deps: { clock: Clock; session: Session; logger: Logger; onRecord: (record: DecisionRecord) => void },
) {
  const { settings, world, depositsCoin, dryRun, runId, maxSizeCoin } = plan
  const { clock, session, logger, onRecord } = deps
  const { halt } = session
  const { market, underlyings } = world
  const venue = createSimVenue({ currencies: [...underlyings], depositsCoin }, { clock, market })
  const broker = dryRun ? withoutOrders(venue.broker) : venue.broker

  const limits = riskLimitsSchema.parse({
    maxMarginUsedPct: settings.MAX_MARGIN_USED_PCT,
    maxNetDeltaAbs: settings.MAX_NET_DELTA_ABS,
    maxExpiryExposure: settings.MAX_EXPIRY_EXPOSURE,
  })

  const agent = createAgent(
    {
      clock,
      observer: createObserver(
        { ...venue, broker },
        {
          underlyings,
          deltaMin: settings.DELTA_MIN,
          deltaMax: settings.DELTA_MAX,
          dteMin: settings.DTE_MIN,
          dteMax: settings.DTE_MAX,
          premiumMinUsd: settings.PREMIUM_MIN_USD,
        },
      ),
      policy: createRulesPolicy({
        ...rulesTargets(settings),
        ...(settings.IVRV_MIN === undefined ? {} : { ivrvMin: settings.IVRV_MIN }),
        maxSizeCoin: largestSales(underlyings, maxSizeCoin, limits.maxOrderCoin),
      }),
      gate: createRiskGate(limits),
      verdictRecord,
      executor: createExecutor(
        { market: venue.market, broker, clock, journal: heldJournal(clock, session), logger, halt },
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
      onRecord,
    },
    {
      runId,
      dryRun,
      underlyings,
      intervalMs: settings.LOOP_INTERVAL_SEC * 1_000,
      ...(plan.runForMs === undefined ? {} : { runForMs: plan.runForMs }),
    },
  )
  return { agent, venue }
}

/** The middle of the allowed range; of days the geometric one, as premium grows with the root of time. */
export function rulesTargets({ DELTA_MIN, DELTA_MAX, DTE_MIN, DTE_MAX }: RunPlan['settings']) {
  const leastDays = Math.max(DTE_MIN, Math.min(1, DTE_MAX / 2))
  return { deltaTarget: (DELTA_MIN + DELTA_MAX) / 2, dteTarget: Math.sqrt(leastDays * DTE_MAX) }
}

/** The policy proposes nothing that risk would refuse for its size alone. */
function largestSales(
  underlyings: readonly Currency[],
  wanted: Coins,
  allowed: Readonly<Record<Currency, number>>,
): Coins {
  return Object.fromEntries(underlyings.map((coin) => [coin, Math.min(wanted[coin] ?? allowed[coin], allowed[coin])]))
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
