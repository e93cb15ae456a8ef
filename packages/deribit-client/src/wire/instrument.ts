import { z } from 'zod'
import { wireObject } from './wire-object.js'

/** From `above_price` on, prices move in steps of `tick_size`. */
const tickStepSchema = wireObject({ above_price: z.number(), tick_size: z.number() })

/**
 * One order book that Deribit lists. Prices of inverse options are in coin per coin of size, amounts in coin; of inverse
 * futures, prices are in USD and amounts in USD: https://docs.deribit.com/api-reference/market-data/public-get_instruments
 */
export const instrumentSchema = wireObject(
  {
    instrument_name: z.string(),
    /** `option`, `future`, `spot`, `option_combo`, `future_combo`; more may come. */
    kind: z.string(),
    base_currency: z.string(),
    /** What prices are in: the coin itself on an inverse option. It was `USD` there until 2021. */
    quote_currency: z.string(),
    /** `USD` on an inverse option. Absent before 2022. */
    counter_currency: z.string().nullish(),
    /** Absent on spot, and before 2022. */
    settlement_currency: z.string().nullish(),
    /** `reversed` is inverse, `linear` is settled in a stablecoin. Absent before 2022. */
    instrument_type: z.string().nullish(),
    /** Options only. */
    option_type: z.enum(['call', 'put']).nullish(),
    /** Options only, in USD. */
    strike: z.number().nullish(),
    /** UTC epoch milliseconds. */
    creation_timestamp: z.int().nullish(),
    /** UTC epoch milliseconds; far in the future where nothing expires. */
    expiration_timestamp: z.int(),
    /** `day`, `week`, `month` (quarters too), `perpetual`. Absent on spot. */
    settlement_period: z.string().nullish(),
    is_active: z.boolean(),
    /**
     * Life of the book, since 13 January 2026 one of `open`, `settlement`, `delivered`, `inactive`, `locked`, `halted`,
     * `archivized`. Absent before 2022.
     */
    state: z.string().nullish(),
    contract_size: z.number(),
    /** Smallest order, and the step of amounts. */
    min_trade_amount: z.number(),
    tick_size: z.number(),
    /** Wider steps of dearer prices. Absent before 2023. */
    tick_size_steps: z.array(tickStepSchema).nullish(),
    /** Ratio of the underlying: 0.0003 is 0.03 %. 0 on combos, whose legs pay. */
    maker_commission: z.number(),
    taker_commission: z.number(),
    /** Index that it is settled on, such as `btc_usd`. Absent before 2022. */
    price_index: z.string().nullish(),
  },
  'base_currency_uuid block_trade_commission block_trade_min_trade_amount block_trade_tick_size future_type index_id instrument_id lot_size max_leverage max_liquidation_commission max_non_default_leverage product_group quote_currency_uuid underlying_type',
)
export type WireInstrument = z.infer<typeof instrumentSchema>

/** Expiry dates such as `26MAR27` and `PERPETUAL`, by kind; asked for a currency, by its lower-case name first. */
export const expirationsSchema = z.record(
  z.string(),
  z.union([z.array(z.string()), z.record(z.string(), z.array(z.string()))]),
)
export type WireExpirations = z.infer<typeof expirationsSchema>

/** A currency of the exchange. */
export const currencyInfoSchema = wireObject(
  {
    currency: z.string(),
    /** Absent from the list of an account, as far as others have seen it. */
    currency_long: z.string().nullish(),
    /** Decimal places of amounts. Absent before 2025. */
    decimals: z.int().nullish(),
    in_cross_collateral_pool: z.boolean().nullish(),
  },
  'apr coin_type fee_precision min_confirmations min_withdrawal_fee network_currency network_fee withdrawal_fee withdrawal_priorities',
)
export type WireCurrency = z.infer<typeof currencyInfoSchema>

/** Names of price indices; asked for more, what may be made on each. */
export const indexNamesSchema = z.array(
  z.union([
    z.string(),
    wireObject({ name: z.string() }, 'future_combo_creation_enabled option_combo_creation_enabled'),
  ]),
)
export type WireIndexNames = z.infer<typeof indexNamesSchema>

/** Coins, or USD of an inverse future, in one contract. */
export const contractSizeSchema = wireObject({ contract_size: z.number() })
