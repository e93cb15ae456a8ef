import type { Broker, Currency, DecisionRecord, IntentRecord, LogEntry, Venue } from '@cc/models'
import { createDurableLog, type DurableLog } from './invariants/durable-log.ts'
import { createExchangeTruth, type ExchangeTruth } from './invariants/exchange-truth.ts'
import { createKeptMemory } from './invariants/kept-memory.ts'
import { createMarginCap } from './invariants/margin-cap.ts'
import { createRestingTime } from './invariants/resting-time.ts'
import { createSendRules, type SendRules } from './invariants/send-rules.ts'
import { requireTrueOutcome, requireTrueRecord, requireWholeLedger } from './invariants/told-truth.ts'
import { type Accuse, type Invariant, NOISE_COIN, type Violation } from './invariants/violation.ts'
import type { Life } from './life.ts'
import type { MemoryDisk } from './memory-disk.ts'
import { MEMORY_PATH } from './memory-text.ts'
import { CANARY, type Witness } from './network.ts'
import type { Scenario } from './scenario.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import { count, type Tally } from './tally.ts'

/** Rows of before are none of the first agent's business. */
const SETTLING_IN_MS = 2_500
/** One seed in so many has every line of its log parsed. */
const PARSED_SEEDS = 8
const SETTLEMENT_MS = 8 * 3_600_000
const DAY_MS = 86_400_000

/** Sees everything of a world, and holds what it sees against the invariants. */
export type WorldWitness = Witness & {
  readonly violations: readonly Violation[]
  readonly accuse: Accuse
  readonly rules: SendRules
  readonly log: DurableLog
  readonly truth: ExchangeTruth
  readonly cycles: number
  readonly lastRecord: DecisionRecord | undefined
  /** A process begins. */
  onBirth(life: Life): void
  /** The record said that a line is on the disk. */
  onIntent(entry: IntentRecord): void
  onEntry(entry: LogEntry): void
  /** From now on nothing but cancels may leave; `undefined`: a person lifted it. */
  onHalt(reason: string | undefined): void
  /** A person's pause is in force, or over. */
  onPause(isPaused: boolean): void
  /** A person asks to resume: from now on it may be obeyed, whether or not anybody hears of it. */
  onResumeAsked(): void
  /** A process died. */
  onDeath(life: Life): void
  /** The first decision of a life is about to be made. */
  onFirstDecision(unresolvedLabels: readonly string[]): void
  /** A process ended in order. */
  onEnd(reason: string): Promise<void>
  openLabels(): readonly string[]
  /** All is over. */
  verify(): Promise<void>
}

