import type { UnderlyingState } from '@cc/models'
import { tradeFeeCoin } from '@cc/pricing'
import { satoshisUp } from './satoshis.js'
import type { ShortCall } from './short-calls.js'
import type { OfferedOption, QuotedOption } from './trade.js'

/** An option traded at the worst price that its leg allows. */
export type WorstTrade = { option: QuotedOption; priceCoin: number }

/** A call to be sold, after another of the same size was bought back when it is a roll. */
export type Sale = {
  underlying: UnderlyingState
  sizeCoin: number
  sold: WorstTrade & { option: OfferedOption }
  boughtBack: WorstTrade | undefined
  /** What is short, or may be, before it. */
  shorts: readonly ShortCall[]
  /** The coins that may cover, less what resting buys will cost, at the fee of the option that is sold. */
  coveredCoin: number
  /** What it changes the coin balance by, fees paid, everything at its worst price. A roll may cost more than it brings. */
  cashCoin: number
}

/** A sale, and what follows from it. */
export function saleOf(parts: Omit<Sale, 'coveredCoin' | 'cashCoin'>): Sale {
  return { ...parts, coveredCoin: coveredCoin(parts), cashCoin: cashChangeCoin(parts) }
}

/** Short calls that the trade ends: buying back a put ends none. */
export function callsEndedSatoshis({ sizeCoin, boughtBack }: Sale): number {
  return boughtBack?.option.instrument.kind === 'call' ? satoshisUp(sizeCoin) : 0
}

function cashChangeCoin({ sizeCoin, sold, boughtBack }: Pick<Sale, 'sizeCoin' | 'sold' | 'boughtBack'>): number {
  const premiumCoin = sizeCoin * sold.priceCoin - feeCoin(sizeCoin, sold)
  return boughtBack === undefined
    ? premiumCoin
    : premiumCoin - sizeCoin * boughtBack.priceCoin - feeCoin(sizeCoin, boughtBack)
}

/**
 * Cover is what the state says, and never more than the balance less short futures: the value of open calls is neither
 * added nor taken off, since a call pays out less than its coin.
 */
function coveredCoin({ underlying, sold }: Pick<Sale, 'underlying' | 'sold'>): number {
  const { openOrders, otherPositions, coverage, balanceCoin } = underlying.portfolio
  let cashCoin = balanceCoin
  for (const { kind, sizeCoin } of otherPositions) if (kind === 'future') cashCoin += Math.min(0, sizeCoin)
  let covered = Math.min(coverage.coveredCoin, cashCoin)
  for (const { side, state, priceCoin, sizeCoin, filledCoin } of openOrders) {
    if (side !== 'buy' || state !== 'open') continue
    const restCoin = Math.max(0, sizeCoin - filledCoin)
    covered -= restCoin * priceCoin + feeCoin(restCoin, { option: sold.option, priceCoin })
  }
  return covered
}

/** Maker or taker is not known yet: the dearer of the two. */
export function feeCoin(sizeCoin: number, { option: { instrument }, priceCoin }: WorstTrade): number {
  const feeRate = Math.max(instrument.makerFeeRate, instrument.takerFeeRate)
  return tradeFeeCoin({ sizeCoin, priceCoin, feeRate })
}
