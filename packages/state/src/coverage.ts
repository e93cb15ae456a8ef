import { type AccountSnapshot, type AgentMemory, type PortfolioState, parseSymbol, unresolvedIn } from '@cc/models'
import type { MarketView } from './market-view.js'

/**
 * Counts the coins that may cover short calls, and those that already do.
 *
 * Covering: cash, less losses of the futures session, reserves and the coin value of short futures. Option values
 * are left out: a short call pays less than one coin per coin, so its liability is the coin it commits.
 * Committed: short calls, the rest of resting sells of calls, and sells of unknown outcome that do not rest.
 * A short option that cannot be told to be a put counts as a call; long calls give no credit.
 */
export function coverageOf(
  account: AccountSnapshot,
  market: Pick<MarketView, 'instruments' | 'rowOf'>,
  memory: AgentMemory,
): PortfolioState['coverage'] {
  const { balanceCoin, futuresSessionPnlCoin, reservedCoin, positions, openOrders, currency } = account
  const short = (kind: 'option' | 'future') => positions.filter((held) => held.kind === kind && held.sizeCoin < 0)
  const mayBeCall = ({ symbol }: { symbol: string }) =>
    (market.instruments[market.rowOf.get(symbol) ?? Number.NaN]?.kind ?? parseSymbol(symbol)?.kind) !== 'put'

  const shortFutures = sum(short('future').map((held) => -held.sizeCoin))
  const coveredCoin = Math.max(0, balanceCoin + Math.min(0, futuresSessionPnlCoin) - reservedCoin - shortFutures)

  const shortCalls = short('option').filter(mayBeCall)
  const restingSells = openOrders.filter((order) => order.state === 'open' && order.side === 'sell' && mayBeCall(order))
  const resting = new Set(openOrders.map((order) => order.label))
  const unknownSells = unresolvedIn(currency, memory).filter(
    (send) => send.side === 'sell' && mayBeCall(send) && !resting.has(send.label),
  )
  const committedCoin = sum([
    ...shortCalls.map((held) => -held.sizeCoin),
    ...restingSells.map((order) => Math.max(0, order.sizeCoin - order.filledCoin)),
    ...unknownSells.map((send) => send.sizeCoin),
  ])
  return { coveredCoin, committedCoin, freeCoin: Math.max(0, coveredCoin - committedCoin) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
