import type { Currency } from '@cc/models'
import type { AccountView } from '../../exchange/account-view.js'
import { ACCOUNT } from './account-identity.js'
import { indexNameOf } from './instrument.js'
import { coinOf, rounded } from './rounding.js'

/**
 * The account in one currency under segregated standard margin, without futures:
 * https://docs.deribit.com/api-reference/account-management/private-get_account_summary
 */
export function wireAccountSummary(account: AccountView) {
  const indexName = indexNameOf(account.currency)
  const perIndex = (value: number, decimals: number) => ({ [indexName]: rounded(value, decimals) })
  const realised = coinOf(account.sessionRealisedCoin)
  const unrealised = coinOf(account.sessionUnrealisedCoin)
  return {
    ...EMPTY_SUMMARY,
    currency: account.currency as string,
    balance: coinOf(account.balanceCoin),
    equity: coinOf(account.equityCoin),
    margin_balance: coinOf(account.marginBalanceCoin),
    initial_margin: coinOf(account.initialMarginCoin),
    maintenance_margin: coinOf(account.maintenanceMarginCoin),
    available_funds: coinOf(account.availableFundsCoin),
    available_withdrawal_funds: coinOf(Math.max(0, account.balanceCoin - account.initialMarginCoin)),
    options_value: coinOf(account.optionsValueCoin),
    options_session_rpl: realised,
    options_session_upl: unrealised,
    session_rpl: realised,
    session_upl: unrealised,
    options_pl: coinOf(account.optionsProfitCoin),
    total_pl: coinOf(account.optionsProfitCoin),
    delta_total: coinOf(account.deltaTotalCoin),
    delta_total_map: { [indexName]: coinOf(account.deltaTotalCoin) },
    options_delta: rounded(account.optionsDelta, 5),
    options_gamma: rounded(account.optionsGamma, 5),
    options_vega: rounded(account.optionsVega, 5),
    options_theta: rounded(account.optionsTheta, 5),
    options_gamma_map: perIndex(account.optionsGamma, 5),
    options_vega_map: perIndex(account.optionsVega, 5),
    options_theta_map: perIndex(account.optionsTheta, 5),
    projected_initial_margin: coinOf(account.projectedInitialMarginCoin),
    projected_maintenance_margin: coinOf(account.projectedMaintenanceMarginCoin),
    projected_delta_total: coinOf(account.projectedDeltaTotalCoin),
  }
}

/** The account in a currency that Deribit has and this exchange has not: nothing of it is held. */
export function wireEmptySummary(currency: string) {
  return { ...EMPTY_SUMMARY, currency }
}

/** Fees of the currency, asked for with `extended`: all of what the instrument says, as there is no discount. */
export function wireFees(currency: Currency) {
  return { [indexNameOf(currency)]: { option: { default: { type: 'relative', taker: 1, maker: 1 }, block_trade: 1 } } }
}

/** Whose account it is, asked for with `extended`. It was opened with the market. */
export function wireAccountOwner(creationMs: number) {
  return {
    id: ACCOUNT.id,
    type: 'main',
    username: ACCOUNT.username,
    system_name: ACCOUNT.systemName,
    email: ACCOUNT.email,
    creation_timestamp: creationMs,
    login_enabled: false,
    security_keys_enabled: false,
    mmp_enabled: false,
    interuser_transfers_enabled: false,
    referrer_id: null,
    receive_notifications: false,
    is_direct_access_allowed: false,
    block_rfq_self_match_prevention: true,
    self_trading_reject_mode: 'reject_taker',
    self_trading_extended_to_subaccounts: false,
  }
}

/** The one account of the list of subaccounts: https://docs.deribit.com/api-reference/account-management/private-get_subaccounts */
export function wireSubaccount(portfolio: readonly AccountView[] | undefined) {
  return {
    id: ACCOUNT.id,
    type: 'main',
    username: ACCOUNT.username,
    system_name: ACCOUNT.systemName,
    email: ACCOUNT.email,
    is_password: true,
    login_enabled: false,
    margin_model: MARGIN_MODEL,
    receive_notifications: false,
    security_keys_enabled: false,
    security_keys_assignments: [],
    tfa_enabled: false,
    ...(portfolio === undefined
      ? {}
      : {
          portfolio: Object.fromEntries(
            portfolio.map((account) => [account.currency.toLowerCase(), holdings(account)]),
          ),
        }),
  }
}

function holdings(account: AccountView) {
  const summary = wireAccountSummary(account)
  return {
    currency: account.currency.toLowerCase(),
    balance: summary.balance,
    equity: summary.equity,
    margin_balance: summary.margin_balance,
    initial_margin: summary.initial_margin,
    maintenance_margin: summary.maintenance_margin,
    available_funds: summary.available_funds,
    available_withdrawal_funds: summary.available_withdrawal_funds,
    additional_reserve: 0,
    spot_reserve: 0,
  }
}

const MARGIN_MODEL = 'segregated_sm'

/** Requests a second and at once, of the lowest tier: https://docs.deribit.com/articles/rate-limits */
const LIMITS = {
  limits_per_currency: false,
  non_matching_engine: { rate: 20, burst: 100 },
  matching_engine: {
    trading: { total: { rate: 5, burst: 20 } },
    spot: { rate: 5, burst: 20 },
    cancel_all: { rate: 5, burst: 20 },
  },
}

const EMPTY_SUMMARY = {
  balance: 0,
  equity: 0,
  margin_balance: 0,
  initial_margin: 0,
  maintenance_margin: 0,
  available_funds: 0,
  available_withdrawal_funds: 0,
  options_value: 0,
  options_session_rpl: 0,
  options_session_upl: 0,
  futures_session_rpl: 0,
  futures_session_upl: 0,
  session_rpl: 0,
  session_upl: 0,
  options_pl: 0,
  futures_pl: 0,
  total_pl: 0,
  delta_total: 0,
  delta_total_map: {},
  options_delta: 0,
  options_gamma: 0,
  options_vega: 0,
  options_theta: 0,
  options_gamma_map: {},
  options_vega_map: {},
  options_theta_map: {},
  projected_initial_margin: 0,
  projected_maintenance_margin: 0,
  projected_delta_total: 0,
  spot_reserve: 0,
  additional_reserve: 0,
  fee_balance: 0,
  locked_balance: 0,
  margin_model: MARGIN_MODEL,
  portfolio_margining_enabled: false,
  cross_collateral_enabled: false,
  limits: LIMITS,
}
