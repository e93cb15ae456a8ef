import { requireNonNegative, requirePositive } from './validation.js'

/** An instrument's price grid: Deribit's `tick_size` and `tick_size_steps`. Read it, never hard-code it. */
export type TickRule = {
  /** Tick below every step, > 0. */
  tickSizeCoin: number
  /**
   * Coarser ticks higher up, in any order. Each boundary must be a valid price of the grids on both sides, as Deribit's
   * are: at 0.005 both 0.0001 and 0.0005 fit.
   */
  tickSteps: readonly { abovePriceCoin: number; tickSizeCoin: number }[]
}

/**
 * Tick size at a price; on a boundary, the tick above it.
 *
 * Deribit leaves open which side a boundary belongs to: both grids hold it.
 *
 * @throws RangeError when the price is negative, a tick size not > 0, or either not finite.
 */
export function tickSizeAt(priceCoin: number, rule: TickRule): number {
  return tickAbove('tickSizeAt', priceCoin, rule)
}

/**
 * Whether a price lies on the grid, float noise aside. 0 does. What goes to the venue is the result of a rounding
 * function, which is free of noise.
 *
 * @throws RangeError when the price is negative, a tick size not > 0, or either not finite.
 */
export function isOnTick(priceCoin: number, rule: TickRule): boolean {
  const tick = tickAbove('isOnTick', priceCoin, rule)
  return countDown(priceCoin, tick) === countUp(priceCoin, tick)
}

/**
 * The lowest valid price that is not below `priceCoin`, as an exact decimal: how a seller rounds to stay passive.
 *
 * @throws RangeError when the price is negative, a tick size not > 0, or either not finite.
 */
export function roundPriceUp(priceCoin: number, rule: TickRule): number {
  const tick = tickAbove('roundPriceUp', priceCoin, rule)
  return multipleOf(tick, countUp(priceCoin, tick))
}

/**
 * The highest valid price that is not above `priceCoin`, as an exact decimal: how a buyer rounds to stay passive.
 *
 * @throws RangeError when the price is negative, a tick size not > 0, or either not finite.
 */
export function roundPriceDown(priceCoin: number, rule: TickRule): number {
  const tick = tickAbove('roundPriceDown', priceCoin, rule)
  return multipleOf(tick, countDown(priceCoin, tick))
}

/**
 * The lowest valid price above `priceCoin`: one tick up for a price on the grid.
 *
 * @throws RangeError when the price is negative, a tick size not > 0, or either not finite.
 */
export function nextPriceUp(priceCoin: number, rule: TickRule): number {
  const tick = tickAbove('nextPriceUp', priceCoin, rule)
  return multipleOf(tick, countDown(priceCoin, tick) + 1)
}

/**
 * The highest valid price below `priceCoin`: one tick down for a price on the grid. 0 is the floor.
 *
 * @throws RangeError when the price is negative, a tick size not > 0, or either not finite.
 */
export function nextPriceDown(priceCoin: number, rule: TickRule): number {
  const tick = tickBelow('nextPriceDown', priceCoin, rule)
  return multipleOf(tick, Math.max(0, countUp(priceCoin, tick) - 1))
}

/**
 * Whether a size is a multiple of the instrument's step, float noise aside. 0 is. What goes to the venue is the result
 * of `roundSizeDown`, which is free of noise.
 *
 * @param stepCoin Deribit's `min_trade_amount`, > 0
 * @throws RangeError when the size is negative, the step not > 0, or either not finite.
 */
export function isOnStep(sizeCoin: number, stepCoin: number): boolean {
  requireNonNegative('isOnStep', 'sizeCoin', sizeCoin)
  requirePositive('isOnStep', 'stepCoin', stepCoin)
  return countDown(sizeCoin, stepCoin) === countUp(sizeCoin, stepCoin)
}

/**
 * The largest multiple of the step that is not above `sizeCoin`, as the shortest decimal: 0.3, not 0.30000000000000004.
 *
 * Float noise does not cost a step, and a missing satoshi does: 0.1 + 0.7 holds eight steps of 0.1, 0.79999999 seven.
 *
 * @param stepCoin Deribit's `min_trade_amount`, > 0
 * @throws RangeError when the size is negative, the step not > 0, or either not finite.
 */
export function roundSizeDown(sizeCoin: number, stepCoin: number): number {
  requireNonNegative('roundSizeDown', 'sizeCoin', sizeCoin)
  requirePositive('roundSizeDown', 'stepCoin', stepCoin)
  return multipleOf(stepCoin, countDown(sizeCoin, stepCoin))
}

/** The tick that leads up from a price. */
function tickAbove(where: string, priceCoin: number, rule: TickRule): number {
  requireNonNegative(where, 'priceCoin', priceCoin)
  return highestTick(where, rule, (boundaryCoin, tick) => countDown(priceCoin, tick) >= countDown(boundaryCoin, tick))
}

/** The tick that leads down from a price: on a boundary, the finer one below it. */
function tickBelow(where: string, priceCoin: number, rule: TickRule): number {
  requireNonNegative(where, 'priceCoin', priceCoin)
  return highestTick(where, rule, (boundaryCoin, tick) => countUp(priceCoin, tick) > countUp(boundaryCoin, tick))
}

/** The tick of the highest step that is reached, judged in whole ticks so that noise at a boundary cannot split it. */
function highestTick(
  where: string,
  rule: TickRule,
  isReached: (boundaryCoin: number, tickSizeCoin: number) => boolean,
): number {
  requirePositive(where, 'tickSizeCoin', rule.tickSizeCoin)
  let tick = rule.tickSizeCoin
  let highest = 0
  for (const { abovePriceCoin, tickSizeCoin } of rule.tickSteps) {
    requirePositive(where, 'tickSteps[].tickSizeCoin', tickSizeCoin)
    if (abovePriceCoin >= highest && isReached(abovePriceCoin, tickSizeCoin)) {
      highest = abovePriceCoin
      tick = tickSizeCoin
    }
  }
  return tick
}

/**
 * How far, relative to its size, a number may lie from a multiple of the step and still count as it: room for the noise
 * of float arithmetic, yet less than one satoshi in 10,000 coins.
 */
const NOISE = 1e-12

/** Whole steps in `value`; float noise does not cost the last one. */
function countDown(value: number, step: number): number {
  return wholeCount(value / step) ?? Math.floor(value / step)
}

/** Steps that `value` fills or begins; float noise does not begin one. */
function countUp(value: number, step: number): number {
  return wholeCount(value / step) ?? Math.ceil(value / step)
}

/**
 * `count` steps as the double of their exact decimal: 3 steps of 0.1 are 0.3, where the product is 0.30000000000000004.
 *
 * The step becomes a fraction of integers, so that the one division at the end is the only rounding.
 */
function multipleOf(step: number, count: number): number {
  let scale = 1
  // 10^22 is the last power of ten that a double holds exactly.
  while (Math.round(step * scale) / scale !== step && scale < 1e22) scale *= 10
  return (count * Math.round(step * scale)) / scale
}

function wholeCount(steps: number): number | undefined {
  const nearest = Math.round(steps)
  return Math.abs(steps - nearest) <= NOISE * Math.max(1, nearest) ? nearest : undefined
}
