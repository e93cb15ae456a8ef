import { countDown, countUp, multipleOf } from './grid.js'
import { requireNonNegative, requirePositive } from './validation.js'

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
