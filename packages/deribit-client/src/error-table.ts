import type { Recovery } from '@cc/models'

/** What one of Deribit's error numbers means to us. */
export type ErrorRow = {
  /** Deribit's word for it. */
  readonly word: string
  /** What happened, as the end of a sentence. */
  readonly says: string
  readonly recovery: Recovery
  /** What it proves about an order that it answers: that there is none, or nothing. */
  readonly order: 'rejected' | 'unknown'
  /** The token is not good any more. */
  readonly reauth: boolean
  /** Gone in a moment: a read may be repeated. */
  readonly transient: boolean
}

/**
 * The row of an error number. One that is not in the table proves nothing about an order.
 *
 * https://docs.deribit.com/articles/errors: the long table, whose numbers are right; those at its top are not.
 */
export function errorRowOf(number: number): ErrorRow {
  return ERROR_TABLE.get(number) ?? UNLISTED
}

const UNLISTED = unclear('unlisted_error', 'it gave an error number that is not known', false)

/** Certain: nothing was done, and the same request would be refused again. */
function refuses(word: string, says: string, recovery: Recovery = 'skip'): ErrorRow {
  return { word, says, recovery, order: 'rejected', reauth: false, transient: false }
}

/** Certain, and nothing that goes on by itself. */
function halts(word: string, says: string): ErrorRow {
  return refuses(word, says, 'halt')
}

/** Certain: nothing was done, and the same request will be taken soon, or, where not transient, some time. */
function passes(word: string, says: string, transient = true): ErrorRow {
  return { word, says, recovery: 'retry', order: 'rejected', reauth: false, transient }
}

/** Uncertain: an order may have been taken. */
function unclear(word: string, says: string, transient = true): ErrorRow {
  return { word, says, recovery: transient ? 'retry' : 'skip', order: 'unknown', reauth: false, transient }
}

/** Certain: the token is refused before the request is looked at. */
function reauth(word: string, says: string): ErrorRow {
  return { word, says, recovery: 'retry', order: 'rejected', reauth: true, transient: false }
}

