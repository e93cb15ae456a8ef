import type { CandidateOption, OptionPosition, PortfolioState } from '@cc/models'
import { nextPriceDown, nextPriceUp, roundSizeDown, tradeFeeCoin } from '@cc/pricing'

/**
 * How many of the held calls can be rolled so that every short call is still covered after both legs, rounded down to
 * the size step of both. A roll that costs more than it brings is paid from free coins; each leg is taken one tick
 * beyond its quote, as far as an order may go, with its fee.
 */
export function rollSizeCoin(
  call: OptionPosition & { askPriceCoin: number },
  target: CandidateOption,
  coverage: PortfolioState['coverage'],
): number {
  const heldCoin = -call.sizeCoin
  const freeCoin = coverage.coveredCoin - coverage.committedCoin
  const netCoin = received(target) - paid(call)
  const payable = netCoin < 0 ? Math.max(0, freeCoin) / -netCoin : Number.POSITIVE_INFINITY
  // An account that lacks cover already only rolls if that makes up for it.
  const covered = freeCoin < 0 && freeCoin + heldCoin * netCoin < 0 ? 0 : Math.min(heldCoin, payable)
  return roundSizeDown(covered, Math.max(call.instrument.sizeStepCoin, target.instrument.sizeStepCoin))
}

/** Coin per coin of size, from selling one tick below the bid. */
function received({ instrument, bidPriceCoin }: CandidateOption): number {
  const priceCoin = nextPriceDown(bidPriceCoin, instrument)
  return priceCoin - tradeFeeCoin({ sizeCoin: 1, priceCoin, feeRate: instrument.takerFeeRate })
}

/** Coin per coin of size, for buying back one tick above the ask. */
function paid({ instrument, askPriceCoin }: OptionPosition & { askPriceCoin: number }): number {
  const priceCoin = nextPriceUp(askPriceCoin, instrument)
  return priceCoin + tradeFeeCoin({ sizeCoin: 1, priceCoin, feeRate: instrument.takerFeeRate })
}
