import { createHash } from 'node:crypto'

/** Draws whole numbers, each below its bound alike, always in the same order for the same seed. */
export type Chance = (bound: number) => number

/** Chance that a text decides: SHA-256 of it seeds SFC32 (Doty-Humphrey, PractRand). */
export function chanceOf(text: string): Chance {
  const digest = createHash('sha256').update(text).digest()
  let [a, b, c, counter] = [0, 4, 8, 12].map((offset) => digest.readUInt32LE(offset)) as [
    number,
    number,
    number,
    number,
  ]
  const next = (): number => {
    const sum = (a + b + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = (b ^ (b >>> 9)) >>> 0
    b = (c + (c << 3)) >>> 0
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0
    return sum
  }
  for (let round = 0; round < 12; round += 1) next()
  return (bound) => {
    // What lies above the last whole multiple would make the first numbers likelier.
    const limit = RANGE - (RANGE % bound)
    let drawn = next()
    while (drawn >= limit) drawn = next()
    return drawn % bound
  }
}

/** The items in an order in which each is at each place alike. Fisher and Yates. */
export function shuffled<Item>(items: readonly Item[], chance: Chance): Item[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = chance(last + 1)
    const item = result[last] as Item
    result[last] = result[other] as Item
    result[other] = item
  }
  return result
}

/**
 * So many ids that are all different: a consonant and two digits, such as `k37`. There are 720 of them, so that an id of
 * another menu is rarely one of this.
 *
 * @throws RangeError when there are not so many.
 */
export function drawIds(count: number, chance: Chance): string[] {
  if (!(count >= 0 && count <= POOL_SIZE)) throw new RangeError(`drawIds: count ${count} must be 0 to ${POOL_SIZE}.`)
  const drawn = new Set<number>()
  while (drawn.size < count) drawn.add(chance(POOL_SIZE))
  return Array.from(drawn, (place) => {
    const digits = FIRST_NUMBER + (place % NUMBERS)
    return `${CONSONANTS[Math.floor(place / NUMBERS)]}${digits}`
  })
}

const RANGE = 2 ** 32

/** Without vowels no id is a word; without b, c, d, h, n, o, r, s and w none begins as buy, close, hold, open, roll or sell. */
const CONSONANTS = 'fgjkmqtxz'
const FIRST_NUMBER = 20
const NUMBERS = 80
const POOL_SIZE = CONSONANTS.length * NUMBERS
