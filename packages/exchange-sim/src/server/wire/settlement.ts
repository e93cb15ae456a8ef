import type { Settlement } from '../../exchange/account-view.js'
import { coinOf, markOf } from './rounding.js'

/** A settlement or delivery: https://docs.deribit.com/api-reference/trading/private-get_settlement_history_by_currency */
export function wireSettlement(settlement: Settlement) {
  return {
    type: settlement.kind,
    timestamp: settlement.timestampMs,
    instrument_name: settlement.instrument.symbol,
    position: settlement.positionCoin,
    profit_loss: coinOf(settlement.profitLossCoin),
    session_profit_loss: coinOf(settlement.sessionProfitLossCoin),
    mark_price: markOf(settlement.markPriceCoin),
    index_price: settlement.indexUsd,
    // Of perpetuals only, and required by Deribit's own schema.
    funding: 0,
  }
}
