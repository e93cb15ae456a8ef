import { z } from 'zod'
import { currencySchema } from './instrument.js'

const price = z.number().nonnegative()

/**
 * Where prices come from. Everything that is not a real exchange says so wherever it is shown:
 * `synthetic` is a seeded world, `recorded-chain` one real snapshot with time frozen,
 * `reconstructed` real spot with a modelled surface, `local-exchange` one on this machine that speaks Deribit's protocol.
 */
export const marketSourceSchema = z.object({
  kind: z.enum([
    'synthetic',
    'recorded-chain',
    'recorded-history',
    'reconstructed',
    'deribit-testnet',
    'local-exchange',
  ]),
  /** One line for people, such as `synthetic market, seed 7`. Names no path. */
  description: z.string(),
})
export type MarketSource = z.infer<typeof marketSourceSchema>

/** What a venue says of itself. */
export const venueStatusSchema = z.object({
  source: marketSourceSchema,
  /** Always true on a venue that this project may trade on; the testnet flag of its replies. */
  testnet: z.boolean(),
  /** Currencies whose trading is locked now. */
  locked: z.array(currencySchema).readonly(),
  /** What the credentials allow, in the venue's words. Empty where the venue has no scopes. */
  scopes: z.array(z.string()).readonly(),
  /** How far the venue's clock, as it is known here, may be off, ms. 0 where it is known exactly. */
  clockErrorMs: z.number().nonnegative(),
})
export type VenueStatus = z.infer<typeof venueStatusSchema>

/**
 * One option as a chain shows it. `null` is "no such quote": it is never 0.
 * Prices in coin per coin of size, `markIv` 0.52 = 52 %.
 */
export const chainQuoteSchema = z.object({
  symbol: z.string(),
  bidPriceCoin: price.positive().nullable(),
  askPriceCoin: price.positive().nullable(),
  markPriceCoin: price,
  markIv: z.number().positive().nullable(),
  /** Forward of this expiry in USD, the underlying that Black-76 takes. Not the index. */
  forwardUsd: z.number().positive(),
  openInterestCoin: z.number().nonnegative().nullable(),
  volumeCoin: z.number().nonnegative().nullable(),
})
export type ChainQuote = z.infer<typeof chainQuoteSchema>

/** All quotes of one currency at one time. */
export const optionChainSchema = z.object({
  currency: currencySchema,
  timestampMs: z.int(),
  quotes: z.array(chainQuoteSchema).readonly(),
})
export type OptionChain = z.infer<typeof optionChainSchema>

/** Greeks as Deribit quotes them: `vega` USD per vol point, `theta` USD per day, `rho` USD per 1 %, `gamma` per USD. */
export const greeksSchema = z.object({
  delta: z.number().min(-1).max(1),
  gamma: z.number(),
  vega: z.number(),
  theta: z.number(),
  rho: z.number(),
})
export type Greeks = z.infer<typeof greeksSchema>

/** One option in full: the top of its book, greeks and the prices that the venue takes now. */
export const optionQuoteSchema = chainQuoteSchema.extend({
  timestampMs: z.int(),
  bidSizeCoin: z.number().positive().nullable(),
  askSizeCoin: z.number().positive().nullable(),
  indexUsd: z.number().positive(),
  greeks: greeksSchema.nullable(),
  /** Orders outside this band are rejected. `null`: the venue states none. */
  minPriceCoin: price.nullable(),
  maxPriceCoin: price.nullable(),
})
export type OptionQuote = z.infer<typeof optionQuoteSchema>

/** The index that options of a currency are delivered on, in USD. Not the forward of any expiry. */
export const indexPriceSchema = z.object({
  currency: currencySchema,
  indexUsd: z.number().positive(),
  timestampMs: z.int(),
})
export type IndexPrice = z.infer<typeof indexPriceSchema>

/**
 * Bars in columns of equal length, oldest first, closed bars only. `candles` are of the index in USD,
 * `dvol` is the 30-day volatility index as a ratio (0.52 = 52 %). No data is an empty history, never zeros.
 */
export type VenueHistory = {
  kind: 'candles' | 'dvol'
  currency: z.infer<typeof currencySchema>
  resolutionMs: number
  /** Start of each bar. Its close is known at `openMs + resolutionMs`. */
  openMs: NumberColumn
  open: NumberColumn
  high: NumberColumn
  low: NumberColumn
  close: NumberColumn
}

/**
 * Numbers that are read and never written: a list, or a view of a longer column that others read too, for a year of hours
 * is asked for every hour. By type it shows nothing of what lies beside it. `[...column]` is a list of one's own.
 */
export type NumberColumn = Iterable<number> & {
  readonly length: number
  readonly [row: number]: number
  at(row: number): number | undefined
  slice(from?: number, to?: number): NumberColumn
  forEach(read: (value: number, row: number) => void): void
}
