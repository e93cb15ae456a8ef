import type { ActionForm } from './action-form.js'
import type { EnvInfo } from './env.js'
import type { Kernel } from './kernel.js'
import { BOUGHT_BACK, DELIVERED, LIQUIDATED, REFUSALS, type Refusal, SOLD } from './kernel-columns.js'

/** Change of the equity in a step by its sources, which add up to it. */
export type StepAttribution = { passive: number; timing: number; shortVol: number; trade: number }

/** What is told beside an observation: the account at its time, and what the step before it did. */
export type StepInfo = EnvInfo & {
  readonly timeMs: number
  readonly indexUsd: number
  readonly cashCoin: number
  readonly equityCoin: number
  readonly equityUsd: number
  /** The open call; `null`: none. */
  readonly position: {
    readonly symbol: string
    readonly sizeCoin: number
    readonly salePriceCoin: number
    readonly markCoin: number
    readonly delta: number
  } | null
  /** What happened in the step: `sold`, `bought-back`, `delivered`, `liquidated`. */
  readonly events: readonly string[]
  /** Fees of the step, and the change of the cash, fees included. */
  readonly feeCoin: number
  readonly flowCoin: number
  /** Change of the equity, of which the objective picks the reward. */
  readonly rewardCoin: number
  readonly rewardUsd: number
  readonly attributionCoin: StepAttribution
  readonly attributionUsd: StepAttribution
  /** The action could not be done, for this reason. */
  readonly illegal_action: boolean
  readonly refusal: Refusal | null
  /** 1 for each action, or kind of action, that can be done now. Shared between infos: read it, do not write to it. */
  readonly action_mask: Uint8Array
}

/** Tells of accounts of a kernel. */
export function createTeller<Action>(kernel: Kernel, form: ActionForm<Action>): (i: number) => StepInfo {
  const { world, columns } = kernel
  const { timeMs, indexUsd, contracts } = world
  const symbols = contracts.instruments.map(({ symbol }) => symbol)
  const masks = new Map<number, Uint8Array>()

  /** One for each that occurs: there are few, and making a typed array takes as long as a step. */
  function maskOf(bits: number): Uint8Array {
    let mask = masks.get(bits)
    if (mask === undefined) {
      mask = new Uint8Array(form.maskWidth)
      form.writeMask(bits, mask, 0)
      masks.set(bits, mask)
    }
    return mask
  }

  function positionOf(i: number): StepInfo['position'] {
    return {
      symbol: symbols[columns.contract[i] as number] as string,
      sizeCoin: columns.sizeCoin[i] as number,
      salePriceCoin: columns.salePriceCoin[i] as number,
      markCoin: columns.markCoin[i] as number,
      delta: columns.delta[i] as number,
    }
  }

  return (i) => {
    const time = columns.time[i] as number
    const indexNow = indexUsd[time] as number
    const equityCoin = columns.equityCoin[i] as number
    const refusal = columns.refusal[i] as number
    return {
      timeMs: timeMs[time] as number,
      indexUsd: indexNow,
      cashCoin: columns.cashCoin[i] as number,
      equityCoin,
      equityUsd: equityCoin * indexNow,
      position: (columns.contract[i] as number) < 0 ? null : positionOf(i),
      events: EVENTS[columns.events[i] as number] as readonly string[],
      feeCoin: columns.feeCoin[i] as number,
      flowCoin: columns.flowCoin[i] as number,
      rewardCoin: columns.rewardCoin[i] as number,
      rewardUsd: columns.rewardUsd[i] as number,
      attributionCoin: {
        passive: columns.passiveCoin[i] as number,
        timing: columns.timingCoin[i] as number,
        shortVol: columns.shortVolCoin[i] as number,
        trade: columns.tradeCoin[i] as number,
      },
      attributionUsd: {
        passive: columns.passiveUsd[i] as number,
        timing: columns.timingUsd[i] as number,
        shortVol: columns.shortVolUsd[i] as number,
        trade: columns.tradeUsd[i] as number,
      },
      illegal_action: refusal !== 0,
      refusal: refusal === 0 ? null : (REFUSALS[refusal] as Refusal),
      action_mask: maskOf(kernel.maskOf(i)),
    }
  }
}

/** Names of what happened, by the flags. */
const EVENTS = Array.from({ length: 16 }, (_, flags) =>
  Object.freeze(
    (
      [
        [SOLD, 'sold'],
        [BOUGHT_BACK, 'bought-back'],
        [DELIVERED, 'delivered'],
        [LIQUIDATED, 'liquidated'],
      ] as const
    ).flatMap(([flag, name]) => ((flags & flag) === 0 ? [] : [name])),
  ),
)