export function createWitness(world: {
  scenario: Scenario
  clock: SimulatedClock
  disk: MemoryDisk
  tally: Tally
  venue: Venue
  /** An order left: whatever may happen then, may happen now. */
  onSent: (life: Life) => void
  onEvent: (event: string) => void
}): WorldWitness {
  const { scenario, clock, disk, tally, venue, onSent, onEvent } = world
  const { market, limits, dryRun } = scenario
  const violations: Violation[] = []
  const accuse = (invariant: Invariant, message: string) => {
    violations.push({ invariant, timeMs: clock.now(), message })
    onEvent(`VIOLATION ${invariant} ${message}`)
  }
  const broker: Broker = venue.broker
  const currencies: readonly Currency[] = market.currencies
  const truth = createExchangeTruth(broker, { currencies, accuse, tally })
  const log = createDurableLog(disk, accuse)
  const { cooldownMs, maxCoverage, maxExpiryExposure, maxOpensPerDay, maxSends } = limits
  const rules = createSendRules(truth, log, {
    limits: { ...maxSends, opensPerDay: maxOpensPerDay, cooldownMs, maxCoverage, maxExpiryExposure },
    accuse,
  })
  const kept = createKeptMemory(accuse)
  const marginCap = createMarginCap(broker, { maxUsedPct: limits.maxMarginUsedPct, accuse })
  const resting = createRestingTime({ restMs: scenario.exec.restMs, tally, accuse })
  const toldRows = new Set<string>()
  let observedMs = Number.NEGATIVE_INFINITY
  let haltedMs: number | undefined
  let pausedMs: number | undefined
  let isResumeAsked = false
  let testnet = true
  let locked: readonly Currency[] = []
  let cycles = 0
  let lastRecord: DecisionRecord | undefined

  const openLabels = () => [...truth.orders.values()].filter(({ state }) => state === 'open').map(({ label }) => label)

  async function observe(): Promise<void> {
    observedMs = clock.now()
    await truth.observe()
  }

  /** Whether the exchange may have booked something that nobody asked for: fills of what rests, deliveries. */
  function mayHaveMoved(): boolean {
    const nowMs = clock.now()
    const settlementMs = Math.floor((nowMs - SETTLEMENT_MS) / DAY_MS) * DAY_MS + SETTLEMENT_MS
    return settlementMs > observedMs || openLabels().length > 0
  }

  return {
    violations,
    accuse,
    rules,
    log,
    truth,
    get cycles() {
      return cycles
    },
    get lastRecord() {
      return lastRecord
    },
    openLabels,

    onBirth(life) {
      onEvent(`life ${life.number} begins`)
      rules.begin()
      resting.begin()
      testnet = true
      locked = []
    },
    onSend(life, terms) {
      const nowMs = clock.now()
      onEvent(
        `send ${terms.label} ${terms.side} ${terms.sizeCoin} ${terms.symbol} at ${terms.priceCoin} ${terms.timeInForce}`,
      )
      count(tally, `order/${terms.side}`)
      rules.sent(terms, nowMs)
      marginCap.sent(terms.label, terms.symbol)
      resting.sent(terms.label, nowMs)
      if (dryRun) accuse('I15', `${terms.label} left a dry run`)
      if (!testnet) accuse('I4', `${terms.label} left after the venue had said that it is no testnet`)
      if (locked.some((currency) => terms.symbol.startsWith(currency))) {
        accuse('I7', `${terms.label} left though the exchange had said that it is locked`)
      }
      if (haltedMs !== undefined && nowMs > haltedMs)
        accuse('I9', `${terms.label} left ${nowMs - haltedMs} ms after the halt`)
      if (pausedMs !== undefined && nowMs > pausedMs && terms.side === 'sell') {
        accuse('I9', `${terms.label} sells though a person paused`)
      }
      onSent(life)
    },
    onLost(label) {
      onEvent(`lost ${label}`)
    },
    async onPlaced({ label, side, symbol, sizeCoin, validUntilMs }, outcome) {
      count(tally, `placed/${outcome.outcome === 'rejected' ? `rejected/${outcome.code}` : outcome.outcome}`)
      onEvent(`placed ${label} ${outcome.outcome === 'accepted' ? outcome.order.state : JSON.stringify(outcome)}`)
      if (outcome.outcome === 'accepted') {
        const journalled = log.sends.get(label)?.outcome
        if (journalled != null) accuse('I2', `${label} came alive after the journal had it ${journalled.outcome}`)
        truth.register(outcome.order)
        if (clock.now() > validUntilMs) accuse('I2', `${label} was carried out after its time`)
      }
      await observe()
      const currency = side === 'sell' && currencies.find((known) => symbol.startsWith(known))
      if (outcome.outcome !== 'accepted' || !currency) return
      const { neededCoin, coveredCoin } = truth.naked(currency, [])
      if (neededCoin > coveredCoin + NOISE_COIN) {
        accuse(
          'I1',
          `naked once ${label} for ${sizeCoin} is in: ${neededCoin} coin short or on sale, ${coveredCoin} cover it`,
        )
      }
      await marginCap.sold(label, symbol)
    },
    async onEffect(method) {
      if (method === 'cancel' || mayHaveMoved()) await observe()
      resting.observe(openLabels(), clock.now())
    },
    onStatus(_life, status) {
      ;({ testnet, locked } = status)
      if (!testnet) count(tally, 'fault/no-testnet')
    },
    onCancel() {
      count(tally, 'cancel')
      if (dryRun) accuse('I15', 'a cancel left a dry run')
    },

    onIntent(entry) {
      if (entry.kind === 'intent') {
        log.acknowledged('intents', '{"kind":"intent"', entry.terms.label)
        if (!log.sends.has(entry.terms.label))
          accuse('I5', `the intent ${entry.terms.label} was acknowledged and is not there`)
      } else {
        onEvent(`outcome ${entry.label} ${entry.outcome} ${entry.filledCoin}`)
        count(tally, `outcome/${entry.outcome}`)
        log.acknowledged('intents', '{"kind":"outcome"', `the outcome of ${entry.label}`)
        if (!log.sends.get(entry.label)?.outcome)
          accuse('I5', `the outcome of ${entry.label} was acknowledged and is not there`)
        requireTrueOutcome(entry, truth, accuse)
      }
    },
    onEntry(entry) {
      if (entry.kind === 'decision') {
        const { runId, cycle, execution, failure, decision, verdict } = entry
        cycles += 1
        lastRecord = entry
        const begins = `{"kind":"decision","schemaVersion":${entry.schemaVersion},"runId":"${runId}","cycle":${cycle},`
        log.acknowledged('decisions', begins, `cycle ${cycle} of ${runId}`)
        requireTrueRecord(entry, truth, accuse)
        kept.take(entry)
        for (const { id } of entry.ledger) toldRows.add(id)
        count(tally, `execution/${execution?.status ?? 'none'}`)
        if (failure !== null) count(tally, `failure/${failure.code}`)
        if (execution !== null && decision !== null) tellTrade(decision.proposal.action, execution.status, tally)
        onEvent(
          `record ${cycle} ${decision?.proposal.action} ${verdict?.allowed} ${execution?.status} ${failure?.code ?? ''}`,
        )
      } else {
        count(tally, `record/${entry.kind}`)
        log.acknowledged('decisions', `{"kind":"${entry.kind}"`, `a record of ${entry.kind}`)
      }
    },
    onHalt(reason) {
      if (reason !== undefined || haltedMs !== undefined)
        onEvent(reason === undefined ? 'no halt any more' : `halt ${reason}`)
      haltedMs = reason === undefined ? undefined : (haltedMs ?? clock.now())
    },
    onPause(isPaused) {
      onEvent(isPaused ? 'paused' : 'resumed')
      pausedMs = isPaused ? clock.now() : undefined
      isResumeAsked = false
      if (isPaused) return
      rules.enabled(clock.now())
      kept.resumed()
    },
    onResumeAsked() {
      isResumeAsked = true
      kept.resumed()
      pausedMs = undefined
      rules.enabled(clock.now())
    },
    onDeath(life) {
      onEvent(`life ${life.number} died`)
      if (isResumeAsked) rules.enabled(clock.now())
      isResumeAsked = false
    },
    onFirstDecision(unresolvedLabels) {
      log.read()
      for (const label of openLabels()) {
        if (!unresolvedLabels.includes(label)) accuse('I10', `${label} rests at the first decision of a life`)
      }
      for (const [label, { outcome }] of log.sends) {
        if (outcome === null && !unresolvedLabels.includes(label)) {
          accuse('I10', `the intent ${label} has no outcome at the first decision of a life, and nobody knows`)
        }
      }
    },
    async onEnd(reason) {
      onEvent(`life ends: ${reason}`)
      await observe()
      if (reason === 'failed') return
      for (const label of openLabels()) accuse('I10', `${label} rests after the agent ended (${reason})`)
    },
    async verify() {
      await observe()
      await truth.compare()
      log.read()
      log.verify(CANARY, scenario.seed % PARSED_SEEDS === 0)
      const remembered = disk.text(MEMORY_PATH) ?? 'null'
      if (remembered.includes(CANARY)) accuse('I6', `a secret is in ${MEMORY_PATH}`)
      const memory = JSON.parse(remembered) as { ledgerReadMs: number | null } | null
      const span = { fromMs: market.startMs + SETTLING_IN_MS, toMs: memory?.ledgerReadMs ?? 0 }
      requireWholeLedger(toldRows, span, truth.rows, accuse)
    },
  }
}

function tellTrade(action: string, status: string, tally: Tally): void {
  if (status !== 'filled' && status !== 'partial') return
  count(tally, `traded/${action}`)
}
