/** A stream of chance that its seed fixes: the same on every machine. */
export type Random = {
  /** In [0, 1), of 53 random bits. */
  uniform(): number
  /** Standard normal. */
  normal(): number
  /**
   * An integer in [0, count), each as likely as the other.
   *
   * @throws RangeError when `count` is no integer from 1 to 2³².
   */
  integer(count: number): number
  /** Where the stream stands, in four words of 32 bits. Streams of equal state go on alike. */
  state(): RandomState
}

export type RandomState = readonly [number, number, number, number]

/**
 * Opens the stream of a seed. Nearby seeds give streams that have nothing in common.
 *
 * @throws RangeError when the seed is no integer from 0 to 2⁵³ − 1.
 */
export function createRandom(seed: number): Random {
  requireSeed('createRandom', seed)
  const low = nextSeedWord(seed >>> 0)
  const high = nextSeedWord(Math.floor(seed / WORD) ^ HIGH_WORD)
  const state: [number, number, number, number] = [0, 0, 0, 0]
  let counter = low ^ high
  for (let i = 0; i < 4; i++) {
    counter = (counter + GOLDEN) >>> 0
    // Both halves of the seed enter every word, so that no two seeds meet in one state by their sum.
    state[i] = nextSeedWord(counter ^ (i % 2 === 0 ? low : high))
  }
  return randomOf(state)
}

/**
 * Goes on from where a stream stood: xoshiro128** of Blackman and Vigna (https://prng.di.unimi.it, public domain).
 *
 * @throws RangeError when the state is all zero, which the generator never leaves.
 */
export function randomOf(state: RandomState): Random {
  let [a, b, c, d] = state
  if ((a | b | c | d) === 0) throw new RangeError('randomOf: state must have a word that is not 0, got all 0')

  function next(): number {
    const scaled = Math.imul(b, 5)
    const word = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return word
  }

  function uniform(): number {
    const high = next() >>> 5
    return (high * 2 ** 26 + (next() >>> 6)) / 2 ** 53
  }

  return {
    uniform,
    normal() {
      // Box-Muller, one of the two: a kept second one would be state that `state()` does not show.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
      return radius * Math.cos(2 * Math.PI * uniform())
    },
    integer(count) {
      if (!(Number.isInteger(count) && count >= 1 && count <= WORD)) {
        throw new RangeError(`integer: count must be an integer from 1 to 2^32, got ${String(count)}`)
      }
      const limit = WORD - (WORD % count)
      let word = next()
      // The words past the last whole multiple would favour the small numbers.
      while (word >= limit) word = next()
      return word % count
    },
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  }
}

/** @throws RangeError when the seed is no integer from 0 to 2⁵³ − 1. */
export function requireSeed(where: string, seed: unknown): asserts seed is number {
  if (!(Number.isSafeInteger(seed) && (seed as number) >= 0)) {
    throw new RangeError(`${where}: seed must be an integer from 0 to 2^53 - 1, got ${String(seed)}`)
  }
}

/** The finaliser of MurmurHash3: every bit of the input moves half the bits of the output. */
function nextSeedWord(word: number): number {
  let hash = (word + GOLDEN) | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const WORD = 2 ** 32
/** 2³² over the golden ratio: the usual step between seeds. */
const GOLDEN = 0x9e3779b9
/** Keeps the high half of a seed apart from the low one: seeds below 2³² would hash 0 for it. */
const HIGH_WORD = 0x5bd1e995
