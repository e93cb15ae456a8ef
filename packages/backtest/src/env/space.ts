import { createRandom, type Random, requireSeed } from './seeding.js'

/** Numbers side by side; what a space of numbers holds, row by row. */
export type FlatNumbers = readonly number[] | Float64Array | Float32Array | Int32Array | Uint8Array

/** A set of values, as Gymnasium has it: what an environment may show, or what it can be told to do. */
export type Space<Value> = {
  readonly kind: 'box' | 'discrete' | 'multi-discrete' | 'multi-binary' | 'dict' | 'tuple'
  /** Of what is flat; empty of a single number, `null` of what has parts. */
  readonly shape: readonly number[] | null
  /** Takes any value and never throws: NaN is in no space. */
  contains(value: unknown): value is Value
  /** Draws a value, from the given stream or else from the space's own, which begins at seed 0. */
  sample(random?: Random): Value
  /**
   * Begins the space's own stream anew.
   *
   * @throws RangeError when the seed is no integer from 0 to 2⁵³ − 1.
   */
  seed(seed: number): void
}

/** Numbers between bounds. A bound may be infinite. */
export type BoxSpace = Space<FlatNumbers> & {
  readonly kind: 'box'
  readonly shape: readonly number[]
  readonly low: Float64Array
  readonly high: Float64Array
}

/** An integer from `start` to `start + count − 1`. */
export type DiscreteSpace = Space<number> & {
  readonly kind: 'discrete'
  readonly count: number
  readonly start: number
  /**
   * Draws one that the mask allows: a row of 0 and 1, one for each value.
   *
   * @throws RangeError when the mask has another length or allows nothing.
   */
  sampleMasked(mask: ArrayLike<number>, random?: Random): number
}

/** Integers, each from 0 to its count − 1. */
export type MultiDiscreteSpace = Space<FlatNumbers> & {
  readonly kind: 'multi-discrete'
  readonly shape: readonly number[]
  readonly counts: readonly number[]
}

/** Zeros and ones. */
export type MultiBinarySpace = Space<FlatNumbers> & {
  readonly kind: 'multi-binary'
  readonly shape: readonly number[]
}

/**
 * Numbers between bounds: one pair of bounds for each number, or one pair and a shape for all.
 * A `low` above its `high` is taken as it is: `checkEnv` names it.
 *
 * @throws RangeError when bounds and shape do not fit, or a bound is NaN.
 */
export function createBox(bounds: {
  low: number | FlatNumbers
  high: number | FlatNumbers
  shape?: readonly number[]
}): BoxSpace {
  const shape = bounds.shape ?? [lengthOf(bounds.low) ?? lengthOf(bounds.high) ?? 1]
  const size = sizeOf('createBox', shape)
  const low = filled('low', bounds.low, size)
  const high = filled('high', bounds.high, size)
  const contains = (value: unknown): value is FlatNumbers => {
    if (!isFlat(value, size)) return false
    for (let i = 0; i < size; i++) {
      const number = value[i]
      if (!(typeof number === 'number' && number >= at(low, i) && number <= at(high, i))) return false
    }
    return true
  }
  const sample = (random: Random) => Array.from(low, (from, i) => between(random, from, at(high, i)))
  return { kind: 'box', shape, low, high, contains, ...sampledBy(sample) }
}

/** @throws RangeError when `count` or `start` is no integer, or `count` below 0: 0 is a space that holds nothing. */
export function createDiscrete(count: number, options: { start?: number } = {}): DiscreteSpace {
  const start = options.start ?? 0
  requireCount('createDiscrete: count', count)
  if (!Number.isSafeInteger(start)) {
    throw new RangeError(`createDiscrete: start must be an integer, got ${String(start)}`)
  }
  const contains = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) >= start && (value as number) < start + count
  const own = createOwnStream()
  return {
    kind: 'discrete',
    shape: [],
    count,
    start,
    contains,
    ...sampledBy((random) => start + random.integer(count), own),
    sampleMasked(mask, random = own.random()) {
      if (mask.length !== count) {
        throw new RangeError(`sampleMasked: mask must have ${count} entries, got ${mask.length}`)
      }
      let allowed = 0
      for (let i = 0; i < count; i++) if (mask[i] === 1) allowed++
      if (allowed === 0) throw new RangeError('sampleMasked: mask must allow at least one value, got none')
      let left = random.integer(allowed)
      let index = 0
      while (mask[index] !== 1 || left-- > 0) index++
      return start + index
    },
  }
}

