import type { AccountSnapshot, LedgerEntry } from './account.js'
import type { Decision, ProposedAction } from './action.js'
import type * as approval from './approval.js'
import type { Facts } from './errors.js'
import type { ExecutionResult } from './execution.js'
import type { Currency, OptionInstrument } from './instrument.js'
import type { IndexPrice, OptionChain, OptionQuote, VenueHistory, VenueStatus } from './market.js'
import type { AgentMemory, RiskGuards, UnresolvedIntent } from './memory.js'
import type { Fill, MarginQuote, OrderOutcome, OrderReport, OrderRequest } from './order.js'
import type { IntentOutcome, IntentRecord, LogEntry, SendIntent } from './record.js'
import type { AgentState } from './state.js'
import type { Verdict } from './verdict.js'

/** Sealed: only `@cc/risk` makes one. See `approval.ts`. */
export type ApprovedAction = approval.ApprovedAction
/** Sealed: only `@cc/exec` cuts one, inside the bounds of an {@link ApprovedAction}. */
export type ApprovedOrder = approval.ApprovedOrder

/**
 * Time. `now` is UTC epoch milliseconds. `hold` says that real work is under way during which a virtual
 * clock must not jump; work inside `hold` must not sleep on the same clock. Real clocks just run it.
 */
export type Clock = {
  now(): number
  /** Rejects with the signal's reason when aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
  hold<T>(work: () => Promise<T>): Promise<T>
}

/** Diagnostics for people. What must last goes into the log. */
export type Logger = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (message: string, facts?: Facts) => void>>

/** Small and durable. `load` of an unknown key is `undefined`. */
export type Store = { load(key: string): Promise<unknown>; save(key: string, value: unknown): Promise<void> }

/** Whether the agent is stopped, and why. */
export type HaltState = { halted: false } | { halted: true; reason: string }
/** The stop that outlives the process. Once it is on, nothing but cancels is sent. */
export type HaltSwitch = {
  read(): HaltState
  /** Stays latched over restarts until a person lifts it. */
  latch(reason: string): Promise<void>
  readonly signal: AbortSignal
}

/** From `fromMs` inclusive to `toMs` exclusive. */
export type Span = { fromMs: number; toMs: number }

/** Public data of a venue. All calls reject with a `CcError`. */
export type MarketData = {
  status(): Promise<VenueStatus>
  serverTime(): Promise<number>
  /** Listed options of one currency, open or not. */
  instruments(currency: Currency): Promise<readonly OptionInstrument[]>
  chain(currency: Currency): Promise<OptionChain>
  quote(symbol: string): Promise<OptionQuote>
  indexPrice(currency: Currency): Promise<IndexPrice>
  history(currency: Currency, request: Span & { kind: 'candles' | 'dvol'; resolutionMs: number }): Promise<VenueHistory>
  /** Delivery price in USD of that expiry; `undefined` while it is not known. */
  deliveryPrice(currency: Currency, expiryMs: number): Promise<number | undefined>
}

/** The account. All calls reject with a `CcError`, but for `place`, whose trouble is an outcome. */
export type Broker = {
  account(currency: Currency): Promise<AccountSnapshot>
  margins(order: OrderRequest): Promise<MarginQuote>
  /** Sends once. Throws `models/forged-order` for anything that `@cc/exec` did not cut, and for a second send. */
  place(order: ApprovedOrder): Promise<OrderOutcome>
  order(orderId: string): Promise<OrderReport>
  /** `answeredAtMs` is the venue's time of the answer: an empty one proves absence only after the order's `validUntilMs`. */
  findByLabel(
    currency: Currency,
    label: string,
    options?: { historical: boolean },
  ): Promise<{ orders: readonly OrderReport[]; answeredAtMs: number }>
  /** The order's final report; one that had already ended is reported, not an error. */
  cancel(orderId: string): Promise<OrderReport>
  /** Oldest first, all pages or an error. */
  fills(currency: Currency, request: Span & { historical?: boolean }): Promise<readonly Fill[]>
  /** Oldest first, all pages or an error. */
  ledger(currency: Currency, span: Span): Promise<readonly LedgerEntry[]>
}

/** An exchange as the agent meets it, with the clock that its times are of. */
export type Venue = { market: MarketData; broker: Broker; clock: Clock }

/** Builds the state that a policy decides on. Rejects with a `CcError` where a part that it cannot do without is missing. */
export type Observer = { observe(memory: AgentMemory, signal?: AbortSignal): Promise<AgentState> }
/** Proposes one action. Whatever it says passes the schema and the risk gate before it can have an effect. */
export type Policy = { readonly name: string; decide(state: AgentState, signal?: AbortSignal): Promise<Decision> }

/** What a verdict stands on. */
export type ReviewRequest = {
  proposal: ProposedAction
  state: AgentState
  nowMs: number
  margins: readonly MarginQuote[]
  /** Ties approval, order labels and record together. */
  decisionId: string
}
/** The firewall. It allows a proposal as it is, or refuses it with every reason; it never changes one. */
export type RiskGate = {
  /** What is to be remembered of a state, and of the guards that its memory holds. Judged on by every later `review`. */
  guard(state: AgentState): RiskGuards
  /** The sales that the proposal comes to, for which margin quotes are wanted. Empty for exits, and where it cannot be read. */
  ordersFor(proposal: ProposedAction, state: AgentState): readonly OrderRequest[]
  review(request: ReviewRequest): Verdict
}

/** What was found of an earlier life. */
export type RecoveryReport = {
  /** Intents of an earlier life that are settled now. */
  settled: readonly string[]
  /** Those that are not: they block opens. */
  unresolved: readonly UnresolvedIntent[]
  cancelledOrders: number
}
/** Trades inside an approval, and cleans up after itself. */
export type Executor = {
  execute(approved: ApprovedAction, signal?: AbortSignal): Promise<ExecutionResult>
  /** Before the first decision: settles what an earlier life left, cancels own resting orders. */
  recover(signal?: AbortSignal): Promise<RecoveryReport>
  /** Cancels own resting orders; the number of them. */
  cancelOwn(signal?: AbortSignal): Promise<number>
}

/** What was about to be sent, so that a crash leaves no order unknown. */
export type IntentJournal = {
  /** Resolves when it is on disk. */
  append(entry: IntentRecord): Promise<void>
  /** Intents without an outcome, oldest first. */
  unfinished(): Promise<readonly SendIntent[]>
  /** Intents written down at or after `fromMs`, with their outcomes, oldest first. */
  since(fromMs: number): Promise<readonly JournalledSend[]>
}
/** A send as the journal knows it; `outcome` `null`: not yet. */
export type JournalledSend = { intent: SendIntent; outcome: IntentOutcome | null }
/** The record of decisions. */
export type DecisionLog = {
  /** Resolves when it is on disk. */
  record(entry: LogEntry): Promise<void>
}
