import { type Part, sumOf, sumOfSquares } from './realised-volatility-sums.js'

/**
 * Values, and what is known of each block of `size` of them: its sum, and the sum of its squared deviations from its own mean;
 * NaN where it was never asked for. A window that moves on by a value shares nearly all blocks with that `size` values ago,
 * and these stand side by side.
 */
export type Blocks = { values: Float64Array; size: number; sums: Float64Array; spreads: Float64Array | null }

/** Values of a block where nobody says: windows of whole days of hours are whole blocks then. */
export const DAY_HOURS = 24

/** Room for so many values, of which no block is known. */
export function createBlocks(length: number, size: number = DAY_HOURS): Blocks {
  return { values: new Float64Array(length), size, sums: unknownBlocks(length, size), spreads: null }
}

/** Room for so many values that begins with those of a part. */
export function movedBlocks(
  { values }: Blocks,
  { from, to }: Part,
  { length, size }: { length: number; size?: number },
): Blocks {
  const moved = createBlocks(length, size)
  moved.values.set(values.subarray(from, to))
  return moved
}

/**
 * Sum of a part: of its blocks counted back from its end, and of what is left at its beginning. The same values give the
 * same bits wherever they stand, and whatever is known of them.
 */
export function totalOf(blocks: Blocks, { from, to }: Part): number {
  const { values, size } = blocks
  let total = 0
  let end = to
  for (let place = placeOf(blocks, end); end - size >= from; end -= size, place--) total += blockSum(blocks, end, place)
  return total + sumOf(values, { from, to: end })
}

/** Sum of the squared deviations of a part from its mean: those within blocks and those between them, which are all >= 0. */
export function deviationsOf(blocks: Blocks, { from, to }: Part): number {
  const { values, size } = blocks
  const mean = totalOf(blocks, { from, to }) / (to - from)
  let squares = 0
  let end = to
  for (let place = placeOf(blocks, end); end - size >= from; end -= size, place--) {
    squares += blockSpread(blocks, end, place) + size * (blockSum(blocks, end, place) / size - mean) ** 2
  }
  return squares + sumOfSquares(values, { from, to: end, centre: mean })
}

/**
 * Where what is known of the block that ends before a value stands. The block before it stands before it, so that whoever
 * reads a window reads one after another.
 */
export function placeOf({ size, sums }: Blocks, end: number): number {
  const phase = end % size
  return phase * (sums.length / size) + (end - phase) / size
}

/** Sum of the block that ends before a value, given its `placeOf`. */
export function blockSum({ values, size, sums }: Blocks, end: number, place: number): number {
  const known = sums[place] as number
  if (!Number.isNaN(known)) return known
  const sum = sumOf(values, { from: end - size, to: end })
  sums[place] = sum
  return sum
}

function blockSpread(blocks: Blocks, end: number, place: number): number {
  const { values, size } = blocks
  blocks.spreads ??= unknownBlocks(values.length, size)
  const known = blocks.spreads[place] as number
  if (!Number.isNaN(known)) return known
  const spread = sumOfSquares(values, { from: end - size, to: end, centre: blockSum(blocks, end, place) / size })
  blocks.spreads[place] = spread
  return spread
}

/** One for each value that a block can end before, from 0 on; none where no block is whole. */
function unknownBlocks(length: number, size: number): Float64Array {
  return new Float64Array(length < size ? 0 : (Math.floor(length / size) + 1) * size).fill(Number.NaN)
}
