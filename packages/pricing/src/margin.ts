import { requireNonNegative, requirePositive } from './validation.js'

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
