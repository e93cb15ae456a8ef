import { countDown, countUp, multipleOf } from './grid.js'
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
