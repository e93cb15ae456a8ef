import type { SmileTerm } from '@cc/models'
import {
  daysBetween,
  impliedVolChain,
  priceChain,
  readSmileNodes,
  type SmileNodesInput,
  type SmileNodesReading,
} from '@cc/pricing'
import { createScratch } from './columns.js'
import { type ExpiryRows, isUsableIv, type MarketColumns, type MarketView } from './market-view.js'

/** The smile of one expiry, and all that was read off it. */
export type ExpirySmile = {
  expiryMs: number
  dte: number
  /** Time to expiry in years of 365 days. */
  expiryYears: number
  /** Median forward of its quotes. */
  forwardUsd: number
  source: SmileTerm['source']
  reading: SmileNodesReading & { atmIv: number }
}

/**
 * Reads the smile of each expiry ahead, by time, off its out-of-the-money options (puts below the forward, calls from it
 * up, each on its own forward), whatever the state of their books. `unread` are the expiries that give no volatility at
 * the money.
 *
 * The nodes are middles of bid and ask, where both are there, not crossed and at most 10 vol points apart, inside
 * 0.01..10. Where those do not reach the money and both 25 deltas, and the marks tell more, they are the marks. Nothing
 * is read beyond the nodes.
 */
export function readSmiles({ timeMs, expiries, columns }: MarketView): { smiles: ExpirySmile[]; unread: number[] } {
  const middles = middlesOf(columns)
  const smiles: ExpirySmile[] = []
  const unread: number[] = []
  for (const rows of expiries) {
    const { expiryMs } = rows
    const dte = daysBetween(timeMs, expiryMs)
    if (!(dte > 0)) continue
    const expiryYears = columns.expiryYears[rows.from] as number
    const forwardUsd = medianForward(columns, rows)
    const best = forwardUsd === null ? null : bestReading({ forwardUsd, expiryYears }, rows, { columns, middles })
    if (forwardUsd === null || best === null) unread.push(expiryMs)
    else smiles.push({ expiryMs, dte, expiryYears, forwardUsd, source: best.source, reading: best.reading })
  }
  return { smiles, unread }
}

/** What the state says of a smile. */
export function smileTermOf({ expiryMs, dte, forwardUsd, source, reading }: ExpirySmile): SmileTerm {
  const { atmIv, riskReversal25, butterfly25, nodes } = reading
  return { expiryMs, dte, forwardUsd, atmIv, riskReversal25, butterfly25, source, nodes }
}

/**
 * Volatilities of the middles of books row for row, solved in one pass; NaN where an option is not out of the money or its
 * book gives none that counts. Valid until the next call.
 */
function middlesOf(columns: MarketColumns): Float64Array {
  const { isCall, strikeUsd, expiryYears, forwardUsd, bidPriceCoin, askPriceCoin } = columns
  const rows: number[] = []
  for (let row = 0; row < isCall.length; row++) {
    if (isOutOfTheMoney(columns, row) && hasTwoSides(columns, row)) rows.push(row)
  }
  const { length } = rows
  const book = bookScratch(length)
  const options = {
    forwardUsd: book.forwardUsd,
    strikeUsd: book.strikeUsd,
    expiryYears: book.expiryYears,
    isCall: new Uint8Array(length),
    priceUsd: book.priceUsd,
    iv: book.iv,
  }
  for (let place = 0; place < length; place++) {
    const row = rows[place] as number
    const forward = forwardUsd[row] as number
    options.forwardUsd[place] = forward
    options.strikeUsd[place] = strikeUsd[row] as number
    options.expiryYears[place] = expiryYears[row] as number
    options.isCall[place] = isCall[row] as number
    options.priceUsd[place] = (((bidPriceCoin[row] as number) + (askPriceCoin[row] as number)) / 2) * forward
  }
  const outcome = new Uint8Array(length)
  impliedVolChain(options, { iv: options.iv, outcome })
  const greeks = greekScratch(length)
  // Columns are named one by one here and above, for this runs with every state, and a spread costs more.
  priceChain(options, {
    priceUsd: greeks.priceUsd,
    priceCoin: greeks.priceCoin,
    delta: greeks.delta,
    gamma: greeks.gamma,
    vega: greeks.vega,
    theta: greeks.theta,
    rho: greeks.rho,
    netDelta: greeks.netDelta,
    outcome,
  })
  const middles = middleScratch(isCall.length).iv.fill(Number.NaN)
  for (let place = 0; place < length; place++) {
    const row = rows[place] as number
    const spreadUsd = ((askPriceCoin[row] as number) - (bidPriceCoin[row] as number)) * (forwardUsd[row] as number)
    // A wide book says nothing of where between its sides the price is. Vega is USD per vol point.
    const spreadIv = spreadUsd / ((greeks.vega[place] as number) * 100)
    if (spreadIv <= MOST_SPREAD_IV) middles[row] = options.iv[place] as number
  }
  return middles
}

