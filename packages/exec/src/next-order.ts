import type { OrderTerms } from '@cc/models'
import type { ApprovedLeg } from '@cc/models/approval'
import { roundSizeDown } from '@cc/pricing'
import { orderLabel } from './label.js'
import type { ExecOptions } from './options.js'
import { pegTerms } from './peg.js'
import type { ExecPorts } from './ports.js'

/**
 * What the n-th order of a leg (`peg` counts from 0) would be, priced from a fresh quote. `undefined` where none is:
 * the rest is below the venue's smallest order, the book offers no price inside the leg's worst, or the approval ends
 * before the venue would have to have begun it.
 */
export async function nextOrder(
  { market, clock }: Pick<ExecPorts, 'market' | 'clock'>,
  { runId, pegs, validForMs }: Pick<ExecOptions, 'runId' | 'pegs' | 'validForMs'>,
  wanted: { leg: ApprovedLeg; decisionId: string; expiresMs: number; peg: number; restCoin: number },
): Promise<OrderTerms | undefined> {
  const { leg, decisionId, expiresMs, peg, restCoin } = wanted
  const { symbol, minSizeCoin, sizeStepCoin } = leg.instrument
  const sizeCoin = roundSizeDown(Math.max(0, restCoin), sizeStepCoin)
  if (sizeCoin < minSizeCoin) return undefined

  const price = pegTerms(leg, await market.quote(symbol), { peg, pegs })
  const validUntilMs = clock.now() + validForMs
  if (price === undefined || validUntilMs > expiresMs) return undefined
  return {
    label: orderLabel({ runId, decisionId, leg: leg.leg, attempt: peg + 1 }),
    symbol,
    side: leg.side,
    sizeCoin,
    ...price,
    reduceOnly: leg.reduceOnly,
    validUntilMs,
  }
}
