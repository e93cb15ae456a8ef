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
  requireShort('shortCallMargin', input)
  const otm = Math.max(0, strikeUsd - underlyingUsd) / underlyingUsd
  return {
    initialMarginCoin: sizeCoin * (Math.max(0.15 - otm, 0.1) + markCoin),
    maintenanceMarginCoin: sizeCoin * (0.075 + markCoin),
  }
}

/** A short put position and its market, in the fields of a short call's. */
export type ShortPutMarginInput = ShortCallMarginInput

/** Margin of the whole size. */
export type ShortPutMargin = ShortCallMargin

/**
 * Standard margin (segregated, per position) of a short inverse put, in coin for the whole size.
 *
 * Initial: max(max(0.15 − otm, 0.10) + mark, maintenance); maintenance: max(0.075, 0.075 · mark) + mark;
 * otm = max(0, S − K)/S. A put can cost more than a coin, hence the second term. Same source as `shortCallMargin`.
 *
 * @throws RangeError when size or mark is negative, a price not > 0, or any of them not finite.
 */
export function shortPutMargin(input: ShortPutMarginInput): ShortPutMargin {
  const { sizeCoin, strikeUsd, underlyingUsd, markCoin } = input
  requireShort('shortPutMargin', input)
  const otm = Math.max(0, underlyingUsd - strikeUsd) / underlyingUsd
  const maintenance = Math.max(0.075, 0.075 * markCoin) + markCoin
  const initial = Math.max(Math.max(0.15 - otm, 0.1) + markCoin, maintenance)
  return { initialMarginCoin: sizeCoin * initial, maintenanceMarginCoin: sizeCoin * maintenance }
}

function requireShort(where: string, { sizeCoin, strikeUsd, underlyingUsd, markCoin }: ShortCallMarginInput): void {
  requireNonNegative(where, 'sizeCoin', sizeCoin)
  requirePositive(where, 'strikeUsd', strikeUsd)
  requirePositive(where, 'underlyingUsd', underlyingUsd)
  requireNonNegative(where, 'markCoin', markCoin)
}
