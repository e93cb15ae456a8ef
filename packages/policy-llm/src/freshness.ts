import type { AgentState, OptionQuote, RuleTrace } from '@cc/models'
import type { MenuAction } from './menu-item.js'
import type { LlmOptions } from './options.js'
import type { LlmDeps } from './ports.js'
import { candidateOf, positionOf } from './state-calls.js'

/** Why a choice is not followed: the market is not the one that was shown. */
export type Staleness = {
  why: 'state-too-old' | 'no-quote' | 'not-in-state' | 'no-bid' | 'bid-fell' | 'no-ask' | 'ask-rose'
  facts: RuleTrace['facts']
}

/** What the age of a state and the present books are read with. */
export type FreshnessDeps = Pick<LlmDeps, 'venueClock' | 'quote'> & {
  /** Gives up on a read that takes too long. */
  bounded<T>(what: string, work: () => Promise<T>): Promise<T>
}

/**
 * Judges whether a choice may still be followed; `undefined`: it may. The state must be young by the venue's clock, and
 * where books can be read, the bid of what is sold and the ask of what is bought back must not be worse by more than
 * `maxPriceMove` of what the state showed. A book that cannot be read, or has nothing on that side, is not followed.
 * Doing nothing is always fresh.
 *
 * @throws what the venue's clock throws
 */
export async function stalenessOf(
  action: MenuAction,
  state: AgentState,
  { options, deps }: { options: Pick<LlmOptions, 'maxStateAgeMs' | 'maxPriceMove'>; deps: FreshnessDeps },
): Promise<Staleness | undefined> {
  const legs = legsOf(action)
  if (legs.length === 0) return undefined
  const early = ageStaleness(state, options, deps)
  if (early !== undefined || deps.quote === undefined) return early
  const { quote } = deps
  const judged = await Promise.all(
    legs.map(async (leg): Promise<Staleness | undefined> => {
      let now: OptionQuote
      try {
        // Within the work, so that a port that throws before it promises is a port that fails.
        now = await deps.bounded('reading a book', async () => quote(leg.symbol))
      } catch {
        return { why: 'no-quote', facts: { symbol: leg.symbol } }
      }
      return legStaleness(leg, now, { state, maxPriceMove: options.maxPriceMove })
    }),
  )
  // The reads took time too.
  return judged.find((found) => found !== undefined) ?? ageStaleness(state, options, deps)
}

type Leg = { side: 'buy' | 'sell'; symbol: string }

function legsOf(action: MenuAction): readonly Leg[] {
  switch (action.action) {
    case 'DO_NOTHING':
      return []
    case 'OPEN_COVERED_CALL':
      return [{ side: 'sell', symbol: action.params.symbol }]
    case 'CLOSE_COVERED_CALL':
      return [{ side: 'buy', symbol: action.params.symbol }]
    case 'ROLL_COVERED_CALL':
      return [
        { side: 'buy', symbol: action.params.fromSymbol },
        { side: 'sell', symbol: action.params.toSymbol },
      ]
  }
}

function ageStaleness(
  state: AgentState,
  { maxStateAgeMs }: Pick<LlmOptions, 'maxStateAgeMs'>,
  { venueClock }: FreshnessDeps,
): Staleness | undefined {
  const ageMs = venueClock.now() - state.timeMs
  // Said this way round so that an age that is no number is too old.
  return ageMs <= maxStateAgeMs ? undefined : { why: 'state-too-old', facts: { ageMs: known(ageMs), maxStateAgeMs } }
}

function legStaleness(
  { side, symbol }: Leg,
  now: OptionQuote,
  { state, maxPriceMove }: { state: AgentState; maxPriceMove: number },
): Staleness | undefined {
  if (now.symbol !== symbol) return { why: 'no-quote', facts: { symbol } }
  const shown = side === 'sell' ? candidateOf(symbol, state)?.bidPriceCoin : positionOf(symbol, state)?.askPriceCoin
  if (shown === undefined || shown === null) return { why: 'not-in-state', facts: { symbol } }
  const present = side === 'sell' ? now.bidPriceCoin : now.askPriceCoin
  if (present === null) return { why: side === 'sell' ? 'no-bid' : 'no-ask', facts: { symbol, shownCoin: shown } }
  const worseBy = (side === 'sell' ? shown - present : present - shown) / shown
  if (worseBy <= maxPriceMove + FLOAT_NOISE) return undefined
  const facts = { symbol, shownCoin: shown, presentCoin: known(present), maxPriceMove }
  return { why: side === 'sell' ? 'bid-fell' : 'ask-rose', facts }
}

/** A price exactly at the limit is within it. */
const FLOAT_NOISE = 1e-9

/** A record carries no number that JSON cannot. */
function known(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
