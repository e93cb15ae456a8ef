import type { OptionInstrument, Side } from '@cc/models'
import { deliveryFeeCoin, payoutCoin, tradeFeeCoin } from '@cc/pricing'

/** Signed change of the balance, and the fee in it. */
export type Cash = { changeCoin: number; feeCoin: number }

/** Cash of one trade: the premium, received or paid, less the fee. */
export function cashOfTrade(
  instrument: OptionInstrument,
  trade: { side: Side; sizeCoin: number; priceCoin: number; liquidity: 'maker' | 'taker' },
): Cash {
  const { side, sizeCoin, priceCoin, liquidity } = trade
  const feeRate = liquidity === 'maker' ? instrument.makerFeeRate : instrument.takerFeeRate
  const feeCoin = tradeFeeCoin({ sizeCoin, priceCoin, feeRate })
  const premiumCoin = priceCoin * sizeCoin
  return { changeCoin: (side === 'sell' ? premiumCoin : -premiumCoin) - feeCoin, feeCoin }
}

/** Cash of one position at its expiry, and the payout per coin: received by the holder, paid by the writer. */
export function cashOfDelivery(
  instrument: OptionInstrument,
  { sizeCoin, deliveryUsd }: { sizeCoin: number; deliveryUsd: number },
): Cash & { payoutPerCoin: number } {
  const payoutPerCoin = payoutCoin({ kind: instrument.kind, strikeUsd: instrument.strikeUsd, deliveryUsd })
  const feeCoin = deliveryFeeCoin({
    sizeCoin: Math.abs(sizeCoin),
    payoutCoin: payoutPerCoin,
    daily: instrument.settlementPeriod === 'day',
  })
  // A worthless short would come to −0.
  return { payoutPerCoin, feeCoin, changeCoin: payoutPerCoin === 0 ? 0 : sizeCoin * payoutPerCoin - feeCoin }
}
