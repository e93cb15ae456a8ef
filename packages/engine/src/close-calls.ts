import { type AgentState, CcError, type DecisionRecord, type Policy } from '@cc/models'
import type { CommandOutcome } from './operator.js'

/** Rounds over what is short, each call once in a round. */
const MAX_ROUNDS = 5

/** How the loop lends its cycles: one, by this policy, recorded like any. `undefined`: there was none. */
export type ClosingTools = {
  cycle(policy: Policy): Promise<DecisionRecord | undefined>
  /** Between two rounds. */
  wait(): Promise<void>
  /** Whether the run ends, and nothing more may be begun. */
  isOver(): boolean
}

type Closed = { filledCoin: number; leftCoin: number }

/**
 * Buys back the short call `symbol`, or `all`, in cycles like any other: each is observed, reviewed, executed and
 * recorded. A few rounds, until nothing is short or a round that saw the market trades nothing.
 *
 * @throws CcError `engine/nothing-to-close`; `engine/not-closed` where nothing could be seen.
 */
export async function closeCalls(symbol: string | 'all', tools: ClosingTools): Promise<CommandOutcome['closed']> {
  const book = new Map<string, Closed>()
  let hasSeen = false
  for (let round = 1; round <= MAX_ROUNDS && !tools.isOver(); round += 1) {
    if (round > 1) await tools.wait()
    const { seen, traded, failed } = await runRound(symbol, { book, tools })
    hasSeen ||= seen
    const isFlat = [...book.values()].every(({ leftCoin }) => leftCoin === 0)
    if (seen && (isFlat || (!traded && !failed))) break
  }
  if (!hasSeen) {
    throw new CcError('What is short could not be seen, and nothing was bought back. The agent is paused.', {
      code: 'engine/not-closed',
      recovery: 'retry',
      facts: { symbol },
    })
  }
  if (book.size === 0) {
    throw new CcError('No such call is short. The agent is paused.', {
      code: 'engine/nothing-to-close',
      recovery: 'skip',
      facts: { symbol },
    })
  }
  return [...book].map(([name, closed]) => ({ symbol: name, ...closed }))
}

/** Each short call once, and a last look at what is left. */
async function runRound(
  symbol: string | 'all',
  { book, tools }: { book: Map<string, Closed>; tools: ClosingTools },
): Promise<{ seen: boolean; traded: boolean; failed: boolean }> {
  const turned = new Set<string>()
  const round = { seen: false, traded: false, failed: false }
  while (!tools.isOver()) {
    const record = await tools.cycle(closingPolicy(symbol, turned))
    if (record?.state == null) return { ...round, failed: true }
    round.seen = true
    note(book, shortIn(record.state, symbol))
    if (record.failure !== null) round.failed = true

    const proposal = record.decision?.proposal
    if (proposal?.action !== 'CLOSE_COVERED_CALL') return round
    turned.add(proposal.params.symbol)
    const filledCoin = (record.execution?.legs ?? []).reduce((sum, leg) => sum + leg.filledCoin, 0)
    if (filledCoin > 0) round.traded = true
    const closed = book.get(proposal.params.symbol)
    if (closed !== undefined) {
      closed.filledCoin = withoutNoise(closed.filledCoin + filledCoin)
      closed.leftCoin = withoutNoise(closed.leftCoin - filledCoin)
    }
    if (record.failure !== null) return round
  }
  return round
}

/** Proposes to buy back the first short call that had no turn yet. */
function closingPolicy(symbol: string | 'all', turned: ReadonlySet<string>): Policy {
  return {
    name: 'operator-close',
    async decide(state) {
      const [next] = shortIn(state, symbol).filter((call) => !turned.has(call.symbol))
      if (next === undefined) {
        return {
          proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'Nothing is left to buy back in this round.' },
        }
      }
      const params = { symbol: next.symbol, size: next.sizeCoin }
      return { proposal: { action: 'CLOSE_COVERED_CALL', params, reasoning: 'A person told the agent to close it.' } }
    },
  }
}

function shortIn({ underlyings }: AgentState, symbol: string | 'all'): { symbol: string; sizeCoin: number }[] {
  return underlyings
    .flatMap(({ portfolio }) => portfolio.positions)
    .filter(({ instrument, sizeCoin }) => instrument.kind === 'call' && sizeCoin < 0)
    .map(({ instrument, sizeCoin }) => ({ symbol: instrument.symbol, sizeCoin: -sizeCoin }))
    .filter((call) => symbol === 'all' || call.symbol === symbol)
}

/** The venue's word on what is left: what it no longer shows is closed. */
function note(book: Map<string, Closed>, short: readonly { symbol: string; sizeCoin: number }[]): void {
  for (const closed of book.values()) closed.leftCoin = 0
  for (const { symbol, sizeCoin } of short) {
    book.set(symbol, { filledCoin: book.get(symbol)?.filledCoin ?? 0, leftCoin: sizeCoin })
  }
}

function withoutNoise(coin: number): number {
  return Math.max(0, Math.round(coin * 1e8) / 1e8)
}
