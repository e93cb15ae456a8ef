import type { KernelColumns } from './kernel-columns.js'
import type { World } from './world.js'

/** Flags of a mask, above the bits of the slots: a call is open; it can be bought back. */
export const MASK_HELD = 1 << 30
export const MASK_CLOSABLE = 1 << 29

/** Tells what accounts can do. */
export type KernelMasks = {
  /** Bits of the slots that account `i` can sell or roll to now, and two flags: all that is set can be done. */
  maskOf(i: number): number
  /**
   * What a sale must add to the cover so that the open call can be rolled into it, coin per coin, where buying one back
   * costs `worstAsk` at most.
   */
  neededCover(i: number, worstAsk: number): number
}

/**
 * Creates the masks of accounts. A roll is covered as risk counts it: after it there must be a coin for each call, with each
 * leg traded one tick worse than its quote, which is as far as its collar lets an order go, to a thousandth of a satoshi.
 */
export function createMasks({ menu, contracts }: World, columns: KernelColumns): KernelMasks {
  const { slots, offered, coverCoin } = menu
  const { time, contract, cashCoin, sizeCoin, toAsk, toAskFee, toWorstAsk, toRolls } = columns
  const minSizeCoin = contracts.instruments[0]?.minSizeCoin ?? 0

  function neededCover(i: number, worstAsk: number): number {
    return 1 + worstAsk - ((cashCoin[i] as number) + COVER_NOISE) / (sizeCoin[i] as number)
  }

  function rollsOf(i: number): number {
    const bits = toRolls[i] as number
    const needed = neededCover(i, toWorstAsk[i] as number)
    // No sale takes any cover away.
    if (needed <= 0) return bits
    const first = (time[i] as number) * slots
    let covered = 0
    for (let slot = 0; slot < slots; slot++) if ((coverCoin[first + slot] as number) >= needed) covered |= 1 << slot
    return bits & covered
  }

  return {
    neededCover,
    maskOf(i) {
      if ((contract[i] as number) < 0) {
        return (cashCoin[i] as number) >= minSizeCoin ? (offered[time[i] as number] as number) : 0
      }
      const size = sizeCoin[i] as number
      const leftCoin = (cashCoin[i] as number) + (-((toAsk[i] as number) * size) - size * (toAskFee[i] as number))
      return leftCoin >= 0 ? MASK_HELD | MASK_CLOSABLE | rollsOf(i) : MASK_HELD
    },
  }
}

const COVER_NOISE = 1e-11
