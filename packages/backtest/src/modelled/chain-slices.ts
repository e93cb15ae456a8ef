import { readSmileNodes, yearsBetween } from '@cc/pricing'
import type { ChainColumns } from '../history/chain-columns.js'

/** The smile of one expiry as a snapshot quotes it. Volatilities are ratios, skew and wings too: none is divided by ATM. */
export type ChainSlice = {
  expiryYears: number
  forwardUsd: number
  atmIv: number
  /** `null` where the quotes do not reach so far out. */
  skew25: number | null
  wings25: number | null
  skew10: number | null
  wings10: number | null
  /** Rows of the expiry, from `from` to before `to`. */
  from: number
  to: number
}

/**
 * Reads the smiles of one snapshot, soonest expiry first, off the volatilities of its out-of-the-money options. Expiries
 * within `leastDays`, and those that give no volatility at the money, are left out.
 */
export function chainSlices(chain: ChainColumns, snapshot: number, leastDays = 1): readonly ChainSlice[] {
  const { timeMs, firstRow, expiryMs } = chain
  const end = firstRow[snapshot + 1] as number
  const slices: ChainSlice[] = []
  let from = firstRow[snapshot] as number
  while (from < end) {
    let to = from + 1
    while (to < end && expiryMs[to] === expiryMs[from]) to++
    const expiryYears = yearsBetween(timeMs[snapshot] as number, expiryMs[from] as number)
    const slice = expiryYears * 365 < leastDays ? undefined : sliceOf(chain, { from, to, expiryYears })
    if (slice !== undefined) slices.push(slice)
    from = to
  }
  return slices
}

function sliceOf(
  { strikeUsd, isPut, iv, forwardUsd }: ChainColumns,
  { from, to, expiryYears }: { from: number; to: number; expiryYears: number },
): ChainSlice | undefined {
  const forwards: number[] = []
  const nodes: { strikeUsd: number; iv: number }[] = []
  for (let row = from; row < to; row++) {
    const forward = forwardUsd[row] as number
    if (!(forward > 0)) continue
    forwards.push(forward)
    const strike = strikeUsd[row] as number
    const isOutside = isPut[row] === 1 ? strike < forward : strike >= forward
    const volatility = iv[row] as number
    if (isOutside && volatility > 0) nodes.push({ strikeUsd: strike, iv: volatility })
  }
  if (nodes.length === 0) return undefined
  const middle = medianOf(forwards)
  const reading = readSmileNodes({ forwardUsd: middle, expiryYears, nodes })
  if (reading.atmIv === null) return undefined
  return {
    expiryYears,
    forwardUsd: middle,
    atmIv: reading.atmIv,
    skew25: reading.riskReversal25,
    wings25: reading.butterfly25,
    skew10: reading.riskReversal10,
    wings10: reading.butterfly10,
    from,
    to,
  }
}

/** The middle value, or the upper one of the two in the middle; NaN of none. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
