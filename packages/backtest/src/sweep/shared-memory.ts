/** Copies every column of plain data into memory that threads can share; what lies in such memory already stays there. */
export function sharedMemory<Value>(value: Value): Value {
  return shared(value) as Value
}

function shared(value: unknown): unknown {
  if (isColumn(value)) return value.buffer instanceof SharedArrayBuffer ? value : inSharedMemory(value)
  if (Array.isArray(value)) return value.map(shared)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shared(each)]))
}

type Column = Float64Array | Uint32Array | Uint8Array

function isColumn(value: unknown): value is Column {
  return value instanceof Float64Array || value instanceof Uint32Array || value instanceof Uint8Array
}

function inSharedMemory(column: Column): Column {
  const memory = new SharedArrayBuffer(column.byteLength)
  const copy =
    column instanceof Float64Array
      ? new Float64Array(memory)
      : column instanceof Uint32Array
        ? new Uint32Array(memory)
        : new Uint8Array(memory)
  copy.set(column)
  return copy
}
