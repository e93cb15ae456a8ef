import type { ChainKernels } from './chain-kernel.js'
import { createTypeScriptImpliedKernel } from './implied-typescript.js'
import { createTypeScriptPriceKernel } from './price-typescript.js'
import { createWebAssemblyKernels } from './webassembly-kernel.js'

/** What computes the columns. Both give the same bits; WebAssembly takes about half the time. */
export type ChainEngine = 'webassembly' | 'typescript'

export type ChainOptions = {
  /** Default: WebAssembly where the JavaScript engine has its SIMD instructions and allows them, else TypeScript. */
  engine?: ChainEngine | undefined
}

/** The kernels of an engine, made at first use and kept. */
export function kernelsOf(where: string, { engine }: ChainOptions): ChainKernels {
  if (engine !== 'typescript') {
    webAssembly = webAssembly === undefined ? createWebAssemblyKernels() : webAssembly
    if (webAssembly !== null) return webAssembly
    if (engine === 'webassembly')
      throw new RangeError(`${where}: engine is 'webassembly', and there is none with SIMD here`)
  }
  typeScript ??= { price: createTypeScriptPriceKernel(), imply: createTypeScriptImpliedKernel() }
  return typeScript
}

let webAssembly: ChainKernels | null | undefined
let typeScript: ChainKernels | undefined
