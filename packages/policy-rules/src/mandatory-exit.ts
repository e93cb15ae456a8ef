import type { AgentState, Decision, OptionPosition } from '@cc/models'
import { buyBackCoin, closeCall, offerCoin } from './close-call.js'
import { inTurn, type Judge } from './in-turn.js'
import { type RulesOptionsInput, rulesOptionsSchema } from './options.js'
import { isDust, quotedShortCalls, type Ruling, type Situation, unquotedShortCalls, untradable } from './situation.js'
import { sizeUp } from './sizing.js'
import { coinWords, deltaWords } from './words.js'

/**
 * The exit that waits for nobody, whatever another policy would do; `undefined` where there is none. First short calls
 * beyond the coins that may cover them, then calls of the delta from which `closeWhen.delta` defends the coins.
 *
 * None is taken where nothing may be done at all: while the agent is halted, and of a currency that the venue has locked,
 * that is set aside, or of which a send is unresolved.
 *
 * @throws ZodError naming the option, when an option is unknown or out of range
 */
export function mandatoryExit(state: AgentState, options: RulesOptionsInput = {}): Decision | undefined {
  const { proposal, rules } = inTurn(state, rulesOptionsSchema.parse(options), MANDATORY_EXITS)
  return proposal && { proposal, rules }
}

/**
 * Buys back what short calls lack of cover: as much as it takes, what the buy-back itself costs among it, rounded up to the
 * step. Of the calls that can be traded it takes the one that costs least, of equals the soonest: every coin of it frees a
 * coin of cover, whichever call that is. What one call is too small for is left to the next decision.
 */
function exitUncovered(situation: Situation): Ruling {
  const { underlying, trace } = situation
  const { currency, portfolio } = underlying
  const { coveredCoin, committedCoin } = portfolio.coverage
  const calls = quotedShortCalls(underlying)
  const shortCoin = [...calls, ...unquotedShortCalls(underlying)].reduce((sum, { sizeCoin }) => sum - sizeCoin, 0)
  const lackingCoin = shortCoin - coveredCoin
  const isLacking = committedCoin > coveredCoin && lackingCoin > NOISE_COIN
  if (!trace.look('cover-lacking', currency, isLacking, { shortCoin, committedCoin, coveredCoin })) return { whys: [] }

  const words = `${coinWords(lackingCoin, currency)} of cover are lacking`
  const [cheapest] = calls
    .filter((call) => !isDust(call) && untradable(call, situation) === undefined)
    .map((call) => ({ call, costCoin: costOf(call) }))
    .filter(({ costCoin }) => costCoin < Infinity)
    // A book that is crossed is none to buy in: whatever it says, another call comes first.
    .sort((a, b) => Number(isCrossed(a.call)) - Number(isCrossed(b.call)) || a.costCoin - b.costCoin)
  if (cheapest === undefined) return { whys: [`${words}, and no call can be bought back`] }
  const { call, costCoin } = cheapest
  const wantedCoin = costCoin < 1 ? sizeUp(lackingCoin / (1 - costCoin), call.instrument) : Infinity
  const close = closeCall(call, { wantedCoin, reason: `as ${words}` }, situation)
  return 'why' in close ? { whys: [`${words}, but ${close.why}`] } : close
}

/** Buys back the first call, soonest expiry first, whose delta has come to where the coins are defended. */
function exitDeep(situation: Situation): Ruling {
  const { underlying, options, trace } = situation
  const maxDelta = options.closeWhen.delta
  const whys: string[] = []
  for (const call of quotedShortCalls(underlying)) {
    const { delta, instrument } = call
    const isDeep = maxDelta !== null && delta !== null && delta >= maxDelta
    if (!trace.look('close-delta', instrument.symbol, isDeep, { delta, maxDelta })) continue
    const reason = `which from ${deltaWords(maxDelta)} on is bought back to defend the coins`
    const why = untradable(call, situation)
    const close = why === undefined ? closeCall(call, { wantedCoin: -call.sizeCoin, reason }, situation) : { why }
    if (!('why' in close)) return close
    whys.push(`${instrument.symbol} is of ${deltaWords(delta)} and to be bought back, but ${close.why}`)
  }
  return { whys }
}

/** In this order, each over all underlyings. */
export const MANDATORY_EXITS: readonly Judge[] = [exitUncovered, exitDeep]

function isCrossed({ bidPriceCoin, askPriceCoin }: OptionPosition): boolean {
  return bidPriceCoin !== null && askPriceCoin !== null && bidPriceCoin > askPriceCoin
}

function costOf(call: OptionPosition): number {
  const priceCoin = offerCoin(call)
  return priceCoin === undefined ? Infinity : buyBackCoin(call.instrument, priceCoin)
}

/** A tenth of a satoshi: noise of float arithmetic, and no lack of cover. */
const NOISE_COIN = 1e-9
