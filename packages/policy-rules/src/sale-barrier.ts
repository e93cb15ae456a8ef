import { type CandidateOption, parseSymbol, type UnderlyingState } from '@cc/models'
import { quotedShortCalls, type Situation, unquotedShortCalls } from './situation.js'

/**
 * Why nothing may be sold on an underlying, in words; `undefined`: it may. Whatever stands here the risk engine refuses:
 * until a call that has expired is delivered, the rest until a person changes it.
 *
 * @param subject what the rules that are looked at speak of
 */
export function saleBarrier({ underlying, memory, timeMs, trace }: Situation, subject: string): string | undefined {
  const { mode, guards } = memory
  if (trace.look('reduce-only', subject, mode === 'reduce-only')) return 'the mode is reduce-only'
  const latch = guards.latched?.code ?? null
  if (trace.look('latched', subject, latch !== null, { latch })) return `sales are latched (${latch})`
  const foreign = foreignPositions(underlying)
  if (trace.look('position-unexpected', subject, foreign.length > 0, { positions: foreign.length })) {
    return `the account holds ${foreign.join(', ')}, which is no covered call`
  }
  const due = undelivered({ underlying, memory, timeMs })
  if (trace.look('delivery-pending', subject, due.length > 0, { positions: due.length })) {
    return `${due.join(', ')} expired, and its delivery is not in the ledger yet`
  }
  return undefined
}

/** What has expired of an account and is not delivered yet, as far as its ledger has been read, by symbol. */
function undelivered({ underlying, memory, timeMs }: Pick<Situation, 'underlying' | 'memory' | 'timeMs'>): string[] {
  const positions = memory.explained[underlying.currency]?.positions ?? []
  return positions
    .filter(({ symbol, sizeCoin }) => sizeCoin !== 0 && (parseSymbol(symbol)?.expiryMs ?? Infinity) <= timeMs)
    .map(({ symbol }) => symbol)
    .sort()
}

/** Candidates that may be sold beside what is held: of a call that is short already no more is sold. */
export function sellable({ underlying, trace }: Situation): readonly CandidateOption[] {
  const held = new Set([
    ...quotedShortCalls(underlying).map(({ instrument }) => instrument.symbol),
    ...unquotedShortCalls(underlying).map(({ symbol }) => symbol),
  ])
  const isHeld = ({ instrument: { symbol } }: CandidateOption) => held.has(symbol)
  // Told by symbol: the order of the candidates decides nothing.
  const known = underlying.candidates.filter(isHeld).map(({ instrument: { symbol } }) => symbol)
  for (const symbol of known.sort()) trace.look('short-already', symbol, true)
  return underlying.candidates.filter((candidate) => !isHeld(candidate))
}

/** Futures, puts, long calls, and options that are not listed, by symbol. */
function foreignPositions({ portfolio }: UnderlyingState): readonly string[] {
  const held = portfolio.positions.filter(
    ({ instrument, sizeCoin }) => sizeCoin > 0 || (instrument.kind === 'put' && sizeCoin !== 0),
  )
  const others = portfolio.otherPositions.filter(({ sizeCoin }) => sizeCoin !== 0)
  return [...held.map(({ instrument }) => instrument.symbol), ...others.map(({ symbol }) => symbol)].sort()
}
