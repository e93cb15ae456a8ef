import type { LedgerRow } from '../../exchange/account-view.js'
import type { MethodCall } from '../method.js'
import { wireLogRow } from '../wire/transaction-log.js'
import { readAccountCurrency, readCount } from './filters.js'

/**
 * The account's book, newest first. A continuation is the id of the next row:
 * https://docs.deribit.com/api-reference/account-management/private-get_transaction_log
 */
export function readTransactionLog(call: MethodCall): object {
  const { exchange, params } = call
  const currency = readAccountCurrency(call)
  const fromMs = params.integer('start_timestamp')
  const toMs = params.integer('end_timestamp')
  const count = readCount(params, 100, 250)
  const continuation = params.optionalInteger('continuation') ?? Number.POSITIVE_INFINITY
  const matches = queryOf(params.optionalText('query'))
  const rows = currency === undefined ? [] : exchange.ledger(currency)
  const asked = rows
    .filter((row) => row.timestampMs >= fromMs && row.timestampMs <= toMs && row.id <= continuation && matches(row))
    .toReversed()
  return { logs: asked.slice(0, count).map(wireLogRow), continuation: asked[count]?.id ?? null }
}

/** Rows that every word of a query says something of. */
function queryOf(query: string | undefined): (row: LedgerRow) => boolean {
  const words = (query ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  return (row) => {
    if (words.length === 0) return true
    const kind = row.instrumentName === null ? null : /-[CP]$/.test(row.instrumentName) ? 'option' : 'future'
    const said = [row.kind, row.liquidity, kind, ...(row.side ?? '').split(' ')]
    return words.every((word) => said.includes(word))
  }
}
