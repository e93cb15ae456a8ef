import type { Settlement } from '../../exchange/account-view.js'
import type { MethodCall } from '../method.js'
import type { Params } from '../params.js'
import { invalidParam } from '../rpc-error.js'
import { wireSettlement } from '../wire/settlement.js'
import { readCount, readCurrency } from './filters.js'
import { readListed } from './listing.js'

/**
 * Settlements and deliveries, newest first. The public reads and those of the account tell the same: nobody else holds
 * anything here.
 */
export const SETTLEMENT_READS = {
  ofCurrency(call: MethodCall): object {
    const [currency] = readCurrency(call)
    return wirePage(call.params, currency === undefined ? [] : call.exchange.settlements(currency))
  },
  ofInstrument(call: MethodCall): object {
    const listed = readListed(call)
    if (listed.kind === 'future') return wirePage(call.params, [])
    const { symbol, currency } = listed.instrument
    return wirePage(
      call.params,
      call.exchange.settlements(currency).filter(({ instrument }) => instrument.symbol === symbol),
    )
  },
}

function wirePage(params: Params, settlements: readonly Settlement[]): object {
  const type = params.optionalOneOf('type', ['settlement', 'delivery', 'bankruptcy'])
  const latestMs = params.optionalInteger('search_start_timestamp') ?? Number.POSITIVE_INFINITY
  const count = readCount(params, 20)
  // What is still to come of the list, counted from its oldest row: new rows do not move it.
  const asked = settlements.slice(0, readContinuation(params) ?? settlements.length)
  const page: object[] = []
  let left = asked.length
  for (; left > 0 && page.length < count; left--) {
    const row = asked[left - 1]
    if (row === undefined || (type !== undefined && row.kind !== type) || row.timestampMs > latestMs) continue
    page.push(wireSettlement(row))
  }
  return { settlements: page, continuation: left === 0 ? LAST_PAGE : String(left) }
}

function readContinuation(params: Params): number | undefined {
  const token = params.optionalText('continuation')
  if (token === undefined) return undefined
  if (token === LAST_PAGE) return 0
  if (/^[1-9]\d*$/.test(token)) return Number(token)
  throw invalidParam('continuation', 'wrong format')
}

/** There is no more. The schema wants a text in any case. */
const LAST_PAGE = 'none'
