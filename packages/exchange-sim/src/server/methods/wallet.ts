import type { Method, MethodCall } from '../method.js'
import { wireDeposit } from '../wire/deposit.js'
import { readAccountCurrency, readCount } from './filters.js'

/**
 * What came into the account and went out of it: the deposit that it was opened with, and nothing else.
 * Deribit asks for `wallet:read`; here is no wallet that needs to be kept from anybody.
 * Source: https://docs.deribit.com/api-reference/wallet/private-get_deposits
 */
export const WALLET_READS: readonly Method[] = [
  { name: 'private/get_deposits', pool: 'non-matching', scope: 'account:read', handle: deposits },
  { name: 'private/get_withdrawals', pool: 'non-matching', scope: 'account:read', handle: nothing },
  { name: 'private/get_transfers', pool: 'non-matching', scope: 'account:read', handle: nothing },
]

/** Newest first. */
function deposits(call: MethodCall): object {
  const { exchange } = call
  const currency = readAccountCurrency(call)
  const rows = currency === undefined ? [] : exchange.ledger(currency).filter(({ kind }) => kind === 'deposit')
  const { offset, count } = readPage(call)
  const page = rows.toReversed().slice(offset, offset + count)
  return { count: rows.length, data: page.map(wireDeposit) }
}

function nothing(call: MethodCall): object {
  readAccountCurrency(call)
  readPage(call)
  return { count: 0, data: [] }
}

function readPage({ params }: MethodCall): { offset: number; count: number } {
  return { offset: params.optionalInteger('offset', { min: 0 }) ?? 0, count: readCount(params, 10) }
}
