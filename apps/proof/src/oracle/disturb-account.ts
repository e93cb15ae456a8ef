import type { OrderReport, Side, UnderlyingState } from '@cc/models'
import { decimal } from './chance.ts'
import { type Draft, expiryAfter, positionIn, step, symbolOf, TRAITS } from './market.ts'
import { addPosition, type Disturbance, inScene, moveTo, type Scenario } from './scene.ts'

/** Of what an account holds, owes and remembers. */
export const OF_THE_ACCOUNT: readonly Disturbance[] = [
  inScene(({ scenario, underlying, chance }) => {
    const { currency, portfolio } = underlying
    const { lotCoin } = TRAITS[currency]
    const explained = scenario.state.memory.explained[currency]
    const entry = explained?.positions[0]
    if (entry !== undefined) entry.sizeCoin = chance.around(entry.sizeCoin + lotCoin / 2, 1e-8)
    else if (explained !== undefined) explained.balanceCoin = decimal(portfolio.balanceCoin * 1.5)
  }),
  inScene(({ scenario, underlying, chance }) => {
    const { currency, portfolio } = underlying
    const explained = scenario.state.memory.explained[currency]
    if (explained === undefined) return
    explained.balanceCoin = decimal(Math.floor(portfolio.balanceCoin * 50) / 49)
    const kept = decimal(explained.balanceCoin * 0.98)
    portfolio.balanceCoin = chance.around(kept, 1e-8)
    portfolio.coverage.coveredCoin = portfolio.balanceCoin
  }),
  inScene(({ scenario, underlying, chance }) => {
    const { currency } = underlying
    const { state } = scenario
    const symbol = symbolOf(currency, expiryAfter(state.timeMs, chance.int(-1, 0)), 50_000)
    state.memory.explained[currency] ??= { balanceCoin: underlying.portfolio.balanceCoin, positions: [] }
    state.memory.explained[currency].positions.push({ symbol, sizeCoin: -TRAITS[currency].lotCoin })
    const expiryMs = expiryAfter(state.timeMs, 0)
    if (chance.once(2)) moveTo(scenario, expiryMs + chance.pick([-1, 0, chance.around(600_000, 1)]))
  }),
  inScene(({ underlying, chance, call }) => {
    const { portfolio, currency } = underlying
    const sizeCoin = chance.pick([-1, 1]) * TRAITS[currency].lotCoin
    const other = chance.pick([
      { symbol: `${currency}-PERPETUAL`, kind: 'future' as const, sizeCoin },
      { symbol: `${currency}-26MAR27-100000-C`, kind: 'option' as const, sizeCoin },
      { symbol: `${currency}-26MAR27-100000-P`, kind: 'option' as const, sizeCoin },
    ])
    if (call === undefined || chance.once(2)) {
      portfolio.otherPositions.push(other)
      return
    }
    const odd = positionIn(call, Math.abs(sizeCoin))
    if (chance.once(2)) odd.instrument.kind = 'put'
    odd.instrument.strikeUsd += TRAITS[currency].strikeStepUsd * 50
    const kind = odd.instrument.kind === 'put' ? 'P' : 'C'
    odd.instrument.symbol = symbolOf(currency, odd.instrument.expiryMs, odd.instrument.strikeUsd, kind)
    if (kind === 'P') odd.sizeCoin = sizeCoin
    portfolio.positions.push(odd)
  }),
  inScene(({ scenario, underlying, chance, call, position }) => {
    const symbols = [call?.instrument.symbol, position?.instrument.symbol, `${underlying.currency}-25DEC26-300000-C`]
    const symbol = chance.pick(symbols.filter((name) => name !== undefined))
    const side = chance.pick<Side>(['buy', 'sell'])
    const label = chance.pick(['cc-00aa00aa-c-1', 'cc-00aa00aa-c-2', 'cc-00aa00aa-c-7', 'by-hand', 'by-hand-7', ''])
    addOrder(scenario, underlying, {
      symbol,
      side,
      label,
      sizeCoin: TRAITS[underlying.currency].lotCoin * chance.int(1, 3),
    })
  }),
  inScene(({ scenario, underlying, chance }) => {
    const total = chance.around(4, 1)
    for (let count = 0; count < total; count++) {
      const symbol = `${underlying.currency}-26MAR27-${(count + 3) * 100_000}-C`
      addOrder(scenario, underlying, {
        symbol,
        side: chance.pick(['buy', 'sell']),
        label: `cc-00bb00bb-o-${count}`,
        sizeCoin: 0.1,
      })
    }
  }),
  inScene(({ scenario, underlying, chance, call, position }) => {
    const { currency } = underlying
    const symbols = [call?.instrument.symbol, position?.instrument.symbol, `${currency}-25DEC26-300000-C`, 'what-is-it']
    const symbol = chance.pick(symbols.filter((name) => name !== undefined))
    const sizeCoin = decimal(chance.int(1, 3) * TRAITS[currency].lotCoin)
    const { memory, timeMs } = scenario.state
    const label = `cc-00cc00cc-o-${memory.unresolved.length}`
    const side = chance.pick<Side>(['buy', 'sell'])
    memory.unresolved.push({ label, symbol, side, sizeCoin, validUntilMs: timeMs })
    if (chance.once(2)) memory.recentSends.push({ label, symbol, timeMs: timeMs - 1_000 })
  }),
  inScene(({ scenario, underlying, chance, call }) => {
    scenario.limits.maxPositions = Math.max(1, underlying.portfolio.positions.length + chance.int(0, 1))
    if (call !== undefined && chance.once(3)) addPosition(underlying, call, chance)
  }),
  inScene(({ underlying, chance }) => {
    const { positions } = underlying.portfolio
    if (positions.length === 0) return
    const position = chance.pick(positions)
    if (chance.once(2)) position.markIv = null
    else position.delta = null
  }),
  inScene(({ scenario, underlying, chance }) => {
    const { currency, portfolio } = underlying
    const least = chance.pick([0, 1])
    scenario.limits.minEquityCoin = { [currency]: least }
    portfolio.equityCoin = chance.around(least, 1e-8)
  }),
]

type Rest = { symbol: string; side: Side; label: string; sizeCoin: number }

function addOrder({ state }: Scenario, { portfolio, candidates }: Draft<UnderlyingState>, order: Rest): void {
  const known = [...candidates, ...portfolio.positions].find(({ instrument }) => instrument.symbol === order.symbol)
  const report: Draft<OrderReport> = {
    ...order,
    sizeCoin: decimal(order.sizeCoin),
    orderId: `order-${portfolio.openOrders.length}`,
    priceCoin: step(known?.markPriceCoin ?? 0.01, 2),
    state: order.label.endsWith('7') ? 'cancelled' : 'open',
    filledCoin: portfolio.openOrders.length % 2 === 0 ? 0 : decimal(order.sizeCoin / 2),
    averagePriceCoin: null,
    postOnly: true,
    reduceOnly: order.side === 'buy',
    createdMs: state.timeMs - 1_000,
    updatedMs: state.timeMs - 1_000,
    cancelReason: null,
  }
  portfolio.openOrders.push(report)
}
