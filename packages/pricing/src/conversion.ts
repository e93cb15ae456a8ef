import { requireFinite, requireNonNegative, requirePositive } from './validation.js'

/**
 * An amount of coin in USD at the index: a premium, fee, margin or profit, negative for a loss.
 *
 * @throws RangeError when the amount is not finite or the index not finite and > 0.
 */
export function coinToUsd(amountCoin: number, indexUsd: number): number {
  requireFinite('coinToUsd', 'amountCoin', amountCoin)
  requirePositive('coinToUsd', 'indexUsd', indexUsd)
  return amountCoin * indexUsd
}

/**
 * An amount of USD in coin at the index, negative for a loss.
 *
 * @throws RangeError when the amount is not finite or the index not finite and > 0.
 */
export function usdToCoin(amountUsd: number, indexUsd: number): number {
  requireFinite('usdToCoin', 'amountUsd', amountUsd)
  requirePositive('usdToCoin', 'indexUsd', indexUsd)
  return amountUsd / indexUsd
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
