import type { Breach, ProposedAction } from '@cc/models'
import { roundSizeDown } from '@cc/pricing'
import type { Kernel } from '../src/env/kernel.js'
import { CLOSE, OPEN, type Refusal, ROLL } from '../src/env/kernel-columns.js'

/** An action as the kernel takes it. */
export type KernelAction = { kind: number; slot: number; share: number }

/** What an agent proposes, and what risk must say to it: `null` lets it pass. */
export type Proposed = { proposal: ProposedAction; breach: Breach['code'] | null }

/**
 * What an agent proposes who wants what an action of the kernel means, told before the kernel takes it. The same action is
 * proposed whether or not the kernel does it, but for those that no agent could propose: without a symbol, of no size, or
 * of a second call, of which the kernel has none. Then nothing is.
 */
export function meaningOf(kernel: Kernel, action: KernelAction): (refusal: Refusal) => Proposed {
  const { world, columns } = kernel
  const { instruments } = world.contracts
  const held = columns.contract[0] as number
  const heldCoin = columns.sizeCoin[0] as number
  const wanted = world.menu.contract[(columns.time[0] as number) * world.menu.slots + action.slot] ?? -1
  const { minSizeCoin, sizeStepCoin } = instruments[0] as (typeof instruments)[number]
  const freeCoin = roundSizeDown((columns.cashCoin[0] as number) * action.share, sizeStepCoin)
  const from = instruments[held]?.symbol
  const to = instruments[wanted]?.symbol
  const proposal = proposalOf(action, { from, to, heldCoin, freeCoin })
  const isNone = { proposal: NOTHING, breach: null }
  return (refusal) => {
    if (refusal === 'none') return { proposal: proposal ?? NOTHING, breach: null }
    const breach = BREACHES[refusal]
    return proposal === undefined || breach === undefined || freeCoin < minSizeCoin ? isNone : { proposal, breach }
  }
}

type Symbols = { from: string | undefined; to: string | undefined; heldCoin: number; freeCoin: number }

function proposalOf({ kind }: KernelAction, { from, to, heldCoin, freeCoin }: Symbols): ProposedAction | undefined {
  const reasoning = 'drawn'
  if (kind === OPEN && to !== undefined) {
    return { action: 'OPEN_COVERED_CALL', params: { symbol: to, size: freeCoin }, reasoning }
  }
  if (kind === CLOSE && from !== undefined) {
    return { action: 'CLOSE_COVERED_CALL', params: { symbol: from, size: heldCoin }, reasoning }
  }
  if (kind !== ROLL || from === undefined || to === undefined) return undefined
  return { action: 'ROLL_COVERED_CALL', params: { fromSymbol: from, toSymbol: to, size: heldCoin }, reasoning }
}

const NOTHING: ProposedAction = { action: 'DO_NOTHING', params: {}, reasoning: 'drawn' }

/** What risk calls a refusal of the kernel. */
const BREACHES: Partial<Record<Refusal, Breach['code']>> = {
  'same-call': 'roll-same-symbol',
  'earlier-expiry': 'roll-earlier-expiry',
  'not-covered': 'coverage-exceeded',
}
