import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Columns of bars as plain arrays. */
export type BarArrays = { open: number[]; high: number[]; low: number[]; close: number[] }

/** Uniform numbers above 0 and below 1 from a seed (Marsaglia's xorshift32). */
function uniformsFrom(seed: number): () => number {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) + 0.5) / 2 ** 32
  }
}

/** Standard normal numbers (Box and Muller). */
export function normalsFrom(seed: number): () => number {
  const uniform = uniformsFrom(seed)
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

/**
 * Bars of geometric Brownian motion whose extremes are those of the unbroken path: each of 32 steps draws the extremes
 * of the Brownian bridge between its ends.
 */
export function simulateBars(world: {
  bars: number
  barVolatility: number
  barDrift: number
  seed: number
}): BarArrays {
  const uniform = uniformsFrom(world.seed)
  const normal = normalsFrom(world.seed + 1)
  const steps = 32
  const stepVariance = world.barVolatility ** 2 / steps
  const bars: BarArrays = { open: [], high: [], low: [], close: [] }
  let level = Math.log(50_000)
  for (let bar = 0; bar < world.bars; bar++) {
    const first = level
    let top = level
    let bottom = level
    for (let step = 0; step < steps; step++) {
      const from = level
      level += world.barDrift / steps + Math.sqrt(stepVariance) * normal()
      const reach = () => Math.sqrt((level - from) ** 2 - 2 * stepVariance * Math.log(uniform()))
      top = Math.max(top, (from + level + reach()) / 2)
      bottom = Math.min(bottom, (from + level - reach()) / 2)
    }
    bars.open.push(Math.exp(first))
    bars.high.push(Math.exp(top))
    bars.low.push(Math.exp(bottom))
    bars.close.push(Math.exp(level))
  }
  return bars
}

/** Recorded hourly spot bars between two times, with the hours in which the exchange was down left out. */
export function recordedHours(
  recordings: string,
  coin: 'BTC' | 'ETH',
  span: { from: string; to: string },
): BarArrays & { openMs: number[] } {
  const path = join(recordings, `data/spot_hourly/${coin}USDT_binance_spot_1h.csv.gz`)
  const columns: BarArrays & { openMs: number[] } = { openMs: [], open: [], high: [], low: [], close: [] }
  for (const line of gunzipSync(readFileSync(path)).toString().trim().split('\n').slice(1)) {
    const [time, open, high, low, close, , source] = line.split(',')
    const openMs = Number(time) * 1000
    if (source === 'fill' || openMs < Date.parse(span.from) || openMs >= Date.parse(span.to)) continue
    columns.openMs.push(openMs)
    columns.open.push(Number(open))
    columns.high.push(Number(high))
    columns.low.push(Number(low))
    columns.close.push(Number(close))
  }
  return columns
}
