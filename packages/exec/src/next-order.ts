import type { LegResult, OptionQuote, OrderTerms } from '@cc/models'
import type { ApprovedLeg } from '@cc/models/approval'
import { nextPriceDown, nextPriceUp, roundPriceDown, roundPriceUp, roundSizeDown } from '@cc/pricing'
import type { ExecOptions } from './options.js'
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

type PegTerms = Pick<OrderTerms, 'priceCoin' | 'postOnly' | 'timeInForce'>

/**
 * The limit of the n-th order of a leg (`peg` counts from 0). From the mid in equal steps to the touch, the bid for
 * a sale: all but the last rest post-only, rounded to the tick in our favour and never worse than the leg's worst
 * price; the last crosses at the touch, immediate or cancel. Anchored on the book, not on the mark, which is biased
 * high for the calls one sells.
 *
 * Without an opposite quote there is no mid, and every peg is the last. `undefined`: nobody to trade with, or only
 * beyond the worst price.
 */
export function pegTerms(
  leg: ApprovedLeg,
  quote: OptionQuote,
  step: { peg: number; pegs: number },
): PegTerms | undefined {
  const sells = leg.side === 'sell'
  const [touchCoin, farCoin] = sells
    ? [quote.bidPriceCoin, quote.askPriceCoin]
    : [quote.askPriceCoin, quote.bidPriceCoin]
  if (touchCoin === null) return undefined

  const crosses = farCoin === null || step.peg >= step.pegs - 1
  if (crosses) {
    const withinWorst = sells ? touchCoin >= leg.worstPriceCoin : touchCoin <= leg.worstPriceCoin
    return withinWorst ? { priceCoin: touchCoin, postOnly: false, timeInForce: 'immediate-or-cancel' } : undefined
  }

  const midCoin = (touchCoin + farCoin) / 2
  const wantedCoin = midCoin + (touchCoin - midCoin) * (step.peg / (step.pegs - 1))
  const priceCoin = sells ? sellPrice(wantedCoin, leg) : buyPrice(wantedCoin, leg)
  return priceCoin > 0 ? { priceCoin, postOnly: true, timeInForce: 'good-til-cancelled' } : undefined
}

/*
 * Rounding takes float noise for the tick beside it, the approval does not: where the worst price itself is noisy,
 * the next tick is the first one inside.
 */

function sellPrice(wantedCoin: number, { worstPriceCoin, instrument }: ApprovedLeg): number {
  const priceCoin = roundPriceUp(Math.max(wantedCoin, worstPriceCoin), instrument)
  return priceCoin < worstPriceCoin ? nextPriceUp(priceCoin, instrument) : priceCoin
}

function buyPrice(wantedCoin: number, { worstPriceCoin, instrument }: ApprovedLeg): number {
  const priceCoin = roundPriceDown(Math.min(wantedCoin, worstPriceCoin), instrument)
  return priceCoin > worstPriceCoin ? nextPriceDown(priceCoin, instrument) : priceCoin
}

const OWN_PREFIX = 'cc-'

/**
 * The label of one order: `cc-<run8>-<decision8>-<c|o>-<attempt>`. The venue does not keep labels unique; ours are,
 * because a decision is executed once and each of its attempts has its own number.
 */
function orderLabel(order: { runId: string; decisionId: string } & { leg: LegResult['leg']; attempt: number }): string {
  return `${labelStem(order)}-${order.leg === 'close' ? 'c' : 'o'}-${order.attempt}`
}

/** What all labels of one decision begin with. */
export function labelStem({ runId, decisionId }: { runId: string; decisionId: string }): string {
  return `${OWN_PREFIX}${runId.slice(0, 8)}-${decisionId.slice(0, 8)}`
}

/** The stem of an order's label. */
export function stemOf(label: string): string {
  return label.split('-', 3).join('-')
}

/** Whether an order is one of ours, of this run or of an earlier one. */
export function isOwnLabel(label: string): boolean {
  return label.startsWith(OWN_PREFIX)
}
