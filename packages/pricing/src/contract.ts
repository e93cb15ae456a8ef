import type { OptionKind } from './black76.js'
import { requireEither, requireNonNegative, requirePositive } from './validation.js'

/** An option at its expiry. */
export type PayoutInput = {
  kind: OptionKind
  strikeUsd: number
  /** Delivery price: Deribit's index averaged over the 30 minutes before 08:00 UTC. */
  deliveryUsd: number
}

/**
 * What an inverse option pays its holder at expiry, in coin per coin of size: (D − K)/D for a call, (K − D)/D for a
 * put, never below 0. A call pays less than one coin, which is why one coin covers it.
 *
 * Rule: https://support.deribit.com/hc/en-us/articles/25944688327069-Inverse-Options
 *
 * @throws RangeError when a price is not finite and > 0.
 */
export function payoutCoin(input: PayoutInput): number {
  const { kind, strikeUsd, deliveryUsd } = input
  requireEither('payoutCoin', 'kind', kind, ['call', 'put'])
  requirePositive('payoutCoin', 'strikeUsd', strikeUsd)
  requirePositive('payoutCoin', 'deliveryUsd', deliveryUsd)
  const gainUsd = kind === 'call' ? deliveryUsd - strikeUsd : strikeUsd - deliveryUsd
  return Math.max(0, gainUsd / deliveryUsd)
}

/** A strike and the forward of its expiry. */
export type MoneynessInput = { forwardUsd: number; strikeUsd: number }

/**
 * Distance of the strike from the forward as a ratio, strike/forward − 1: 0.1 is a strike 10 % above, out of the money
 * for a call and in the money for a put.
 *
 * @throws RangeError when a price is not finite and > 0.
 */
export function moneyness(input: MoneynessInput): number {
  const { forwardUsd, strikeUsd } = input
  requirePositive('moneyness', 'forwardUsd', forwardUsd)
  requirePositive('moneyness', 'strikeUsd', strikeUsd)
  return (strikeUsd - forwardUsd) / forwardUsd
}

/** One option trade and the index at its time. */
export type PremiumInput = { priceCoin: number; sizeCoin: number; indexUsd: number }

/**
 * Premium of a whole trade in USD at the index.
 *
 * @throws RangeError when price or size is negative, the index not > 0, or any of them not finite.
 */
export function premiumUsd(input: PremiumInput): number {
  const { priceCoin, sizeCoin, indexUsd } = input
  requireNonNegative('premiumUsd', 'priceCoin', priceCoin)
  requireNonNegative('premiumUsd', 'sizeCoin', sizeCoin)
  requirePositive('premiumUsd', 'indexUsd', indexUsd)
  return priceCoin * sizeCoin * indexUsd
}

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

/** A short call position and its market. */
export type ShortCallMarginInput = {
  /** Calls sold, in coin, >= 0. */
  sizeCoin: number
  strikeUsd: number
  /** Deribit's `underlying_price`; the index is a fair stand-in. */
  underlyingUsd: number
  /** Mark price of the call. */
  markCoin: number
}

/** Margin of the whole size. */
export type ShortCallMargin = { initialMarginCoin: number; maintenanceMarginCoin: number }

/**
 * Standard margin (segregated, per position) of a short inverse call, in coin for the whole size.
 *
 * Initial: max(0.15 − otm, 0.10) + mark; maintenance: 0.075 + mark; otm = max(0, K − S)/S. Deribit does not offset the
 * coin that covers the call: it is margin balance. An estimate: what the account reports is the truth.
 *
 * Rule: https://support.deribit.com/hc/en-us/articles/25944811317149-Margin-types-and-usage
 *
 * @throws RangeError when size or mark is negative, a price not > 0, or any of them not finite.
 */
export function shortCallMargin(input: ShortCallMarginInput): ShortCallMargin {
  const { sizeCoin, strikeUsd, underlyingUsd, markCoin } = input
  requireNonNegative('shortCallMargin', 'sizeCoin', sizeCoin)
  requirePositive('shortCallMargin', 'strikeUsd', strikeUsd)
  requirePositive('shortCallMargin', 'underlyingUsd', underlyingUsd)
  requireNonNegative('shortCallMargin', 'markCoin', markCoin)
  const otm = Math.max(0, strikeUsd - underlyingUsd) / underlyingUsd
  return {
    initialMarginCoin: sizeCoin * (Math.max(0.15 - otm, 0.1) + markCoin),
    maintenanceMarginCoin: sizeCoin * (0.075 + markCoin),
  }
}
