import fc from 'fast-check'
import type { OptionColumns } from './chain-columns.js'

/** One row of a chain; `number` is a volatility or a price, as the test has it. */
export type ChainRow = { forwardUsd: number; strikeUsd: number; expiryYears: number; number: number; flag: number }

export function optionColumns(rows: readonly ChainRow[]): OptionColumns {
  return {
    forwardUsd: Float64Array.from(rows, (row) => row.forwardUsd),
    strikeUsd: Float64Array.from(rows, (row) => row.strikeUsd),
    expiryYears: Float64Array.from(rows, (row) => row.expiryYears),
    isCall: Uint8Array.from(rows, (row) => row.flag),
  }
}

export function numbersOf(rows: readonly ChainRow[]): Float64Array {
  return Float64Array.from(rows, (row) => row.number)
}

/** Rows as an exchange may list them, with strikes near and at the forward more often than chance has them. */
export function listedRow(number: fc.Arbitrary<number>): fc.Arbitrary<ChainRow> {
  const forwardUsd = fc.double({ min: 100, max: 200_000, noNaN: true })
  const moneyness = fc.oneof(
    fc.double({ min: 0.2, max: 5, noNaN: true }),
    fc.double({ min: 0.999, max: 1.001, noNaN: true }),
    fc.constantFrom(1, 2, 0.5, Math.SQRT2, Math.SQRT1_2, 4),
  )
  const expiryYears = fc.double({ min: 1 / 8760, max: 2, noNaN: true })
  const option = fc.record({ forwardUsd, moneyness, expiryYears, number, flag: fc.constantFrom(0, 1) })
  return option.map(({ moneyness: ratio, ...row }) => ({ ...row, strikeUsd: row.forwardUsd * ratio }))
}

/** Rows of any numbers at all, sound or not. */
export const anyRow: fc.Arbitrary<ChainRow> = fc.record({
  forwardUsd: anyNumber(),
  strikeUsd: anyNumber(),
  expiryYears: anyNumber(),
  number: anyNumber(),
  flag: fc.integer({ min: 0, max: 3 }),
})

function anyNumber(): fc.Arbitrary<number> {
  return fc.oneof(fc.double(), fc.double({ min: 1e-3, max: 1e5 }), fc.constantFrom(0, -0, 1e-60, 1e60, 5e-324, 1e300))
}

/** The whole box that options may lie in, each number spread evenly over its logarithm; strikes at the money included. */
export function stressChain(rows: number, seed: number): OptionColumns & { iv: Float64Array } {
  const next = uniform(seed)
  const spread = (low: number, high: number) => low * (high / low) ** next()
  const chain = {
    forwardUsd: new Float64Array(rows),
    strikeUsd: new Float64Array(rows),
    expiryYears: new Float64Array(rows),
    iv: new Float64Array(rows),
    isCall: new Uint8Array(rows),
  }
  for (let row = 0; row < rows; row++) {
    const forwardUsd = spread(100, 200_000)
    chain.forwardUsd[row] = forwardUsd
    chain.strikeUsd[row] = forwardUsd * (row % 97 === 0 ? 1 : row % 5 === 0 ? spread(0.999, 1.001) : spread(0.2, 5))
    chain.expiryYears[row] = spread(1 / 8760, 2)
    chain.iv[row] = spread(0.05, 4)
    chain.isCall[row] = row % 2
  }
  return chain
}

/** Uniform numbers in [0, 1), the same for the same seed. */
function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
