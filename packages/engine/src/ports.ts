import type {
  Broker,
  Clock,
  DecisionLog,
  DecisionRecord,
  Executor,
  HaltSwitch,
  Logger,
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
  log: DecisionLog
  /** Holds the memory under the key `memory`. */
  store: Store
  halt: HaltSwitch
  logger: Logger
  /** Told of each record once it is durable. */
  onRecord?: (record: DecisionRecord) => void
}
