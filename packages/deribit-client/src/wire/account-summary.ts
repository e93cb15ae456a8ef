import { z } from 'zod'
import { limitsSchema } from './account-limits.js'
import { wireObject } from './wire-object.js'

const number = z.number().nullish()

const moneyFields = {
  /** Cash: deposits and what was realised. */
  balance: z.number(),
  /** Cash, P&L of the session, and the value of the options. */
  equity: z.number(),
  /** What margin is compared with. */
  margin_balance: z.number(),
  /** Including open orders. */
  initial_margin: z.number(),
  maintenance_margin: z.number(),
  /** `margin_balance − initial_margin`. */
  available_funds: z.number(),
  available_withdrawal_funds: number,
  /** Σ mark × signed size: negative for short calls. Absent before 2021. */
  options_value: number,
  /** Since 08:00 UTC, futures only. Absent in some replies of cross-margin accounts. */
  futures_session_rpl: number,
  futures_session_upl: number,
  options_session_rpl: number,
  options_session_upl: number,
  /** Of futures and options together. */
  session_rpl: number,
  session_upl: number,
  total_pl: number,
  futures_pl: number,
  options_pl: number,
  /** Net transaction delta of options (Black-Scholes delta − mark) and the futures, in coin. */
  delta_total: z.number(),
  /** Sums over the option positions; units as {@link WireTicker}. */
  options_delta: number,
  options_gamma: number,
  options_vega: number,
  options_theta: number,
  /** As if positions of the nearest expiry were gone. */
  projected_initial_margin: number,
  projected_maintenance_margin: number,
  projected_delta_total: number,
  /** Held back for spot orders, for other orders, and locked. */
  spot_reserve: number,
  additional_reserve: number,
  locked_balance: number,
  fee_balance: number,
  /** `segregated_sm` (the default), `cross_sm`, `segregated_pm`, `cross_pm`. Absent before 2023. */
  margin_model: z.string().nullish(),
  portfolio_margining_enabled: z.boolean().nullish(),
  /** Then every margin and available figure is the pool's total, in this currency: never add them up over currencies. */
  cross_collateral_enabled: z.boolean().nullish(),
  /** Pooled totals in USD, of cross-margin accounts only. */
  total_equity_usd: number,
  total_margin_balance_usd: number,
  total_initial_margin_usd: number,
  total_maintenance_margin_usd: number,
  total_delta_total_usd: number,
}

const unreadMoneyFields =
  'affiliate_promotion_fee delta_total_map deposit_address estimated_liquidation_ratio estimated_liquidation_ratio_map has_non_block_chain_equity options_gamma_map options_theta_map options_vega_map receive_notifications session_funding trading_products_details'

const currencyFields = {
  currency: z.string(),
  ...moneyFields,
  /** Read it with {@link readLimits}. */
  limits: limitsSchema.nullish(),
  /** Own discounts: a list of `{ index_name, kind, value }`, or a map by index and kind. */
  fees: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).nullish(),
  fee_group: z.string().nullish(),
}

const accountFields = {
  /** Only where more was asked for with `extended`. */
  id: z.int().nullish(),
  /** `main` or `subaccount`. */
  type: z.string().nullish(),
  system_name: z.string().nullish(),
  /** `cancel_maker` or `reject_taker`. */
  self_trading_reject_mode: z.string().nullish(),
  is_direct_access_allowed: z.boolean().nullish(),
}

const unreadAccountFields =
  'affiliate_promotion_fee block_rfq_self_match_prevention creation_timestamp email interuser_transfers_enabled login_enabled mmp_enabled receive_notifications referrer_id security_keys_enabled self_trading_extended_to_subaccounts trading_products_details username'

/**
 * The account in one currency, in that currency.
 * https://docs.deribit.com/api-reference/account-management/private-get_account_summary
 */
export const accountSummarySchema = wireObject(
  { ...currencyFields, ...accountFields },
  `${unreadMoneyFields} ${unreadAccountFields}`,
)
export type WireAccountSummary = z.infer<typeof accountSummarySchema>

/** The account in every currency. */
export const accountSummariesSchema = wireObject(
  { ...accountFields, summaries: z.array(wireObject(currencyFields, unreadMoneyFields)) },
  unreadAccountFields,
)
export type WireAccountSummaries = z.infer<typeof accountSummariesSchema>

/** What the account would be with other positions. */
export const simulatedPortfolioSchema = wireObject(
  { currency: z.string().nullish(), ...moneyFields },
  `${unreadMoneyFields} available_subaccount_transfer_funds`,
)
export type WireSimulatedPortfolio = z.infer<typeof simulatedPortfolioSchema>
