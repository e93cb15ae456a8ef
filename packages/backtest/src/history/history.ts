import type { Market } from '@cc/exchange-sim'
import type { Currency } from '@cc/models'
import type { SurfaceFit } from '../modelled/fit-surface-model.js'
import type { PremiumFactors } from '../modelled/premium-factors.js'
import type { ChainColumns, CoinSeries } from './chain-columns.js'

/** A stretch without a snapshot that is longer than three times the usual one of its coin. */
export type HistoryGap = { currency: Currency; fromMs: number; toMs: number }

/** A row of a file that could not be taken, where the user allowed to go on without it. */
export type BadRow = { file: string; row: number; field: string; value: string; expected: string }

/** Where a history comes from, and what one must know to believe it. Each run shows it. */
export type HistoryCard = {
  /** `recorded`: real quotes; `reconstructed`: real spot and volatility index under a modelled surface; `synthetic`: none of it is real. */
  kind: 'recorded' | 'reconstructed' | 'synthetic'
  /** One line for people. Names no absolute path. */
  description: string
  currencies: readonly Currency[]
  /** First and last snapshot. */
  fromMs: number
  toMs: number
  /** How many snapshots and quotes there are, by coin; quotes only where they are stored. */
  coins: readonly { currency: Currency; snapshots: number; rows: number | null }[]
  gaps: readonly HistoryGap[]
  /** SHA-256 of all that was read, or of what a model was made of, hex. */
  checksum: string
  /** How many rows were left out, and the first 20 of them. Nothing is left out unless the user allows it. */
  badRows: { count: number; first: readonly BadRow[] }
  /** What is assumed or modelled, a sentence each: sizes, index, settlement, errors of a surface. */
  assumptions: readonly string[]
}

/**
 * Quotes through time, behind the port of the local exchange. Of the agent nobody sees it: an exchange stands between,
 * which answers for the present alone.
 */
export type History = {
  readonly card: HistoryCard
  /** When any coin's quotes change: what a strategy decides at. Ascending, each once, UTC epoch ms. */
  readonly timesMs: Float64Array
  readonly market: Market
  /** The stored quotes by coin; a modelled history has none. */
  readonly chains: ReadonlyMap<Currency, ChainColumns>
  /** What it is made of; `historyOf` makes it again, in another thread or with another future. Absent: it cannot be. */
  readonly recipe?: HistoryRecipe
}

/** All that a history is made of, as data that threads can be handed. */
export type HistoryRecipe = QuotedRecipe | ReconstructedRecipe | SyntheticRecipe

/** Recorded quotes. */
export type QuotedRecipe = {
  kind: 'quoted'
  card: HistoryCard
  chains: readonly ChainColumns[]
  series: readonly CoinSeries[]
  sizes: 'assumed' | 'recorded'
}

/** Quotes that a surface makes of bars. */
export type ReconstructedRecipe = {
  kind: 'reconstructed'
  options: { fromMs: number; toMs: number; everyMs: number; premiumFactors?: PremiumFactors | undefined }
  series: readonly CoinSeries[]
  surfaces: Readonly<Partial<Record<Currency, SurfaceFit>>>
  source: string
}

/** A world that is drawn. */
export type SyntheticRecipe = {
  kind: 'synthetic'
  options: { seed: number; fromMs: number; toMs: number; everyMs: number; currencies: readonly Currency[] }
  /** Prices of times after `atMs` are others, which the seed draws. */
  after?: { atMs: number; seed: number }
}
