import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Whole-numbered chance that is the same for the same seed. */
export type Chance = {
  /** From `least` to `most`, both possible. */
  int(least: number, most: number): number
  pick<T>(list: readonly T[]): T
  /** True once in `times`. */
  once(times: number): boolean
  /** A few steps on either side of a value, or exactly it: where comparisons go wrong. */
  around(value: number, step: number): number
}

/** Chance of one scenario of a run: scenarios of one seed have nothing in common. */
export function createChance(seed: number, index: number): Chance {
  const generator = xoroshiro128plus(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
  for (let turn = 0; turn < 12; turn++) generator.next()
  const int = (least: number, most: number) => uniformInt(generator, least, most)
  return {
    int,
    pick(list) {
      if (list.length === 0) throw new RangeError('There is nothing to pick from.')
      return list[int(0, list.length - 1)] as (typeof list)[number]
    },
    once: (times) => int(1, times) === 1,
    around: (value, step) => decimal(value + int(-2, 2) * step),
  }
}

/** The number that 8 decimals write. */
export function decimal(value: number): number {
  return Math.round(value * 1e8) / 1e8
}
