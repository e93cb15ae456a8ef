import { type Currency, type DecisionRecord, parseSymbol } from '@cc/models'

/** What is counted anew at every tick. */
export type Tick = { index: number; dueMs: number; repeats: number; setAside: readonly Currency[] }

export function newTick(index: number, dueMs: number): Tick {
  return { index, dueMs, repeats: 0, setAside: [] }
}

/**
 * Whether a cycle that did not fail is followed by another at once; writes down in `tick` what had its turn.
 *
 * A trade may leave room for the next one: again at once, at most once per underlying in a tick. A proposal that came to
 * nothing must not hide the other currencies: again at once without its own. Two cycles per underlying in all.
 */
export function goesOn(tick: Tick, record: DecisionRecord, underlyings: readonly Currency[]): boolean {
  if (hasTraded(record) && tick.repeats < underlyings.length) {
    tick.repeats += 1
    return true
  }
  const currency = notCarriedOut(record)
  if (currency === undefined || tick.setAside.includes(currency)) return false
  tick.setAside = [...tick.setAside, currency]
  return !underlyings.every((other) => tick.setAside.includes(other))
}

/** Whether anything was bought or sold that the venue has told of. */
export function hasTraded({ execution }: DecisionRecord): boolean {
  return execution?.status === 'filled' || execution?.status === 'partial'
}

/** The currency of a proposal that was refused, not filled or only a dry run. */
function notCarriedOut({ decision, verdict, execution }: DecisionRecord): Currency | undefined {
  if (decision === null || decision.proposal.action === 'DO_NOTHING') return undefined
  const cameToNothing =
    verdict?.allowed === false || execution?.status === 'not-filled' || execution?.status === 'dry-run'
  if (!cameToNothing) return undefined
  const { params } = decision.proposal
  return parseSymbol('symbol' in params ? params.symbol : params.fromSymbol)?.currency
}

/**
 * The tick to wait for after a cycle of `tick`: the next multiple of the interval from the start that is not past, or the
 * next of a schedule. Ticks do not drift; those that a slow cycle ran over are `missed`, of a schedule uncounted.
 */
export function nextTick(
  { index, dueMs }: Pick<Tick, 'index' | 'dueMs'>,
  {
    startMs,
    intervalMs,
    nowMs,
    nextTickMs,
  }: { startMs: number; intervalMs: number; nowMs: number; nextTickMs?: ((afterMs: number) => number) | undefined },
): { index: number; timeMs: number; missed: number } {
  if (nextTickMs !== undefined) {
    return { index: index + 1, timeMs: nextTickMs(Math.max(dueMs, nowMs - 1)), missed: 0 }
  }
  const next = Math.max(index + 1, Math.ceil((nowMs - startMs) / intervalMs))
  return { index: next, timeMs: startMs + next * intervalMs, missed: next - index - 1 }
}
