import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Chance that is the same for the same seed. */
export type SeededRandom = {
  /** From 0 to below 1. */
  next(): number
  /** From `least` to below `bound`. */
  between(least: number, bound: number): number
  pick<T>(list: readonly T[]): T
  isTrue(probability: number): boolean
}

export function createSeededRandom(seed: number): SeededRandom {
  const generator = xoroshiro128plus(seed)
  // The generator starts from a state that is half constant and needs some turns to mix it.
  for (let turn = 0; turn < 16; turn++) generator.next()
  const next = () => uniformFloat64(generator)
  return {
    next,
    between: (least, bound) => least + next() * (bound - least),
    pick(list) {
      if (list.length === 0) throw new RangeError('There is nothing to pick from.')
      return list[Math.floor(next() * list.length)] as (typeof list)[number]
    },
    isTrue: (probability) => next() < probability,
  }
}
