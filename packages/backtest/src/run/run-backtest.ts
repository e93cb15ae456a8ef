import { createHash } from 'node:crypto'
import { createAgent, type RunOutcome } from '@cc/engine'
import { createSimVenue } from '@cc/exchange-sim'
import { execOptionsSchema } from '@cc/exec'
import { CcError, type Currency, type DecisionLog, type Logger } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { createRiskGate, verdictRecord } from '@cc/risk'
import { createObserver, stateOptionsSchema } from '@cc/state'
import { createBookKeeper } from '../book/keep-book.js'
import type { History } from '../history/history.js'
import type { BacktestRun } from './backtest-run.js'
import type { Compose } from './compose.js'
import { composeRules } from './compose-rules.js'
import { cycleDeadlineOf, execOf, executorOf, limitsOf, simFills } from './fill-parts.js'
import { createRunHalt, createRunJournal, createRunStore, silentLogger } from './memory-ports.js'
import { type RunOptions, type RunOptionsInput, runOptionsSchema } from './run-options.js'
import { createRunRecord } from './run-record.js'
import { coinsOf, windowOf } from './run-window.js'
import { withinRun } from './within-run.js'

/** What a run goes through, and who decides. */
export type BacktestInput = RunOptionsInput & {
  history: History
  /** Default: {@link composeRules} with its defaults. */
  compose?: Compose
}

/** Where a run stands. */
export type RunProgress = { timeMs: number; fromMs: number; toMs: number; cycles: number }

export type BacktestDeps = {
  /** Where records go; the run waits for each. Default: nowhere. */
  log?: DecisionLog
  /** Default: nobody hears it. */
  logger?: Logger
  onProgress?: (progress: RunProgress) => void
  signal?: AbortSignal
}

/**
 * Runs the agent through history: the cycle, state, risk gate and executor of a live run, on the exchange in memory and in
 * virtual time. Cycles at each change of quotes, or at an interval. Same options, same records to the byte.
 *
 * A cycle that fails is part of the result.
 *
 * @throws CcError `backtest/no-such-coin`, `backtest/empty-window` for what cannot be run, `backtest/run-ended` (recovery
 * `halt`) where the agent halted or failed on the way, `backtest/book-differs`; what the log throws; the signal's reason.
 * @throws ZodError naming the option that is out of range.
 */
export async function runBacktest(
  { history, compose = composeRules(), ...input }: BacktestInput,
  deps: BacktestDeps = {},
): Promise<BacktestRun> {
  const options = runOptionsSchema.parse(input)
  const { log, signal = new AbortController().signal, logger = silentLogger, onProgress } = deps
  const underlyings = coinsOf(options, history)
  const { startMs, toMs, nextTickMs } = windowOf(options, history, underlyings)
  const runId = options.runId ?? runIdOf(options, history)
  const clock = createVirtualClock({ startMs })
  const venue = createSimVenue(
    { currencies: [...underlyings], depositsCoin: options.deposits, fills: simFills(options) },
    { clock, market: history.market, delayMs: () => (record.isLooking() ? 0 : options.latencyMs) },
  )
  const { market, broker } = venue
  const record = createRunRecord({
    keepers: underlyings.map((currency) => createBookKeeper({ currency, market: history.market, broker })),
    ...{ clock, log },
    onRecord: (cycles) => onProgress?.({ timeMs: clock.now(), fromMs: startMs, toMs, cycles }),
  })

  const parts = compose({
    ...{ venue, clock, runId, underlyings, fromMs: startMs, toMs, logger },
    depositsCoin: options.deposits,
  })
  const settles = (currency: Currency, expiryMs: number) =>
    history.market.deliveryUsd(currency, expiryMs, expiryMs) !== undefined
  const policy = options.sellBeyondEnd ? parts.policy : withinRun(parts.policy, toMs, settles)
  const limits = limitsOf(parts.limits ?? {}, options)
  const exec = { ...execOf(options), ...parts.exec, runId, dryRun: false, underlyings }
  const screening = { ...parts.screening, underlyings: [...underlyings] }
  const halt = createRunHalt()
  const journal = createRunJournal()
  const agent = createAgent(
    {
      ...{ clock, policy, verdictRecord, broker, market, journal, log: record, halt, logger },
      observer: createObserver(venue, screening),
      gate: createRiskGate(limits),
      executor: executorOf(options, { history, exec, ports: { market, broker, clock, journal, logger, halt } }),
      store: createRunStore({ startMs, underlyings }),
      ...(nextTickMs === undefined ? {} : { nextTickMs }),
    },
    {
      ...{ runId, dryRun: false, underlyings },
      runForMs: toMs - startMs,
      ...(options.intervalMs === undefined ? {} : { intervalMs: options.intervalMs }),
      ...cycleDeadlineOf(options),
      // The exchange in memory books as it stamps.
      ledgerLagMs: 0,
    },
  )

  await record.begin()
  const outcome = await agent.run(signal)
  if (record.failure() !== undefined) throw record.failure()
  if (outcome.reason === 'stopped') signal.throwIfAborted()
  if (outcome.reason !== 'finished') throw runEnded(outcome, clock.now())
  return {
    history,
    books: record.books(),
    notes: record.notes,
    cycles: outcome.cycles,
    policy: policy.name,
    configuration: {
      run: { ...options, underlyings, fromMs: startMs, toMs },
      ...parts.configuration,
      screening: stateOptionsSchema.parse(screening),
      limits,
      exec: execOptionsSchema.parse(exec),
    },
    runId,
    recordsHash: record.hash(),
  }
}

/** Names a run by what it is asked for: the same again is the same run. */
function runIdOf(options: RunOptions, { card }: History): string {
  return createHash('sha256')
    .update(JSON.stringify([card.checksum, card.assumptions, options]))
    .digest('hex')
    .slice(0, 16)
}

function runEnded({ reason, haltReason, lastFailure }: RunOutcome, timeMs: number): CcError {
  const why = haltReason ?? lastFailure?.message ?? 'no reason was given'
  return new CcError(`The run ${reason} at ${new Date(timeMs).toISOString()}: ${why}`, {
    code: 'backtest/run-ended',
    recovery: 'halt',
    facts: { reason, timeMs, failure: lastFailure?.code ?? null, ...lastFailure?.facts },
  })
}