const middleScratch = createScratch(['iv'])
const bookScratch = createScratch(['forwardUsd', 'strikeUsd', 'expiryYears', 'priceUsd', 'iv'])
const greekScratch = createScratch(['priceUsd', 'priceCoin', 'delta', 'gamma', 'vega', 'theta', 'rho', 'netDelta'])

/** Whether a row is quoted and out of the money on its own forward; what has expired is not asked for its smile. */
function isOutOfTheMoney({ isCall, strikeUsd, forwardUsd, expiryYears }: MarketColumns, row: number): boolean {
  const strike = strikeUsd[row] as number
  const forward = forwardUsd[row] as number
  if (!((expiryYears[row] as number) > 0 && isSound(forward) && isSound(strike))) return false
  return isCall[row] === 1 ? strike >= forward : strike < forward
}

function isSound(usd: number): boolean {
  return usd > 0 && usd < Infinity
}

function hasTwoSides({ bidPriceCoin, askPriceCoin }: MarketColumns, row: number): boolean {
  const bid = bidPriceCoin[row] as number
  return bid > 0 && bid <= (askPriceCoin[row] as number)
}

type Found = Pick<ExpirySmile, 'source' | 'reading'>

function bestReading(
  { forwardUsd, expiryYears }: { forwardUsd: number; expiryYears: number },
  rows: ExpiryRows,
  { columns, middles }: { columns: MarketColumns; middles: Float64Array },
): Found | null {
  const book = readSmileNodes({ forwardUsd, expiryYears, nodes: nodesOf(columns, rows, middles) })
  if (book.atmIv !== null && book.riskReversal25 !== null) return found('book', book)
  const mark = readSmileNodes({ forwardUsd, expiryYears, nodes: nodesOf(columns, rows, columns.markIv) })
  return told(mark) > told(book) ? found('mark', mark) : found('book', book)
}

/** Strikes out of the money with the volatilities that count. */
function nodesOf(columns: MarketColumns, { from, to }: ExpiryRows, ivs: Float64Array): SmileNodesInput['nodes'] {
  const nodes: { strikeUsd: number; iv: number }[] = []
  for (let row = from; row < to; row++) {
    const iv = ivs[row] as number
    if (isUsableIv(iv) && isOutOfTheMoney(columns, row)) nodes.push({ strikeUsd: columns.strikeUsd[row] as number, iv })
  }
  return nodes
}

/** How much of what the state says of an expiry a reading has. */
function told({ atmIv, riskReversal25 }: SmileNodesReading): number {
  return (atmIv === null ? 0 : 1) + (riskReversal25 === null ? 0 : 1)
}

function found(source: SmileTerm['source'], reading: SmileNodesReading): Found | null {
  return hasAtmIv(reading) ? { source, reading } : null
}

function hasAtmIv(reading: SmileNodesReading): reading is Found['reading'] {
  return reading.atmIv !== null
}

/** The forward in the middle of those quoted, or the mean of the two there; `null` without one. */
function medianForward({ forwardUsd }: MarketColumns, { from, to }: ExpiryRows): number | null {
  let first: number | null = null
  let isShared = true
  for (let row = from; row < to; row++) {
    const forward = forwardUsd[row] as number
    if (!isSound(forward)) continue
    first ??= forward
    isShared &&= forward === first
  }
  // Mostly an expiry has one forward.
  if (isShared) return first
  const forwards = forwardUsd.subarray(from, to).filter(isSound).sort()
  const half = forwards.length >> 1
  const upper = forwards[half] as number
  return forwards.length % 2 === 1 ? upper : ((forwards[half - 1] as number) + upper) / 2
}

const MOST_SPREAD_IV = 0.1
