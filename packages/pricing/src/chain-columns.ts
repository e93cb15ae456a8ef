/** Options as columns, one row per option: all of one length. */
export type OptionColumns = {
  /** Forward of the same expiry, > 0: Deribit's `underlying_price`, not the index. */
  forwardUsd: Float64Array
  /** > 0. */
  strikeUsd: Float64Array
  /** Time to expiry in years of 365 days, >= 0: `yearsBetween(now, expiry)`. */
  expiryYears: Float64Array
  /** 1 = call, 0 = put. */
  isCall: Uint8Array
}

/**
 * What became of a row, by the code in an `outcome` column: `ROW_OUTCOMES[code]`.
 *
 * - `computed`: the row has its results.
 * - `no-volatility`: the row is sound, and no volatility gives its price (see `impliedVolatility`).
 * - `bad-…`: the named input is not finite or out of its range; the first such input of the row counts.
 * - `beyond-doubles`: each input is sound, and together they ask for numbers that no double holds.
 *
 * Every result of a row that is not `computed` is NaN.
 */
export const ROW_OUTCOMES = [
  'computed',
  'no-volatility',
  'bad-forward',
  'bad-strike',
  'bad-expiry',
  'bad-iv',
  'bad-price',
  'bad-kind',
  'beyond-doubles',
] as const

export type RowOutcome = (typeof ROW_OUTCOMES)[number]

/** Rows of a chain by what became of them. */
export type ChainSummary = {
  rows: number
  computed: number
  /** Sound rows whose price no volatility gives. Always 0 for prices. */
  noVolatility: number
  /** Rows with a bad input. */
  bad: number
}

export function codeOf(outcome: RowOutcome): number {
  return ROW_OUTCOMES.indexOf(outcome)
}

/** The number of rows, or a `RangeError` that names the column of another length. */
export function requireRows(where: string, columns: Record<string, { length: number }>): number {
  let reference: string | undefined
  let rows = 0
  for (const name in columns) {
    const { length } = columns[name] as { length: number }
    if (reference === undefined) {
      reference = name
      rows = length
    }
    if (length !== rows) {
      throw new RangeError(`${where}: ${name} must have ${rows} rows like ${reference}, got ${length}`)
    }
  }
  return rows
}

/** The code of the first bad input of an option, or that of `computed`. */
export function optionCode(option: {
  forwardUsd: number
  strikeUsd: number
  expiryYears: number
  flag: number
}): number {
  const { forwardUsd, strikeUsd, expiryYears, flag } = option
  if (!(forwardUsd > 0 && forwardUsd < Infinity)) return codeOf('bad-forward')
  if (!(strikeUsd > 0 && strikeUsd < Infinity)) return codeOf('bad-strike')
  if (!(expiryYears >= 0 && expiryYears < Infinity)) return codeOf('bad-expiry')
  return flag <= 1 ? codeOf('computed') : codeOf('bad-kind')
}
