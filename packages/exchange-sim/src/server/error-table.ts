import type { Rejection } from '../exchange/order.js'
import { RpcError } from './rpc-error.js'

/**
 * Deribit's numbers of its words. The errors page opens with a summary whose numbers are wrong; these are of its complete
 * table. Words of products that are not traded here are left out. Source: https://docs.deribit.com/articles/errors
 */
const ERROR_CODES = {
  authorization_required: 10000,
  error: 10001,
  qty_too_low: 10002,
  order_overlap: 10003,
  order_not_found: 10004,
  price_too_low: 10005,
  price_too_low4idx: 10006,
  price_too_high: 10007,
  not_enough_funds: 10009,
  already_closed: 10010,
  price_not_allowed: 10011,
  book_closed: 10012,
  locked_by_admin: 10019,
  invalid_or_unsupported_instrument: 10020,
  invalid_amount: 10021,
  invalid_quantity: 10022,
  invalid_price: 10023,
  invalid_max_show: 10024,
  invalid_order_id: 10025,
  price_precision_exceeded: 10026,
  non_integer_contract_amount: 10027,
  too_many_requests: 10028,
  not_owner_of_order: 10029,
  must_be_websocket_request: 10030,
  invalid_args_for_instrument: 10031,
  whole_cost_too_low: 10032,
  not_implemented: 10033,
  trigger_price_too_high: 10034,
  trigger_price_too_low: 10035,
  invalid_max_show_amount: 10036,
  non_pme_total_short_options_positions_size: 10037,
  not_enough_funds_in_currency: 10039,
  retry: 10040,
  settlement_in_progress: 10041,
  price_wrong_tick: 10043,
  trigger_price_wrong_tick: 10044,
  can_not_cancel_liquidation_order: 10045,
  can_not_edit_liquidation_order: 10046,
  matching_engine_queue_full: 10047,
  not_on_this_server: 10048,
  cancel_on_disconnect_failed: 10049,
  lock_time_exceeded: 10050,
  too_many_concurrent_requests: 10066,
  already_filled: 11008,
  post_only_price_modification_not_possible: 11021,
  invalid_arguments: 11029,
  other_reject: 11030,
  other_error: 11031,
  no_more_triggers: 11035,
  invalid_trigger_price: 11036,
  outdated_instrument_for_IV_order: 11037,
  no_adv_for_futures: 11038,
  no_adv_postonly: 11039,
  not_adv_order: 11041,
  permission_denied: 11042,
  bad_argument: 11043,
  not_open_order: 11044,
  invalid_event: 11045,
  outdated_instrument: 11046,
  unsupported_arg_combination: 11047,
  wrong_max_show_for_option: 11048,
  bad_arguments: 11049,
  bad_request: 11050,
  system_maintenance: 11051,
  subscribe_error_unsubscribed: 11052,
  transfer_not_found: 11053,
  post_only_reject: 11054,
  post_only_not_allowed: 11055,
  unauthenticated_public_requests_temporarily_disabled: 11056,
  internal_server_error: 11094,
  account_locked: 11098,
  invalid_credentials: 13004,
  security_error: 13006,
  user_not_found: 13007,
  request_failed: 13008,
  unauthorized: 13009,
  value_required: 13010,
  value_too_short: 13011,
  unavailable_in_subaccount: 13012,
  invalid_input: 13016,
  invalid_content_type: 13018,
  orderbook_closed: 13019,
  not_found: 13020,
  forbidden: 13021,
  method_switched_off_by_admin: 13025,
  temporarily_unavailable: 13028,
  mmp_trigger: 13030,
  verification_required: 13031,
  non_unique_order_label: 13032,
  mmp_required: 13040,
  cod_not_enabled: 13042,
  quotes_frozen: 13043,
  scope_exceeded: 13403,
  unavailable: 13503,
  request_cancelled_by_user: 13666,
  replaced: 13777,
  raw_subscriptions_not_available_for_unauthorized: 13778,
  timed_out: 13888,
} as const satisfies Readonly<Record<string, number>>

type ErrorWord = keyof typeof ERROR_CODES

/** The error of one of Deribit's words, with its number. */
export function namedError(word: ErrorWord, data?: Readonly<Record<string, unknown>>): RpcError {
  return new RpcError(ERROR_CODES[word], word, data)
}

/**
 * What a request is answered with that the exchange turned away: the message is the word, with the limit behind it where
 * there is one (`price_too_high 0.0935`), and the sentence stands in `data.reason`.
 *
 * @throws Error for a word that Deribit does not have.
 */
export function rejectionError({ code, message, limit }: Rejection): RpcError {
  if (!isErrorWord(code)) throw new Error(`The exchange rejects with a word that Deribit does not have: ${code}`)
  return new RpcError(ERROR_CODES[code], limit === undefined ? code : `${code} ${limit}`, { reason: message })
}

/** Whether Deribit has this word. */
export function isErrorWord(code: string): code is ErrorWord {
  return Object.hasOwn(ERROR_CODES, code)
}
