import { type AgentState, type CandidateOption, type UnderlyingState, unresolvedIn } from '@cc/models'
import { roundSizeDown } from '@cc/pricing'
import { closeFacts, type HeldCall, heldCalls, rollFacts, type Sale, saleFacts, shareOfCover } from './menu-facts.js'
import type { MenuAction, MenuItem } from './menu-item.js'
import type { LlmDeps } from './ports.js'

/** A choice that has no id yet. */
export type Line = Omit<MenuItem, 'id'>

/** What may be done, apart from nothing: closes by the state's order, sales by its ranking, best first. */
export type LegalLines = { closes: readonly Line[]; sales: readonly Line[] }

/** How legality is asked for, and the sizes of each sale as shares of the largest legal one. */
export type LineRules = { isLegal: LlmDeps['isLegal']; sizeShares: readonly number[] }

/**
 * Every line that is legal, each asked for once, and none that was not. Currencies with a send of unknown outcome, set
 * aside or locked have none. Ranks of several currencies take turns. An `isLegal` that throws has not allowed it.
 */
export function legalLines(state: AgentState, { isLegal, sizeShares }: LineRules): LegalLines {
  const isAllowed = (action: MenuAction): boolean => {
    try {
      return isLegal({ ...action, reasoning: 'A line of the menu.' }, state) === true
    } catch {
      return false
    }
  }
  const tradable = state.underlyings.filter((underlying) => isTradable(underlying, state))
  const calls = heldCalls(state.underlyings).filter(({ underlying }) => tradable.includes(underlying))
  return {
    closes: calls.flatMap((call) => closeLine(call)).filter(({ action }) => isAllowed(action)),
    sales: tradable
      .flatMap((underlying) => {
        const held = calls.filter((call) => call.underlying === underlying)
        return salesOf(underlying, held, { sizeShares, isAllowed })
      })
      .toSorted((a, b) => a.rank - b.rank)
      .flatMap(({ lines }) => lines),
  }
}

function isTradable({ currency }: UnderlyingState, { venue, memory }: AgentState): boolean {
  return (
    !venue.locked.includes(currency) &&
    !memory.setAside.includes(currency) &&
    unresolvedIn(currency, memory).length === 0
  )
}

type SaleRules = Pick<LineRules, 'sizeShares'> & { isAllowed(action: MenuAction): boolean }

/** What may be sold of one currency, by the rank of the call that is sold: to open, and to roll to. */
function salesOf(underlying: UnderlyingState, held: readonly HeldCall[], { sizeShares, isAllowed }: SaleRules) {
  let likelySteps = Number.POSITIVE_INFINITY
  return distinct(underlying.candidates).map((candidate, rank) => {
    const { sizeStepCoin: stepCoin, minSizeCoin } = candidate.instrument
    const facts = saleFacts(candidate, underlying)
    const isLegalSize = remembered((sizeCoin) => isAllowed(openAction(candidate, sizeCoin)))
    const sizeOf = (steps: number) => wholeSteps(steps * stepCoin, stepCoin)
    const largest = largestLegal({
      least: Math.max(1, Math.ceil(minSizeCoin / stepCoin - STEP_NOISE)),
      most: Math.round(wholeSteps(underlying.portfolio.coverage.freeCoin, stepCoin) / stepCoin),
      likely: likelySteps,
      isLegal: (steps) => isLegalSize(sizeOf(steps)),
    })
    if (largest > 0) likelySteps = largest

    const sizes = sizeShares
      .map((share) => wholeSteps(share * sizeOf(largest), stepCoin))
      .filter((sizeCoin) => sizeCoin > 0 && sizeCoin >= minSizeCoin && isLegalSize(sizeCoin))
    const opens = [...new Set(sizes)].map((size) => ({
      action: openAction(candidate, size),
      facts: { ...facts, size: shareOfCover(size, underlying) },
    }))
    const rolls = held.flatMap((call) => rollLine(call, { candidate, facts })).filter(({ action }) => isAllowed(action))
    return { rank, lines: [...opens, ...rolls] }
  })
}

