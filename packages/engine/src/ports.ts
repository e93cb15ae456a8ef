import type {
  Broker,
  Clock,
  DecisionLog,
  DecisionRecord,
  Executor,
  HaltSwitch,
  IntentJournal,
  Logger,
  MarketData,
  Observer,
  Policy,
  RiskGate,
  Store,
  Verdict,
  VerdictRecord,
} from '@cc/models'

/** What a cycle is made of. Where the clock is virtual, log, store and model calls come wrapped in its `hold`. */
export type EnginePorts = {
  /** The venue's time. */
  clock: Clock
  observer: Observer
  policy: Policy
  gate: RiskGate
  /** A verdict as plain data. */
  verdictRecord: (verdict: Verdict) => VerdictRecord
  executor: Executor
  broker: Pick<Broker, 'margins' | 'ledger'>
  /** Asked at the start: whether this venue may be traded on, and what time it is there. */
  market: Pick<MarketData, 'status' | 'serverTime'>
  /** What was sent in the last 24 h, of whichever life. */
  journal: Pick<IntentJournal, 'since'>
  log: DecisionLog
  /** Holds the memory under the key `memory`. */
  store: Store
  halt: HaltSwitch
  logger: Logger
  /** When the next cycle is due after a time, where not at multiples of the interval; infinite: none is left. */
  nextTickMs?: (afterMs: number) => number
  /** Told of each record once it is durable. */
  onRecord?: (record: DecisionRecord) => void
}
