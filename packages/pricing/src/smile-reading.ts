import { normalQuantile } from './normal-quantile.js'
import { isPlausibleIv } from './smile-quotes.js'
import { strikeFromDelta } from './strike-from-delta.js'
import { requirePositive } from './validation.js'

/** A smile that knows its volatility at any strike, and the market it belongs to. */
export type SmileReadingInput = {
  forwardUsd: number
  /** Time to expiry in years of 365 days, > 0. */
  expiryYears: number
  /** Volatility at a strike in USD, as `sliceSmile` gives it. */
  ivAt: (strikeUsd: number) => number
}

/** Volatilities at single strikes of one expiry, in any order. */
export type SmileNodesInput = {
  forwardUsd: number
  /** Time to expiry in years of 365 days, > 0. */
  expiryYears: number
  nodes: readonly { strikeUsd: number; iv: number }[]
}

/**
 * A smile in a trader's words. Volatilities are ratios; each is `null` where the quotes do not reach it. Deltas are
 * Black-Scholes deltas, as Deribit's tickers give them.
 */
export type SmileReading = {
  /** At the forward. */
  atmIv: number | null
  call25Iv: number | null
  put25Iv: number | null
  call10Iv: number | null
  put10Iv: number | null
  /** Call − put at 25 deltas: negative where puts cost more. */
  riskReversal25: number | null
  /** ½(call + put) − at the money. */
  butterfly25: number | null
  riskReversal10: number | null
  butterfly10: number | null
}

/** What was read off single volatilities, and which of them were left out. */
export type SmileNodesReading = SmileReading & {
  nodes: number
  /** The strike came before, or the volatility lies outside 0.01..10. */
  excluded: { duplicate: number; 'volatility-out-of-range': number }
}

/**
 * Reads at-the-money-forward volatility, and risk reversals and butterflies at 25 and 10 deltas, off a smile.
 *
 * @throws RangeError naming the field, for a forward or a time that is not finite and > 0, or a smile that is not finite
 * and >= 0 where it is read.
 */
export function readSmile({ forwardUsd, expiryYears, ivAt }: SmileReadingInput): SmileReading {
  requirePositive('readSmile', 'forwardUsd', forwardUsd)
  requirePositive('readSmile', 'expiryYears', expiryYears)
  const market = { forwardUsd, expiryYears, iv: ivAt }
  const ivOf = (strikeUsd: number | null) => (strikeUsd === null ? null : ivAt(strikeUsd))
  return readingOf(ivAt(forwardUsd), (delta, kind) =>
    ivOf(strikeFromDelta({ ...market, kind, delta: kind === 'call' ? delta : -delta })),
  )
}

/**
 * The same from volatilities at single strikes, without a fit: at the money linear in log-strike, at a delta linear in
 * N⁻¹ of the call's delta between the nodes around it, searched from the money outwards. Nothing is read beyond the nodes.
 *
 * Of two nodes at a strike the first counts, and a volatility outside 0.01..10 is left out; both are counted. The points of
 * `smilePoints` are nodes; marks are too, but lie above the calls that one sells.
 *
 * @throws RangeError naming the row, for a strike that is not finite and > 0 or a volatility that is not finite and >= 0,
 * and for a forward or a time that is not finite and > 0.
 */
export function readSmileNodes({ forwardUsd, expiryYears, nodes }: SmileNodesInput): SmileNodesReading {
  requirePositive('readSmileNodes', 'forwardUsd', forwardUsd)
  requirePositive('readSmileNodes', 'expiryYears', expiryYears)
  const excluded = { duplicate: 0, 'volatility-out-of-range': 0 }
  const knots = knotsOf(nodes, { forwardUsd, rootYears: Math.sqrt(expiryYears) }, excluded)
  const { k, count } = knots
  let atTheMoney = 0
  while (atTheMoney < count && (k[atTheMoney] as number) < 0) atTheMoney++
  // From the last node on the money's other side outwards.
  const upwards = { from: Math.max(0, atTheMoney - 1), step: 1 }
  const downwards = { from: Math.min(atTheMoney, count - 1), step: -1 }
  const reading = readingOf(ivBetween(knots, 'k', 0, { from: 0, step: 1 }), (delta, kind) =>
    kind === 'call'
      ? ivBetween(knots, 'd1', QUANTILE[delta], upwards)
      : ivBetween(knots, 'd1', -QUANTILE[delta], downwards),
  )
  // Field by field: a spread costs more, and each expiry of each state is read so.
  return {
    atmIv: reading.atmIv,
    call25Iv: reading.call25Iv,
    put25Iv: reading.put25Iv,
    call10Iv: reading.call10Iv,
    put10Iv: reading.put10Iv,
    riskReversal25: reading.riskReversal25,
    butterfly25: reading.butterfly25,
    riskReversal10: reading.riskReversal10,
    butterfly10: reading.butterfly10,
    nodes: count,
    excluded,
  }
}

type Node = SmileNodesInput['nodes'][number]

