import type { Side } from '@cc/models'
import type { OrderChanges, OrderWish } from '../../exchange/order.js'
import { namedError } from '../error-table.js'
import type { MethodCall } from '../method.js'
import type { Params } from '../params.js'
import { invalidParam, type RpcError } from '../rpc-error.js'
import { findListed, readInstrumentName } from './listing.js'

/**
 * Reads what `private/buy` and `private/sell` ask for: https://docs.deribit.com/api-reference/trading/private-buy
 *
 * @throws RpcError `not_implemented` for what is not modelled: triggers, linked and advanced orders, icebergs, market
 * maker protection; `invalid_or_unsupported_instrument` for anything but an option of this exchange.
 */
export function readWish(call: MethodCall, side: Side): OrderWish {
  const { params } = call
  const symbol = readTradable(call)
  const type = params.optionalOneOf('type', TYPES) ?? 'limit'
  if (type !== 'limit' && type !== 'market' && type !== 'market_limit') throw notModelled('type', `${type} orders`)
  refuseUnmodelled(params)
  const postOnly = readPostOnly(params) ?? false
  return {
    symbol,
    side,
    sizeCoin: readAmount(params) ?? params.number('amount'),
    kind: type,
    priceCoin: type === 'limit' ? params.number('price') : null,
    label: readLabel(params),
    timeInForce: readTimeInForce(params, type),
    postOnly,
    rejectPostOnly: readRejectPostOnly(params, postOnly) ?? false,
    reduceOnly: params.truth('reduce_only', false),
    validUntilMs: params.optionalInteger('valid_until') ?? null,
  }
}

/** Reads what an edit changes; what is not sent stays as it is. @throws RpcError as {@link readWish}. */
export function readChanges(params: Params): OrderChanges {
  // An order is never under market maker protection here, and an edit must repeat what the order has.
  if (params.truth('mmp', false)) throw invalidParam('mmp', 'value must be equal to the value of the order')
  if (params.has('advanced')) throw namedError('not_adv_order')
  refuseUnmodelled(params)
  const postOnly = readPostOnly(params)
  const changes = {
    sizeCoin: readAmount(params),
    priceCoin: params.optionalNumber('price'),
    postOnly,
    rejectPostOnly: readRejectPostOnly(params, postOnly),
    reduceOnly: params.optionalTruth('reduce_only'),
    validUntilMs: params.optionalInteger('valid_until'),
  }
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
}

/** Reads the name of an option that this exchange has or had. @throws RpcError `invalid_or_unsupported_instrument` */
export function readTradable(call: MethodCall): string {
  const name = readInstrumentName(call.params)
  if (findListed(call.exchange, name)?.kind === 'option') return name
  throw namedError('invalid_or_unsupported_instrument', { reason: `${name} is not traded here` })
}

/** Reads `label`; the empty text where there is none. */
export function readLabel(params: Params): string {
  const label = params.optionalText('label') ?? ''
  if (label.length > LONGEST_LABEL) throw invalidParam('label', `value must have at most ${LONGEST_LABEL} characters`)
  return label
}

/** Reads `amount` or `contracts`; one contract of an option is one coin. Of both, they must agree. */
function readAmount(params: Params): number | undefined {
  const amount = params.optionalNumber('amount')
  const contracts = params.optionalNumber('contracts')
  if (amount !== undefined && contracts !== undefined && amount !== contracts) {
    throw invalidParam('contracts', 'amount and contracts must match')
  }
  return amount ?? contracts
}

/**
 * Documented as true where it is not sent. It is taken as false: recorded replies to orders that did not send it show
 * false, and with true a plain limit order could never take a quote.
 */
function readPostOnly(params: Params): boolean | undefined {
  return params.optionalTruth('post_only')
}

function readRejectPostOnly(params: Params, postOnly: boolean | undefined): boolean | undefined {
  const reject = params.optionalTruth('reject_post_only')
  if (reject === true && postOnly === false) throw invalidParam('reject_post_only', 'post_only is required')
  return reject
}

/** Orders at the market do not take one. */
function readTimeInForce(params: Params, type: OrderWish['kind']): OrderWish['timeInForce'] {
  const word = params.optionalOneOf('time_in_force', TIMES_IN_FORCE)
  if (word !== undefined && type !== 'limit') throw invalidParam('time_in_force', `not allowed for ${type} orders`)
  return word ?? 'good_til_cancelled'
}

function refuseUnmodelled(params: Params): void {
  for (const name of UNMODELLED) {
    if (params.has(name)) throw notModelled(name, name)
  }
  if (params.truth('mmp', false)) throw notModelled('mmp', 'market maker protection')
}

function notModelled(param: string, what: string): RpcError {
  return namedError('not_implemented', { reason: `${what} are not modelled by this exchange`, param })
}

const LONGEST_LABEL = 64
const TYPES = [
  'limit',
  'market',
  'market_limit',
  'stop_limit',
  'take_limit',
  'stop_market',
  'take_market',
  'trailing_stop',
] as const
const TIMES_IN_FORCE = ['good_til_cancelled', 'good_til_day', 'fill_or_kill', 'immediate_or_cancel'] as const
const UNMODELLED = [
  'advanced',
  'trigger_price',
  'trigger_offset',
  'trigger',
  'linked_order_type',
  'trigger_fill_condition',
  'otoco_config',
  'display_amount',
  'max_show',
]
