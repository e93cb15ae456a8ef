/*
 * Money in whole numbers. Coins, sizes and prices are in units of 1e-8, ratios in parts of 1e-12, and what is paid for a
 * size at a price in grains: an eighth of 1e-16 coin, so that neither a product of two units nor a fee of an eighth of it
 * is ever rounded.
 */

const PARTS = 1_000_000_000_000n
const GRAINS_PER_UNIT = 800_000_000n

/** Whole units of 1e-8 coin. Everything that a venue says of coins is a decimal of at most 8 places. */
export function unitsOf(coin: number): bigint {
  return BigInt(Math.round(coin * 1e8))
}

/** Whole units of 1e-12: of a share, a percentage or a delta. */
export function partsOf(ratio: number): bigint {
  return BigInt(Math.round(ratio * 1e12))
}

/** Whole grains of whole units. */
export function grainsOf(units: bigint): bigint {
  return units * GRAINS_PER_UNIT
}

/** The units that a number of grains holds in full. */
export function wholeUnits(grains: bigint): bigint {
  return floorDivide(grains, GRAINS_PER_UNIT)
}

/** A share in parts of a number, rounded down. */
export function shareOf(number: bigint, parts: bigint): bigint {
  return floorDivide(number * parts, PARTS)
}

/** Size times price, both in units, in grains. */
export function valueGrains(sizeUnits: bigint, priceUnits: bigint): bigint {
  return 8n * sizeUnits * priceUnits
}

/** Deribit's fee in grains: the rate, at most an eighth of the price, on every coin of size. */
export function feeGrains(sizeUnits: bigint, priceUnits: bigint, rate: number): bigint {
  return sizeUnits * least(8n * unitsOf(rate), priceUnits)
}

/** Whether an order is a maker's or a taker's is not known before it trades: the dearer of the two. */
export function feeRateOf({ makerFeeRate, takerFeeRate }: { makerFeeRate: number; takerFeeRate: number }): number {
  return Math.max(makerFeeRate, takerFeeRate)
}

export function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}

export function most(left: bigint, right: bigint): bigint {
  return left > right ? left : right
}

export function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}

export function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** Division that rounds towards minus infinity, where that of the language rounds towards zero. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  return dividend % divisor !== 0n && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient
}
