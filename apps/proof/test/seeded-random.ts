/** Chance that is the same for the same seed. */
export type SeededRandom = {
  /** From 0 to below 1. */
  next(): number
  /** From `least` to below `bound`. */
  between(least: number, bound: number): number
  pick<T>(list: readonly T[]): T
  isTrue(probability: number): boolean
}

/** mulberry32: https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
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
