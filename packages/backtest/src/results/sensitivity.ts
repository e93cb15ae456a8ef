import { TRADE_FEE_CAP } from '@cc/pricing'
import type { BookedFlow, RunBook } from '../book/run-book.js'
import type { Sensitivity } from './result.js'
import { sumOf } from './statistics.js'

/**
 * The overlay of the same decisions under other costs: spreads times 0, ½, 1, 2 and fees times 0, 1, 2, fees after their
 * cap. A sale fills at the middle less so many half-spreads, never below 0, a purchase above it; what had no bid or no ask
 * keeps its price. Deliveries change by their fees alone. Sizes stay, although other costs would leave other coins to cover.
 */
export function costSensitivity(book: RunBook): Sensitivity[] {
  const flows = book.rows.flatMap((row) => row.flows)
  const last = book.rows.at(-1)
  if (last === undefined) return []
  const feeRate = flows.reduce((rate, flow) => (flow.kind === 'trade' ? Math.max(rate, feeRateOf(flow)) : rate), 0)
  return SPREAD_FACTORS.flatMap((spreadFactor) =>
    FEE_FACTORS.map((feeFactor) => {
      const cashes = flows.map((flow) => cashUnder(flow, { spreadFactor, feeFactor, feeRate }))
      const overlayCoin = sumOf([...cashes, last.optionsCoin])
      return { spreadFactor, feeFactor, overlayCoin, overlayUsd: overlayCoin * last.indexUsd }
    }),
  )
}

const SPREAD_FACTORS = [0, 0.5, 1, 2] as const
const FEE_FACTORS = [0, 1, 2] as const

type Costs = { spreadFactor: number; feeFactor: number; feeRate: number }

function cashUnder(flow: BookedFlow, { spreadFactor, feeFactor, feeRate }: Costs): number {
  const { sizeCoin, bidCoin, askCoin } = flow
  if (flow.kind === 'delivery') return -sizeCoin * flow.priceCoin - feeFactor * flow.feeCoin
  const side = Math.sign(sizeCoin)
  const priceCoin =
    bidCoin === null || askCoin === null
      ? flow.priceCoin
      : Math.max(0, (bidCoin + askCoin) / 2 + side * spreadFactor * ((askCoin - bidCoin) / 2))
  const feeCoin = Math.abs(sizeCoin) * Math.min(feeRate, TRADE_FEE_CAP * priceCoin)
  return -sizeCoin * priceCoin - feeFactor * feeCoin
}

/** Coin per coin. The highest of a run is the rate of the venue, unless the cap bound every fee. */
function feeRateOf({ feeCoin, sizeCoin }: BookedFlow): number {
  return sizeCoin === 0 ? 0 : feeCoin / Math.abs(sizeCoin)
}
