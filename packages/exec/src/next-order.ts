import type { OptionQuote, OrderTerms } from '@cc/models'
import type { ApprovedLeg } from '@cc/models/approval'
import { nextPriceDown, nextPriceUp, roundPriceDown, roundPriceUp, roundSizeDown } from '@cc/pricing'
import { orderLabel } from './label.js'
import type { ExecOptions } from './options.js'
import type { ExecPorts } from './ports.js'

/**
 * What the n-th order of a leg (`peg` counts from 0) would be, priced from a fresh quote. `undefined` where none is:
 * the rest is below the venue's smallest order, the book offers no price inside the leg's worst and the venue's band, or
 * the approval ends before the venue would have to have begun it.
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
 * a sale: all but the last rest post-only, rounded to the tick in our favour, never worse than the leg's worst price and
 * inside the venue's price band; the last crosses at the touch, immediate or cancel. Anchored on the book, not on the
 * mark, which is biased high for the calls one sells.
 *
 * Without an opposite quote there is no mid, and every peg is the last. `undefined`: nobody to trade with, or only
 * beyond the worst price or outside the band.
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

  const band = bandOf(leg, quote)
  const crosses = farCoin === null || step.peg >= step.pegs - 1
  if (crosses) {
    const priceCoin = sells ? salePrice(touchCoin, band, leg) : purchasePrice(touchCoin, band, leg)
    return priceCoin === undefined ? undefined : { priceCoin, postOnly: false, timeInForce: 'immediate-or-cancel' }
  }

  const midCoin = (touchCoin + farCoin) / 2
  const wantedCoin = midCoin + (touchCoin - midCoin) * (step.peg / (step.pegs - 1))
  const priceCoin = sells
    ? salePrice(passiveSale(wantedCoin, band, leg), band, leg)
    : purchasePrice(passivePurchase(wantedCoin, band, leg), band, leg)
  return priceCoin === undefined ? undefined : { priceCoin, postOnly: true, timeInForce: 'good-til-cancelled' }
}

/** The lowest and the highest price on the grid that the venue takes now. */
type Band = { floorCoin: number; ceilingCoin: number }

/** A call is worth less than its coin. */
const MOST_COIN = 1

function bandOf({ instrument }: ApprovedLeg, { minPriceCoin, maxPriceCoin }: OptionQuote): Band {
  return {
    floorCoin: roundPriceUp(minPriceCoin ?? 0, instrument),
    ceilingCoin: roundPriceDown(maxPriceCoin ?? MOST_COIN, instrument),
  }
}

/** A bid above the band is hit with a lower limit, and trades at the bid all the same. */
function salePrice(wishCoin: number, { floorCoin, ceilingCoin }: Band, leg: ApprovedLeg): number | undefined {
  const priceCoin = Math.min(wishCoin, ceilingCoin)
  return priceCoin >= Math.max(leg.worstPriceCoin, floorCoin) ? priceCoin : undefined
}

function purchasePrice(wishCoin: number, { floorCoin, ceilingCoin }: Band, leg: ApprovedLeg): number | undefined {
  const priceCoin = Math.max(wishCoin, floorCoin)
  return priceCoin > 0 && priceCoin <= Math.min(leg.worstPriceCoin, ceilingCoin) ? priceCoin : undefined
}

/*
 * Rounding takes float noise for the tick beside it, the approval does not: where the worst price itself is noisy,
 * the next tick is the first one inside.
 */

function passiveSale(wantedCoin: number, { floorCoin }: Band, { worstPriceCoin, instrument }: ApprovedLeg): number {
  const priceCoin = roundPriceUp(Math.max(wantedCoin, worstPriceCoin, floorCoin), instrument)
  return priceCoin < worstPriceCoin ? nextPriceUp(priceCoin, instrument) : priceCoin
}

function passivePurchase(
  wantedCoin: number,
  { ceilingCoin }: Band,
  { worstPriceCoin, instrument }: ApprovedLeg,
): number {
  const priceCoin = roundPriceDown(Math.min(wantedCoin, worstPriceCoin, ceilingCoin), instrument)
  return priceCoin > worstPriceCoin ? nextPriceDown(priceCoin, instrument) : priceCoin
}
