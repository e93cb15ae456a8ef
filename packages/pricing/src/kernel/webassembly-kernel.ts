import type { ChainKernels } from './chain-kernel.js'
import { writeImpliedVolatilities } from './implied-simd.js'
import { writePrices } from './price-simd.js'
import { assembleModule, CONSTANT_BYTES, ROWS_PER_TURN } from './simd-writer.js'

/** The kernels as WebAssembly SIMD, or `null` where the engine has none or forbids it. */
export function createWebAssemblyKernels(): ChainKernels | null {
  if (typeof WebAssembly === 'undefined') return null
  const bytes = chainModule()
  if (!WebAssembly.validate(bytes)) return null
  let instance: ChainInstance
  try {
    instance = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  } catch {
    // A content security policy may forbid what the engine can do.
    return null
  }
  const { memory, price, imply } = instance.exports
  const column = (name: ColumnName) => new Float64Array(memory.buffer, addressOf(name), ROWS)
  const isCall = new Uint8Array(memory.buffer, FLAGS, ROWS)
  const block = {
    ...(Object.fromEntries(COLUMNS.map((name) => [name, column(name)])) as Record<ColumnName, Float64Array>),
    isCall,
  }
  const onWholeTurns = (loop: RowLoop) => (count: number) => {
    // What fills the last turn is neither call nor put, so that it does not count.
    for (let row = count; row % ROWS_PER_TURN !== 0; row++) isCall[row] = 2
    return loop(count)
  }
  return {
    price: { block, rows: ROWS, run: onWholeTurns(price) },
    imply: { block, rows: ROWS, run: onWholeTurns(imply) },
  }
}

/** The module that holds both kernels: 17 kB, assembled in a few milliseconds at first use. */
export function chainModule(): Uint8Array<ArrayBuffer> {
  const addresses = Object.fromEntries(COLUMNS.map((name) => [name, addressOf(name)])) as Record<ColumnName, number>
  const at = { ...addresses, isCall: FLAGS }
  return assembleModule(addressOf(COLUMNS[0]) + 8 * ROWS * COLUMNS.length, [
    { name: 'price', body: (simd) => writePrices(simd, at) },
    { name: 'imply', body: (simd) => writeImpliedVolatilities(simd, at) },
  ])
}

/**
 * Rows of a block, few enough for its columns to stay in the first caches. A multiple of 8, which aligns them, and no
 * power of two, which would make them compete for the same lines.
 */
const ROWS = 504
const COLUMNS = [
  'forwardUsd',
  'strikeUsd',
  'expiryYears',
  'iv',
  'priceUsd',
  'priceCoin',
  'delta',
  'gamma',
  'vega',
  'theta',
  'rho',
  'netDelta',
] as const
type ColumnName = (typeof COLUMNS)[number]

/** Constants come first, then the flags, then the columns of doubles. */
const FLAGS = CONSTANT_BYTES

function addressOf(name: ColumnName): number {
  return FLAGS + ROWS + 8 * ROWS * COLUMNS.indexOf(name)
}

/** What is used of the engine's `WebAssembly`, for which TypeScript has types only beside those of the browser. */
declare const WebAssembly: {
  validate: (bytes: Uint8Array<ArrayBuffer>) => boolean
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  Instance: new (module: object) => ChainInstance
}
type ChainInstance = { exports: { memory: { buffer: ArrayBuffer }; price: RowLoop; imply: RowLoop } }
type RowLoop = (rows: number) => number
