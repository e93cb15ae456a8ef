import type { Currency } from '@cc/models'
import type { CallStory, EquityCurve } from '../results/result.js'

const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
export const START_MS = Date.UTC(2026, 0, 2)
const STORY_ENDS = ['expired', 'delivered', 'bought-back', 'rolled'] as const

/** Equity over a random walk of spot, and a book of calls that wanders around a small gain. */
export function curveForTest(
  random: () => number,
  depositCoin: number,
  { days, stepHours, startUsd }: { days: number; stepHours: number; startUsd: number },
): EquityCurve {
  const rows = Math.floor((days * 24) / stepHours) + 1
  const timeMs = Array.from({ length: rows }, (_, at) => START_MS + at * stepHours * HOUR_MS)
  let spot = startUsd
  const indexUsd = timeMs.map(() => {
    const now = spot
    spot *= Math.exp(0.006 * Math.sqrt(stepHours) * (random() + random() - 1))
    return now
  })
  let overlay = 0
  const overlayCoin = timeMs.map(() => {
    const now = overlay
    overlay += depositCoin * Math.sqrt(stepHours) * (0.0012 * (random() - 0.49))
    return now
  })
  const equityCoin = overlayCoin.map((coin) => depositCoin + coin)
  return {
    timeMs,
    indexUsd,
    overlayCoin,
    equityCoin,
    equityUsd: equityCoin.map((coin, at) => coin * (indexUsd[at] ?? 0)),
    heldUsd: indexUsd.map((usd) => depositCoin * usd),
  }
}

/** A call a week on a curve, one after the other; the last is open. */
export function storiesForTest(
  random: () => number,
  curve: EquityCurve,
  currency: Currency,
  sizeCoin: number,
): CallStory[] {
  const stepMs = (curve.timeMs[1] ?? 0) - (curve.timeMs[0] ?? 0)
  const week = Math.max(1, Math.round((7 * DAY_MS) / stepMs))
  const stories: CallStory[] = []
  for (let at = 0; at < curve.timeMs.length - 1; at += week) {
    const soldMs = curve.timeMs[at] ?? 0
    const endedMs = curve.timeMs[Math.min(at + week, curve.timeMs.length - 1)] ?? 0
    const indexUsd = curve.indexUsd[at] ?? 0
    const strikeUsd = Math.round((indexUsd * (1.04 + 0.04 * random())) / 500) * 500
    const isLast = at + week >= curve.timeMs.length - 1
    const premiumCoin = sizeCoin * (0.002 + 0.004 * random())
    const payoutCoin = random() < 0.2 ? sizeCoin * 0.01 * random() : 0
    const pnlCoin = premiumCoin - payoutCoin - 0.0003 * sizeCoin
    stories.push({
      symbol: `${currency}-${stories.length + 1}JAN26-${strikeUsd}-C`,
      soldMs,
      endedMs,
      end: isLast ? 'open' : (STORY_ENDS[Math.floor(random() * STORY_ENDS.length)] ?? 'expired'),
      sizeCoin,
      strikeUsd,
      indexUsd,
      delta: 0.2 + 0.1 * random(),
      dte: 7,
      iv: random() < 0.1 ? null : 0.4 + 0.2 * random(),
      premiumCoin,
      feesCoin: 0.0003 * sizeCoin,
      buybackCoin: 0,
      payoutCoin,
      pnlCoin,
      pnlUsd: pnlCoin * indexUsd,
      reasoning: `Delta ${(0.2 + 0.1 * random()).toFixed(3)} is the nearest to the target of 0.25 & pays > 5 USD.`,
    })
  }
  return stories
}

/** mulberry32: 32 bits of state, evenly spread in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
