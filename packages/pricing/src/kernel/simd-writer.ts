/** A value of a SIMD loop: four lanes of 64 bits, as two local variables of two lanes each. */
export type Lanes = readonly [number, number]

/** Where a column lies in the memory of a module: one double, or one byte for a flag, per row. */
export type ColumnAddress = number

/**
 * Writes the body of a loop over columns, four rows a turn, as WebAssembly SIMD: each method adds one instruction for
 * the lower and one for the upper two rows and names its result. The pairs are interleaved, so that the steps of one
 * fill the waiting time of the other.
 */
export type SimdWriter = {
  load(column: ColumnAddress): Lanes
  /** Bytes as 64-bit integers. */
  loadFlags(column: ColumnAddress): Lanes
  store(column: ColumnAddress, value: Lanes): void
  constant(value: number): Lanes
  add(a: Lanes, b: Lanes): Lanes
  sub(a: Lanes, b: Lanes): Lanes
  mul(a: Lanes, b: Lanes): Lanes
  div(a: Lanes, b: Lanes): Lanes
  sqrt(a: Lanes): Lanes
  abs(a: Lanes): Lanes
  /** b < a ? b : a */
  least(a: Lanes, b: Lanes): Lanes
  /** a·b + c, rounded twice. */
  addProduct(a: Lanes, b: Lanes, c: Lanes): Lanes
  lt(a: Lanes, b: Lanes): Lanes
  le(a: Lanes, b: Lanes): Lanes
  ge(a: Lanes, b: Lanes): Lanes
  equalIntegers(a: Lanes, b: Lanes): Lanes
  addIntegers(a: Lanes, b: Lanes): Lanes
  shiftLeft(a: Lanes, bits: number): Lanes
  shiftRight(a: Lanes, bits: number): Lanes
  and(a: Lanes, b: Lanes): Lanes
  or(a: Lanes, b: Lanes): Lanes
  xor(a: Lanes, b: Lanes): Lanes
  select(mask: Lanes, yes: Lanes, no: Lanes): Lanes
  /** Counts the lanes of a mask that are set; the sum is what the loop returns. */
  count(mask: Lanes): void
}

/** One function of a module: `(rows: i32) => i32`, for one row at least; whole turns of four are computed. */
export type SimdLoop = { name: string; body: (writer: SimdWriter) => void }

export const ROWS_PER_TURN = 4

/**
 * The bytes of a WebAssembly module with its memory, exported as `memory`, and one function per loop. Constants lie at
 * the start of the memory, 64 KiB are set aside for them.
 */
export function assembleModule(memoryBytes: number, loops: readonly SimdLoop[]): Uint8Array<ArrayBuffer> {
  const constants = new Map<number, number>()
  const bodies = loops.map((loop) => functionBody(loop, constants))
  const doubles = new Uint8Array(new Float64Array(constants.keys()).buffer)
  const pages = Math.ceil(memoryBytes / PAGE_BYTES)
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([[0x60, ...vector([[I32]]), ...vector([[I32]])]])),
    ...section(3, vector(loops.map(() => [0]))),
    ...section(5, vector([[0x00, ...unsigned(pages)]])),
    ...section(
      7,
      vector([
        [...name('memory'), 0x02, 0],
        ...loops.map((loop, index) => [...name(loop.name), 0x00, ...unsigned(index)]),
      ]),
    ),
    ...section(10, vector(bodies.map((body) => [...unsigned(body.length), ...body]))),
    ...section(11, vector([[0x00, I32_CONST, 0, END, ...unsigned(doubles.length), ...doubles]])),
  ])
}

export const CONSTANT_BYTES = 65_536

