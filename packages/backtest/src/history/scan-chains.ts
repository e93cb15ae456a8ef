import {
  black76,
  createPriceColumns,
  deliveryFeeCoin,
  MS_PER_YEAR,
  payoutCoin,
  priceChain,
  saleProceedsCoin,
  tradeFeeCoin,
} from '@cc/pricing'
import type { ChainColumns } from './chain-columns.js'

/** One rule of selling calls and holding them to their expiry, one coin at a time, never compounded. */
export type CoveredCallRule = {
  /** Black-Scholes delta, of IV, forward and expiry of the row. */
  targetDelta: number
  /** Days to the expiry, both inclusive; of the expiries between them the soonest is sold. */
  minDte: number
  maxDte: number
  /** No sale before this time. Default: the first snapshot. */
  fromMs?: number
  /** How long after an expiry the next call may be sold, ms. Default: a minute. */
  restMs?: number
  /** Coin per coin, before the cap. Default: 0.0003. */
  feeRate?: number
  /** Whether the delivery fee is charged. Default: it is. */
  deliveryFee?: boolean
  /**
   * `candidates`: deltas are computed for the calls that may be sold. `all`: every row is priced with all greeks, and its
   * delta taken from there. Both choose the same.
   */
  reprice?: 'candidates' | 'all'
}

/** Sales in columns, oldest first: the balance is that after the settlement, of one coin at the start. */
export type CoveredCallTrades = {
  timeMs: Float64Array
  expiryMs: Float64Array
  strikeUsd: Float64Array
  delta: Float64Array
  /** The bid. */
  premiumCoin: Float64Array
  feeCoin: Float64Array
  settlementUsd: Float64Array
  payoutCoin: Float64Array
  deliveryFeeCoin: Float64Array
  balanceCoin: Float64Array
}

/** What a scan found and did. */
export type CoveredCallScan = {
  trades: CoveredCallTrades
  /** The row that would be sold at each snapshot, whether or not something was open; −1 is none. */
  choice: Int32Array
  /** Rows that were looked at, one by one: none is skipped. */
  rowsScanned: number
  /** Deltas that were computed. */
  deltasComputed: number
}

/**
 * Sells covered calls through recorded chains: at every snapshot it chooses the call with a bid whose delta is nearest to the
 * target, sells it at the bid when nothing is open, and settles it at its expiry. A call that no delivery price is known for
 * is not sold: nothing would settle it.
 *
 * It knows neither limits nor margin nor sizes: a measure of what choosing alone gives, and not the agent.
 */
export function scanCoveredCalls(
  chain: ChainColumns,
  deliveryUsd: (expiryMs: number) => number | undefined,
  rule: CoveredCallRule,
): CoveredCallScan {
  const { timeMs, firstRow, expiryMs, strikeUsd, bidCoin } = chain
  const { fromMs = Number.NEGATIVE_INFINITY, restMs = 60_000, feeRate = 0.0003, deliveryFee = true } = rule
  const choose = rule.reprice === 'all' ? choiceOfAll(chain, rule) : choiceOfCandidates(chain, rule)
  const choice = new Int32Array(timeMs.length)
  const sales: Sale[] = []
  let nextSaleMs = fromMs
  let balanceCoin = 1
  let rowsScanned = 0
  let deltasComputed = 0
  for (let snapshot = 0; snapshot < timeMs.length; snapshot++) {
    const now = timeMs[snapshot] as number
    const found = choose(snapshot)
    const row = found.row
    rowsScanned += (firstRow[snapshot + 1] as number) - (firstRow[snapshot] as number)
    deltasComputed += found.deltas
    choice[snapshot] = row
    if (row < 0 || now < nextSaleMs) continue
    const expiry = expiryMs[row] as number
    const settlementUsd = deliveryUsd(expiry)
    if (settlementUsd === undefined) continue
    nextSaleMs = expiry + restMs
    const strike = strikeUsd[row] as number
    const trade = { sizeCoin: 1, priceCoin: bidCoin[row] as number, feeRate }
    const payout = payoutCoin({ kind: 'call', strikeUsd: strike, deliveryUsd: settlementUsd })
    const settlementFee = deliveryFee ? deliveryFeeCoin({ sizeCoin: 1, payoutCoin: payout, daily: false }) : 0
    balanceCoin += saleProceedsCoin(trade) - payout - settlementFee
    sales.push({
      timeMs: now,
      expiryMs: expiry,
      strikeUsd: strike,
      delta: found.delta,
      premiumCoin: trade.priceCoin,
      feeCoin: tradeFeeCoin(trade),
      settlementUsd,
      payoutCoin: payout,
      deliveryFeeCoin: settlementFee,
      balanceCoin,
    })
  }
  return { trades: columnsOf(sales), choice, rowsScanned, deltasComputed }
}

type Sale = Record<keyof CoveredCallTrades, number>

/** The row to be sold at a snapshot, or −1; the same object every time. */
type Choice = { row: number; delta: number; deltas: number }

const MS_PER_DAY = 86_400_000

