import type { Breach } from '@cc/models'
import { NOISE } from './check.js'
import type { RiskLimits } from './options.js'
import type { Sale } from './sale.js'
import { coins, satoshisDown } from './satoshis.js'

/**
 * Black-Scholes delta of the option book after the trade, over covered coins: the specification's net delta. It must
 * hold whether the resting sells of calls fill or not. A trade that does not raise it, such as a roll to a higher
 * strike, is never refused. Without a covered satoshi there is no ratio, and coverage refuses; a delta that is missing is
 * told as that.
 */
export function deltaBreach(sale: Sale, { maxNetDeltaAbs: max }: RiskLimits): Breach | undefined {
  const { underlying, sizeCoin, sold, boughtBack, coveredCoin } = sale
  if (satoshisDown(coveredCoin) <= 0) return undefined
  let book = 0
  for (const { sizeCoin: heldCoin, delta } of underlying.portfolio.positions) {
    if (heldCoin === 0) continue
    if (delta === null) return undefined
    book += heldCoin * delta
  }
  const change = sizeCoin * ((boughtBack?.option.delta ?? 0) - sold.option.delta)
  const pending = pendingDelta(sale)
  // A resting sale has the delta of its call at most, and may not fill.
  const raisedTo = Math.max(raised(book, change), raised(book - pending, change))
  // What is raised has the sign of the change.
  const netDelta = (Math.sign(change) * raisedTo) / coveredCoin
  return Math.abs(netDelta) <= max + NOISE
    ? undefined
    : { code: 'net-delta-exceeded', on: underlying.currency, netDelta, max }
}

/** The size of the delta after a change that makes it larger, either way; 0 after one that does not. */
function raised(before: number, change: number): number {
  const after = Math.abs(before + change)
  return after > Math.abs(before) + NOISE ? after : 0
}

/** What sales under way would take from the delta of the book. A call whose delta nobody knows counts as its coin. */
function pendingDelta({ shorts }: Sale): number {
  let sum = 0
  for (const { pending, satoshis, option } of shorts) {
    if (pending === undefined) continue
    const delta = option?.delta ?? 1
    sum += coins(satoshis) * (delta >= 0 ? Math.min(delta, 1) : 1)
  }
  return sum
}