/** All numbers that are documented, and two that articles name. */
export const ERROR_TABLE: ReadonlyMap<number, ErrorRow> = new Map([
  [10000, reauth('authorization_required', 'the request needs a sign-in')],
  [10001, unclear('error', 'it failed without saying why', false)],
  [10002, refuses('qty_too_low', 'the amount is too small')],
  [10003, refuses('order_overlap', 'it would trade with an order of the same account')],
  [10004, refuses('order_not_found', 'there is no such order', 'reconcile')],
  [10005, refuses('price_too_low', 'the price is below the band')],
  [10006, refuses('price_too_low4idx', 'the price is too low for the index')],
  [10007, refuses('price_too_high', 'the price is above the band')],
  [10009, refuses('not_enough_funds', 'the account lacks the funds or the margin')],
  [10010, refuses('already_closed', 'the order has ended')],
  [10011, refuses('price_not_allowed', 'the price is not allowed')],
  [10012, refuses('book_closed', 'the book is closed')],
  [10013, refuses('pme_max_total_open_orders', 'there are too many open orders')],
  [10014, refuses('pme_max_future_open_orders', 'there are too many open orders of futures')],
  [10015, refuses('pme_max_option_open_orders', 'there are too many open orders of options')],
  [10016, refuses('pme_max_future_open_orders_size', 'the open orders of futures are too large')],
  [10017, refuses('pme_max_option_open_orders_size', 'the open orders of options are too large')],
  [10018, refuses('non_pme_max_future_position_size', 'the position in futures would be too large')],
  [10019, passes('locked_by_admin', 'trading is locked', false)],
  [10020, refuses('invalid_or_unsupported_instrument', 'there is no such instrument')],
  [10021, refuses('invalid_amount', 'the amount is not valid')],
  [10022, refuses('invalid_quantity', 'the quantity is not a number')],
  [10023, refuses('invalid_price', 'the price is not a number')],
  [10024, refuses('invalid_max_show', 'the shown amount is not a number')],
  [10025, refuses('invalid_order_id', 'the order id is not valid')],
  [10026, refuses('price_precision_exceeded', 'the price has too many decimals')],
  [10027, refuses('non_integer_contract_amount', 'the amount is not a whole number of contracts')],
  [10028, passes('too_many_requests', 'too many requests were sent')],
  [10029, refuses('not_owner_of_order', 'the order is not of this account')],
  [10030, refuses('must_be_websocket_request', 'the method works over WebSocket only')],
  [10031, refuses('invalid_args_for_instrument', 'the arguments do not fit the instrument')],
  [10032, refuses('whole_cost_too_low', 'the order is worth too little')],
  [10033, refuses('not_implemented', 'the method does not work yet')],
  [10034, refuses('trigger_price_too_high', 'the trigger price is too high')],
  [10035, refuses('trigger_price_too_low', 'the trigger price is too low')],
  [10036, refuses('invalid_max_show_amount', 'the shown amount is not valid')],
  [10037, refuses('non_pme_total_short_options_positions_size', 'the account would be short too many options')],
  [10038, refuses('pme_max_risk_reducing_orders', 'there are too many orders that reduce risk')],
  [10039, refuses('not_enough_funds_in_currency', 'the account lacks funds in this currency')],
  // Documented only as "try again"; that nothing was done is not promised.
  [10040, unclear('retry', 'it asks to try again')],
  [10041, passes('settlement_in_progress', 'trading pauses for the daily settlement')],
  [10043, refuses('price_wrong_tick', 'the price is not on a tick')],
  [10044, refuses('trigger_price_wrong_tick', 'the trigger price is not on a tick')],
  [10045, refuses('can_not_cancel_liquidation_order', 'an order of a liquidation cannot be cancelled')],
  [10046, refuses('can_not_edit_liquidation_order', 'an order of a liquidation cannot be edited')],
  [10047, passes('matching_engine_queue_full', 'too many orders of this account are waiting')],
  [10048, refuses('not_on_this_server', 'the method does not work on this server')],
  [10049, passes('cancel_on_disconnect_failed', 'cancel-on-disconnect could not be switched')],
  [10050, unclear('lock_time_exceeded', 'the request waited too long behind others of the account')],
  [10066, passes('too_many_concurrent_requests', 'too many requests are under way')],
  [10072, refuses('disabled_while_position_lock', 'the account may only reduce positions')],
  [11008, refuses('already_filled', 'the order is filled')],
  [11013, refuses('max_spot_open_orders', 'there are too many open spot orders')],
  [11021, refuses('post_only_price_modification_not_possible', 'the price cannot be moved out of the spread')],
  [11022, refuses('max_spot_order_quantity', 'the spot order is too large')],
  [11029, refuses('invalid_arguments', 'an argument is not valid')],
  [11030, refuses('other_reject', 'the order was rejected')],
  [11031, unclear('other_error', 'it failed for a rare reason', false)],
  [11035, refuses('no_more_triggers', 'there are too many trigger orders')],
  [11036, refuses('invalid_trigger_price', 'the trigger price is not valid')],
  [11037, refuses('outdated_instrument_for_IV_order', 'the instrument no longer trades')],
  [11038, refuses('no_adv_for_futures', 'futures have no advanced orders')],
  [11039, refuses('no_adv_postonly', 'an advanced order cannot be post-only')],
  [11041, refuses('not_adv_order', 'the order is not an advanced one')],
  [11042, halts('permission_denied', 'the account may not do this')],
  [11043, refuses('bad_argument', 'an argument is bad')],
  [11044, refuses('not_open_order', 'the order is not open')],
  [11045, refuses('invalid_event', 'there is no such event')],
  [11046, refuses('outdated_instrument', 'the instrument expires too soon for this order')],
  [11047, refuses('unsupported_arg_combination', 'the arguments do not go together')],
  [11048, refuses('wrong_max_show_for_option', 'the shown amount does not fit an option')],
  [11049, refuses('bad_arguments', 'several arguments are bad')],
  [11050, refuses('bad_request', 'the request could not be read')],
  [11051, passes('system_maintenance', 'the system is under maintenance', false)],
  [11052, refuses('subscribe_error_unsubscribed', 'the subscription failed')],
  [11053, refuses('transfer_not_found', 'there is no such transfer')],
  [11054, refuses('post_only_reject', 'the post-only order would trade at once')],
  [11055, refuses('post_only_not_allowed', 'this kind of order cannot be post-only')],
  [11056, reauth('unauthenticated_public_requests_temporarily_disabled', 'public methods need a sign-in now')],
  [11090, refuses('invalid_addr', 'the address is not valid')],
  [11091, refuses('invalid_transfer_address', 'the address of the transfer is not valid')],
  [11092, refuses('address_already_exist', 'the address exists')],
  [11093, refuses('max_addr_count_exceeded', 'there are too many addresses')],
  [11094, unclear('internal_server_error', 'it failed inside')],
  [11095, refuses('disabled_deposit_address_creation', 'deposit addresses cannot be made')],
  [11096, refuses('address_belongs_to_user', 'the address belongs to the account')],
  [11097, refuses('no_deposit_address', 'there is no deposit address')],
  [11098, halts('account_locked', 'the account is locked')],
  [12001, refuses('too_many_subaccounts', 'there are too many subaccounts')],
  [12002, refuses('wrong_subaccount_name', 'the name of the subaccount is not allowed')],
  [12003, refuses('login_over_limit', 'too many sign-ins failed')],
  [12004, refuses('registration_over_limit', 'there were too many registrations')],
  [12005, halts('country_is_banned', 'the country is not served')],
  [12100, refuses('transfer_not_allowed', 'the transfer is not allowed')],
  [12998, passes('security_key_authorization_over_limit', 'too many security keys were refused')],
  [13004, halts('invalid_credentials', 'the client id or secret is wrong')],
  [13005, refuses('pwd_match_error', 'the passwords differ')],
  [13006, refuses('security_error', 'the security code is wrong')],
  [13007, refuses('user_not_found', 'there is no such user')],
  [13008, unclear('request_failed', 'it failed on bad input or inside', false)],
  [13009, reauth('unauthorized', 'the token is wrong or has expired')],
  [13010, refuses('value_required', 'a value is missing')],
  [13011, refuses('value_too_short', 'a value is too short')],
  [13012, refuses('unavailable_in_subaccount', 'a subaccount cannot do this')],
  [13013, refuses('invalid_phone_number', 'the phone number is not valid')],
  [13014, refuses('cannot_send_sms', 'no text message could be sent')],
  [13015, refuses('invalid_sms_code', 'the code of the text message is wrong')],
  [13016, refuses('invalid_input', 'the input is not valid')],
  [13018, refuses('invalid_content_type', 'the content type is not valid')],
  [13019, refuses('orderbook_closed', 'the book has expired')],
  [13020, refuses('not_found', 'the instrument is not found')],
  [13021, halts('forbidden', 'the key may not do this')],
  [13025, refuses('method_switched_off_by_admin', 'the method is switched off')],
  [13028, unclear('temporarily_unavailable', 'the service did not answer in time')],
  [13030, refuses('mmp_trigger', 'market maker protection stopped the order')],
  [13031, refuses('verification_required', 'the account is not verified')],
  [13032, refuses('non_unique_order_label', 'several orders have this label')],
  [13034, refuses('no_more_security_keys_allowed', 'there are too many security keys')],
  [13035, passes('active_combo_limit_reached', 'there are too many combos')],
  [13036, passes('unavailable_for_combo_books', 'combo books cannot do this now')],
  [13037, refuses('incomplete_KYC_data', 'the identity data is incomplete')],
  [13040, refuses('mmp_required', 'market maker protection is required')],
  [13042, refuses('cod_not_enabled', 'cancel-on-disconnect is off')],
  [13043, passes('quotes_frozen', 'quotes are frozen after a cancel')],
  [13403, refuses('scope_exceeded', 'the key lacks the scope')],
  [13503, passes('unavailable', 'the method is not available now')],
  [13666, refuses('request_cancelled_by_user', 'a cancel of the account removed the request')],
  [13668, halts('security_key_authorization_error', 'a second factor is needed')],
  [13777, refuses('replaced', 'another edit took its place')],
  [13778, reauth('raw_subscriptions_not_available_for_unauthorized', 'raw channels need a sign-in')],
  [13780, passes('move_positions_over_limit', 'positions were moved too often')],
  [13781, refuses('coupon_already_used', 'the coupon is used')],
  [13791, refuses('KYC_transfer_already_initiated', 'the identity data is being shared')],
  [13792, refuses('incomplete_KYC_data', 'the identity data is incomplete')],
  [13793, refuses('KYC_data_inaccessible', 'the identity data cannot be read')],
  [13888, unclear('timed_out', 'the request was not begun before its valid_until', false)],
  [13901, refuses('no_more_oto_orders', 'there are too many linked orders')],
  [13902, refuses('mass_quotes_disabled', 'mass quotes are off')],
  [13903, refuses('too_many_quotes', 'there are too many quotes')],
  [13904, refuses('security_key_setup_required', 'security keys must be set up')],
  [13905, refuses('too_many_quotes_per_block_rfq', 'there are too many quotes of this block request')],
  [13906, refuses('too_many_quotes_per_block_rfq_side', 'there are too many quotes of this side')],
  [13907, refuses('not_fully_filled', 'the block trade cannot be filled in full')],
  [13910, refuses('quote_crossed', 'the quote crosses one of the same maker')],
  [13911, refuses('max_broker_client_count', 'the broker has too many clients')],
  [13912, refuses('broker_cannot_be_client', 'a broker cannot be a client')],
  [13913, refuses('broker_already_linked', 'the broker is linked')],
  [13914, refuses('user_is_a_broker_client', 'the user is the client of a broker')],
  [13915, refuses('user_is_not_a_broker', 'the user is no broker')],
  [13916, refuses('app_registered_to_broker', 'the application belongs to a broker')],
  [13917, refuses('account_quote_limit_crossed', 'a limit of quotes is crossed')],
  [13918, refuses('inverse_future_cross_trading', 'inverse futures would trade across')],
  [13919, refuses('client_of_main_account', 'a subaccount cannot be linked to its own broker')],
  [-32000, refuses('missing_params', 'parameters are missing')],
  [-32600, refuses('request_entity_too_large', 'the request is larger than 32 kB')],
  [-32601, refuses('method_not_found', 'there is no such method')],
  [-32602, refuses('invalid_params', 'a parameter is not valid')],
  [-32603, unclear('internal_error', 'it failed inside')],
  [-32700, refuses('parse_error', 'the request could not be parsed')],
])
