import type { UnderlyingState } from '@cc/models'
import type { Figures } from './account-rules.ts'
import { type Chance, decimal } from './chance.ts'
import type { Draft } from './market.ts'
import { type Scenario, setBalance } from './scene.ts'

/** Where a scenario stands, by the oracle's own numbers. */
export type Standing = { scenario: Scenario; chance: Chance; underlying: Draft<UnderlyingState>; figures: Figures }

const DAY_MS = 86_400_000
const COIN = 1e8

/** Brings the account of the call that is sold to the edge of one of the rules that judge it after the trade. */
export function bringToEdge(standing: Standing): void {
  standing.chance.pick(EDGES)(standing)
}

const EDGES: readonly ((standing: Standing) => void)[] = [
  ({ underlying, figures, chance, scenario }) => {
    setBalance(
      scenario,
      underlying,
      chance.around(underlying.portfolio.balanceCoin + coins(figures.needed - figures.covered), 1e-8),
    )
  },
  ({ underlying, figures, chance, scenario }) => {
    scenario.limits.maxCoverage = chance.pick([0.5, 0.75, 0.9])
    const covered = coins(figures.needed) / scenario.limits.maxCoverage
    setBalance(
      scenario,
      underlying,
      chance.around(underlying.portfolio.balanceCoin + covered - coins(figures.covered), 1e-8),
    )
  },
  ({ underlying: { portfolio }, figures, chance, scenario }) => {
    scenario.limits.maxMarginUsedPct = chance.pick([20, 60, 62.5])
    const edge = (coins(figures.balance) * scenario.limits.maxMarginUsedPct) / 100
    portfolio.initialMarginCoin = Math.max(
      0,
      chance.around(portfolio.initialMarginCoin + edge - coins(figures.initial), 1e-8),
    )
  },
  ({ underlying: { portfolio }, figures, chance }) => {
    const edge = coins(figures.balance) * 0.6
    const maintenance = portfolio.maintenanceMarginCoin + edge - coins(figures.maintenance)
    portfolio.maintenanceMarginCoin = Math.max(0, chance.around(maintenance, 1e-8))
  },
  ({ underlying: { portfolio }, figures, chance }) => {
    const change = chance.pick([
      -coins(figures.balance),
      -coins(figures.balance) - 1e-8,
      -coins(figures.balance) + 1e-8,
    ])
    portfolio.marginBalanceCoin = decimal(portfolio.marginBalanceCoin + change)
  },
  ({ underlying: { portfolio }, figures, chance, scenario }) => {
    const worst = chance.pick(figures.stress)
    if (!Number.isFinite(worst)) return
    const limit = chance.pick([30, 80, 95])
    scenario.limits.maxStressPct = limit
    const balance = (coins(figures.balance) * worst) / limit
    portfolio.marginBalanceCoin = chance.around(portfolio.marginBalanceCoin + balance - coins(figures.balance), 2e-6)
  },
  ({ underlying: { portfolio, candidates }, chance, scenario }) => {
    const size = 'size' in scenario.proposal.params ? scenario.proposal.params.size : 1
    const sold = portfolio.positions.reduce((total, { sizeCoin, delta }) => total + sizeCoin * (delta ?? 1), 0)
    const delta = (Math.abs(sold) + size * (candidates[0]?.delta ?? 0)) / portfolio.coverage.coveredCoin
    scenario.limits.maxNetDeltaAbs = Math.min(1, Math.max(0, chance.around(Math.round(delta * 1e6) / 1e6, 1e-6)))
  },
  ({ underlying, figures, chance, scenario }) => {
    scenario.limits.maxExpiryExposure = chance.pick([0.25, 0.5, 1])
    const covered = coins(figures.onExpiry) / scenario.limits.maxExpiryExposure
    setBalance(
      scenario,
      underlying,
      chance.around(underlying.portfolio.balanceCoin + covered - coins(figures.before), 1e-8),
    )
  },
  ({ underlying: { currency, portfolio }, chance, scenario }) => {
    const start = decimal(Math.ceil(portfolio.equityCoin * 100) / 92)
    const { state } = scenario
    const dayMs = Math.floor(state.timeMs / DAY_MS) * DAY_MS - chance.pick([0, 0, 0, DAY_MS])
    state.memory.dayStart[currency] = { dayMs, equityCoin: start }
    portfolio.equityCoin = chance.around(start * 0.92, 1e-8)
  },
  ({ underlying: { currency, portfolio }, chance, scenario }) => {
    const highest = decimal(Math.ceil(portfolio.equityCoin * 100) / 80)
    scenario.state.memory.highWaterCoin[currency] = highest
    portfolio.equityCoin = chance.around(highest * 0.8, 1e-8)
  },
]

function coins(units: bigint): number {
  return Number(units) / COIN
}
