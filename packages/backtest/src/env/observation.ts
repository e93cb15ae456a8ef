import type { Kernel } from './kernel.js'
import { type BoxSpace, createBox } from './space.js'
import { MARKET_BOUNDS, MARKET_FEATURES } from './world.js'

/**
 * What an observation tells of the account, after `MARKET_FEATURES`: whether a call is open, its size over the deposit,
 * its delta, its days to expiry over 30, its mark, the share of its premium that is earned, and the equity over the deposit
 * less 1. Without an open call all but the last are 0: there is nothing of which they would be missing.
 */
export const ACCOUNT_FEATURES = ['is-open', 'coverage', 'delta', 'months-left', 'mark', 'captured', 'gain'] as const

/** Least and greatest of each: what is beyond is shown as the bound. */
const ACCOUNT_BOUNDS = [
  [0, 1],
  [0, 10],
  [0, 1],
  [0, 15],
  [0, 1],
  [-10, 1],
  [-1, 10],
] as const

/** Length of an observation. */
export const OBSERVATION_WIDTH = MARKET_FEATURES.length + ACCOUNT_FEATURES.length

export function createObservationSpace(): BoxSpace {
  const bounds = [...MARKET_BOUNDS, ...ACCOUNT_BOUNDS]
  return createBox({ low: bounds.map(([low]) => low), high: bounds.map(([, high]) => high) })
}

/** Observes accounts of a kernel: as an array of its own, or into a flat one. Both give the same bits. */
export function createObserver({ world, columns }: Kernel): {
  observe(i: number): readonly number[]
  write(i: number, target: Float64Array, at: number): void
} {
  const { features, timeMs, contracts } = world
  const { expiryMs } = contracts
  const { time, contract, sizeCoin, depositCoin, delta, markCoin, salePriceCoin, equityCoin } = columns

  const coverage = (i: number) => Math.min(10, (sizeCoin[i] as number) / (depositCoin[i] as number))
  const monthsLeft = (i: number) =>
    Math.min(15, ((expiryMs[contract[i] as number] as number) - (timeMs[time[i] as number] as number)) / MONTH_MS)
  const captured = (i: number) => Math.max(-10, 1 - (markCoin[i] as number) / (salePriceCoin[i] as number))
  const gain = (i: number) => Math.max(-1, Math.min(10, (equityCoin[i] as number) / (depositCoin[i] as number) - 1))

  return {
    // An array literal is the fastest that is the caller's to keep: a typed array of 16 costs several times as much.
    observe(i) {
      const at = (time[i] as number) * MARKET_WIDTH
      const isOpen = (contract[i] as number) >= 0
      return [
        features[at] as number,
        features[at + 1] as number,
        features[at + 2] as number,
        features[at + 3] as number,
        features[at + 4] as number,
        features[at + 5] as number,
        features[at + 6] as number,
        features[at + 7] as number,
        features[at + 8] as number,
        isOpen ? 1 : 0,
        isOpen ? coverage(i) : 0,
        isOpen ? (delta[i] as number) : 0,
        isOpen ? monthsLeft(i) : 0,
        isOpen ? (markCoin[i] as number) : 0,
        isOpen ? captured(i) : 0,
        gain(i),
      ]
    },

    write(i, target, at) {
      const from = (time[i] as number) * MARKET_WIDTH
      target[at] = features[from] as number
      target[at + 1] = features[from + 1] as number
      target[at + 2] = features[from + 2] as number
      target[at + 3] = features[from + 3] as number
      target[at + 4] = features[from + 4] as number
      target[at + 5] = features[from + 5] as number
      target[at + 6] = features[from + 6] as number
      target[at + 7] = features[from + 7] as number
      target[at + 8] = features[from + 8] as number
      const account = at + MARKET_WIDTH
      if ((contract[i] as number) >= 0) {
        target[account] = 1
        target[account + 1] = coverage(i)
        target[account + 2] = delta[i] as number
        target[account + 3] = monthsLeft(i)
        target[account + 4] = markCoin[i] as number
        target[account + 5] = captured(i)
      } else {
        target[account] = 0
        target[account + 1] = 0
        target[account + 2] = 0
        target[account + 3] = 0
        target[account + 4] = 0
        target[account + 5] = 0
      }
      target[account + 6] = gain(i)
    },
  }
}

const MARKET_WIDTH = MARKET_FEATURES.length
const MONTH_MS = 30 * 86_400_000
