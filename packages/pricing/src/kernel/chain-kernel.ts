/** What a kernel reads: one row per option. */
type OptionBlock = {
  forwardUsd: Float64Array
  strikeUsd: Float64Array
  expiryYears: Float64Array
  /** 1 = call, 0 = put. */
  isCall: Uint8Array
}

/** A block of options with its results. */
export type PriceBlock = OptionBlock & {
  iv: Float64Array
  priceUsd: Float64Array
  priceCoin: Float64Array
  delta: Float64Array
  gamma: Float64Array
  vega: Float64Array
  theta: Float64Array
  rho: Float64Array
  netDelta: Float64Array
}

export type PriceKernel = {
  block: PriceBlock
  /** Length of the block's columns. */
  rows: number
  /** Prices the first `count` rows and returns how many it could; the others have NaN for `priceUsd`. */
  run(count: number): number
}

/** A block of quoted options with their volatilities. */
export type ImpliedBlock = OptionBlock & { priceUsd: Float64Array; iv: Float64Array }

export type ImpliedKernel = {
  block: ImpliedBlock
  /** Length of the block's columns. */
  rows: number
  /** Solves the first `count` rows and returns how many it could; the others have NaN for `iv`. */
  run(count: number): number
}

/** One of each. The columns may be shared: each call writes what it reads. */
export type ChainKernels = { price: PriceKernel; imply: ImpliedKernel }

/** A price block in memory that `column` hands out, column by column in the order below. */
export function createPriceBlock(column: () => Float64Array, isCall: Uint8Array): PriceBlock {
  return {
    forwardUsd: column(),
    strikeUsd: column(),
    expiryYears: column(),
    iv: column(),
    isCall,
    priceUsd: column(),
    priceCoin: column(),
    delta: column(),
    gamma: column(),
    vega: column(),
    theta: column(),
    rho: column(),
    netDelta: column(),
  }
}

/** A block of implied volatilities in memory that `column` hands out, column by column in the order below. */
export function createImpliedBlock(column: () => Float64Array, isCall: Uint8Array): ImpliedBlock {
  return {
    forwardUsd: column(),
    strikeUsd: column(),
    expiryYears: column(),
    priceUsd: column(),
    isCall,
    iv: column(),
  }
}
