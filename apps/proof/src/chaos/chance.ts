import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Chance that is the same for the same seed. */
export type Chance = {
  /** From `least` to below `bound`. */
  between(least: number, bound: number): number
  /** A whole number from `least` to below `bound`. */
  whole(least: number, bound: number): number
  pick<T>(list: readonly [T, ...T[]]): T
  isTrue(probability: number): boolean
}

/** Draws from `seed`; `stream` tells one course of events from another under the same seed. */
export function createChance(seed: number, stream = 0): Chance {
  const generator = xoroshiro128plus(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b))
  // It starts from a state that is half constant and needs some turns to mix it.
  for (let turn = 0; turn < 16; turn += 1) generator.next()
  const between = (least: number, bound: number) => least + uniformFloat64(generator) * (bound - least)
  const whole = (least: number, bound: number) => Math.floor(between(least, bound))
  return {
    between,
    whole,
    pick: <T>(list: readonly [T, ...T[]]) => list[whole(0, list.length)] as T,
    isTrue: (probability) => between(0, 1) < probability,
  }
}
