import { createDict } from './composite-space.js'
import type { Kernel } from './kernel.js'
import { CLOSE, HOLD, OPEN, ROLL } from './kernel-columns.js'
import { MASK_CLOSABLE, MASK_HELD } from './kernel-mask.js'
import { createBox, createDiscrete, type FlatNumbers, type Space } from './space.js'
import { DELTA, QUOTE_WIDTH, type World } from './world.js'

/** How actions are told, and how masks tell which can be done. */
export type ActionForm<Action> = {
  readonly space: Space<Action>
  /** Kind and slot of an action of account `i`, as kind + 4 · slot; −1 for what is not in the space. */
  codeOf(action: Action, kernel: Kernel, i: number): number
  /** Share of the free coins that is sold, 0..1. */
  shareOf(action: Action): number
  /** Length of a mask. */
  readonly maskWidth: number
  /** Writes the mask of a kernel's bits, 1 for each action that can be done. */
  writeMask(mask: number, target: Uint8Array, at: number): void
}

/**
 * The specification's action: its kind by the place in `ACTION_KINDS`, and what is wanted of the call that is sold: delta,
 * days to expiry, and the share of the free coins, which a roll does without.
 */
export type SpecificationAction = { readonly action: number; readonly params: FlatNumbers }

export type ActionOf<Name extends 'menu' | 'specification'> = Name extends 'menu' ? number : SpecificationAction

/**
 * Actions of a menu with M slots as one number: 0 does nothing, 1 to M sell the call of a slot, M + 1 to 2M roll to it,
 * 2M + 1 buys back. A sale takes all free coins, a roll the whole of the open call. The mask has one entry for each.
 */
export function createMenuForm({ menu: { slots } }: World): ActionForm<number> {
  const close = 2 * slots + 1
  return {
    space: createDiscrete(close + 1),
    codeOf(action) {
      if (action === 0) return HOLD
      if (!(action > 0 && action <= close && Number.isInteger(action))) return -1
      if (action === close) return CLOSE
      return action <= slots ? OPEN + 4 * (action - 1) : ROLL + 4 * (action - 1 - slots)
    },
    shareOf: () => 1,
    maskWidth: close + 1,
    writeMask(mask, target, at) {
      const isHeld = (mask & MASK_HELD) !== 0
      target[at] = 1
      for (let slot = 0; slot < slots; slot++) {
        const bit = (mask >>> slot) & 1
        target[at + 1 + slot] = isHeld ? 0 : bit
        target[at + 1 + slots + slot] = isHeld ? bit : 0
      }
      target[at + close] = (mask & MASK_CLOSABLE) === 0 ? 0 : 1
    },
  }
}

/**
 * The specification's actions. The call that is sold is the one, of those that can be, whose days to expiry are nearest to
 * those wanted, and among those of that expiry the one whose delta is. The mask has one entry for each kind: what it allows
 * can be done with the whole of the coins, and with a share that is one smallest order.
 */
export function createSpecificationForm(world: World): ActionForm<SpecificationAction> {
  const { menu, timeMs } = world
  const longestDays = 2 * Math.max(...menu.tenorsDays)
  const space = createDict({
    action: createDiscrete(4),
    params: createBox({ low: [0, 0, 0], high: [1, longestDays, 1] }),
  })
  return {
    space,
    codeOf(action, kernel, i) {
      if (!space.contains(action)) return -1
      const { action: kind, params } = action
      if (kind === HOLD || kind === CLOSE) return kind
      return kind + 4 * nearestSlot(kernel.columns.time[i] as number, kernel.maskOf(i) & SLOT_BITS, params)
    },
    shareOf: ({ params }) => params[2] as number,
    maskWidth: 4,
    writeMask(mask, target, at) {
      const isHeld = (mask & MASK_HELD) !== 0
      const canSell = (mask & SLOT_BITS) !== 0
      target[at + HOLD] = 1
      target[at + OPEN] = !isHeld && canSell ? 1 : 0
      target[at + ROLL] = isHeld && canSell ? 1 : 0
      target[at + CLOSE] = (mask & MASK_CLOSABLE) === 0 ? 0 : 1
    },
  }

  /** Of the slots that can be sold, or else of all: then the refusal tells of the one that was meant. */
  function nearestSlot(time: number, sellable: number, [delta, days]: FlatNumbers): number {
    const { expiryMs, firstRow, firstTime } = world.contracts
    let nearest = 0
    let nearestDays = Infinity
    let nearestDelta = Infinity
    for (let slot = 0; slot < menu.slots; slot++) {
      const call = menu.contract[time * menu.slots + slot] as number
      if (call < 0 || (sellable !== 0 && (sellable & (1 << slot)) === 0)) continue
      const callDays = ((expiryMs[call] as number) - (timeMs[time] as number)) / DAY_MS
      const quote = ((firstRow[call] as number) + time - (firstTime[call] as number)) * QUOTE_WIDTH
      const awayDays = Math.abs(callDays - (days as number))
      const awayDelta = Math.abs((world.quotes[quote + DELTA] as number) - (delta as number))
      if (awayDays > nearestDays || (awayDays === nearestDays && awayDelta >= nearestDelta)) continue
      nearest = slot
      nearestDays = awayDays
      nearestDelta = awayDelta
    }
    return nearest
  }
}

const SLOT_BITS = MASK_CLOSABLE - 1
const DAY_MS = 86_400_000
