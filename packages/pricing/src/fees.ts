import { requireNonNegative } from './validation.js'

/** No option fee exceeds this share of the option's price, nor a delivery fee this share of the payout. */
export const TRADE_FEE_CAP = 0.125

/** Delivery fee of options in coin per coin of size, before the cap. */
export const DELIVERY_FEE_RATE = 0.00015

/** One option trade, maker or taker. */
export type TradeFeeInput = {
  sizeCoin: number
  priceCoin: number
  /** Coin per coin of size, the instrument's maker or taker commission: 0.0003 on Deribit. */
  feeRate: number
}

/**
 * Fee of one option trade in coin: size · min(rate, 12.5 % of the price).
 *
 * Rule: https://support.deribit.com/hc/en-us/articles/25944746248989-Fees, whose example is 0.0000125 for an option at
 * 0.0001.
 *
 * @throws RangeError when an input is negative or not finite.
 */
export function tradeFeeCoin(input: TradeFeeInput): number {
  const { sizeCoin, priceCoin, feeRate } = input
  requireNonNegative('tradeFeeCoin', 'sizeCoin', sizeCoin)
  requireNonNegative('tradeFeeCoin', 'priceCoin', priceCoin)
  requireNonNegative('tradeFeeCoin', 'feeRate', feeRate)
  return sizeCoin * Math.min(feeRate, TRADE_FEE_CAP * priceCoin)
}

/** One option position at its expiry. */
export type DeliveryFeeInput = {
  sizeCoin: number
  /** Payout per coin of size: `payoutCoin(…)`. */
  payoutCoin: number
  /** Whether the option is a daily, which Deribit delivers free of charge. */
  daily: boolean
}

/**
 * Fee of an option's delivery in coin: size · min(0.00015, 12.5 % of the payout), nothing for dailies and for options
 * that expire worthless. Same source as `tradeFeeCoin`.
 *
 * @throws RangeError when an input is negative or not finite.
 */
export function deliveryFeeCoin(input: DeliveryFeeInput): number {
  const { sizeCoin, payoutCoin, daily } = input
  requireNonNegative('deliveryFeeCoin', 'sizeCoin', sizeCoin)
  requireNonNegative('deliveryFeeCoin', 'payoutCoin', payoutCoin)
  return daily ? 0 : sizeCoin * Math.min(DELIVERY_FEE_RATE, TRADE_FEE_CAP * payoutCoin)
}

/**
 * What a seller receives for one option trade, in coin: size · price − fee.
 *
 * @throws RangeError when an input is negative or not finite.
 */
export function saleProceedsCoin(trade: TradeFeeInput): number {
  const feeCoin = tradeFeeCoin(trade)
  return trade.sizeCoin * trade.priceCoin - feeCoin
}

/**
 * What a buyer pays for one option trade, in coin: size · price + fee.
 *
 * @throws RangeError when an input is negative or not finite.
 */
export function purchaseCostCoin(trade: TradeFeeInput): number {
  const feeCoin = tradeFeeCoin(trade)
  return trade.sizeCoin * trade.priceCoin + feeCoin
}
