import type { AgentState, OrderRequest, ProposedAction } from '@cc/models'
import { nonFinite } from './completeness.js'
import { instrumentBreaches } from './instrument.js'
import { type Leg, resolveLegs } from './resolve-legs.js'

/**
 * The orders that a proposal comes to, at the quotes of the state: a buy at the ask, a sale at the bid. Empty for
 * `DO_NOTHING` and where a leg could not be sent: an unknown symbol, no quote, a size that the venue does not take.
 */
export function ordersFor(proposal: ProposedAction, state: AgentState): readonly OrderRequest[] {
  const { sizeCoin, close, open } = resolveLegs(proposal, state)
  const orders: (OrderRequest | undefined)[] = []
  if (close !== undefined) orders.push(order(close, 'buy', close.option?.askPriceCoin))
  if (open !== undefined) orders.push(order(open, 'sell', open.option?.bidPriceCoin))
  return orders.every((one) => one !== undefined) ? orders : []

  function order({ symbol, option }: Leg, side: 'buy' | 'sell', priceCoin: number | null | undefined) {
    if (option === undefined || priceCoin == null) return undefined
    if (nonFinite({ instrument: option.instrument, priceCoin, sizeCoin }).length > 0) return undefined
    if (instrumentBreaches(option.instrument, sizeCoin, state.timeMs).length > 0) return undefined
    return { symbol, side, sizeCoin, priceCoin }
  }
}
