import { type CoveredCall, requireCoveredCall } from './covered-call.js'
import { DELIVERY_FEE_RATE, saleProceedsCoin, TRADE_FEE_CAP } from './fees.js'

/** Delivery prices at which a covered call neither gains nor loses, after fees. */
export type CoveredCallBreakeven = {
  /**
   * Of the sold call, and so of the position in coin: above it the payout and its fee exceed the premium. `null` when
   * no delivery price is that high, as the premium is worth a coin.
   */
  callUsd: number | null
  /**
   * Of coins and call together in USD: the lowest delivery price that leaves them worth what the coins were at the
   * sale. `null` when none does: the call was sold in the money for less than its intrinsic value and the fees.
   */
  positionUsd: number | null
  /** How far below the index at the sale `positionUsd` lies, as a ratio: 0.02 is 2 %, below 0 the index must rise. `null` with it. */
  downsideProtection: number | null
}

/**
 * Breakevens of a covered call held to delivery, in closed form. The premium is kept in coin; m = p − f is what is left
 * of it after the trade fee.
 *
 * The call: the payout x = 1 − K/D for which x + delivery fee = m, so D = K/(1 − x). The fee is 0.00015, or an eighth
 * of the payout if that is less, or nothing for a daily: x = m − 0.00015, or m/1.125, or m.
 *
 * The position: (1 + m)D = S below the strike; above it (1 + m)D − (D − K) − fee = S, which only a call that was sold in
 * the money can need. Fees as `deliveryFeeCoin`, payout as `payoutCoin`.
 *
 * @throws RangeError when price or fee rate is negative, a USD price not > 0, or any of them not finite.
 */
export function coveredCallBreakeven(call: CoveredCall): CoveredCallBreakeven {
  requireCoveredCall('coveredCallBreakeven', call)
  const { priceCoin, feeRate, indexUsd } = call
  const netPremium = saleProceedsCoin({ sizeCoin: 1, priceCoin, feeRate })
  const positionUsd = positionBreakeven(call, netPremium)
  return {
    callUsd: callBreakeven(call, netPremium),
    positionUsd,
    downsideProtection: positionUsd === null ? null : (indexUsd - positionUsd) / indexUsd,
  }
}

/** Payout above which the delivery fee is no longer capped. */
const CAPPED_PAYOUT = DELIVERY_FEE_RATE / TRADE_FEE_CAP

function callBreakeven({ strikeUsd, daily }: CoveredCall, netPremium: number): number | null {
  const payout = payoutWorth(netPremium, daily)
  return payout < 1 ? strikeUsd / (1 - payout) : null
}

/** The payout that costs this much with its fee. */
function payoutWorth(cost: number, daily: boolean): number {
  if (daily) return cost
  const capped = cost / (1 + TRADE_FEE_CAP)
  return capped <= CAPPED_PAYOUT ? capped : cost - DELIVERY_FEE_RATE
}

function positionBreakeven({ strikeUsd, indexUsd, daily }: CoveredCall, netPremium: number): number | null {
  const belowStrike = indexUsd / (1 + netPremium)
  if (belowStrike <= strikeUsd) return belowStrike

  if (!daily) {
    // While the fee is capped the position is worth (1 + m)D − 1.125(D − K).
    const whileCapped = (indexUsd - (1 + TRADE_FEE_CAP) * strikeUsd) / (netPremium - TRADE_FEE_CAP)
    const lastCapped = strikeUsd / (1 - CAPPED_PAYOUT)
    if (netPremium > TRADE_FEE_CAP && whileCapped <= lastCapped) return whileCapped
  }
  // Beyond, only the net premium still grows with the coin: K + (m − 0.00015)D.
  const growth = netPremium - (daily ? 0 : DELIVERY_FEE_RATE)
  return growth > 0 ? (indexUsd - strikeUsd) / growth : null
}
