import type { OptionInstrument } from '@cc/models'
import { isOnStep, roundSizeDown } from '@cc/pricing'

type Grid = Pick<OptionInstrument, 'sizeStepCoin' | 'minSizeCoin'>

/** The largest size on the step that is not above an amount, coin; 0 of less than nothing, and of what is no amount. */
export function sizeDown(amountCoin: number, { sizeStepCoin }: Grid): number {
  if (!(amountCoin > 0 && amountCoin < Infinity)) return 0
  const sizeCoin = roundSizeDown(amountCoin + NOISE_COIN, sizeStepCoin)
  return Number.isFinite(sizeCoin) ? sizeCoin : 0
}

/** The smallest size on the step that is not below an amount, and that an order may have, coin. */
export function sizeUp(amountCoin: number, grid: Grid): number {
  const { sizeStepCoin, minSizeCoin } = grid
  const wantedCoin = Math.max(amountCoin, minSizeCoin)
  if (!Number.isFinite(wantedCoin)) return wantedCoin
  const downCoin = sizeDown(wantedCoin, grid)
  return isOnStep(wantedCoin, sizeStepCoin) ? downCoin : sizeDown(downCoin + sizeStepCoin, grid)
}

/** Whether an order for a call may have this size. */
export function isOrderSize(sizeCoin: number, { sizeStepCoin, minSizeCoin }: Grid): boolean {
  return sizeCoin > 0 && sizeCoin >= minSizeCoin && isOnStep(sizeCoin, sizeStepCoin)
}

/** A thousandth of a satoshi: noise of sums in floats, which costs no step. */
const NOISE_COIN = 1e-11