/** Each call once, where it ranks best. Told by its terms: no prompt hangs on how a symbol is spelt. */
function distinct(candidates: readonly CandidateOption[]): readonly CandidateOption[] {
  const terms = new Set<string>()
  return candidates.filter(({ instrument: { expiryMs, strikeUsd } }) => {
    const before = terms.size
    return terms.add(`${expiryMs} ${strikeUsd}`).size > before
  })
}

/** Asks once about each size. */
function remembered(isLegalSize: (sizeCoin: number) => boolean): (sizeCoin: number) => boolean {
  const answers = new Map<number, boolean>()
  return (sizeCoin) => {
    const answer = answers.get(sizeCoin) ?? isLegalSize(sizeCoin)
    answers.set(sizeCoin, answer)
    return answer
  }
}

type Search = { least: number; most: number; likely: number; isLegal(steps: number): boolean }

/**
 * The largest size that is legal, in steps, 0 where none is: what is refused in one size is refused in all larger ones.
 * What limited the call before limits the next as a rule, so its size and the one above it are asked about first; what
 * is still open then is halved.
 */
function largestLegal({ least, most, likely, isLegal }: Search): number {
  if (!(least <= most)) return 0
  let [legal, refused] = [0, most + 1]
  const ask = (steps: number) => {
    if (steps <= legal || steps >= refused || steps < least) return
    if (isLegal(steps)) legal = steps
    else refused = steps
  }
  for (const steps of [likely, likely + 1, most, least]) ask(steps)
  if (legal === 0) return 0
  while (refused - legal > 1) ask(Math.floor((legal + refused) / 2))
  return legal
}

function closeLine(call: HeldCall): readonly Line[] {
  const { instrument, askPriceCoin } = call.position
  const sizeCoin = wholePositionCoin(call)
  if (askPriceCoin === null || sizeCoin === 0) return []
  const action: MenuAction = {
    action: 'CLOSE_COVERED_CALL',
    params: { symbol: instrument.symbol, size: sizeCoin },
  }
  return [{ action, facts: closeFacts(call, sizeCoin) }]
}

/** None to a call that does not expire later, and none of one that nobody offers. */
function rollLine(call: HeldCall, sale: Sale): readonly Line[] {
  const { instrument: from, askPriceCoin } = call.position
  const { instrument: to } = sale.candidate
  if (askPriceCoin === null || !(to.expiryMs > from.expiryMs)) return []
  const sizeCoin = wholeSteps(wholePositionCoin(call), to.sizeStepCoin)
  if (sizeCoin === 0 || sizeCoin < Math.max(from.minSizeCoin, to.minSizeCoin)) return []
  const action: MenuAction = {
    action: 'ROLL_COVERED_CALL',
    params: { fromSymbol: from.symbol, toSymbol: to.symbol, size: sizeCoin },
  }
  return [{ action, facts: rollFacts(call, sizeCoin, sale) }]
}

/** As much of a position as an order can buy back, coin; 0 of dust. */
function wholePositionCoin({ position: { instrument, sizeCoin } }: HeldCall): number {
  const wholeCoin = wholeSteps(-sizeCoin, instrument.sizeStepCoin)
  return wholeCoin >= instrument.minSizeCoin ? wholeCoin : 0
}

function openAction({ instrument: { symbol } }: CandidateOption, size: number): MenuAction {
  return { action: 'OPEN_COVERED_CALL', params: { symbol, size } }
}

/** A size of whole steps; 0 where one of the numbers is none. */
function wholeSteps(sizeCoin: number, stepCoin: number): number {
  const areNumbers = sizeCoin > 0 && stepCoin > 0 && Number.isFinite(sizeCoin) && Number.isFinite(stepCoin)
  return areNumbers ? roundSizeDown(sizeCoin, stepCoin) : 0
}

/** Float noise does not begin a step. */
const STEP_NOISE = 1e-9
