import type { AgentMemory, ExecutionResult, JournalledSend, OrderTrace, RecentOpen, RecentSend } from '@cc/models'

const DAY_MS = 86_400_000

/** How far back the journal is read for what a crash may have kept from being remembered. */
export const JOURNAL_SPAN_MS = DAY_MS

/** Deribit's word for a post-only order that would have traded: the usual answer of a moving book, and no fault. */
const POST_ONLY_REJECT = 'post_only_reject'

/**
 * Takes in what was executed: orders that left, calls sold, rejects, and sends whose outcome is not known. The same memory
 * where none of it is.
 */
export function afterExecution(memory: AgentMemory, execution: ExecutionResult, decisionId: string): AgentMemory {
  const timeMs = execution.endedMs
  const sold = execution.legs.find(({ leg, filledCoin }) => leg === 'open' && filledCoin > 0)
  const action = actionOf(execution.legs)
  const opens: RecentOpen[] = sold === undefined ? [] : [{ decisionId, action, symbol: sold.symbol, timeMs }]
  const left = execution.legs.flatMap(({ orders }) => orders).filter(hasLeft)
  const unresolved = left
    .filter(({ outcome }) => outcome === 'unknown')
    .map(({ terms: { label, symbol, side, sizeCoin, validUntilMs } }) => ({
      ...{ label, symbol, side, sizeCoin, validUntilMs },
    }))
  if (opens.length === 0 && left.length === 0) return memory
  return {
    ...memory,
    recentOpens: withOpens(memory.recentOpens, opens),
    recentSends: withSends(
      memory.recentSends,
      left.map(({ terms: { label, symbol } }) => ({ label, symbol, timeMs })),
    ),
    rejectsInARow: left.map(endOfTrace).reduce(countReject, memory.rejectsInARow),
    unresolved: [...memory.unresolved, ...unresolved],
  }
}

/**
 * Completes the memory from the journal, which is written before each send: what a life had no time to remember is taken
 * in, what is known is not counted twice. The journal does not tell why an order was rejected, so that of a post-only
 * order neither counts nor resets.
 */
export function afterJournal(memory: AgentMemory, sends: readonly JournalledSend[], nowMs: number): AgentMemory {
  const recent = sends.filter(({ intent }) => intent.timeMs > nowMs - JOURNAL_SPAN_MS)
  const known = new Set(memory.recentSends.map(({ label }) => label))
  const missed = recent.filter(({ intent }) => !known.has(intent.terms.label))
  const opens = recent
    .filter(({ intent, outcome }) => intent.leg === 'open' && outcome !== null && outcome.filledCoin > 0)
    .map(({ intent: { decisionId, terms, timeMs } }) => {
      const legs = recent.map(({ intent }) => intent).filter((intent) => intent.decisionId === decisionId)
      return { decisionId, action: actionOf(legs), symbol: terms.symbol, timeMs }
    })
  return {
    ...memory,
    recentOpens: withOpens(memory.recentOpens, opens),
    recentSends: withSends(
      memory.recentSends,
      missed.map(({ intent: { terms, timeMs } }) => ({ label: terms.label, symbol: terms.symbol, timeMs })),
    ),
    rejectsInARow: missed.map(endOfJournalled).reduce(countReject, memory.rejectsInARow),
  }
}

/** Forgets opens and sends of more than a day ago. */
export function withoutOld(memory: AgentMemory, nowMs: number): AgentMemory {
  const isRecent = ({ timeMs }: { timeMs: number }) => timeMs > nowMs - DAY_MS
  return {
    ...memory,
    recentOpens: memory.recentOpens.filter(isRecent),
    recentSends: memory.recentSends.filter(isRecent),
  }
}

/** An order that the venue never had may have left all the same, and counts for the rates. */
function hasLeft({ outcome, detail }: OrderTrace): boolean {
  return outcome !== 'not-sent' || detail === 'absent'
}

/** What an order says of the venue: it took it, rejected it, or neither. */
type End = 'accepted' | 'rejected' | 'neither'

function endOfTrace({ outcome, detail }: OrderTrace): End {
  if (outcome === 'rejected') return detail === POST_ONLY_REJECT ? 'neither' : 'rejected'
  return outcome === 'filled' || outcome === 'cancelled' ? 'accepted' : 'neither'
}

function endOfJournalled({ intent, outcome }: JournalledSend): End {
  if (outcome === null || outcome.outcome === 'absent') return 'neither'
  if (outcome.outcome === 'rejected') return intent.terms.postOnly ? 'neither' : 'rejected'
  return 'accepted'
}

function countReject(rejects: number, end: End): number {
  return end === 'rejected' ? rejects + 1 : end === 'accepted' ? 0 : rejects
}

function actionOf(legs: readonly { leg: 'close' | 'open' }[]): RecentOpen['action'] {
  return legs.some(({ leg }) => leg === 'close') ? 'ROLL_COVERED_CALL' : 'OPEN_COVERED_CALL'
}

/** One entry of a decision, whatever it took to sell: of its last sale, from which the pause to the next decision counts. */
function withOpens(known: readonly RecentOpen[], found: readonly RecentOpen[]): readonly RecentOpen[] {
  const latestFirst = [...known, ...found].sort((a, b) => b.timeMs - a.timeMs)
  return merge(latestFirst, [], ({ decisionId }) => decisionId)
}

function withSends(known: readonly RecentSend[], found: readonly RecentSend[]): readonly RecentSend[] {
  return merge(known, found, ({ label }) => label)
}

/** Each once, oldest first. */
function merge<T extends { timeMs: number }>(known: readonly T[], found: readonly T[], nameOf: (item: T) => string) {
  const byName = new Map<string, T>()
  for (const item of [...known, ...found]) if (!byName.has(nameOf(item))) byName.set(nameOf(item), item)
  return [...byName.values()].sort((a, b) => a.timeMs - b.timeMs)
}
