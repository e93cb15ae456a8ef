/**
 * Rows of columns of one length that a chart needs: all where there are at most `most`, else the lowest and the highest
 * of each column in each of equal stretches, and the first and the last row. No peak and no trough is lost. Ascending.
 */
export function thinRows(columns: readonly (readonly number[])[], most = 600): readonly number[] {
  const length = columns[0]?.length ?? 0
  if (length <= most) return Array.from({ length }, (_, row) => row)
  const stretches = Math.max(1, Math.floor((most - 2) / (2 * columns.length)))
  const kept = new Set([0, length - 1])
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const from = Math.floor((stretch * length) / stretches)
    const to = Math.floor(((stretch + 1) * length) / stretches)
    for (const column of columns) {
      kept.add(extreme(column, from, to, (value, best) => value < best))
      kept.add(extreme(column, from, to, (value, best) => value > best))
    }
  }
  return [...kept].sort((a, b) => a - b)
}

function extreme(
  column: readonly number[],
  from: number,
  to: number,
  isBetter: (value: number, best: number) => boolean,
): number {
  let best = from
  for (let row = from + 1; row < to; row += 1) {
    if (isBetter(column[row] ?? Number.NaN, column[best] ?? Number.NaN)) best = row
  }
  return best
}
