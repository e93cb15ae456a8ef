import type { Fill, LegResult, OrderTerms } from '@cc/models'
import type { ApprovedLeg } from '@cc/models/approval'
import { type ActionRun, isStopped } from './action-run.js'
import { errorFacts } from './error-facts.js'
import { nextOrder } from './next-order.js'
import { type OrderEnd, sendOrder } from './send-order.js'

/** Works one leg of at most `sizeCoin`, order after order, until it is filled or has no order left to send. */
export async function workLeg(run: ActionRun, leg: ApprovedLeg, sizeCoin: number): Promise<LegResult> {
  const startedMs = run.ports.clock.now()
  const ends: OrderEnd[] = []
  for (let peg = 0; peg < run.options.pegs && !isStopped(run); peg += 1) {
    const terms = await freshOrder(run, leg, { peg, restCoin: sizeCoin - filledCoin(ends) })
    const end = terms && (await sendOrder(run, leg, terms))
    if (end === undefined) break
    ends.push(end)
    if (!end.mayRepeg) break
  }
  const orders = ends.map((end) => end.trace)
  const fills = await fillsOf(run, leg, { ends, startedMs })
  return legResult(leg, { orders, fills })
}

/** The result of a leg from its orders and fills. Prices are weighted by size. */
export function legResult(leg: ApprovedLeg, { orders, fills }: Pick<LegResult, 'orders' | 'fills'>): LegResult {
  const paidCoin = orders.reduce((sum, order) => sum + order.filledCoin * (order.averagePriceCoin ?? 0), 0)
  const filled = orders.reduce((sum, order) => sum + order.filledCoin, 0)
  return {
    leg: leg.leg,
    symbol: leg.instrument.symbol,
    side: leg.side,
    requestedCoin: leg.maxSizeCoin,
    filledCoin: filled,
    averagePriceCoin: filled > 0 ? paidCoin / filled : null,
    feeCoin: fills.reduce((sum, fill) => sum + fill.feeCoin, 0),
    orders,
    fills,
  }
}

/** A failed quote ends the leg; before anything was sent it fails the action, of which nothing is lost. */
async function freshOrder(
  run: ActionRun,
  leg: ApprovedLeg,
  step: { peg: number; restCoin: number },
): Promise<OrderTerms | undefined> {
  const { ports, options, approved } = run
  const { decisionId, expiresMs } = approved.bounds
  try {
    return await nextOrder(ports, options, { leg, decisionId, expiresMs, ...step })
  } catch (error) {
    if (run.sends === 0) throw error
    ports.logger.warn('a leg ends for want of a quote', { symbol: leg.instrument.symbol, ...errorFacts(error) })
    return undefined
  }
}

/** Fills that came while an order rested are known to the account only; its own clock stamps them. */
async function fillsOf(
  { ports, options }: ActionRun,
  { instrument }: ApprovedLeg,
  { ends, startedMs }: { ends: readonly OrderEnd[]; startedMs: number },
): Promise<readonly Fill[]> {
  const known = ends.flatMap((end) => end.fills)
  if (filledCoin(ends) === 0) return known
  const labels = new Set(ends.map((end) => end.trace.terms.label))
  try {
    const span = { fromMs: startedMs - options.fenceSlackMs, toMs: ports.clock.now() + options.fenceSlackMs }
    const read = await ports.broker.fills(instrument.currency, span)
    const byTrade = new Map(
      [...known, ...read.filter((fill) => labels.has(fill.label))].map((fill) => [fill.tradeId, fill]),
    )
    return [...byTrade.values()].sort((a, b) => a.timestampMs - b.timestampMs)
  } catch (error) {
    ports.logger.warn('fills could not be read; fees are of the known ones', {
      symbol: instrument.symbol,
      ...errorFacts(error),
    })
    return known
  }
}

function filledCoin(ends: readonly OrderEnd[]): number {
  return ends.reduce((sum, end) => sum + end.trace.filledCoin, 0)
}
