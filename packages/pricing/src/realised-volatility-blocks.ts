import { sumOf, sumOfSquares } from './realised-volatility-sums.js'

/**
 * Values, and of each block of 24 of them, by its last: their sum, and the sum of their squared deviations from their own
 * mean; NaN where none was asked for yet. A window that moves on by a value shares nearly all blocks with one 24 values
 * before.
 */
export type Blocks = { values: Float64Array; sums: Float64Array; spreads: Float64Array }

/** Values from one to before another. */
export type Part = { from: number; to: number }

/** Room for so many values, of which no block is known. */
export function createBlocks(length: number): Blocks {
  return {
    values: new Float64Array(length),
    sums: new Float64Array(length).fill(Number.NaN),
    spreads: new Float64Array(length).fill(Number.NaN),
  }
}

/** Room for so many values that begins with those of a part, and with what is known of their blocks. */
export function movedBlocks(blocks: Blocks, { from, to }: Part, length: number): Blocks {
  const moved = createBlocks(length)
  moved.values.set(blocks.values.subarray(from, to))
  moved.sums.set(blocks.sums.subarray(from, to))
  moved.spreads.set(blocks.spreads.subarray(from, to))
  return moved
}

/**
 * Sum of a part: of its blocks counted back from its end, and of what is left at its beginning. The same values give the
 * same bits wherever they stand, and whatever is known of them.
 */
export function totalOf(blocks: Blocks, { from, to }: Part): number {
  let total = 0
  let end = to
  for (; end - BLOCK_LENGTH >= from; end -= BLOCK_LENGTH) total += sumBefore(blocks, end)
  return total + sumOf(blocks.values, { from, to: end })
}

/** Sum of the squared deviations of a part from its mean: those within blocks and those between them, which are all >= 0. */
export function deviationsOf(blocks: Blocks, { from, to }: Part): number {
  const mean = totalOf(blocks, { from, to }) / (to - from)
  let squares = 0
  let end = to
  for (; end - BLOCK_LENGTH >= from; end -= BLOCK_LENGTH) {
    const away = sumBefore(blocks, end) / BLOCK_LENGTH - mean
    squares += spreadBefore(blocks, end) + BLOCK_LENGTH * away ** 2
  }
  return squares + sumOfSquares(blocks.values, { from, to: end, centre: mean })
}

function sumBefore({ values, sums }: Blocks, end: number): number {
  const known = sums[end - 1] as number
  if (!Number.isNaN(known)) return known
  const sum = sumOf(values, { from: end - BLOCK_LENGTH, to: end })
  sums[end - 1] = sum
  return sum
}

function spreadBefore(blocks: Blocks, end: number): number {
  const { values, spreads } = blocks
  const known = spreads[end - 1] as number
  if (!Number.isNaN(known)) return known
  const centre = sumBefore(blocks, end) / BLOCK_LENGTH
  const spread = sumOfSquares(values, { from: end - BLOCK_LENGTH, to: end, centre })
  spreads[end - 1] = spread
  return spread
}

/** Hours of a day: windows of whole days of hours are whole blocks. */
const BLOCK_LENGTH = 24
