import type { OptionQuote, OrderTerms } from '@cc/models'
import type { ApprovedLeg } from '@cc/models/approval'
import { nextPriceDown, nextPriceUp, roundPriceDown, roundPriceUp } from '@cc/pricing'

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