/** Nodes that count, by strike: their log-strike over the forward, and the d1 of a call there. */
type Knots = Record<'strikeUsd' | 'k' | 'd1' | 'iv', Float64Array> & { count: number }

/** The nodes that count; the others are counted. Valid until the next call. */
function knotsOf(
  nodes: readonly Node[],
  { forwardUsd, rootYears }: { forwardUsd: number; rootYears: number },
  excluded: SmileNodesReading['excluded'],
): Knots {
  if (scratch.iv.length < nodes.length) scratch = createKnots(2 * nodes.length)
  const knots = scratch
  const { strikeUsd, k, d1, iv } = knots
  knots.count = 0
  let isAscending = true
  for (let row = 0; row < nodes.length; row++) {
    const node = nodes[row] as Node
    requireNode(node, row)
    if (!isPlausibleIv(node.iv)) {
      excluded['volatility-out-of-range']++
      continue
    }
    const place = knots.count++
    isAscending &&= place === 0 || (strikeUsd[place - 1] as number) < node.strikeUsd
    strikeUsd[place] = node.strikeUsd
    iv[place] = node.iv
  }
  if (!isAscending) excluded.duplicate += putInOrder(knots)
  for (let i = 0; i < knots.count; i++) {
    const deviation = (iv[i] as number) * rootYears
    const logStrike = Math.log((strikeUsd[i] as number) / forwardUsd)
    k[i] = logStrike
    d1[i] = deviation / 2 - logStrike / deviation
  }
  return knots
}

/** One for all calls: to make four columns costs as much as to read a smile. */
let scratch = createKnots(100)

function createKnots(rows: number): Knots {
  const column = () => new Float64Array(rows)
  return { strikeUsd: column(), k: column(), d1: column(), iv: column(), count: 0 }
}

function requireNode({ strikeUsd, iv }: Node, row: number): void {
  // The row is named only for the message: this runs on every quote of a chain.
  if (!(strikeUsd > 0 && strikeUsd < Infinity)) {
    requirePositive(`readSmileNodes: nodes[${row}]`, 'strikeUsd', strikeUsd)
  }
  if (!(iv >= 0 && iv < Infinity)) {
    throw new RangeError(`readSmileNodes: nodes[${row}]: iv must be a finite number >= 0, got ${String(iv)}`)
  }
}

/** Sorts by strike, the first of each counting, and returns how many did not. */
function putInOrder(knots: Knots): number {
  const before = knots.count
  const first = new Map<number, number>()
  for (let i = 0; i < before; i++) {
    const strikeUsd = knots.strikeUsd[i] as number
    if (!first.has(strikeUsd)) first.set(strikeUsd, knots.iv[i] as number)
  }
  const sorted = [...first].sort(([a], [b]) => a - b)
  knots.count = sorted.length
  for (const [i, [strikeUsd, iv]] of sorted.entries()) {
    knots.strikeUsd[i] = strikeUsd
    knots.iv[i] = iv
  }
  return before - sorted.length
}

/** d1 of a call of that delta, negative. Taken once: a chain reads them a hundred times. */
const QUANTILE = { 0.25: normalQuantile(0.25), 0.1: normalQuantile(0.1) }

/** Linear between the first pair of neighbours, on the way from a node on, that has a place between them. */
function ivBetween(
  knots: Knots,
  axis: 'k' | 'd1',
  place: number,
  { from: begin, step }: { from: number; step: number },
): number | null {
  const { iv, count } = knots
  const places = knots[axis]
  for (let i = begin + step; i >= 0 && i < count; i += step) {
    const from = places[i - step] as number
    const to = places[i] as number
    if (!((place - from) * (place - to) <= 0)) continue
    const [first, second] = [iv[i - step] as number, iv[i] as number]
    return from === to ? first : first + ((second - first) * (place - from)) / (to - from)
  }
  return null
}

function readingOf(
  atmIv: number | null,
  ivAtDelta: (delta: keyof typeof QUANTILE, kind: 'call' | 'put') => number | null,
): SmileReading {
  const [call25Iv, put25Iv] = [ivAtDelta(0.25, 'call'), ivAtDelta(0.25, 'put')]
  const [call10Iv, put10Iv] = [ivAtDelta(0.1, 'call'), ivAtDelta(0.1, 'put')]
  return {
    atmIv,
    call25Iv,
    put25Iv,
    call10Iv,
    put10Iv,
    riskReversal25: riskReversal(call25Iv, put25Iv),
    butterfly25: butterfly(call25Iv, put25Iv, atmIv),
    riskReversal10: riskReversal(call10Iv, put10Iv),
    butterfly10: butterfly(call10Iv, put10Iv, atmIv),
  }
}

function riskReversal(callIv: number | null, putIv: number | null): number | null {
  return callIv === null || putIv === null ? null : callIv - putIv
}

function butterfly(callIv: number | null, putIv: number | null, atmIv: number | null): number | null {
  return callIv === null || putIv === null || atmIv === null ? null : (callIv + putIv) / 2 - atmIv
}
