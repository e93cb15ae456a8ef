import type { LedgerRow } from '../../exchange/account-view.js'
import { ACCOUNT } from './account-identity.js'
import { futureTermsOf } from './future.js'
import { coinOf, markOf } from './rounding.js'

/**
 * One row of the account's book: https://docs.deribit.com/api-reference/account-management/private-get_transaction_log
 * `balance` is the sum of all `change` up to the row.
 */
export function wireLogRow(row: LedgerRow) {
  return {
    id: row.id,
    user_seq: row.userSeq,
    user_id: ACCOUNT.id,
    username: ACCOUNT.username,
    type: row.kind,
    timestamp: row.timestampMs,
    currency: row.currency,
    instrument_name: row.instrumentName,
    side: row.side ?? '-',
    change: coinOf(row.changeCoin),
    cashflow: coinOf(row.changeCoin),
    balance: coinOf(row.balanceCoin),
    equity: coinOf(row.equityCoin),
    commission: coinOf(row.feeCoin),
    price: row.price === null ? null : coinOf(row.price),
    position: row.positionAfterCoin,
    trade_id: row.tradeId,
    order_id: row.orderId,
    interest_pl: null,
    ...(row.kind === 'deposit' ? DEPOSIT : bookFields(row)),
  }
}

/** What rows about an instrument have on top, or otherwise. */
function bookFields(row: LedgerRow) {
  const { amount, currency, timestampMs } = row
  const isFuture = row.instrumentName !== null && !OPTION_NAME.test(row.instrumentName)
  const contractSize = isFuture ? futureTermsOf({ currency, expiryMs: timestampMs }).contractUsd : 1
  return {
    ...(amount === null ? {} : { amount, contracts: amount / contractSize }),
    ...(row.price === null ? {} : { price_currency: isFuture ? 'USD' : currency }),
    // Futures come and go within a delivery.
    ...(isFuture ? { position: 0 } : {}),
    ...(row.markPriceCoin === null ? {} : { mark_price: markOf(row.markPriceCoin) }),
    index_price: row.indexUsd,
    ...(row.deliveryPriceUsd === null ? {} : { settlement_price: row.deliveryPriceUsd }),
    ...(row.liquidity === null ? {} : { user_role: row.liquidity, fee_role: row.liquidity }),
    profit_as_cashflow: false,
    interest_pl: 0,
    session_rpl: coinOf(row.sessionRealisedCoin),
    session_upl: coinOf(row.sessionUnrealisedCoin),
    info: row.kind === 'trade' ? 'Source: api' : {},
  }
}

const OPTION_NAME = /-[CP]$/
const DEPOSIT = { info: { transaction: 'simulated', deposit_type: 'wallet', addr: 'simulated' } }
