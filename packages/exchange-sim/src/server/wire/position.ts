import type { OptionInstrument } from '@cc/models'
import type { PositionView } from '../../exchange/account-view.js'
import { coinOf, markOf, rounded } from './rounding.js'
import type { FutureTop } from './ticker.js'

/** A position: https://docs.deribit.com/api-reference/account-management/private-get_positions. Short sizes are negative. */
export function wirePosition(position: PositionView) {
  const { instrument, sizeCoin, indexUsd } = position
  return {
    instrument_name: instrument.symbol,
    kind: 'option',
    direction: sizeCoin > 0 ? 'buy' : 'sell',
    size: sizeCoin,
    average_price: coinOf(position.averagePriceCoin),
    average_price_usd: rounded(position.averagePriceUsd, 2),
    mark_price: markOf(position.markPriceCoin),
    index_price: indexUsd,
    // 0 for what has not seen a settlement, as documented.
    settlement_price: markOf(position.settlementPriceCoin ?? 0),
    delta: rounded(position.delta, 5),
    gamma: rounded(position.gamma, 5),
    vega: rounded(position.vega, 5),
    theta: rounded(position.theta, 5),
    initial_margin: coinOf(position.initialMarginCoin),
    maintenance_margin: coinOf(position.maintenanceMarginCoin),
    open_orders_margin: coinOf(position.openOrdersMarginCoin),
    floating_profit_loss: coinOf(position.floatingProfitCoin),
    floating_profit_loss_usd: rounded(position.floatingProfitCoin * indexUsd, 2),
    realized_profit_loss: coinOf(position.realisedProfitCoin),
    total_profit_loss: coinOf(position.totalProfitCoin),
  }
}

/** What stands for a position in an option that is not held. */
export function wireFlatOption(option: {
  instrument: OptionInstrument
  markPriceCoin: number
  indexUsd: number
  settlementPriceCoin: number | null
  openOrdersMarginCoin: number
}) {
  const { instrument, markPriceCoin, indexUsd, settlementPriceCoin, openOrdersMarginCoin } = option
  return {
    ...FLAT,
    instrument_name: instrument.symbol,
    kind: 'option',
    average_price_usd: 0,
    mark_price: markOf(markPriceCoin),
    index_price: indexUsd,
    settlement_price: markOf(settlementPriceCoin ?? 0),
    gamma: 0,
    vega: 0,
    theta: 0,
    open_orders_margin: coinOf(openOrdersMarginCoin),
    floating_profit_loss_usd: 0,
  }
}

/** What stands for a position in a future: none is ever held. */
export function wireFlatFuture({ future, markUsd, indexUsd }: FutureTop) {
  return {
    ...FLAT,
    instrument_name: future.name,
    kind: 'future',
    size_currency: 0,
    mark_price: markUsd,
    index_price: indexUsd,
    settlement_price: 0,
    open_orders_margin: 0,
    estimated_liquidation_price: 0,
    leverage: 50,
    ...(future.expiryMs === null ? { realized_funding: 0, interest_value: 0 } : {}),
  }
}

const FLAT = {
  direction: 'zero',
  size: 0,
  average_price: 0,
  delta: 0,
  initial_margin: 0,
  maintenance_margin: 0,
  floating_profit_loss: 0,
  realized_profit_loss: 0,
  total_profit_loss: 0,
}
