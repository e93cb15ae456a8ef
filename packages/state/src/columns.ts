/** Columns of so many rows in one block of memory. They begin with 0. */
export function createColumns<Name extends string>(names: readonly Name[], rows: number): Columns<Name> {
  return columnsIn(new Float64Array(names.length * rows), names, rows)
}

/**
 * Columns for what is computed and dropped within one call: each call gets the same memory again, with what the last one
 * left in it, so nothing may be awaited while it is in use. A chain's columns made afresh every time cost the collector
 * more than the pricing costs the processor.
 */
export function createScratch<Name extends string>(names: readonly Name[]): (rows: number) => Columns<Name> {
  let block = new Float64Array(0)
  return (rows) => {
    if (block.length < names.length * rows) block = new Float64Array(names.length * rows)
    return columnsIn(block, names, rows)
  }
}

type Columns<Name extends string> = Record<Name, Float64Array>

function columnsIn<Name extends string>(block: Float64Array, names: readonly Name[], rows: number): Columns<Name> {
  const columns = {} as Columns<Name>
  names.forEach((name, place) => {
    columns[name] = block.subarray(place * rows, (place + 1) * rows)
  })
  return columns
}
