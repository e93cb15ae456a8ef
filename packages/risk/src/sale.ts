import type { UnderlyingState } from '@cc/models'
import { tradeFeeCoin } from '@cc/pricing'
import type { QuotedOption } from './resolve-legs.js'

/** An option traded at the worst price that its leg allows. */
type WorstTrade = { option: QuotedOption; priceCoin: number }

/** A call to be sold, after another of the same size was bought back when it is a roll. */
export type Sale = {
  underlying: UnderlyingState
  sizeCoin: number
  sold: WorstTrade
  boughtBack: WorstTrade | undefined
}

/** What the sale changes the coin balance by, fees paid, everything at its worst price. A roll may cost more than it brings. */
export function cashChangeCoin({ sizeCoin, sold, boughtBack }: Sale): number {
  const premiumCoin = sizeCoin * sold.priceCoin - feeCoin(sizeCoin, sold)
  return boughtBack === undefined
    ? premiumCoin
    : premiumCoin - sizeCoin * boughtBack.priceCoin - feeCoin(sizeCoin, boughtBack)
}

/** Maker or taker is not known yet: the dearer of the two. */
function feeCoin(sizeCoin: number, { option: { instrument }, priceCoin }: WorstTrade): number {
  const feeRate = Math.max(instrument.makerFeeRate, instrument.takerFeeRate)
  return tradeFeeCoin({ sizeCoin, priceCoin, feeRate })
}
