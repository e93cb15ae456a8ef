/**
 * Ordinary least squares by the normal equations, which is enough for the few regressors of order one that a surface has.
 *
 * @throws RangeError for fewer rows than regressors, and for regressors that explain each other.
 */
export function ordinaryLeastSquares(rows: readonly (readonly number[])[], targets: readonly number[]): number[] {
  const size = rows[0]?.length ?? 0
  if (rows.length < size || size === 0) {
    throw new RangeError(`ordinaryLeastSquares: rows must be at least ${Math.max(1, size)}, got ${rows.length}`)
  }
  const system = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0))
  rows.forEach((row, at) => {
    for (let i = 0; i < size; i++) {
      const line = system[i] as number[]
      for (let j = 0; j < size; j++) line[j] = (line[j] as number) + (row[i] as number) * (row[j] as number)
      line[size] = (line[size] as number) + (row[i] as number) * (targets[at] as number)
    }
  })
  return solved(system)
}

/** b of y = b·x, least squares. NaN where every x is 0. */
export function slopeThroughOrigin(pairs: readonly (readonly [x: number, y: number])[]): number {
  let [products, squares] = [0, 0]
  for (const [x, y] of pairs) {
    products += x * y
    squares += x * x
  }
  return products / squares
}

/** NaN of none. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Gauss-Jordan with pivots. Overwrites its argument. */
function solved(system: number[][]): number[] {
  const size = system.length
  const scale = Math.max(...system.flatMap((line, i) => Math.abs(line[i] as number)))
  for (let column = 0; column < size; column++) {
    const pivots = system.map((line, at) => (at < column ? -1 : Math.abs(line[column] as number)))
    const best = pivots.indexOf(Math.max(...pivots))
    const pivot = system[best] as number[]
    if (!(Math.abs(pivot[column] as number) > scale * SINGULAR)) {
      throw new RangeError(`ordinaryLeastSquares: regressor ${column} is explained by the others`)
    }
    system[best] = system[column] as number[]
    system[column] = pivot
    for (let at = 0; at < size; at++) {
      if (at === column) continue
      const line = system[at] as number[]
      const share = (line[column] as number) / (pivot[column] as number)
      for (let j = column; j <= size; j++) line[j] = (line[j] as number) - share * (pivot[j] as number)
    }
  }
  return system.map((line, at) => (line[size] as number) / (line[at] as number))
}

const SINGULAR = 1e-12
