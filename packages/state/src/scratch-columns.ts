/**
 * Columns for what is computed and dropped within one call: each call gets the same memory again, with what the last one
 * left in it, so nothing may be awaited while it is in use. A chain's columns made afresh every time cost the collector more than the pricing costs the processor.
 */
export function createScratch<Name extends string>(
  names: readonly Name[],
): (rows: number) => Record<Name, Float64Array> {
  let block = new Float64Array(0)
  return (rows) => {
    if (block.length < names.length * rows) block = new Float64Array(names.length * rows)
    const columns = {} as Record<Name, Float64Array>
    names.forEach((name, place) => {
      columns[name] = block.subarray(place * rows, (place + 1) * rows)
    })
    return columns
  }
}
