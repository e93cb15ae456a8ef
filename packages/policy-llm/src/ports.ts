import type { AgentState, Clock, Decision, Logger, OptionQuote, ProposedAction, Store } from '@cc/models'
import type { Provider } from './provider.js'

/** What the policy needs of the world. What trades is not among it. */
export type LlmDeps = {
  /** Whom to ask; `null`: nobody is set up, and every decision falls back with `disabled`. */
  provider: Provider | null
  /** Real time: deadlines, budgets, the breaker. */
  clock: Clock
  /** The exchange's time: how old a state is when the answer is there. Where it is virtual, `hold` stops it for a call. */
  venueClock: Pick<Clock, 'now'> & Partial<Pick<Clock, 'hold'>>
  /** Keeps breaker and budgets over restarts. */
  store: Store
  logger: Logger
  /** What the rules would do. Never the reason for an exit that the model was not asked about. */
  rules(state: AgentState): Decision
  /** An exit that waits for nobody; `undefined` where there is none. Asked first. */
  mandatoryExit(state: AgentState): Decision | undefined
  /** Whether risk would allow it as things stand. Menus hold nothing else. */
  isLegal(proposal: ProposedAction, state: AgentState): boolean
  /** The present book of a call, read once more before a choice is followed; without it only the state's age is judged. */
  quote?(symbol: string): Promise<OptionQuote>
  /** Keeps a text under its SHA-256, for whoever wants to read what was asked and answered. */
  keepText?(hash: string, text: string): Promise<void>
  /** Does the requests; that of the runtime where it is missing. Recordings stand here. */
  fetch?: typeof fetch
  /**
   * Whether breaker and budgets are judged and kept. Default true. With false neither is: a replay from a recording costs
   * nothing, and real time must not make two replays differ.
   */
  guards?: boolean
}
