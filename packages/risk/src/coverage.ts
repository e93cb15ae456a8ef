import type { Breach } from '@cc/models'
import type { RiskLimits } from './options.js'
import { callsEndedSatoshis, type Sale } from './sale.js'
import { coins, satoshisDown, satoshisUp } from './satoshis.js'
import { onExpiry, totalSatoshis } from './short-calls.js'

/**
 * Never more short calls than coins. Needed: every call short or on its way, less what the roll buys back, and this
 * sale. Covered: the coins that may cover, less what resting buys will cost, and what the trade brings or costs at its
 * worst prices. The value of open calls is not taken off: a call pays out less than its coin, so that would count the
 * liability twice.
 */
export function coverageBreach(sale: Sale, { maxCoverage }: RiskLimits): Breach | undefined {
  const { underlying, sizeCoin, shorts, coveredCoin, cashCoin } = sale
  const needed = totalSatoshis(shorts) - callsEndedSatoshis(sale) + satoshisUp(sizeCoin)
  const covered = satoshisDown(maxCoverage * Math.max(0, coveredCoin + cashCoin))
  return needed <= covered
    ? undefined
    : {
        code: 'coverage-exceeded',
        on: underlying.currency,
        neededCoin: coins(needed),
        coveredCoin: coins(covered),
      }
}

/**
 * Share of covered coins that is short on the expiry of the sale, the sale included: the specification's per-expiry
 * exposure. A roll within one expiry does not raise it and is never refused for it. Without a covered satoshi there is no
 * share, and coverage refuses.
 */
export function exposureBreach(sale: Sale, { maxExpiryExposure: max }: RiskLimits): Breach | undefined {
  const { underlying, sizeCoin, sold, boughtBack, shorts, coveredCoin } = sale
  const { expiryMs } = sold.option.instrument
  if (satoshisDown(coveredCoin) <= 0 || boughtBack?.option.instrument.expiryMs === expiryMs) return undefined
  const short = totalSatoshis(onExpiry(shorts, expiryMs)) + satoshisUp(sizeCoin)
  return short <= satoshisDown(max * coveredCoin)
    ? undefined
    : {
        code: 'expiry-exposure-exceeded',
        on: underlying.currency,
        expiryMs,
        exposure: coins(short) / coveredCoin,
        max,
      }
}
