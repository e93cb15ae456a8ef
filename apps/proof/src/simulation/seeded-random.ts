/** Chance that can be repeated: one seed and name are one sequence. */
export type Random = {
  /** 0 inclusive to 1 exclusive. */
  next(): number
  chance(probability: number): boolean
  /** A whole number from 0 to `count` − 1. */
  below(count: number): number
  /** From `low` inclusive to `high` exclusive. */
  between(low: number, high: number): number
  /** @throws RangeError for an empty list */
  pick<T>(values: readonly T[]): T
  /** Of the normal distribution with mean 0 and deviation 1. */
  normal(): number
}

/**
 * Chance of one concern of a seed. Concerns do not share a sequence, so that one more draw in one of them leaves all others
 * as they were.
 */
export function createRandom(seed: number, concern: string): Random {
  let [a, b, c] = [mixed(seed, `${concern}/a`), mixed(seed, `${concern}/b`), mixed(seed, `${concern}/c`)]
  let counter = 1

  /** sfc32: small, fast, and passes PractRand. */
  function bits(): number {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let warm = 0; warm < 12; warm += 1) bits()

  const next = () => bits() / 2 ** 32
  return {
    next,
    chance: (probability) => probability > 0 && next() < probability,
    below: (count) => Math.floor(next() * count),
    between: (low, high) => low + next() * (high - low),
    pick(values) {
      const picked = values[Math.floor(next() * values.length)]
      if (picked === undefined) throw new RangeError('there is nothing to pick from')
      return picked
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }
}

/** A number in 0..1 that belongs to a seed and a place, whatever was asked for before. */
export function noiseAt(seed: number, place: number, salt: number): number {
  let bits = Math.imul(seed ^ Math.imul(place | 0, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(salt + 1, 0xc2b2ae35)
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d)
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39)
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32
}

/** FNV-1a over the seed's digits and a word. */
export function mixed(seed: number, word: string): number {
  let hash = 0x811c9dc5
  for (const letter of `${seed}:${word}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193)
  return hash | 0
}
