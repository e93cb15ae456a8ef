/** Values from one to before another. */
export type Part = { from: number; to: number }

/**
 * Sum of some values. It is of four sums that do not wait for each other's additions: which value goes into which hangs on its
 * place after `from` alone, so that the same values give the same bits wherever they stand.
 */
export function sumOf(values: Float64Array, { from = 0, to = values.length }: Partial<Part> = {}): number {
  let first = 0
  let second = 0
  let third = 0
  let fourth = 0
  let row = from
  for (; row < to - 3; row += 4) {
    first += values[row] as number
    second += values[row + 1] as number
    third += values[row + 2] as number
    fourth += values[row + 3] as number
  }
  for (; row < to; row++) first += values[row] as number
  return first + second + (third + fourth)
}

/** Sum of the squares of what some values are away from `centre`, in the order of `sumOf`. */
export function sumOfSquares(
  values: Float64Array,
  { from = 0, to = values.length, centre = 0 }: Partial<Part> & { centre?: number } = {},
): number {
  let first = 0
  let second = 0
  let third = 0
  let fourth = 0
  let row = from
  for (; row < to - 3; row += 4) {
    first += ((values[row] as number) - centre) ** 2
    second += ((values[row + 1] as number) - centre) ** 2
    third += ((values[row + 2] as number) - centre) ** 2
    fourth += ((values[row + 3] as number) - centre) ** 2
  }
  for (; row < to; row++) first += ((values[row] as number) - centre) ** 2
  return first + second + (third + fourth)
}

/** Sum of the products of two columns of one length, in the order of `sumOf`. */
export function sumOfProducts(values: Float64Array, others: Float64Array): number {
  let first = 0
  let second = 0
  let third = 0
  let fourth = 0
  let row = 0
  for (; row < values.length - 3; row += 4) {
    first += (values[row] as number) * (others[row] as number)
    second += (values[row + 1] as number) * (others[row + 1] as number)
    third += (values[row + 2] as number) * (others[row + 2] as number)
    fourth += (values[row + 3] as number) * (others[row + 3] as number)
  }
  for (; row < values.length; row++) first += (values[row] as number) * (others[row] as number)
  return first + second + (third + fourth)
}
