import type { OptionKind } from './black76.js'
import { requireEither, requirePositive } from './validation.js'

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
  return gainUsd('payoutCoin', input) / input.deliveryUsd
}

/**
 * What an inverse option pays its holder at expiry, in USD per coin of size at the delivery price: D − K for a call,
 * K − D for a put, never below 0. It is `payoutCoin · deliveryUsd` without the rounding. Same source as `payoutCoin`.
 *
 * @throws RangeError when a price is not finite and > 0.
 */
export function payoutUsd(input: PayoutInput): number {
  return gainUsd('payoutUsd', input)
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

function gainUsd(where: string, { kind, strikeUsd, deliveryUsd }: PayoutInput): number {
  requireEither(where, 'kind', kind, ['call', 'put'])
  requirePositive(where, 'strikeUsd', strikeUsd)
  requirePositive(where, 'deliveryUsd', deliveryUsd)
  return Math.max(0, kind === 'call' ? deliveryUsd - strikeUsd : strikeUsd - deliveryUsd)
}
