import type { BreachCode } from '@cc/models'
import { type Figures, judgeAccount } from './account-rules.ts'
import { judgeAccountTraded, judgeAgent, judgeSelling, nextSettlementMs, sendsLeft } from './agent-rules.ts'
import { unitsOf } from './amounts.ts'
import { accountOf, type Case, caseOf, type Exit, type Findings, legsOf, type Question, type Sale } from './case.ts'
import { heldOf, judgeExit, judgeRoll, judgeSale, judgeSelfCross } from './leg-rules.ts'

/** What the risk engine must answer. */
export type Prediction = {
  /** Every code that must be among the breaches; allowed without one. */
  codes: ReadonlySet<BreachCode>
  /** Comparisons so near their limit that the noise of floats decides: either answer is right. */
  near: ReadonlySet<BreachCode>
  /** In the order of execution; prices in units of 1e-8. */
  legs: readonly { leg: 'close' | 'open'; symbol: string; size: bigint; worst: bigint | null }[]
  /** Of a roll: what its close may cost more than its open brings, in units a coin; `null`: no cap. */
  maxNetDebit: bigint | null
  /** Orders that the approval may send; `null`: nothing is sent. */
  maxOrders: number | null
  /** When the approval ends: with its state, and before the venue settles. `null`: nothing is sent. */
  expiresMs: number | null
  figures: Figures | undefined
}

/**
 * Says what the risk engine must answer, by the rules alone: an independent reading of them, which shares no line with
 * `@cc/risk` and takes nothing from it but types.
 */
export function predict(question: Question): Prediction {
  const codes = new Set<BreachCode>()
  const near = new Set<BreachCode>()
  const nothing = { codes, near, legs: [], maxNetDebit: null, maxOrders: null, expiresMs: null, figures: undefined }
  if (question.proposal.action === 'DO_NOTHING') return nothing

  const found: Findings = { add: (code) => codes.add(code), near: (code) => near.add(code) }
  const facts = caseOf(question)
  const { sale, exit, sells, buys, state, limits, nowMs } = facts
  judgeAgent(facts, found)
  judgeAccounts(facts, found)
  judgeSelfCross(facts, found)
  judgeRoll(facts, found)
  if (sells && sale === undefined) found.add('symbol-unknown')
  if (buys && exit === undefined) found.add('position-missing')
  if (sale !== undefined) judgeSale(facts, sale, found)
  if (exit !== undefined) judgeExit(facts, exit, found)
  const figures = sale !== undefined && happens(facts) ? judgeAccount(facts, sale, exit, found) : undefined

  const currency = (sale ?? exit)?.underlying.currency
  const { maxNetDebitCoin } = limits
  const leg = <Name extends 'close' | 'open'>(name: Name, of: Sale | Exit | undefined) =>
    of === undefined ? [] : [{ leg: name, symbol: of.symbol, size: of.size, worst: of.worst }]
  return {
    codes,
    near,
    figures,
    legs: [...leg('close', exit), ...leg('open', sale)],
    maxNetDebit: sells && buys && maxNetDebitCoin !== null ? unitsOf(maxNetDebitCoin) : null,
    maxOrders: currency === undefined ? null : sendsLeft(facts, currency),
    expiresMs: Math.min(state.timeMs + limits.maxApprovalMs, nextSettlementMs(nowMs)),
  }
}

/** The rules of each account that is traded in, as far as the state has it. */
function judgeAccounts(facts: Case, found: Findings): void {
  const [sold, bought] = legsOf(facts.proposal).map((leg) => leg && accountOf(leg.symbol, facts.state))
  for (const account of new Set([sold, bought])) if (account !== undefined) judgeAccountTraded(facts, account, found)
  if (sold !== undefined) judgeSelling(facts, sold, found)
}

/** Whether there is an account after the trade: not without a bid, nor after a roll that cannot close what it says. */
function happens({ sale, exit, buys, state }: Case): boolean {
  if (sale?.worst == null) return false
  if (!buys) return true
  const isHere = exit !== undefined && exit.underlying === sale.underlying
  return isHere && exit.worst !== null && heldOf(exit, state.memory) >= exit.size
}
