import { z } from 'zod'
import { currencySchema } from './instrument.js'
import { orderReportSchema } from './order.js'

/** A position as the venue reports it. Futures are reported too: they move the cover. */
export const venuePositionSchema = z.object({
  symbol: z.string(),
  kind: z.enum(['option', 'future']),
  /** Signed: short is negative. Coin for options; for futures the coin value of the contracts. */
  sizeCoin: z.number(),
  averagePriceCoin: z.number().nonnegative().nullable(),
  markPriceCoin: z.number().nonnegative().nullable(),
  /** Black-Scholes delta of the whole position, in coin, signed. */
  deltaCoin: z.number().nullable(),
  initialMarginCoin: z.number().nonnegative().nullable(),
  maintenanceMarginCoin: z.number().nonnegative().nullable(),
})
export type VenuePosition = z.infer<typeof venuePositionSchema>

/**
 * One currency's account in one consistent read. On Deribit with segregated standard margin:
 * `equity = balance + futures session P&L + options value`, `marginBalance = equity − options value`,
 * `availableFunds = marginBalance − initialMargin`.
 */
export const accountSnapshotSchema = z.object({
  currency: currencySchema,
  timestampMs: z.int(),
  balanceCoin: z.number(),
  equityCoin: z.number(),
  /** Σ mark × signed size: negative for a book of short calls. */
  optionsValueCoin: z.number(),
  futuresSessionPnlCoin: z.number(),
  marginBalanceCoin: z.number(),
  /** Including open orders. */
  initialMarginCoin: z.number().nonnegative(),
  maintenanceMarginCoin: z.number().nonnegative(),
  availableFundsCoin: z.number(),
  /** Coins that the venue holds back and that cover nothing. */
  reservedCoin: z.number().nonnegative(),
  /** Net transaction delta of options (Black-Scholes delta − mark) plus futures, in coin. */
  deltaTotalCoin: z.number(),
  positions: z.array(venuePositionSchema).readonly(),
  openOrders: z.array(orderReportSchema).readonly(),
})
export type AccountSnapshot = z.infer<typeof accountSnapshotSchema>

/** One row of the venue's account book. Balances and changes in coin. */
export const ledgerEntrySchema = z.object({
  id: z.string(),
  currency: currencySchema,
  timestampMs: z.int(),
  kind: z.enum(['trade', 'delivery', 'settlement', 'transfer', 'other']),
  /** The venue's own word for the kind. */
  venueKind: z.string(),
  symbol: z.string().nullable(),
  /** Signed change of the position: −0.5 is half a coin sold. `null` where no position is meant. */
  sizeCoin: z.number().nullable(),
  priceCoin: z.number().nullable(),
  /** Delivery price of an expiry. */
  deliveryPriceUsd: z.number().positive().nullable(),
  feeCoin: z.number(),
  changeCoin: z.number(),
  balanceCoin: z.number(),
  indexUsd: z.number().positive().nullable(),
})
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>
