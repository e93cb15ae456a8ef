import type { LedgerRow } from '../../exchange/account-view.js'
import { coinOf } from './rounding.js'

/** A deposit: https://docs.deribit.com/api-reference/wallet/private-get_deposits. It came over no chain. */
export function wireDeposit({ currency, changeCoin, timestampMs }: LedgerRow) {
  return {
    address: 'simulated',
    amount: coinOf(changeCoin),
    currency,
    received_timestamp: timestampMs,
    state: 'completed',
    transaction_id: null,
    updated_timestamp: timestampMs,
  }
}
