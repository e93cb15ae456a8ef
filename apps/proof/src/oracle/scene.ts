import type { AgentState, CandidateOption, OptionPosition, ProposedAction, UnderlyingState } from '@cc/models'
import type { RiskLimitsInput } from '@cc/risk'
import { type Chance, decimal } from './chance.ts'
import { type Draft, positionIn, TRAITS } from './market.ts'

/** What the venue answers when it is asked for the margin of an order. */
type QuotePlan = {
  kind: 'exact' | 'none' | 'another-call' | 'another-side' | 'too-small'
  marginPerCoin: number
  minPriceCoin: number | null
  maxPriceCoin: number | null
}

/** One state, one proposal on it, and everything else that a verdict stands on. */
export type Scenario = {
  state: Draft<AgentState>
  proposal: Draft<ProposedAction>
  nowMs: number
  limits: Draft<RiskLimitsInput>
  quote: QuotePlan
}

/** Changes a scenario, most of them by bringing one number to the edge of one rule. */
export type Disturbance = (scenario: Scenario, chance: Chance) => void

/** The call that would be sold, its account, and the position that would be bought back, as far as there are any. */
export type Scene = {
  scenario: Scenario
  chance: Chance
  underlying: Draft<UnderlyingState>
  call: Draft<CandidateOption> | undefined
  position: Draft<OptionPosition> | undefined
  size: number
}

/** A disturbance of the trade's own call, position and account. */
export function inScene(act: (scene: Scene) => void): Disturbance {
  return (scenario, chance) => act(sceneOf(scenario, chance))
}

/** Brings the balance to a number, and with it all that follows from it, what the ledger explains too. */
export function setBalance({ state }: Scenario, underlying: Draft<UnderlyingState>, balanceCoin: number): void {
  const { portfolio, currency } = underlying
  const change = balanceCoin - portfolio.balanceCoin
  portfolio.balanceCoin = balanceCoin
  portfolio.equityCoin = decimal(portfolio.equityCoin + change)
  portfolio.marginBalanceCoin = decimal(portfolio.marginBalanceCoin + change)
  portfolio.coverage.coveredCoin = Math.max(0, decimal(portfolio.coverage.coveredCoin + change))
  const { explained, highWaterCoin, dayStart } = state.memory
  const account = explained[currency]
  if (account !== undefined) account.balanceCoin = decimal(account.balanceCoin + change)
  if (highWaterCoin[currency] !== undefined) highWaterCoin[currency] = portfolio.equityCoin
  const start = dayStart[currency]
  if (start !== undefined) start.equityCoin = portfolio.equityCoin
}

/** Moves the whole state in time; options and memory stay where they are. */
export function moveTo(scenario: Scenario, nowMs: number): void {
  const { state } = scenario
  const shift = nowMs - scenario.nowMs
  scenario.nowMs = nowMs
  state.timeMs += shift
  for (const { parts, candidates } of state.underlyings) {
    for (const part of new Set(Object.values(parts))) if (part !== null) part.timestampMs += shift
    for (const candidate of candidates) candidate.quotedMs += shift
  }
}

/** Has the account hold the call, or have held it. */
export function addPosition(
  { portfolio, currency }: Draft<UnderlyingState>,
  call: Draft<CandidateOption>,
  chance: Chance,
): void {
  if (portfolio.positions.some(({ instrument }) => instrument.symbol === call.instrument.symbol)) return
  portfolio.positions.push(positionIn(call, chance.pick([0, -TRAITS[currency].lotCoin])))
}

function sceneOf(scenario: Scenario, chance: Chance): Scene {
  const { proposal, state } = scenario
  const [first] = state.underlyings
  if (first === undefined) throw new RangeError('A scenario has an underlying.')
  const { params } = proposal
  const sold = 'toSymbol' in params ? params.toSymbol : 'symbol' in params ? params.symbol : undefined
  const bought = 'fromSymbol' in params ? params.fromSymbol : sold
  const isSale = proposal.action !== 'CLOSE_COVERED_CALL'
  const isExit = proposal.action === 'CLOSE_COVERED_CALL' || proposal.action === 'ROLL_COVERED_CALL'
  const callOf = (entry: Draft<UnderlyingState>) =>
    entry.candidates.find(({ instrument }) => instrument.symbol === sold)
  const positionOf = (entry: Draft<UnderlyingState>) =>
    entry.portfolio.positions.find(({ instrument }) => instrument.symbol === bought)
  const underlying =
    state.underlyings.find((entry) => (isSale ? callOf(entry) : positionOf(entry)) !== undefined) ?? first
  return {
    scenario,
    chance,
    underlying,
    call: isSale ? callOf(underlying) : undefined,
    position: isExit ? positionOf(underlying) : undefined,
    size: 'size' in params ? params.size : 1,
  }
}
