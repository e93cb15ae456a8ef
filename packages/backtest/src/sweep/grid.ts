/** One parameter of a sweep and the values that are tried. */
export type GridAxis = { name: string; values: readonly string[] }

/**
 * Every combination of the values of several parameters, the last one changing fastest. Without any there is one, which sets
 * nothing.
 *
 * @throws RangeError for a parameter without values or given twice, and for a value given twice.
 */
export function expandGrid(axes: readonly GridAxis[]): readonly Readonly<Record<string, string>>[] {
  const names = new Set<string>()
  for (const { name, values } of axes) {
    if (names.has(name)) throw new RangeError(`expandGrid: ${name} is there twice`)
    names.add(name)
    if (values.length === 0) throw new RangeError(`expandGrid: ${name} must have at least one value, got none`)
    const twice = values.find((value, i) => values.indexOf(value) !== i)
    if (twice !== undefined) throw new RangeError(`expandGrid: ${name} has ${twice} twice`)
  }
  return axes.reduce<readonly Readonly<Record<string, string>>[]>(
    (points, { name, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  )
}
