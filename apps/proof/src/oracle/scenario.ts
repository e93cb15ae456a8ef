import type { AgentState, Currency, MarginQuote, OrderRequest, ProposedAction } from '@cc/models'
import { type Chance, decimal } from './chance.ts'
import { OF_THE_ACCOUNT } from './disturb-account.ts'
import { OF_THE_AGENT } from './disturb-agent.ts'
import { OF_THE_TRADE } from './disturb-trade.ts'
import { type Draft, drawUnderlying, positionIn, TRAITS } from './market.ts'
import type { Disturbance, Scenario } from './scene.ts'

const DISTURBANCES: readonly Disturbance[] = [...OF_THE_AGENT, ...OF_THE_ACCOUNT, ...OF_THE_TRADE]

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS
const START_MS = Date.UTC(2026, 0, 2)

/**
 * A healthy state and a fair proposal, then none to five disturbances, most of which bring one number to the edge of one
 * rule.
 */
export function drawScenario(chance: Chance): Scenario {
  const scenario = drawHealthy(chance)
  const count = chance.pick([0, 1, 1, 1, 1, 1, 2, 2, 3, 5])
  for (let turn = 0; turn < count; turn++) chance.pick(DISTURBANCES)(scenario, chance)
  return scenario
}

/** The venue's answer to what risk asks for. */
export function quotesFor(orders: readonly OrderRequest[], { quote }: Scenario): MarginQuote[] {
  const { kind, marginPerCoin, minPriceCoin, maxPriceCoin } = quote
  if (kind === 'none') return []
  return orders.map((order) => ({
    ...order,
    ...(kind === 'another-call' ? { symbol: 'BTC-25DEC26-1000000-C' } : {}),
    ...(kind === 'another-side' ? { side: 'buy' as const } : {}),
    ...(kind === 'too-small' ? { sizeCoin: decimal(order.sizeCoin / 2) } : {}),
    initialMarginCoin: decimal(order.sizeCoin * marginPerCoin),
    minPriceCoin,
    maxPriceCoin,
  }))
}

function drawHealthy(chance: Chance): Scenario {
  const timeMs = START_MS + chance.int(0, 300) * DAY_MS + chance.int(0, 1_439) * MINUTE_MS + chance.int(0, 59_999)
  const currencies = chance.pick<readonly Currency[]>([['BTC'], ['ETH'], ['BTC', 'ETH']])
  const underlyings = currencies.map((currency) => drawUnderlying(chance, currency, timeMs))
  const state: Draft<AgentState> = {
    timeMs,
    source: { kind: 'synthetic', description: 'drawn for the oracle' },
    venue: { testnet: true, locked: [], clockErrorMs: chance.int(0, 1_000) },
    underlyings,
    memory: {
      mode: 'normal',
      highWaterCoin: {},
      dayStart: {},
      explained: {},
      recentOpens: [],
      recentSends: [],
      rejectsInARow: chance.int(0, 2),
      enabledMs: null,
      guards: { latched: null, crashedMs: {} },
      unresolved: [],
      setAside: [],
      ledgerReadMs: timeMs,
    },
  }
  for (const { currency, portfolio } of chance.once(4) ? [] : underlyings) {
    const { balanceCoin, equityCoin, positions } = portfolio
    const explained = positions.map(({ instrument, sizeCoin }) => ({ symbol: instrument.symbol, sizeCoin }))
    state.memory.explained[currency] = { balanceCoin, positions: explained }
    state.memory.highWaterCoin[currency] = decimal(equityCoin * 1.05)
    state.memory.dayStart[currency] = { dayMs: Math.floor(timeMs / DAY_MS) * DAY_MS, equityCoin }
  }
  return {
    state,
    proposal: drawProposal(state, chance),
    nowMs: timeMs + chance.pick([0, 0, chance.int(1, 20_000)]),
    limits: {},
    quote: { kind: 'exact', marginPerCoin: 0.15, minPriceCoin: chance.pick([null, 0.0001]), maxPriceCoin: null },
  }
}

function drawProposal(state: Draft<AgentState>, chance: Chance): Draft<ProposedAction> {
  const underlying = chance.pick(state.underlyings)
  const { lotCoin } = TRAITS[underlying.currency]
  const { candidates, portfolio } = underlying
  const size = decimal(chance.int(1, 2) * lotCoin)
  const kind = chance.int(1, 100)
  const call = chance.pick(candidates)
  if (kind === 1) return { action: 'DO_NOTHING', params: {}, reasoning: '' }
  if (kind <= 50)
    return { action: 'OPEN_COVERED_CALL', params: { symbol: call.instrument.symbol, size }, reasoning: '' }
  if (portfolio.positions.length === 0) {
    const sizeCoin = -decimal(chance.int(1, 2) * lotCoin)
    const early = candidates.length > 1 ? candidates.splice(candidates.indexOf(call) === 0 ? 1 : 0, 1) : []
    portfolio.positions.push(...early.map((from) => positionIn(from, sizeCoin)))
    settle(state, underlying.currency)
  }
  // The nearest expiry is what one rolls.
  const [position] = [...portfolio.positions].sort((left, right) => left.dte - right.dte)
  if (position === undefined) {
    return { action: 'OPEN_COVERED_CALL', params: { symbol: call.instrument.symbol, size }, reasoning: '' }
  }
  const { symbol } = position.instrument
  const held = Math.min(size, -position.sizeCoin)
  if (kind <= 70) return { action: 'CLOSE_COVERED_CALL', params: { symbol, size: held }, reasoning: '' }
  const later = candidates.filter(({ instrument }) => instrument.expiryMs >= position.instrument.expiryMs)
  const toSymbol = (later.length > 0 && !chance.once(10) ? chance.pick(later) : call).instrument.symbol
  return { action: 'ROLL_COVERED_CALL', params: { fromSymbol: symbol, toSymbol, size: held }, reasoning: '' }
}

/** What memory explains follows the account. */
function settle(state: Draft<AgentState>, currency: Currency): void {
  const account = state.memory.explained[currency]
  const portfolio = state.underlyings.find((entry) => entry.currency === currency)?.portfolio
  if (account === undefined || portfolio === undefined) return
  account.positions = portfolio.positions.map(({ instrument: { symbol }, sizeCoin }) => ({ symbol, sizeCoin }))
}
