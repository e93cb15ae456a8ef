/** Mean; `null` of nothing. */
export function meanOf(values: ArrayLike<number>): number | null {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return values.length === 0 ? null : sum / values.length
}

/** Sample standard deviation (n − 1); `null` of fewer than two, 0 where all that differs is the last bits. */
export function deviationOf(values: ArrayLike<number>): number | null {
  const mean = meanOf(values)
  if (mean === null || values.length < 2) return null
  let squares = 0
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    squares += (value - mean) ** 2
    largest = Math.max(largest, Math.abs(value))
  }
  const deviation = Math.sqrt(squares / (values.length - 1))
  return deviation <= LAST_BITS * largest ? 0 : deviation
}

/** Skew and kurtosis by the moments of the sample, without correction; a normal has 0 and 3. */
type Shape = { skew: number; kurtosis: number }

/** Shape of a sample; `null` where nothing varies. */
export function shapeOf(values: ArrayLike<number>): Shape | null {
  const mean = meanOf(values)
  if (mean === null || !((deviationOf(values) ?? 0) > 0)) return null
  let second = 0
  let third = 0
  let fourth = 0
  for (let i = 0; i < values.length; i++) {
    const from = (values[i] as number) - mean
    const square = from * from
    second += square
    third += square * from
    fourth += square * square
  }
  const variance = second / values.length
  return { skew: third / values.length / variance ** 1.5, kurtosis: fourth / values.length / (variance * variance) }
}

/** Quantile by linear interpolation between the order statistics, numpy's default; `null` of nothing. */
export function quantileOf(values: ArrayLike<number>, share: number): number | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  const at = share * (sorted.length - 1)
  const below = Math.floor(at)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low + (high - low) * (at - below)
}

/** Sum that keeps what each addition rounds off (Neumaier), so that long ledgers add up. */
export function sumOf(values: ArrayLike<number>): number {
  const sum = createSum()
  for (let i = 0; i < values.length; i++) sum.add(values[i] as number)
  return sum.total()
}

/** A running sum of the same kind. */
type Sum = { add(value: number): void; total(): number }

/** Begins a sum at 0. */
export function createSum(): Sum {
  let sum = 0
  let lost = 0
  return {
    add(value) {
      const next = sum + value
      lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
      sum = next
    },
    total: () => sum + lost,
  }
}

/** The number, or `null` where it is none that can be written: no figure of a result is NaN or infinite. */
export function statable(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null
  // A zero has no sign: −0 would be written "-0" by some readers.
  return value === 0 ? 0 : value
}

/** The ratio; `null` where the divisor is 0 or one of the two is missing. */
export function ratioOf(value: number | null, divisor: number | null): number | null {
  return value === null || divisor === null || divisor === 0 ? null : statable(value / divisor)
}

const LAST_BITS = 1e-13
