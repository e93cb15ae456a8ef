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
