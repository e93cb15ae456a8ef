import type { CandidateOption, OptionPosition } from '@cc/models'
import { nextPriceDown, nextPriceUp, tradeFeeCoin } from '@cc/pricing'

/**
 * What rolling one coin of a held call costs, in coin; below 0 it is a credit. Each leg is taken one tick beyond its
 * quote, as far as an order may go, with its fee.
 */
export function rollCostCoin(call: OptionPosition & { askPriceCoin: number }, target: CandidateOption): number {
  return paid(call) - received(target)
}

/** Coin per coin of size, for buying back one tick above the ask. */
function paid({ instrument, askPriceCoin }: OptionPosition & { askPriceCoin: number }): number {
  const priceCoin = nextPriceUp(askPriceCoin, instrument)
  return priceCoin + tradeFeeCoin({ sizeCoin: 1, priceCoin, feeRate: instrument.takerFeeRate })
}

/** Coin per coin of size, from selling one tick below the bid. */
function received({ instrument, bidPriceCoin }: CandidateOption): number {
  const priceCoin = nextPriceDown(bidPriceCoin, instrument)
  return priceCoin - tradeFeeCoin({ sizeCoin: 1, priceCoin, feeRate: instrument.takerFeeRate })
}
