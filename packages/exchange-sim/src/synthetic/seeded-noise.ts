import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A stream of chance that its seed fixes. */
export type Randomness = {
  /** In [0, 1). */
  uniform(): number
  /** Standard normal. */
  normal(): number
}

/** Opens the stream that belongs to the given integers. */
export function createRandomness(...words: readonly number[]): Randomness {
  const generator = xoroshiro128plus(hash32(...words))
  // The generator starts from a state that is half constant and needs some turns to mix it.
  for (let turn = 0; turn < 16; turn++) generator.next()
  let spare: number | undefined
  const uniform = () => uniformFloat64(generator)
  return {
    uniform,
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      // Box-Muller makes two at a time.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
      const angle = 2 * Math.PI * uniform()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
  }
}

/** Hashes integers of any size to 32 bits (MurmurHash3), so that noise can be looked up by what it belongs to. */
export function hash32(...words: readonly number[]): number {
  let hash = 0x2545f491
  for (const word of words) {
    hash = absorb(hash, word % WORD)
    if (Math.abs(word) >= WORD) hash = absorb(hash, Math.floor(word / WORD))
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Hashes a text of ASCII characters to 32 bits. */
export function hashText(text: string): number {
  let hash = 0x2545f491
  for (let i = 0; i < text.length; i++) hash = absorb(hash, text.charCodeAt(i))
  return hash >>> 0
}

/** Bell-shaped noise out of one hash: mean 0, standard deviation 1, within ±3.5. */
export function bellOf(hash: number): number {
  const bytes = (hash & 255) + ((hash >>> 8) & 255) + ((hash >>> 16) & 255) + (hash >>> 24)
  return (bytes - 510) / BYTES_DEVIATION
}

function absorb(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51)
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

const WORD = 2 ** 32
/** Of the sum of four independent bytes: √(4 · (256² − 1) / 12). */
const BYTES_DEVIATION = Math.sqrt((256 * 256 - 1) / 3)
