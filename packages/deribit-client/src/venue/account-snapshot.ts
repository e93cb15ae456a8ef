import { type AccountSnapshot, CcError, type Currency, type VenuePosition } from '@cc/models'
import type { WireAccountSummaries } from '../wire/account-summary.js'
import type { WireOrder } from '../wire/order.js'
import type { WirePosition } from '../wire/position.js'
import { isOfCoin, orderReportOf } from './order-reports.js'
import { unfitReply } from './unfit-reply.js'

type WireSummary = WireAccountSummaries['summaries'][number]

/**
 * The account of one coin under segregated standard margin.
 *
 * @throws CcError `deribit/margin-model` for any other model: its margins belong to a pool, not to this coin;
 * `deribit/unfit-reply` where the parts contradict each other
 */
export function accountSnapshotOf(
  currency: Currency,
  read: {
    summaries: WireAccountSummaries
    positions: readonly WirePosition[]
    openOrders: readonly WireOrder[]
    answeredMs: number
  },
): AccountSnapshot {
  const summary = read.summaries.summaries.find((each) => each.currency === currency)
  if (summary === undefined) {
    throw unfitReply('private/get_account_summaries', `it has no ${currency}`, { currency })
  }
  requireSegregated(summary)
  return {
    currency,
    timestampMs: Math.floor(read.answeredMs),
    balanceCoin: summary.balance,
    equityCoin: summary.equity,
    optionsValueCoin: mandatory(summary, 'options_value'),
    futuresSessionPnlCoin: mandatory(summary, 'futures_session_rpl') + mandatory(summary, 'futures_session_upl'),
    marginBalanceCoin: summary.margin_balance,
    initialMarginCoin: summary.initial_margin,
    maintenanceMarginCoin: summary.maintenance_margin,
    availableFundsCoin: summary.available_funds,
    reservedCoin: reservedCoin(summary),
    deltaTotalCoin: summary.delta_total,
    positions: read.positions
      .filter(({ instrument_name, size }) => isOfCoin(instrument_name, currency) && size !== 0)
      .map(positionOf),
    openOrders: read.openOrders.filter(({ instrument_name }) => isOfCoin(instrument_name, currency)).map(orderReportOf),
  }
}

function positionOf(position: WirePosition): VenuePosition {
  const { instrument_name: symbol, kind, direction, size } = position
  const method = 'private/get_positions'
  if (kind !== 'option' && kind !== 'future') throw unfitReply(method, `${symbol} is a ${kind}`, { symbol, kind })
  // Deribit signs the size itself; a direction that says otherwise leaves no way to tell which is meant.
  if (direction !== (size < 0 ? 'sell' : 'buy')) {
    throw unfitReply(method, `${symbol} has size ${size} and direction ${direction}`, { symbol, size, direction })
  }
  const sizeCoin = kind === 'option' ? size : position.size_currency
  if (sizeCoin == null) throw unfitReply(method, `${symbol} has no size_currency`, { symbol })
  const isOption = kind === 'option'
  return {
    symbol,
    kind,
    sizeCoin,
    // Of futures these are in USD.
    averagePriceCoin: isOption ? (position.average_price ?? null) : null,
    markPriceCoin: isOption ? (position.mark_price ?? null) : null,
    deltaCoin: position.delta ?? null,
    initialMarginCoin: position.initial_margin ?? null,
    maintenanceMarginCoin: position.maintenance_margin ?? null,
  }
}

/** What is held back for orders on the spot market, for fees, and locked: it covers no call. */
function reservedCoin({ spot_reserve, additional_reserve, fee_balance, locked_balance }: WireSummary): number {
  return [spot_reserve, additional_reserve, fee_balance, locked_balance].reduce<number>(
    (sum, part) => sum + Math.max(0, part ?? 0),
    0,
  )
}

function requireSegregated({ currency, margin_model, cross_collateral_enabled }: WireSummary): void {
  if ((margin_model == null || margin_model === 'segregated_sm') && cross_collateral_enabled !== true) return
  const model = margin_model ?? 'cross collateral'
  throw new CcError(
    `The account's margin model is ${model}. This venue reads segregated_sm only, where each coin answers for itself: change it in Deribit's account settings.`,
    { code: 'deribit/margin-model', recovery: 'halt', facts: { currency, model } },
  )
}

function mandatory(
  summary: WireSummary,
  field: 'options_value' | 'futures_session_rpl' | 'futures_session_upl',
): number {
  const value = summary[field]
  if (value != null) return value
  throw unfitReply('private/get_account_summaries', `${summary.currency} has no ${field}`, { field })
}