function choiceOfCandidates(chain: ChainColumns, rule: CoveredCallRule): (snapshot: number) => Choice {
  const { timeMs, firstRow, expiryMs, strikeUsd, isPut, bidCoin, iv, forwardUsd } = chain
  const { targetDelta, minDte, maxDte } = rule
  const choice: Choice = { row: -1, delta: Number.NaN, deltas: 0 }
  return (snapshot) => {
    const now = timeMs[snapshot] as number
    const soonestMs = now + minDte * MS_PER_DAY
    // Rows come soonest expiry first: the first that has a candidate closes the window behind it.
    let latestMs = now + maxDte * MS_PER_DAY
    let nearest = Number.POSITIVE_INFINITY
    choice.row = -1
    choice.deltas = 0
    for (let row = firstRow[snapshot] as number; row < (firstRow[snapshot + 1] as number); row++) {
      const expiry = expiryMs[row] as number
      if (expiry < soonestMs || expiry > latestMs || isPut[row] === 1) continue
      // NaN is no bid, and no delta can be told without IV.
      if (!((bidCoin[row] as number) > 0) || !((iv[row] as number) > 0)) continue
      latestMs = expiry
      const expiryYears = (expiry - now) / MS_PER_YEAR
      const { delta } = black76({
        forwardUsd: forwardUsd[row] as number,
        strikeUsd: strikeUsd[row] as number,
        expiryYears,
        iv: iv[row] as number,
        kind: 'call',
      })
      choice.deltas += 1
      const distance = Math.abs(delta - targetDelta)
      if (distance >= nearest) continue
      nearest = distance
      choice.row = row
      choice.delta = delta
    }
    return choice
  }
}

function choiceOfAll(chain: ChainColumns, rule: CoveredCallRule): (snapshot: number) => Choice {
  const { timeMs, firstRow, expiryMs, strikeUsd, isPut, bidCoin, iv, forwardUsd } = chain
  const { targetDelta, minDte, maxDte } = rule
  const choice: Choice = { row: -1, delta: Number.NaN, deltas: 0 }
  let most = 0
  for (let i = 0; i < timeMs.length; i++) most = Math.max(most, (firstRow[i + 1] as number) - (firstRow[i] as number))
  const years = new Float64Array(most)
  const calls = new Uint8Array(most)
  const results = createPriceColumns(most)
  return (snapshot) => {
    const now = timeMs[snapshot] as number
    const start = firstRow[snapshot] as number
    const end = firstRow[snapshot + 1] as number
    const count = end - start
    for (let i = 0; i < count; i++) {
      years[i] = ((expiryMs[start + i] as number) - now) / MS_PER_YEAR
      calls[i] = 1 - (isPut[start + i] as number)
    }
    priceChain(
      {
        forwardUsd: forwardUsd.subarray(start, end),
        strikeUsd: strikeUsd.subarray(start, end),
        expiryYears: years.subarray(0, count),
        iv: iv.subarray(start, end),
        isCall: calls.subarray(0, count),
      },
      firstOf(results, count),
    )
    const { delta: deltas } = results
    const soonestMs = now + minDte * MS_PER_DAY
    let latestMs = now + maxDte * MS_PER_DAY
    let nearest = Number.POSITIVE_INFINITY
    choice.row = -1
    choice.deltas = count
    for (let i = 0; i < count; i++) {
      const expiry = expiryMs[start + i] as number
      if (expiry < soonestMs || expiry > latestMs || calls[i] === 0 || !((bidCoin[start + i] as number) > 0)) continue
      const delta = deltas[i] as number
      if (Number.isNaN(delta)) continue
      latestMs = expiry
      const distance = Math.abs(delta - targetDelta)
      if (distance >= nearest) continue
      nearest = distance
      choice.row = start + i
      choice.delta = delta
    }
    return choice
  }
}

function firstOf(results: ReturnType<typeof createPriceColumns>, count: number): ReturnType<typeof createPriceColumns> {
  const first = (column: Float64Array) => column.subarray(0, count)
  return {
    priceUsd: first(results.priceUsd),
    priceCoin: first(results.priceCoin),
    delta: first(results.delta),
    gamma: first(results.gamma),
    vega: first(results.vega),
    theta: first(results.theta),
    rho: first(results.rho),
    netDelta: first(results.netDelta),
    outcome: results.outcome.subarray(0, count),
  }
}

function columnsOf(sales: readonly Sale[]): CoveredCallTrades {
  const column = (name: keyof Sale) => Float64Array.from(sales, (sale) => sale[name])
  return {
    timeMs: column('timeMs'),
    expiryMs: column('expiryMs'),
    strikeUsd: column('strikeUsd'),
    delta: column('delta'),
    premiumCoin: column('premiumCoin'),
    feeCoin: column('feeCoin'),
    settlementUsd: column('settlementUsd'),
    payoutCoin: column('payoutCoin'),
    deliveryFeeCoin: column('deliveryFeeCoin'),
    balanceCoin: column('balanceCoin'),
  }
}
