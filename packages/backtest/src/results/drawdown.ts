/** The deepest fall of a curve from its highest value so far. */
type Drawdown = {
  /** 0 or below: −0.1 is 10 % under the high. */
  depth: number
  /** When the high was, when the low, and when the curve was back at the high; `null`: no fall, or not back yet. */
  fromMs: number | null
  lowMs: number | null
  toMs: number | null
  /** Root of the mean squared fall over all points. */
  ulcer: number
}

/**
 * Deepest fall of a curve relative to its high (`base` undefined) or, for a curve that may be 0, to a fixed base. Of equal
 * falls the first.
 */
export function drawdownOf(timeMs: readonly number[], values: readonly number[], base?: number): Drawdown {
  let high = Number.NEGATIVE_INFINITY
  let highMs: number | null = null
  let squares = 0
  let deepest: Omit<Drawdown, 'ulcer'> & { high: number } = {
    ...{ depth: 0, fromMs: null, lowMs: null, toMs: null, high },
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    const atMs = timeMs[i] as number
    if (value >= high) {
      high = value
      highMs = atMs
    }
    if (deepest.lowMs !== null && deepest.toMs === null && value >= deepest.high) deepest.toMs = atMs
    const fall = base === undefined ? (high > 0 ? value / high - 1 : 0) : (value - high) / base
    squares += fall * fall
    if (fall < deepest.depth) deepest = { depth: fall, fromMs: highMs, lowMs: atMs, toMs: null, high }
  }
  const { depth, fromMs, lowMs, toMs } = deepest
  return { depth, fromMs, lowMs, toMs, ulcer: values.length === 0 ? 0 : Math.sqrt(squares / values.length) }
}
