import { type Currency, type LedgerEntry, parseSymbol } from '@cc/models'
import type { WireTransaction } from '../wire/transaction-log.js'
import { positiveOrNull } from './absent.js'
import { unfitReply } from './unfit-reply.js'

/**
 * One row of the transaction log. Rows about futures keep their cash alone: their sizes and prices are in USD.
 *
 * @throws CcError `deribit/unfit-reply` for a row of another currency
 */
export function ledgerEntryOf(row: WireTransaction, currency: Currency): LedgerEntry {
  if (row.currency !== currency) {
    throw unfitReply('private/get_transaction_log', `a row of ${currency} is in ${row.currency}`, { id: row.id })
  }
  const symbol = row.instrument_name ?? null
  const isOption = symbol !== null && parseSymbol(symbol) !== undefined
  return {
    id: String(row.id),
    currency,
    timestampMs: row.timestamp,
    kind: kindOf(row, isOption),
    venueKind: row.type,
    symbol,
    sizeCoin: isOption ? signedSizeCoin(row) : null,
    priceCoin: isOption ? (row.price ?? null) : null,
    deliveryPriceUsd: isOption && DELIVERIES.includes(row.type) ? positiveOrNull(row.settlement_price) : null,
    feeCoin: row.commission ?? 0,
    changeCoin: row.change,
    balanceCoin: row.balance,
    indexUsd: positiveOrNull(row.index_price),
  }
}

/** How an option's end is called: Deribit's documents know `delivery`, and in September 2026 others saw the rest. */
const DELIVERIES = ['delivery', 'expiry', 'assignment', 'exercise']

function kindOf({ type }: WireTransaction, isOption: boolean): LedgerEntry['kind'] {
  if (type === 'trade' || type === 'settlement') return type
  if (type === 'options_settlement_summary') return 'settlement'
  if (DELIVERIES.includes(type)) return isOption ? 'delivery' : 'other'
  return type === 'deposit' || type === 'withdrawal' || type === 'transfer' ? 'transfer' : 'other'
}

/** `side` says which way: a buy raises the position, a sell lowers it; a delivery takes away what `long` or `short` names. */
function signedSizeCoin({ amount, side }: WireTransaction): number | null {
  if (amount == null || side == null) return null
  const words = side.split(' ')
  if (words.includes('buy') || words.includes('short')) return amount
  if (words.includes('sell') || words.includes('long')) return -amount
  return null
}
