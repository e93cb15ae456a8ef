import type { IntentOutcome } from '@cc/models'
import type { Finding } from './finding.ts'
import type { CoinTruth, TrueOrder, Truth } from './truth.ts'

/** What the folder of a world says of orders. */
export type Journal = {
  /** Labels of orders that were about to be sent. */
  labels: ReadonlySet<string>
  /** What is written of those that are settled. */
  outcomes: ReadonlyMap<string, IntentOutcome>
}

const OWN = 'cc-'
/** Less than a tenth of the smallest step. */
const TOLERANCE = 1e-6

/**
 * Own orders that rest where none may: which no journal knows, or which were left by an earlier life while the present
 * one, `settledRun`, had settled and swept all before its first decision. Without any life, `null`, none may rest.
 */
export function orphansOf(truth: Truth, { labels }: Journal, settledRun: string | undefined | null): Finding[] {
  return truth
    .flatMap(({ orders }) => orders.filter(isOwnAndOpen))
    .flatMap(({ label, symbol, sizeCoin }) => {
      const order = `${label} (${sizeCoin} ${symbol}) rests`
      if (!labels.has(label)) return [{ kind: 'orphans', reason: `${order}, and no journal knows it` }]
      if (settledRun === null) return [{ kind: 'orphans', reason: `${order} after a clean end` }]
      if (settledRun === undefined || label.split('-')[1] === settledRun.slice(0, 8)) return []
      return [{ kind: 'orphans', reason: `${order} though run ${settledRun} had swept all before it decided` }]
    })
}

/** Labels of more than one order that is open or traded. */
export function duplicatesOf(truth: Truth): Finding[] {
  const counts = new Map<string, number>()
  for (const order of truth.flatMap(({ orders }) => orders)) {
    const isMeant = isOwn(order) && (order.state === 'open' || order.filledCoin > 0)
    if (isMeant) counts.set(order.label, (counts.get(order.label) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([label, count]) => ({ kind: 'duplicates', reason: `${count} orders of ${label} are open or traded` }))
}

/** Orders that were sent before they were written down, or whose line is gone. */
export function unwrittenOf(truth: Truth, { labels }: Journal): Finding[] {
  return truth
    .flatMap(({ orders }) => orders)
    .filter((order) => isOwn(order) && !labels.has(order.label))
    .map(({ label, state }) => ({ kind: 'lostRecords', reason: `order ${label} (${state}) is in no journal` }))
}

/** Where what is written of an order, or the positions, differ from what traded. */
export function mismatchesOf(truth: Truth, { outcomes }: Journal): Finding[] {
  const reasons = truth.flatMap((coin) => [...outcomeMismatches(coin, outcomes), ...positionMismatches(coin)])
  return reasons.map((reason) => ({ kind: 'mismatches', reason }))
}

/**
 * Moments at which short calls and resting sales were more than the coins behind them: judged on the balance at each
 * order and fill, as the exchange has it, with what the resting sales themselves would bring.
 */
export function nakedOf(truth: Truth): Finding[] {
  return truth.flatMap((coin) => {
    const moments = new Set([
      ...coin.orders.map(({ createdMs }) => createdMs),
      ...coin.fills.map((fill) => fill.timestampMs),
    ])
    return [...moments]
      .sort((a, b) => a - b)
      .flatMap((timeMs) => {
        const { shortCoin, restingCoin, coverCoin } = coverAt(coin, timeMs)
        if (shortCoin + restingCoin <= coverCoin + TOLERANCE) return []
        const words = `short ${shortCoin} and ${restingCoin} resting over ${coverCoin} ${coin.currency}`
        return [{ kind: 'naked' as const, reason: `${words} at ${new Date(timeMs).toISOString()}` }]
      })
  })
}

/** Short calls, resting sales and the coins behind them at one time. */
export function coverAt(
  coin: CoinTruth,
  timeMs: number,
): { shortCoin: number; restingCoin: number; coverCoin: number } {
  const shortCoin = [...sizesAt(coin, timeMs).values()].reduce((sum, size) => sum + Math.max(0, -size), 0)
  const resting = coin.orders
    .filter(
      ({ side, createdMs, updatedMs, state }) =>
        side === 'sell' && createdMs <= timeMs && (state === 'open' || updatedMs > timeMs),
    )
    .map((order) => ({ ...order, leftCoin: order.sizeCoin - filledAt(coin, order, timeMs) }))
  const restingCoin = resting.reduce((sum, { leftCoin }) => sum + leftCoin, 0)
  const balanceCoin = coin.ledger.findLast(({ timestampMs }) => timestampMs <= timeMs)?.balanceCoin ?? coin.depositCoin
  const premiumCoin = resting.reduce((sum, { leftCoin, priceCoin }) => sum + leftCoin * priceCoin, 0)
  return { shortCoin, restingCoin, coverCoin: balanceCoin + premiumCoin }
}

function isOwn({ label }: TrueOrder): boolean {
  return label.startsWith(OWN)
}

function isOwnAndOpen(order: TrueOrder): boolean {
  return isOwn(order) && order.state === 'open'
}

function filledAt({ fills }: CoinTruth, { orderId }: TrueOrder, timeMs: number): number {
  return fills
    .filter((fill) => fill.orderId === orderId && fill.timestampMs <= timeMs)
    .reduce((sum, { sizeCoin }) => sum + sizeCoin, 0)
}

/** Signed size of each call, from what traded and what was delivered. */
function sizesAt({ fills, ledger }: CoinTruth, timeMs: number): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  const add = (symbol: string, size: number) => sizes.set(symbol, (sizes.get(symbol) ?? 0) + size)
  for (const { symbol, side, sizeCoin, timestampMs } of fills) {
    if (timestampMs <= timeMs) add(symbol, side === 'buy' ? sizeCoin : -sizeCoin)
  }
  for (const { kind, symbol, sizeCoin, timestampMs } of ledger) {
    if (kind === 'delivery' && symbol !== null && timestampMs <= timeMs) add(symbol, sizeCoin ?? 0)
  }
  return sizes
}

function positionMismatches(coin: CoinTruth): string[] {
  const traded = sizesAt(coin, Number.POSITIVE_INFINITY)
  return [...new Set([...traded.keys(), ...coin.positions.keys()])].flatMap((symbol) => {
    const [sum, held] = [traded.get(symbol) ?? 0, coin.positions.get(symbol) ?? 0]
    return Math.abs(sum - held) <= TOLERANCE ? [] : [`${held} of ${symbol} are held, and ${sum} come of its fills`]
  })
}

function outcomeMismatches({ orders }: CoinTruth, outcomes: Journal['outcomes']): string[] {
  return orders.flatMap(({ label, state, filledCoin }) => {
    const written = outcomes.get(label)
    if (written === undefined) return []
    if (state === 'open') return [`${label} is written down as ${written.outcome}, and rests`]
    if (Math.abs(written.filledCoin - filledCoin) <= TOLERANCE) return []
    return [`${label} is written down as ${written.outcome} with ${written.filledCoin}, and traded ${filledCoin}`]
  })
}
