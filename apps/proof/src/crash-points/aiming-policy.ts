import type { AgentState, OptionInstrument, Policy, ProposedAction } from '@cc/models'
import { AIM_COIN, type Aim } from './script.ts'

/** A policy that looks at what is held and proposes the one step from there to its aim. Without chance, and without memory. */
export function createAimingPolicy(aim: Aim, onDecision: () => void): Policy {
  return {
    name: 'aiming',
    async decide(state) {
      onDecision()
      return { proposal: propose(state, aim) }
    },
  }
}

function propose({ underlyings }: AgentState, aim: Aim): ProposedAction {
  const [underlying] = underlyings
  if (underlying === undefined) return nothing('no currency')
  const { candidates, portfolio } = underlying
  const held = portfolio.positions.filter(({ sizeCoin }) => sizeCoin < 0)
  const heldCoin = -held.reduce((sum, { sizeCoin }) => sum + sizeCoin, 0)
  const expiriesMs = candidates.map(({ instrument }) => instrument.expiryMs)
  const soonestMs = Math.min(...expiriesMs)
  const isAimed = (expiryMs: number) => (aim === 'soonest' ? expiryMs === soonestMs : expiryMs > soonestMs)
  const heldSymbols = held.map(({ instrument }) => instrument.symbol)
  const isFree = ({ symbol, expiryMs }: OptionInstrument) => isAimed(expiryMs) && !heldSymbols.includes(symbol)
  // The lowest strike: its premium is never too small, and it is the most likely to be delivered.
  const [target] = candidates
    .map(({ instrument }) => instrument)
    .filter(isFree)
    .sort((a, b) => a.strikeUsd - b.strikeUsd)
  const stray = held.find(({ instrument }) => aim === 'nothing' || (aim === 'later' && !isAimed(instrument.expiryMs)))
  if (stray !== undefined) {
    const { symbol } = stray.instrument
    const size = -stray.sizeCoin
    if (aim === 'nothing' || target === undefined) {
      return { action: 'CLOSE_COVERED_CALL', params: { symbol, size }, reasoning: 'not aimed at' }
    }
    const params = { fromSymbol: symbol, toSymbol: target.symbol, size }
    return { action: 'ROLL_COVERED_CALL', params, reasoning: 'aimed at a later one' }
  }
  const missingCoin = Math.round((AIM_COIN - heldCoin) * 1e8) / 1e8
  if (aim === 'nothing' || target === undefined || missingCoin < target.minSizeCoin) return nothing('as aimed')
  const params = { symbol: target.symbol, size: missingCoin }
  return { action: 'OPEN_COVERED_CALL', params, reasoning: 'aimed at' }
}

function nothing(reasoning: string): ProposedAction {
  return { action: 'DO_NOTHING', params: {}, reasoning }
}
