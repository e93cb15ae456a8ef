import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'

/** Chance that is the same for the same seed. */
export type Chance = Pick<SeededRandom, 'between' | 'pick' | 'isTrue'> & {
  /** A whole number from `least` to below `bound`. */
  whole(least: number, bound: number): number
}

/** Draws from `seed`; `stream` tells one course of events from another under the same seed. */
export function createChance(seed: number, stream = 0): Chance {
  const random = createSeededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b))
  return { ...random, whole: (least, bound) => Math.floor(random.between(least, bound)) }
}