/** @throws RangeError when a count is no integer of at least 0. */
export function createMultiDiscrete(counts: readonly number[]): MultiDiscreteSpace {
  counts.forEach((count, i) => {
    requireCount(`createMultiDiscrete: counts[${i}]`, count)
  })
  const contains = (value: unknown): value is FlatNumbers =>
    isFlat(value, counts.length) &&
    counts.every((count, i) => Number.isInteger(value[i]) && at(value, i) >= 0 && at(value, i) < count)
  const sample = (random: Random) => counts.map((count) => random.integer(count))
  return { kind: 'multi-discrete', shape: [counts.length], counts, contains, ...sampledBy(sample) }
}

/** @throws RangeError when a length of the shape is no integer of at least 0. */
export function createMultiBinary(shape: number | readonly number[]): MultiBinarySpace {
  const lengths = typeof shape === 'number' ? [shape] : shape
  const size = sizeOf('createMultiBinary', lengths)
  const contains = (value: unknown): value is FlatNumbers =>
    isFlat(value, size) && Array.prototype.every.call(value, (bit: unknown) => bit === 0 || bit === 1)
  const sample = (random: Random) => Array.from({ length: size }, () => random.integer(2))
  return { kind: 'multi-binary', shape: lengths, contains, ...sampledBy(sample) }
}

/** Draws from the stream given, or else from the space's own. */
export function sampledBy<Value>(
  draw: (random: Random) => Value,
  own: OwnStream = createOwnStream(),
): Pick<Space<Value>, 'sample' | 'seed'> {
  return { sample: (random) => draw(random ?? own.random()), seed: own.seed }
}

type OwnStream = { random(): Random; seed(seed: number): void }

function createOwnStream(): OwnStream {
  let random: Random | undefined
  return {
    random() {
      random ??= createRandom(0)
      return random
    },
    seed(seed) {
      requireSeed('seed', seed)
      random = createRandom(seed)
    },
  }
}

/** As Gymnasium draws: evenly between two bounds, exponentially away from one, normally without any. */
function between(random: Random, low: number, high: number): number {
  if (low > -Infinity && high < Infinity) return Math.min(low + random.uniform() * (high - low), high)
  if (low > -Infinity) return low - Math.log(1 - random.uniform())
  if (high < Infinity) return high + Math.log(1 - random.uniform())
  return random.normal()
}

function isFlat(value: unknown, size: number): value is FlatNumbers {
  const isNumbers =
    Array.isArray(value) ||
    value instanceof Float64Array ||
    value instanceof Float32Array ||
    value instanceof Int32Array ||
    value instanceof Uint8Array
  return isNumbers && value.length === size
}

function filled(field: string, bound: number | FlatNumbers, size: number): Float64Array {
  const column = typeof bound === 'number' ? new Float64Array(size).fill(bound) : Float64Array.from(bound)
  if (column.length !== size) {
    throw new RangeError(`createBox: ${field} must have ${size} numbers like the shape, got ${column.length}`)
  }
  const bad = column.findIndex(Number.isNaN)
  if (bad >= 0) throw new RangeError(`createBox: ${field}[${bad}] must be a number, got NaN`)
  return column
}

function sizeOf(where: string, shape: readonly number[]): number {
  let size = 1
  shape.forEach((length, i) => {
    requireCount(`${where}: shape[${i}]`, length)
    size *= length
  })
  return size
}

function requireCount(what: string, count: number): void {
  if (!(Number.isSafeInteger(count) && count >= 0)) {
    throw new RangeError(`${what} must be an integer of at least 0, got ${String(count)}`)
  }
}

function lengthOf(bound: number | FlatNumbers): number | undefined {
  return typeof bound === 'number' ? undefined : bound.length
}

function at(numbers: FlatNumbers, index: number): number {
  return numbers[index] as number
}
