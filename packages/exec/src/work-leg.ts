import type { LegResult, OrderTerms } from '@cc/models'
import type { ApprovedLeg } from '@cc/models/approval'
import { type ActionRun, isStopped } from './action-run.js'
import type { OrderEnd } from './finish-order.js'
import { nextOrder } from './next-order.js'
import { areComplete } from './order-problem.js'
import { sendOrder } from './send-order.js'
import { errorFacts } from './venue-order.js'

/** A leg and how its orders ended, in the order in which they were sent. */
export type LegWork = { readonly leg: ApprovedLeg; readonly ends: OrderEnd[] }

/**
 * Works one leg of at most `sizeCoin`, order after order, until it is filled or has no order left to send: `pegs` at
 * most. Throws what ends the action; `work` then holds what was done.
 */
export async function workLeg(
  run: ActionRun,
  { leg, ends }: LegWork,
  { sizeCoin, pegs }: { sizeCoin: number; pegs: number },
): Promise<void> {
  for (let peg = 0; peg < pegs && !isStopped(run); peg += 1) {
    const terms = await freshOrder(run, leg, { peg, pegs, restCoin: sizeCoin - filledCoin({ ends }) })
    const end = terms && (await sendOrder(run, leg, terms))
    if (end === undefined) return
    ends.push(end)
    if (end.error !== undefined) throw end.error
    if (!end.mayRepeg) return
  }
}

/** What became of the orders of a leg, as far as it is told. */
type Told = { readonly ends: readonly Pick<OrderEnd, 'trace' | 'fills'>[] }

/** What has traded of a leg. */
export function filledCoin({ ends }: Told): number {
  return ends.reduce((sum, { trace }) => sum + trace.filledCoin, 0)
}

/** Whether a send of the leg has no known outcome. */
export function hasUnknown({ ends }: Told): boolean {
  return ends.some(({ trace }) => trace.outcome === 'unknown')
}

/** Whether nothing more may be sent in this action: an order was rejected, never arrived or has no known outcome. */
export function hasEndedAction({ ends }: Pick<LegWork, 'ends'>): boolean {
  return ends.some(({ endsAction }) => endsAction)
}

/** The result of a leg. Prices are weighted by size; a price or fee that is not wholly known is `null`. */
export function legResult(work: Told & Pick<LegWork, 'leg'>): LegResult {
  const { leg, ends } = work
  const orders = ends.map(({ trace }) => trace)
  const fills = ends.flatMap((end) => end.fills)
  const filled = filledCoin(work)
  const isPriced = filled > 0 && orders.every((order) => order.filledCoin === 0 || order.averagePriceCoin !== null)
  const paidCoin = orders.reduce((sum, order) => sum + order.filledCoin * (order.averagePriceCoin ?? 0), 0)
  const isCharged = !hasUnknown(work) && areComplete(fills, filled)
  return {
    leg: leg.leg,
    symbol: leg.instrument.symbol,
    side: leg.side,
    requestedCoin: leg.maxSizeCoin,
    filledCoin: filled,
    averagePriceCoin: isPriced ? paidCoin / filled : null,
    feeCoin: isCharged ? fills.reduce((sum, fill) => sum + fill.feeCoin, 0) : null,
    orders,
    fills,
  }
}

/** A failed quote ends the leg; before anything was sent it fails the action, of which nothing is lost. */
async function freshOrder(
  run: ActionRun,
  leg: ApprovedLeg,
  { pegs, ...step }: { peg: number; pegs: number; restCoin: number },
): Promise<OrderTerms | undefined> {
  const { ports, options, approved, hasSent } = run
  const { decisionId, expiresMs } = approved.bounds
  try {
    return await nextOrder(ports, { ...options, pegs }, { leg, decisionId, expiresMs, ...step })
  } catch (error) {
    if (!hasSent) throw error
    ports.logger.warn('a leg ends for want of a quote', { symbol: leg.instrument.symbol, ...errorFacts(error) })
    return undefined
  }
}
