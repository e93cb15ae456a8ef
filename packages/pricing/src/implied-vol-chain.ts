import { type ChainSummary, codeOf, type OptionColumns, optionCode, requireRows } from './chain-columns.js'
import { impliedVolatility } from './implied-volatility.js'
import type { ImpliedBlock } from './kernel/chain-kernel.js'
import { type ChainOptions, kernelsOf } from './kernel/engine.js'

/** Options and their prices, as columns. */
export type ImpliedVolChainInput = OptionColumns & {
  /** Price in USD, >= 0. A coin price is worth `priceCoin * forwardUsd`. */
  priceUsd: Float64Array
}

/** Volatilities as a column. */
export type ImpliedVolColumns = {
  /** Annual volatility as a ratio: 0.52 = 52 %. NaN where there is none. */
  iv: Float64Array
  /** Code of what became of the row: see `ROW_OUTCOMES`. */
  outcome: Uint8Array
}

/** Columns for the results of `impliedVolChain`, to be used again and again. */
export function createImpliedVolColumns(rows: number): ImpliedVolColumns {
  return { iv: new Float64Array(rows), outcome: new Uint8Array(rows) }
}

/**
 * Writes the volatility of each row of a chain into `result.iv`: row for row the bits of `impliedVolatility`, in a
 * quarter of its time. Where that is `null`, the row is NaN and its outcome `no-volatility`.
 *
 * Works in blocks. The kernel settles the rows that one step from the start solves, nearly all of a listed chain, and
 * allocates nothing for them; the others go to `impliedVolatility`. A row with a bad input costs its own result alone:
 * it is NaN, `result.outcome` names the input, and the summary counts it.
 *
 * @throws RangeError naming the column whose length differs from the others', or an engine that is not there.
 */
export function impliedVolChain(
  input: ImpliedVolChainInput,
  result: ImpliedVolColumns,
  options: ChainOptions = {},
): ChainSummary {
  const { forwardUsd, strikeUsd, expiryYears, priceUsd, isCall } = input
  const { iv, outcome } = result
  const rows = requireRows('impliedVolChain', { forwardUsd, strikeUsd, expiryYears, priceUsd, isCall, iv, outcome })
  const kernel = kernelsOf('impliedVolChain', options).imply
  const { block } = kernel
  outcome.fill(COMPUTED)

  const summary = { rows, computed: 0, noVolatility: 0, bad: 0 }
  for (let start = 0; start < rows; start += kernel.rows) {
    const count = Math.min(kernel.rows, rows - start)
    const end = start + count
    block.forwardUsd.set(forwardUsd.subarray(start, end))
    block.strikeUsd.set(strikeUsd.subarray(start, end))
    block.expiryYears.set(expiryYears.subarray(start, end))
    block.priceUsd.set(priceUsd.subarray(start, end))
    block.isCall.set(isCall.subarray(start, end))
    if (kernel.run(count) < count) solveOthers(block, outcome.subarray(start, end), summary)
    iv.set(count === kernel.rows ? block.iv : block.iv.subarray(0, count), start)
  }
  summary.computed = rows - summary.noVolatility - summary.bad
  return summary
}

/** Solves what the kernel left: far wings, wide deviations, and rows without a volatility, which it counts. */
function solveOthers(block: ImpliedBlock, outcome: Uint8Array, summary: ChainSummary): void {
  for (let row = 0; row < outcome.length; row++) {
    if (!Number.isNaN(block.iv[row])) continue
    const code = solveRow(block, row)
    outcome[row] = code
    if (code === NO_VOLATILITY) summary.noVolatility++
    else if (code !== COMPUTED) summary.bad++
  }
}

function solveRow(block: ImpliedBlock, row: number): number {
  const forwardUsd = block.forwardUsd[row] as number
  const strikeUsd = block.strikeUsd[row] as number
  const expiryYears = block.expiryYears[row] as number
  const priceUsd = block.priceUsd[row] as number
  const flag = block.isCall[row] as number
  const code = optionCode({ forwardUsd, strikeUsd, expiryYears, flag })
  if (code !== COMPUTED) return code
  if (!(priceUsd >= 0 && priceUsd < Infinity)) return codeOf('bad-price')
  const kind = flag === 1 ? 'call' : 'put'
  const iv = impliedVolatility({ forwardUsd, strikeUsd, expiryYears, priceUsd, kind })
  if (iv === null) return NO_VOLATILITY
  if (!Number.isFinite(iv)) return codeOf('beyond-doubles')
  block.iv[row] = iv
  return COMPUTED
}

const COMPUTED = codeOf('computed')
const NO_VOLATILITY = codeOf('no-volatility')