function functionBody({ body }: SimdLoop, constants: Map<number, number>): number[] {
  const code: number[] = []
  let locals = FIRST_LANES
  const simd = (opcode: number, ...operands: number[]) => code.push(0xfd, ...unsigned(opcode), ...operands)
  const get = (local: number) => code.push(0x20, ...unsigned(local))
  const set = (local: number) => code.push(0x21, ...unsigned(local))

  const both = (write: (pair: 0 | 1) => void): Lanes => {
    const result = [locals++, locals++] as const
    for (const pair of [0, 1] as const) {
      write(pair)
      set(result[pair])
    }
    return result
  }
  const unary = (opcode: number) => (a: Lanes) =>
    both((pair) => {
      get(a[pair])
      simd(opcode)
    })
  const binary = (opcode: number) => (a: Lanes, b: Lanes) =>
    both((pair) => {
      get(a[pair])
      get(b[pair])
      simd(opcode)
    })
  const shift = (opcode: number) => (a: Lanes, bits: number) =>
    both((pair) => {
      get(a[pair])
      code.push(I32_CONST, ...signed(bits))
      simd(opcode)
    })
  const add = binary(0xf0)
  const mul = binary(0xf2)

  const writer: SimdWriter = {
    load: (column) =>
      both((pair) => {
        get(OFFSET)
        simd(0x00, 3, ...unsigned(column + 16 * pair))
      }),
    loadFlags: (column) =>
      both((pair) => {
        get(ROW)
        simd(0x08, 0, ...unsigned(column + 2 * pair))
        simd(0x89)
        simd(0xa9)
        simd(0xc9)
      }),
    store(column, value) {
      for (const pair of [0, 1] as const) {
        get(OFFSET)
        get(value[pair])
        simd(0x0b, 3, ...unsigned(column + 16 * pair))
      }
    },
    constant(value) {
      const index = constants.get(value) ?? constants.size
      constants.set(value, index)
      const local = locals++
      code.push(I32_CONST, 0)
      simd(0x0a, 3, ...unsigned(8 * index))
      set(local)
      return [local, local]
    },
    add,
    sub: binary(0xf1),
    mul,
    div: binary(0xf3),
    sqrt: unary(0xef),
    abs: unary(0xec),
    least: binary(0xf6),
    addProduct: (a, b, c) => add(mul(a, b), c),
    lt: binary(0x49),
    le: binary(0x4b),
    ge: binary(0x4c),
    equalIntegers: binary(0xd6),
    addIntegers: binary(0xce),
    shiftLeft: shift(0xcb),
    shiftRight: shift(0xcd),
    and: binary(0x4e),
    or: binary(0x50),
    xor: binary(0x51),
    select: (mask, yes, no) =>
      both((pair) => {
        get(yes[pair])
        get(no[pair])
        get(mask[pair])
        simd(0x52)
      }),
    count(mask) {
      for (const lanes of mask) {
        get(COUNT)
        get(lanes)
        simd(0xd1)
        set(COUNT)
      }
    },
  }

  code.push(0x03, 0x40)
  body(writer)
  const advance = (local: number, step: number) => {
    get(local)
    code.push(I32_CONST, ...signed(step), 0x6a)
    set(local)
  }
  advance(OFFSET, 8 * ROWS_PER_TURN)
  advance(ROW, ROWS_PER_TURN)
  get(ROW)
  get(ROWS)
  code.push(0x48, 0x0d, 0, END)
  for (const lane of [0, 1]) {
    get(COUNT)
    simd(0x1d, lane)
  }
  code.push(0x7c, 0xa7, END)

  const declared = vector([
    [...unsigned(COUNT - OFFSET), I32],
    [...unsigned(locals - COUNT), 0x7b],
  ])
  return [...declared, ...code]
}

const PAGE_BYTES = 65_536
const I32 = 0x7f
const I32_CONST = 0x41
const END = 0x0b

/** Local variables of every loop: its parameter, the row and its offset in a column of doubles, the count by lane. */
const ROWS = 0
const OFFSET = 1
const ROW = 2
const COUNT = 3
const FIRST_LANES = 4

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

function name(text: string): number[] {
  return vector([...text].map((letter) => [letter.charCodeAt(0)]))
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}
