import { createRandom, type Random } from '../env/seeding.js'
import type { BarColumns, ChainColumns, CoinSeries } from '../history/chain-columns.js'
import type { HistoryRecipe } from '../history/history.js'

/**
 * Changes all of a history that comes after a moment, and nothing of what was known by then: the chains of later snapshots
 * are those of other later ones, listings and all, at other prices; later bars, volatility indices and deliveries likewise.
 * Of a bar that is open at the moment its open stays. In a synthetic world later prices are others, and the list stays. The
 * same seed gives the same future.
 */
export function otherFuture(recipe: HistoryRecipe, { atMs, seed }: { atMs: number; seed: number }): HistoryRecipe {
  const random = createRandom(seed)
  switch (recipe.kind) {
    case 'quoted':
      return {
        ...recipe,
        chains: recipe.chains.map((columns) => shuffleChains(columns, atMs, random)),
        series: recipe.series.map((each) => shuffleSeries(each, atMs, random)),
      }
    case 'reconstructed':
      return { ...recipe, series: recipe.series.map((each) => shuffleSeries(each, atMs, random)) }
    case 'synthetic':
      // Quotes last a minute, and what is done at the moment takes some of it.
      return { ...recipe, after: { atMs: Math.floor(atMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS - 1, seed } }
  }
}

const MINUTE_MS = 60_000

/** Columns by row whose values are prices in coin, all scaled alike so that a bid stays below its ask. */
const PRICES = ['bidCoin', 'askCoin', 'markCoin'] as const
const AS_THEY_ARE = ['expiryMs', 'strikeUsd', 'bidSizeCoin', 'askSizeCoin', 'openInterestCoin', 'volumeCoin'] as const

function shuffleChains(columns: ChainColumns, atMs: number, random: Random): ChainColumns {
  const { timeMs, firstRow } = columns
  const first = timeMs.findIndex((each) => each > atMs)
  if (first < 0) return columns
  const places = permuted(first, timeMs.length, random)
  const changed = {
    ...columns,
    indexUsd: columns.indexUsd.slice(),
    firstRow: firstRow.slice(),
    isPut: columns.isPut.slice(),
    iv: columns.iv.slice(),
    forwardUsd: columns.forwardUsd.slice(),
    ...copies(columns, PRICES),
    ...copies(columns, AS_THEY_ARE),
  }
  let to = firstRow[first] as number
  for (const [i, place] of places.entries()) {
    const [start, end] = [firstRow[place] as number, firstRow[place + 1] as number]
    // The listing follows the index: far from it no smile could be read.
    const [byIndex, byPrice, byIv] = [factor(random, NEAR), factor(random), factor(random, NEAR)]
    changed.indexUsd[first + i] = (columns.indexUsd[place] as number) * byIndex
    for (const name of AS_THEY_ARE) changed[name].set(columns[name].subarray(start, end), to)
    changed.isPut.set(columns.isPut.subarray(start, end), to)
    for (const name of PRICES) scale(columns[name], { start, end }, { into: changed[name], to, by: byPrice })
    scale(columns.iv, { start, end }, { into: changed.iv, to, by: byIv })
    scale(columns.forwardUsd, { start, end }, { into: changed.forwardUsd, to, by: byIndex })
    to += end - start
    changed.firstRow[first + i + 1] = to
  }
  return changed
}

function shuffleSeries({ candles, dvol, deliveryUsd, ...rest }: CoinSeries, atMs: number, random: Random): CoinSeries {
  return {
    ...rest,
    candles: shuffleBars(candles, atMs, random),
    dvol: dvol && shuffleBars(dvol, atMs, random),
    deliveryUsd: new Map(
      [...deliveryUsd].map(([expiryMs, usd]) => [expiryMs, expiryMs <= atMs ? usd : usd * factor(random)]),
    ),
  }
}

function shuffleBars(bars: BarColumns, atMs: number, random: Random): BarColumns {
  const { resolutionMs, openMs } = bars
  const first = openMs.findIndex((each) => each + resolutionMs > atMs)
  if (first < 0) return bars
  const changed = { resolutionMs, openMs, ...copies(bars, ['open', 'high', 'low', 'close']) }
  for (const [i, place] of permuted(first, openMs.length, random).entries()) {
    const by = factor(random)
    const at = first + i
    for (const name of ['open', 'high', 'low', 'close'] as const) changed[name][at] = (bars[name][place] as number) * by
    if ((openMs[at] as number) > atMs) continue
    const open = bars.open[at] as number
    changed.open[at] = open
    changed.high[at] = Math.max(open, changed.high[at] as number)
    changed.low[at] = Math.min(open, changed.low[at] as number)
  }
  return changed
}

function copies<Name extends string>(
  columns: Readonly<Record<Name, Float64Array>>,
  names: readonly Name[],
): Record<Name, Float64Array> {
  return Object.fromEntries(names.map((name) => [name, columns[name].slice()])) as Record<Name, Float64Array>
}

function scale(
  column: Float64Array,
  { start, end }: { start: number; end: number },
  { into, to, by }: { into: Float64Array; to: number; by: number },
): void {
  for (let row = start; row < end; row++) into[to + row - start] = (column[row] as number) * by
}

/** The numbers from `first` to `end` exclusive in an order that is drawn (Fisher and Yates). */
function permuted(first: number, end: number, random: Random): number[] {
  const places = Array.from({ length: end - first }, (_, i) => first + i)
  for (let i = places.length - 1; i > 0; i--) {
    const j = random.integer(i + 1)
    const moved = places[i] as number
    places[i] = places[j] as number
    places[j] = moved
  }
  return places
}

/** Least and most that a factor differs from 1: never so little that nothing changes. */
type Range = readonly [least: number, most: number]
const WIDE: Range = [0.05, 0.3]
const NEAR: Range = [0.01, 0.03]

function factor(random: Random, [least, most]: Range = WIDE): number {
  const size = least + (most - least) * random.uniform()
  return random.uniform() < 0.5 ? 1 - size : 1 + size
}
