import { parseSymbol, type UnderlyingState } from '@cc/models'
import { type Rejection, valueKeyOf } from './rejections.js'

/** What became of a call: its place among the candidates from 1 on, or why it is none. */
export type CallExplanation =
  | { status: 'candidate'; rank: number }
  | ({ status: 'rejected' } & Rejection)
  | { status: 'not-listed' }

/**
 * Answers "why not this one" from a state alone, a recorded one too.
 *
 * `not-listed` is what was not listed then, and whatever is no call of this currency. An expiry that is rejected as a
 * whole, for its days, is kept without its strikes: any strike of it counts as listed.
 */
export function explainCall(underlying: UnderlyingState, symbol: string): CallExplanation {
  const place = underlying.candidates.findIndex(({ instrument }) => instrument.symbol === symbol)
  if (place >= 0) return { status: 'candidate', rank: place + 1 }
  if (parseSymbol(symbol)?.kind !== 'call') return { status: 'not-listed' }
  for (const { reason, limit, values } of underlying.rejectedCandidates) {
    // Of an expiry that is rejected as a whole, only calls that are not open have their own reason, which comes before.
    const key = valueKeyOf(reason, symbol)
    if (Object.hasOwn(values, key)) return { status: 'rejected', reason, limit, value: values[key] ?? null }
  }
  return { status: 'not-listed' }
}
