import type { Currency, ProposedAction } from '@cc/models'
import type { RunBook } from '../book/run-book.js'
import type { History } from '../history/history.js'

/** What a decision came to, as far as results are told from it: the whole record is in the log. */
export type DecisionNote = {
  decisionId: string | null
  timeMs: number
  /** `null`: the cycle failed before it decided. */
  action: ProposedAction['action'] | null
  symbol: string | null
  reasoning: string
  /** Codes of the breaches it was refused for. */
  refusals: readonly string[]
  failure: string | null
  /** IV over realised volatility by coin when it was made; `null`: not known. */
  ivrv: Readonly<Partial<Record<Currency, number | null>>>
  /** Why calls were no candidates, by reason. */
  rejections: Readonly<Record<string, number>>
}

/** What is left of a run, beside its log. */
export type BacktestRun = {
  history: History
  /** By coin, in the order of the underlyings. */
  books: readonly RunBook[]
  notes: readonly DecisionNote[]
  cycles: number
  /** Policy of the record. */
  policy: string
  /** Options of every part in force. */
  configuration: Readonly<Record<string, unknown>>
  runId: string
  /**
   * SHA-256 over every decision record in order, hex: equal runs have equal hashes. A state counts by the id of its decision,
   * which is a hash over it.
   */
  recordsHash: string
}
