/** IV of one expiry by ln(strike / forward). */
export type Smile = (logMoneyness: number) => number

/** At-the-money IV, and the other nodes as shares of it. */
export type SmileNodes = {
  atmIv: number
  /** Risk reversal (call minus put) and butterfly (mean of both minus at the money) over `atmIv`. */
  skew25: number
  wings25: number
  skew10: number
  wings10: number
}

/**
 * Draws the smile of one expiry through five nodes: 10- and 25-delta put, at the money (strike = forward), 25- and
 * 10-delta call. Between them a monotone cubic in log-moneyness that overshoots no node (Fritsch & Carlson 1980, with
 * Butland's slopes). Beyond 10 delta it goes on at the last slope and levels off within that segment's width.
 */
export function createSmile(nodes: SmileNodes, expiryYears: number): Smile {
  const { atmIv, skew25, wings25, skew10, wings10 } = nodes
  const rootYears = Math.sqrt(expiryYears)
  const ivs = [
    atmIv * (1 + wings10 - skew10 / 2),
    atmIv * (1 + wings25 - skew25 / 2),
    atmIv,
    atmIv * (1 + wings25 + skew25 / 2),
    atmIv * (1 + wings10 + skew10 / 2),
  ]
  // d1 of each node's strike; at the money it is half the deviation, which puts the strike on the forward.
  const knots = [D1_10, D1_25, Number.NaN, -D1_25, -D1_10].map((d1, node) => {
    const deviation = (ivs[node] ?? 0) * rootYears
    return node === 2 ? 0 : (deviation / 2 - d1) * deviation
  })
  const points = knots.map((x, node) => ({ x, y: ivs[node] ?? Number.NaN }))
  const slopes = monotoneSlopes(points)
  const segments = points.slice(1).map((to, left) => ({
    from: points[left] ?? to,
    to,
    fromSlope: slopes[left] ?? 0,
    toSlope: slopes[left + 1] ?? 0,
  }))

  return (logMoneyness) => {
    const segment = segments.find(({ to }) => logMoneyness < to.x) ?? segments[3]
    if (segment === undefined) return Number.NaN
    const { from, to, fromSlope, toSlope } = segment
    const width = to.x - from.x
    const t = (logMoneyness - from.x) / width
    if (t < 0) return from.y + fromSlope * width * Math.expm1(t)
    if (t >= 1) return to.y - toSlope * width * Math.expm1(1 - t)
    const rise = width * (fromSlope * (1 - t) - toSlope * t)
    return from.y + (to.y - from.y) * t * t * (3 - 2 * t) + rise * t * (1 - t)
  }
}

/** Normal quantiles of 0.9 and 0.75: d1 at a call delta of 0.9, which is the 10-delta put, and of 0.75. */
const D1_10 = 1.2815515655446004
const D1_25 = 0.6744897501960817

type Point = { x: number; y: number }

/** The chord at both ends; inside, weighted harmonic means of the neighbouring chords, 0 at a turn. */
function monotoneSlopes(points: readonly Point[]): readonly number[] {
  const chords = points.slice(1).map((to, left) => {
    const from = points[left] ?? to
    return { width: to.x - from.x, slope: (to.y - from.y) / (to.x - from.x) }
  })
  return points.map((_, node) => {
    const before = chords[node - 1]
    const after = chords[node]
    if (before === undefined || after === undefined) return (before ?? after)?.slope ?? 0
    if (before.slope * after.slope <= 0) return 0
    const weight = (2 * after.width + before.width) / (3 * (after.width + before.width))
    return (before.slope * after.slope) / (weight * after.slope + (1 - weight) * before.slope)
  })
}
