import type { ExecOptionsInput } from '@cc/exec'
import type { Clock, Currency, Logger, Policy, Venue } from '@cc/models'
import type { RiskLimitsInput } from '@cc/risk'
import type { StateOptionsInput } from '@cc/state'

/** What the parts of an agent are chosen for. */
export type BacktestWorld = {
  /** The exchange of the run, as the agent meets it. */
  venue: Venue
  /** Of the venue; model calls belong in its `hold`. */
  clock: Clock
  runId: string
  underlyings: readonly Currency[]
  depositsCoin: Readonly<Partial<Record<Currency, number | undefined>>>
  fromMs: number
  toMs: number
  logger: Logger
}

/** The parts of an agent that a strategy sets. Observer, risk gate and executor are always the real ones. */
export type BacktestParts = {
  policy: Policy
  /** Which calls are candidates. */
  screening?: Omit<StateOptionsInput, 'underlyings'>
  /** What risk allows. */
  limits?: RiskLimitsInput
  /** How orders are worked, over what the fill of the run says. */
  exec?: Omit<ExecOptionsInput, 'runId' | 'dryRun' | 'underlyings'>
  /** What else is in force, for the card of the run: plain data, no secrets. */
  configuration?: Readonly<Record<string, unknown>>
}

/** Chooses the parts of the agent of a run. Asked once, before the first cycle. */
export type Compose = (world: BacktestWorld) => BacktestParts
